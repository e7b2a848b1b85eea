"""Executing SQL that was compiled once: what reads and writes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Expression

from fincred.db.postgresql.pipeline import Result, Statement


class Parameter(Expression):
    """Stands in a prepared query or update for a value that is bound to it later."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


def bound(parameters: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    """The statement's parameters, with these values in their places."""
    return [values[part.name] if isinstance(part, Parameter) else part for part in parameters]


def run(alias: str, statements: Sequence[Statement]) -> list[Result]:
    """The results of these statements, in their order; on PostgreSQL they are one round trip."""
    connection: Any = connections[alias]
    if connection.vendor == "postgresql":
        results: list[Result] = connection.run(statements)
        return results
    return [_run_on_sqlite(connection, *statement) for statement in statements]


def _run_on_sqlite(connection: Any, sql: str, values: Sequence[Any]) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_for_sqlite(value) for value in values])
        return Result(cursor.fetchall(), cursor.rowcount)


def _for_sqlite(value: Any) -> Any:
    """The value as Django's fields pass it to the driver: SQLite has no types for UUIDs, days and moments."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.isoformat() if isinstance(value, date) else value
