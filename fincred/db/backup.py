"""The whole database as one file, and back: the same rows on either engine, compared by hash.

A gzip of JSON lines: a header; for each table its columns and its rows in the order of their keys; the number and
the SHA-256 of each table's rows; last an HMAC-SHA-256 with BACKUP_KEY of all lines before it, null without a key.
Amounts and moments are strings, so nothing is rounded.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, InterfaceError, ProgrammingError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from fincred import clock
from fincred.db.fields import ExactJSONEncoder, FoldedField
from fincred.db.limits import lift_time_limits
from fincred.private_file import write_private

FORMAT: Final = 2
BATCH: Final = 1000
MAX_LINE_BYTES: Final = 64 * 1024 * 1024

Progress = Callable[[int], None]
StartProgress = Callable[[int], Progress]

# What a value of a wrong type or size may raise on its way into the database and back.
_UNUSABLE = (
    DataError, IntegrityError, InterfaceError, ProgrammingError, ValidationError,
    ValueError, TypeError, ArithmeticError, AttributeError,
)  # fmt: skip


class ArchiveError(Exception):
    """The file can't be restored here, for this `reason`. The database is as it was."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Digest:
    """How many rows, and the SHA-256 of their lines."""

    rows: int = 0
    sha256: str = ""
    _hash: Any = field(default_factory=hashlib.sha256, repr=False, compare=False)

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._hash.update(line)
        self.sha256 = self._hash.hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.sha256}


Digests = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A file whose every line was read and found consistent; `signed` means that the signature was checked."""

    path: Path
    made_at: datetime
    digests: Digests
    signed: bool

    @property
    def rows(self) -> int:
        return sum(digest["rows"] for digest in self.digests.values())


def tables() -> list[type[models.Model]]:
    """Every table, those between two models included, in a fixed order."""
    managed = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    kept = (model for model in managed if not model._meta.proxy and getattr(model, "in_backups", True))
    return sorted(kept, key=lambda model: model._meta.label_lower)


def digests() -> Digests:
    """The rows and hash of every table as it is now; equal for databases that hold the same."""
    return {model._meta.label_lower: _digest(model).as_json() for model in tables()}


def row_count() -> int:
    """How many rows there are in all."""
    return sum(model._base_manager.count() for model in tables())


def backup(path: Path, *, progress: Progress = lambda _: None) -> int:
    """Write the archive as of one moment, readable by its owner alone; how many rows it has.

    The file appears under its name only when it is complete.

    :raises OSError: it can't be written.
    """
    with write_private(path) as raw, gzip.GzipFile("", "wb", fileobj=raw) as file:
        return _write(file, progress)


def check(path: Path) -> Archive:
    """Read the whole archive and compare it with itself, with its signature, and with this version's tables.

    :raises ArchiveError: it is damaged, forged, or made by another version.
    :raises OSError: it can't be read.
    """
    with path.open("rb") as raw:
        return _check(path, _Lines(raw))


def restore(path: Path, *, start: StartProgress = lambda _: lambda _: None) -> Archive:
    """Load the archive into a migrated database without people. `ready` is then 503 until `after_restore` has run.

    `start` is called with the number of rows; the function that it returns, with the size of each batch.

    :raises ArchiveError: as `check` does, or the database isn't empty, or refuses a row. Then nothing was changed.
    :raises OSError: the file can't be read.
    """
    archive = check(path)
    progress = start(archive.rows)
    with path.open("rb") as raw, transaction.atomic():
        lift_time_limits(connection)
        _require(_is_empty(), "this database has people, or an audit trail, in it")
        for model in tables():
            model._base_manager.all()._raw_delete("default")  # no cascade, no signal
        _load(_Lines(raw), progress)
        with _usable("it has values that the database can't give back"):
            _require(digests() == archive.digests, "it has values that the database stores otherwise")
        state = apps.get_model("ops", "DatabaseState")._default_manager
        state.update_or_create(id=1, defaults={"restored_at": clock.now()})
    return archive


@contextmanager
def _usable(reason: str) -> Iterator[None]:
    """:raises ArchiveError: with this reason, for every error that a value of a wrong type or size raises."""
    try:
        yield
    except _UNUSABLE as error:
        raise ArchiveError(reason=f"{reason} ({type(error).__name__})") from error


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ArchiveError(reason=reason)


def _is_empty() -> bool:
    """The audit trail outlives people, and can't be removed to make room for another."""
    kept = (apps.get_model("accounts", name)._base_manager for name in ("User", "AuditEntry"))
    return not any(rows.exists() for rows in kept)


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """What is stored and not derived: the database fills generated columns, and saving fills folded ones."""
    return [
        column
        for column in model._meta.concrete_fields
        if not column.generated and not isinstance(column, FoldedField)
    ]


def _names(model: type[models.Model]) -> list[str]:
    return [column.attname for column in _columns(model)]


# --- Writing


def _rows(model: type[models.Model]) -> Iterator[bytes]:
    rows = model._base_manager.order_by("pk").values_list(*_names(model))
    for row in rows.iterator(chunk_size=BATCH):
        yield f"{json.dumps([_plain(value) for value in row], cls=ExactJSONEncoder, sort_keys=True)}\n".encode()


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _digest(model: type[models.Model]) -> Digest:
    digest = Digest()
    for line in _rows(model):
        digest.add(line)
    return digest


def _signature() -> hmac.HMAC:
    return hmac.new(settings.BACKUP_KEY.encode(), digestmod=hashlib.sha256)


