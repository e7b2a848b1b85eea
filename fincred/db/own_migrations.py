"""Whether a database has the migrations of the code that runs. Newer ones don't matter."""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from functools import cache

from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg.errors import UndefinedColumn, UndefinedTable


class NotMigratedError(OperationalError):
    """The database lacks migrations of this code, and counts as away until `migrate` has run."""


def applied(alias: str) -> Set[tuple[str, str]]:
    """The migrations that the database has, by app and name.

    :raises django.db.Error: it can't be read.
    """
    return MigrationRecorder(connections[alias]).applied_migrations().keys()


def are_applied(alias: str) -> bool:
    """Whether the database has all of this code's migrations.

    :raises django.db.Error: it can't be read.
    """
    return _own() <= applied(alias)


def lacks_migrations(error: BaseException) -> bool:
    """Whether a statement failed for a table or a column that `migrate` has yet to make.

    On SQLite this is an `OperationalError`, as is everything that a database isn't ready for.
    """
    if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
        return False
    with suppress(Error):
        return not are_applied(DEFAULT_DB_ALIAS)
    return False


@cache
def require() -> None:
    """Look for the code's migrations in the database; once all were found, never again.

    :raises NotMigratedError: some are missing.
    :raises django.db.Error: the database can't be read.
    """
    if not are_applied(DEFAULT_DB_ALIAS):
        raise NotMigratedError


@cache
def _own() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
