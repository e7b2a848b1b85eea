"""Read an archive and compare it with itself, with its signature, and with this version's tables."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from fincred.db.backup.archive import FORMAT, Archive, ArchiveError, Digest, Lines, new_signature, require
from fincred.db.backup.tables import migrations, names_of, tables


def check(path: Path) -> Archive:
    """Read the whole archive and compare it with itself, with its signature, and with this version's tables.

    :raises ArchiveError: it is damaged, forged, or made by another version.
    :raises OSError: it can't be read.
    """
    with path.open("rb") as raw:
        return _check(path, Lines(raw))


def _check(path: Path, lines: Lines) -> Archive:
    """Every line in its order, then nothing more."""
    signature = new_signature()
    made_at = _check_header(lines)
    signature.update(lines.raw)
    found: dict[str, Digest] = {}
    expected_tables = {model._meta.label_lower: names_of(model) for model in tables()}
    columns: list[str] = []
    digest = Digest()
    while True:
        document = lines.next()
        signature.update(lines.raw)
        if isinstance(document, list) and found and len(document) == len(columns):
            digest.add(lines.raw)
        elif _has(document, table=str, columns=list) and document["table"] not in found:
            label = document["table"]
            columns = expected_tables.get(label, [])
            require(bool(columns) and document["columns"] == columns, "it has other tables than this version")
            digest = found[label] = Digest()
        elif _has(document, digests=dict):
            break
        else:
            raise lines.damaged()
    require(found.keys() == expected_tables.keys(), "it has other tables than this version")
    digests = {label: digest.as_json() for label, digest in found.items()}
    require(document["digests"] == digests, "its rows don't have its hashes")
    signed = _check_signature(lines, signature)
    require(lines.next_or_end() is None, "it goes on after its end")
    return Archive(path, made_at, digests, signed)


def _check_header(lines: Lines) -> datetime:
    header = lines.next_or_end()
    require(_has(header, format=int), "it is not a FinCred backup")
    require(header["format"] == FORMAT, f"its format is {header['format']}, and this version reads {FORMAT}")
    require(_has(header, format=int, made_at=str, migrations=list), "its header is damaged")
    try:
        made_at = datetime.fromisoformat(header["made_at"])
        require(made_at.tzinfo is not None, "its header is damaged")
        made_at = made_at.astimezone(UTC)
    except (ValueError, OverflowError):  # at the ends of the calendar UTC can be another year
        raise ArchiveError(reason="its header is damaged") from None
    require(header["migrations"] == migrations(), "it was made with other migrations than this database has")
    return made_at


def _check_signature(lines: Lines, signature: hmac.HMAC) -> bool:
    """Whether the signature was checked, which takes a BACKUP_KEY.

    :raises ArchiveError: it is wrong, or absent although BACKUP_KEY is set.
    """
    document = lines.next()
    if not isinstance(document, dict) or document.keys() != {"hmac_sha256"}:
        raise lines.damaged()
    given = document["hmac_sha256"]
    if not settings.BACKUP_KEY:
        return False
    require(given is not None, "it isn't signed, and BACKUP_KEY is set (to trust the file, run with it empty)")
    is_text = isinstance(given, str) and given.isascii()  # more than ASCII can't be compared
    right = is_text and hmac.compare_digest(given, signature.hexdigest())
    require(right, "it is forged, or signed with another BACKUP_KEY")
    return True


def _has(document: Any, **types: type) -> bool:
    """Whether it is an object with these keys, of these types."""
    return isinstance(document, dict) and all(type(document.get(key)) is kind for key, kind in types.items())
