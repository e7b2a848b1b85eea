"""Running SQL that was compiled once: what reads and writes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Expression


class Parameter(Expression):
    """Stands in a declared read or write for a value that each run brings along."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


def bound(parameters: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    """The statement's parameters, with this run's values in their places."""
    return [values[part.name] if isinstance(part, Parameter) else part for part in parameters]


def execute(alias: str, sql: str, parameters: Sequence[Any]) -> Any:
    """A cursor that has run it; it is good until the next statement is run."""
    connection: Any = connections[alias]
    if connection.vendor == "postgresql":
        return connection.run(sql, parameters)
    cursor = connection.cursor()
    cursor.execute(sql, [_for_sqlite(value) for value in parameters])
    return cursor


def _for_sqlite(value: Any) -> Any:
    """As Django's fields hand it to the driver: SQLite knows neither UUIDs nor days nor moments."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.isoformat() if isinstance(value, date) else value