def _write(file: gzip.GzipFile, progress: Progress) -> int:
    written: dict[str, Digest] = {}
    signature = _signature()

    def write(line: bytes) -> None:
        file.write(line)
        signature.update(line)

    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        write(_line({"format": FORMAT, "made_at": clock.now().isoformat(), "migrations": _migrations()}))
        for model in tables():
            label = model._meta.label_lower
            write(_line({"table": label, "columns": _names(model)}))
            digest = written[label] = Digest()
            for line in _rows(model):
                write(line)
                digest.add(line)
                progress(1)
    write(_line({"digests": {label: digest.as_json() for label, digest in written.items()}}))
    file.write(_line({"hmac_sha256": signature.hexdigest() if settings.BACKUP_KEY else None}))
    return sum(digest.rows for digest in written.values())


def _line(document: Any) -> bytes:
    return f"{json.dumps(document)}\n".encode()


# --- Reading


class _Lines:
    """The archive's lines, as bytes and as JSON, with the number of the last for messages."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._file = gzip.GzipFile(fileobj=raw, mode="rb")
        self.number = 0
        self.raw = b""

    def next(self) -> Any:
        """The next line's JSON.

        :raises ArchiveError: the file ends here, or can't be read.
        """
        document = self.next_or_end()
        _require(document is not None, "it is cut off")
        return document

    def next_or_end(self) -> Any:
        """The same, None at the end of the file."""
        try:
            self.raw = self._file.readline(MAX_LINE_BYTES)
        except EOFError:
            raise ArchiveError(reason="it is cut off") from None
        except (gzip.BadGzipFile, zlib.error):
            raise self.damaged() from None
        if not self.raw:
            return None
        self.number += 1
        try:
            document = json.loads(self.raw)
        except (ValueError, RecursionError):
            raise self.damaged() from None
        if document is None or not self.raw.endswith(b"\n"):
            raise self.damaged()
        return document

    def damaged(self) -> ArchiveError:
        if self.number <= 1:
            return ArchiveError(reason="it is not a FinCred backup")
        return ArchiveError(reason=f"it is damaged in line {self.number} or after it")


def _check(path: Path, lines: _Lines) -> Archive:
    """Every line in its order, then nothing more."""
    signature = _signature()
    made_at = _check_header(lines)
    signature.update(lines.raw)
    found: dict[str, Digest] = {}
    expected_tables = {model._meta.label_lower: _names(model) for model in tables()}
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
            _require(bool(columns) and document["columns"] == columns, "it has other tables than this version")
            digest = found[label] = Digest()
        elif _has(document, digests=dict):
            break
        else:
            raise lines.damaged()
    _require(found.keys() == expected_tables.keys(), "it has other tables than this version")
    digests = {label: digest.as_json() for label, digest in found.items()}
    _require(document["digests"] == digests, "its rows don't have its hashes")
    signed = _check_signature(lines, signature)
    _require(lines.next_or_end() is None, "it goes on after its end")
    return Archive(path, made_at, digests, signed)


def _check_header(lines: _Lines) -> datetime:
    header = lines.next_or_end()
    _require(_has(header, format=int), "it is not a FinCred backup")
    _require(header["format"] == FORMAT, f"its format is {header['format']}, and this version reads {FORMAT}")
    _require(_has(header, format=int, made_at=str, migrations=list), "its header is damaged")
    try:
        made_at = datetime.fromisoformat(header["made_at"])
    except ValueError:
        raise ArchiveError(reason="its header is damaged") from None
    _require(made_at.tzinfo is not None, "its header is damaged")
    _require(header["migrations"] == _migrations(), "it was made with other migrations than this database has")
    return made_at


def _check_signature(lines: _Lines, signature: hmac.HMAC) -> bool:
    """Whether there is one that is right.

    :raises ArchiveError: it is wrong, or absent although BACKUP_KEY is set.
    """
    document = lines.next()
    if not isinstance(document, dict) or document.keys() != {"hmac_sha256"}:
        raise lines.damaged()
    given = document["hmac_sha256"]
    if not settings.BACKUP_KEY:
        return False
    _require(given is not None, "it isn't signed, and BACKUP_KEY is set (to trust the file, run with it empty)")
    right = isinstance(given, str) and hmac.compare_digest(given.encode(), signature.hexdigest().encode())
    _require(right, "it is forged, or signed with another BACKUP_KEY")
    return True


def _has(document: Any, **types: type) -> bool:
    """Whether it is an object with these keys, of these types."""
    return isinstance(document, dict) and all(type(document.get(key)) is kind for key, kind in types.items())


def _load(lines: _Lines, progress: Progress) -> None:
    """Insert the rows table by table.

    :raises ArchiveError: the database refuses them.
    """
    lines.next()
    model: type[models.Model] = models.Model
    batch: list[list[Any]] = []
    while True:
        document = lines.next()
        if isinstance(document, list):
            batch.append(document)
            if len(batch) < BATCH:
                continue
        if batch:
            _insert(model, batch)
            progress(len(batch))
            batch = []
        if isinstance(document, dict):
            if "digests" in document:
                break
            model = apps.get_model(document["table"])
    with _usable("it has rows whose relations are missing"):
        connection.check_constraints()
    _reset_sequences()


def _insert(model: type[models.Model], batch: Sequence[list[Any]]) -> None:
    columns = _columns(model)
    with _usable(f"it has rows of {model._meta.label} that the database refuses"):
        made = [model(**{c.attname: _python(c, v) for c, v in zip(columns, row, strict=True)}) for row in batch]
        model._base_manager.bulk_create(made)


def _python(column: models.Field[Any, Any], value: Any) -> Any:
    if value is None or isinstance(column, models.JSONField):
        return value
    if isinstance(column, models.BinaryField):
        return base64.b64decode(value)
    return column.to_python(value)


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), tables())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
