from __future__ import annotations

import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InternalError, OperationalError

from fincred.db.refusals import refuses_writes

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def raised(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


def of_sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorname = name
    return error


class TestRefusesWrites:
    @pytest.mark.parametrize(
        "error",
        [
            raised(InternalError(), psycopg.errors.ReadOnlySqlTransaction()),
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
