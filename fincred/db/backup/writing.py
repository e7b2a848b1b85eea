"""Write an archive."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from fincred import clock
from fincred.db.backup.archive import FORMAT, Digest, Progress, new_signature
from fincred.db.backup.tables import migrations, names_of, rows_of, tables
from fincred.db.snapshot import snapshot
from fincred.private_file import write_private


def backup(path: Path, *, progress: Progress = lambda _: None) -> int:
    """Write the archive as of one moment, readable by its owner alone. Returns the number of its rows.

    The file appears under its name only when it is complete.

    :raises OSError: it can't be written.
    """
    with write_private(path) as raw, gzip.GzipFile("", "wb", fileobj=raw) as file:
        return _write(file, progress)


def _write(file: gzip.GzipFile, progress: Progress) -> int:
    written: dict[str, Digest] = {}
    signature = new_signature()

    def write(line: bytes) -> None:
        file.write(line)
        signature.update(line)

    with snapshot():
        write(_line({"format": FORMAT, "made_at": clock.now().isoformat(), "migrations": migrations()}))
        for model in tables():
            label = model._meta.label_lower
            write(_line({"table": label, "columns": names_of(model)}))
            digest = written[label] = Digest()
            for line in rows_of(model):
                write(line)
                digest.add(line)
                progress(1)
    write(_line({"digests": {label: digest.as_json() for label, digest in written.items()}}))
    file.write(_line({"hmac_sha256": signature.hexdigest() if settings.BACKUP_KEY else None}))
    return sum(digest.rows for digest in written.values())


def _line(document: Any) -> bytes:
    return f"{json.dumps(document)}\n".encode()
