"""Which tables and columns a backup holds, and their rows as lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models

from fincred.db.backup.archive import Digest, Digests
from fincred.db.fields import ExactJSONEncoder
from fincred.db.own_migrations import applied

BATCH: Final = 1000


def tables() -> list[type[models.Model]]:
    """Every table, those between two models included, in a fixed order."""
    managed = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    kept = (model for model in managed if not model._meta.proxy and getattr(model, "in_backups", True))
    return sorted(kept, key=lambda model: model._meta.label_lower)


def digests() -> Digests:
    """The number of rows and the hash of every table as it is now; equal for databases that hold the same."""
    return {model._meta.label_lower: _digest(model).as_json() for model in tables()}


def row_count() -> int:
    """How many rows there are in all."""
    return sum(model._base_manager.count() for model in tables())


def migrations() -> list[list[str]]:
    """The migrations that were applied to this database, by app and name."""
    return sorted([app, name] for app, name in applied(DEFAULT_DB_ALIAS))


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that a backup holds: the database fills generated ones, and saving fills derived ones."""
    return [
        column
        for column in model._meta.concrete_fields
        if not column.generated and getattr(column, "in_backups", True)
    ]


def names_of(model: type[models.Model]) -> list[str]:
    """The names of these columns, in the order of a line's values."""
    return [column.attname for column in columns_of(model)]


def rows_of(model: type[models.Model]) -> Iterator[bytes]:
    """Each row as a line of JSON, in the order of the keys."""
    rows = model._base_manager.order_by("pk").values_list(*names_of(model))
    for row in rows.iterator(chunk_size=BATCH):
        yield f"{json.dumps([_plain(value) for value in row], cls=ExactJSONEncoder, sort_keys=True)}\n".encode()


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _digest(model: type[models.Model]) -> Digest:
    digest = Digest()
    for line in rows_of(model):
        digest.add(line)
    return digest
