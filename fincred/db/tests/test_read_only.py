from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from fincred.db.read_only import refuses_writes

pytestmark = [pytest.mark.platform]


def raised(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


def of_sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorname = name
    return error


@pytest.mark.unit
class TestRefusesWrites:
    @pytest.mark.parametrize(
        "error",
        [
            raised(OperationalError(), psycopg.errors.ReadOnlySqlTransaction()),
            raised(OperationalError(), psycopg.errors.DiskFull()),
            raised(OperationalError(), of_sqlite("SQLITE_FULL")),
            raised(OperationalError(), of_sqlite("SQLITE_READONLY_DBMOVED")),
        ],
    )
    def test_a_full_disk_and_a_database_that_is_read_only(self, error: Exception) -> None:
        assert refuses_writes(error)

    @pytest.mark.parametrize(
        "error",
        [
            None,
            ValueError(),
            OperationalError(),
            raised(IntegrityError(), psycopg.errors.UniqueViolation()),
            raised(OperationalError(), of_sqlite("SQLITE_BUSY")),
        ],
    )
    def test_nothing_else(self, error: Exception | None) -> None:
        assert not refuses_writes(error)


def by_cursor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM goals_goal")


DOORS: dict[str, Callable[[], Any]] = {
    "cursor": by_cursor,
    "pipeline": lambda: connection.run([("DELETE FROM goals_goal", ())]),  # type: ignore[attr-defined]
}


@pytest.mark.integration
@pytest.mark.postgresql
@pytest.mark.django_db
class TestWhatTheServerDecides:
    """psycopg calls these internal errors."""

    @pytest.mark.parametrize("door", DOORS)
    def test_a_write_while_it_takes_none_is_operational(self, door: str) -> None:
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL transaction_read_only = on")
            with pytest.raises(OperationalError) as refused:
                DOORS[door]()
            transaction.set_rollback(True)
        assert refuses_writes(refused.value)

    def test_so_is_the_end_of_a_transaction_that_stood_still(self) -> None:
        with pytest.raises(OperationalError), connection.wrap_database_errors:
            raise psycopg.errors.IdleInTransactionSessionTimeout
