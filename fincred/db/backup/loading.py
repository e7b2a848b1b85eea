"""Load an archive into an empty database."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, InterfaceError, ProgrammingError, connection, models, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from fincred import clock
from fincred.db.backup.archive import Archive, ArchiveError, Lines, Progress, require
from fincred.db.backup.checking import check
from fincred.db.backup.tables import BATCH, columns_of, digests, tables
from fincred.db.limits import lift_time_limits

StartProgress = Callable[[int], Progress]

# What a value of a wrong type or size may raise on its way into the database and back.
_UNUSABLE = (
    DataError, IntegrityError, InterfaceError, ProgrammingError, ValidationError,
    ValueError, TypeError, ArithmeticError, AttributeError, RecursionError,
)  # fmt: skip


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
        require(_is_empty(), "this database has people, or an audit trail, in it")
        for model in tables():
            model._base_manager.all()._raw_delete("default")  # no cascade, no signal
        _load(Lines(raw), progress)
        with _usable("it has values that the database can't give back"):
            require(digests() == archive.digests, "it has values that the database stores otherwise")
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


def _is_empty() -> bool:
    """The audit trail outlives people, and can't be removed to make room for another."""
    kept = (apps.get_model("accounts", name)._base_manager for name in ("User", "AuditEntry"))
    return not any(rows.exists() for rows in kept)


def _load(lines: Lines, progress: Progress) -> None:
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
    columns = columns_of(model)
    with _usable(f"it has rows of {model._meta.label} that the database refuses"):
        made = [model(**{c.attname: _python(c, v) for c, v in zip(columns, row, strict=True)}) for row in batch]
        for row in made:
            vars(row)["is_restored"] = True  # see DerivedField
        model._base_manager.bulk_create(made)


def _python(column: models.Field[Any, Any], value: Any) -> Any:
    """:raises ValueError: the column can't hold the value: on SQLite, too, what PostgreSQL would refuse."""
    if _has_nul(value):
        raise ValueError("no database but SQLite takes U+0000")
    if value is None or isinstance(column, models.JSONField):
        return value
    if isinstance(column, models.BinaryField):
        return base64.b64decode(value)
    made = column.to_python(value)
    if isinstance(column, models.IntegerField):
        lowest, highest = BaseDatabaseOperations.integer_field_ranges[column.get_internal_type()]
        if not lowest <= made <= highest:
            raise ValueError("the number is out of range")
    if isinstance(column, models.AutoField) and made < 1:
        raise ValueError("a sequence can't go on from there")
    if isinstance(made, str) and column.max_length and len(made) > column.max_length:
        raise ValueError("the text is too long")
    return made


def _has_nul(value: Any) -> bool:
    """Also within a document, in which names of fields are texts, too."""
    if isinstance(value, dict):
        return any(_has_nul(name) or _has_nul(part) for name, part in value.items())
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


def _reset_sequences() -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), tables())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
