"""Running SQL that was compiled once: what reads and writes share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections
from django.db.models import Expression
from django.db.transaction import TransactionManagementError, mark_for_rollback_on_error

from fincred.db.postgresql.one_row import translate_error
from fincred.db.postgresql.pipeline import Result, Statement


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


def ask(alias: str, asked: Sequence[Statement]) -> list[Result]:
    """What these statements come to, one after another; PostgreSQL is asked in one round trip."""
    connection: Any = connections[alias]
    if connection.vendor == "postgresql":
        answers: list[Result] = connection.run(asked)
        return answers
    return [_ask_sqlite(connection, *each) for each in asked]


def send(connection: Any, sql: str, values: Sequence[Any]) -> None:
    """Write one row. On PostgreSQL the statement itself fails where it doesn't write one row.

    :raises django.db.DatabaseError: it is refused, or there is no such row.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A row is written inside of a transaction, or not at all")
    with mark_for_rollback_on_error(connection.alias):
        if connection.vendor == "postgresql":
            try:
                connection.run([(sql, values)])
            except DatabaseError as error:
                raise translate_error(error) from error.__cause__
            return
        written = _ask_sqlite(connection, sql, values).rowcount
        if written != 1:
            raise DatabaseError(f"One row was to be written, and {written} were")


def _ask_sqlite(connection: Any, sql: str, values: Sequence[Any]) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_for_sqlite(value) for value in values])
        with connection.wrap_database_errors:
            return Result(cursor.fetchall(), cursor.rowcount)


def _for_sqlite(value: Any) -> Any:
    """As Django's fields hand it to the driver: SQLite knows neither UUIDs nor days nor moments."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.isoformat() if isinstance(value, date) else value
