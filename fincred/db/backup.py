"""The whole database as one file, and back: the same rows on either engine, proved by their hashes.

A gzip of JSON lines: a header, then for each table its columns and its rows in the order of their keys, last
the number and the SHA-256 of each table's rows. Amounts and moments are strings, so nothing is rounded.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from fincred.db.fields import ExactJSONEncoder

FORMAT = 1
BATCH = 1000

Progress = Callable[[int], None]


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

    def add(self, line: str) -> None:
        self.rows += 1
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        self.sha256 = self._hash.hexdigest()

    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.sha256}


def tables() -> list[type[models.Model]]:
    """Every table, those between two models included, in a fixed order."""
    managed = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    return sorted((model for model in managed if not model._meta.proxy), key=lambda model: model._meta.label_lower)


def digests() -> dict[str, dict[str, Any]]:
    """The rows and hash of every table as it is now; equal for databases that hold the same."""
    return {model._meta.label_lower: _digest(model).told() for model in tables()}


def row_count() -> int:
    """How many rows there are in all."""
    return sum(model._base_manager.count() for model in tables())


def backup(path: Path, *, progress: Progress = lambda _: None) -> int:
    """Write the archive as of one moment, readable by its owner alone; how many rows it has.

    The file appears under its name only when it is complete.
    """
    unfinished = path.with_name(f"{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as file:
            rows = _write(file, progress)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def restore(path: Path, *, progress: Progress = lambda _: None) -> int:
    """Load the archive into a migrated database that holds nobody yet; how many rows it has.

    :raises ArchiveError: the database isn't empty, its migrations are others, or the rows don't give the
        archive's hashes. Then nothing was changed.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file, transaction.atomic():
        _require(_header(file)["migrations"] == _migrations(), "it was made with other migrations")
        _require(not _people().exists(), "this database has people in it")
        for model in tables():
            model._base_manager.all()._raw_delete("default")  # no cascade, no signal
        expected, rows = _load(file, progress)
        _reset_sequences()
        _require(digests() == expected, "the rows don't give the hashes in it")
    return rows


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ArchiveError(reason=reason)


def _people() -> models.QuerySet[Any]:
    return apps.get_model("accounts", "User")._default_manager.all()


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [column for column in model._meta.concrete_fields if not column.generated]


def _lines(model: type[models.Model]) -> Iterator[str]:
    names = [column.attname for column in _columns(model)]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=BATCH):
        yield json.dumps([_plain(value) for value in row], cls=ExactJSONEncoder, sort_keys=True)


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _digest(model: type[models.Model]) -> Digest:
    digest = Digest()
    for line in _lines(model):
        digest.add(line)
    return digest


def _write(file: IO[str], progress: Progress) -> int:
    written: dict[str, Digest] = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _line(file, {"format": FORMAT, "migrations": _migrations()})
        for model in tables():
            label = model._meta.label_lower
            _line(file, {"table": label, "columns": [column.attname for column in _columns(model)]})
            digest = written[label] = Digest()
            for line in _lines(model):
                file.write(f"{line}\n")
                digest.add(line)
                progress(1)
    _line(file, {"digests": {label: digest.told() for label, digest in written.items()}})
    return sum(digest.rows for digest in written.values())


def _line(file: IO[str], document: Any) -> None:
    file.write(f"{json.dumps(document)}\n")


def _header(file: IO[str]) -> dict[str, Any]:
    try:
        header: dict[str, Any] = json.loads(file.readline())
    except (ValueError, OSError):
        raise ArchiveError(reason="it is not a FinCred backup") from None
    _require(header.get("format") == FORMAT, "its format is another")
    return header


def _load(file: IO[str], progress: Progress) -> tuple[dict[str, Any], int]:
    """Insert the rows table by table; what the archive says of itself, and how many rows it had."""
    model, rows, batch = None, 0, []
    for line in file:
        document = json.loads(line)
        if isinstance(document, list):
            batch.append(document)
            if len(batch) < BATCH:
                continue
        rows += _insert(model, batch, progress)
        batch = []
        if isinstance(document, dict):
            if "digests" in document:
                return document["digests"], rows
            model = apps.get_model(document["table"])
    raise ArchiveError(reason="it is not complete")


def _insert(model: type[models.Model] | None, batch: list[list[Any]], progress: Progress) -> int:
    if model is None or not batch:
        return 0
    columns = _columns(model)
    made = [
        model(**{c.attname: _python(c, value) for c, value in zip(columns, row, strict=True)}) for row in batch
    ]
    model._base_manager.bulk_create(made)
    progress(len(made))
    return len(made)


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
