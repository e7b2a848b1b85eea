"""Django's PostgreSQL backend, for connections that die, hang, or are made by a pooler without timeouts.

Private parts of Django's backend are touched in this file alone; docs/decisions/0020 lists them.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any, ClassVar

import psycopg
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.validation import BaseDatabaseValidation
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper, OperationalError
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction
from psycopg.pq import Format
from psycopg_pool import PoolTimeout

from fincred.counters import figures_of_pool
from fincred.db.postgresql.outages import outages
from fincred.db.postgresql.pipeline import TIMEOUTS, Result, Statement


def is_dead(connection: Any) -> bool:
    """Whether the server has closed this idle connection; a look at the socket, no round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class JsonbLoader(Loader):
    """jsonb in a binary result is its UTF-8 text behind a version byte; `ExactJSONField` parses it."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data[1:])


@cache
def _register_jsonb(adapters: AdaptersMap) -> None:
    """Register it once only: all connections share the adapters, and each change empties their caches."""
    adapters.register_loader("jsonb", JsonbLoader)


def _without_timeout(role: str) -> str:
    commands = [f"ALTER ROLE \"{role}\" SET {name} = '{value}';" for name, value in TIMEOUTS.items()]
    return (
        "PostgreSQL would never end a slow statement: statement_timeout is 0. A pooler drops the timeouts that"
        " FinCred asks for when it connects. Set them for the role, then let the pooler connect again (PgBouncer:"
        f" RECONNECT): {' '.join(commands)}"
    )


class DatabaseValidation(BaseDatabaseValidation):
    """`manage.py check --database default`, which is part of `migrate`."""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        try:
            self.connection.ensure_connection()
        except ImproperlyConfigured as error:
            return [checks.Error(str(error), id="fincred.E001")]
        return []


class ErrorWrapper(DatabaseErrorWrapper):
    """Raise `OperationalError` where psycopg raises `InternalError`, as for a bug in the server.

    The server takes no writes at the moment, or ended a transaction that stood still: a 503, and tried again.
    """

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if isinstance(exc_value, ReadOnlySqlTransaction | IdleInTransactionSessionTimeout):
            self.wrapper.errors_occurred = True  # type: ignore[attr-defined]  # the stubs don't know it
            raise OperationalError(*exc_value.args).with_traceback(traceback) from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """`run` sends compiled statements together, in one round trip; each connection prepares them once."""

    validation_class = DatabaseValidation
    # How many transactions it has committed.
    commits = 0
    # The databases whose timeouts this process has looked at.
    _checked: ClassVar[set[str]] = set()

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return ErrorWrapper(self)

    def run(self, statements: Sequence[Statement]) -> list[Result]:
        """The results of these statements, in their order.

        Rows arrive in PostgreSQL's binary form: amounts, dates and moments as they are, not as text to be parsed.
        """
        if self.queries_logged or self.execute_wrappers:
            return [self._run_logged(*statement) for statement in statements]
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            results: list[Result] = self.connection.run(statements)
            return results

    def _run_logged(self, sql: str, parameters: Sequence[Any]) -> Result:
        with self.cursor() as cursor:
            cursor.cursor.format = Format.BINARY
            cursor.execute(sql, parameters)
            return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # the pool's connections come with it
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs don't know it

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs don't know it
        self.commits += 1

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        _register_jsonb(parameters["context"])
        return parameters

    def _configure_connection(self, connection: Any) -> bool:
        """Called for each connection that the pool has made."""
        commits = bool(super()._configure_connection(connection))  # type: ignore[misc]  # the stubs don't know it
        connection.execute("SELECT 1")  # a pooler takes connections also while its server is away
        outages.end(self.alias)
        return commits

    def connect_beside_the_pool(self, *, patience: int) -> None:
        """Open a connection outside of the pool, and close it: the pool itself tells only its log why it has none.

        :raises psycopg.Error: the server's refusal, or why it wasn't reached within `patience` seconds.
        """
        psycopg.connect(**self.get_connection_params() | {"connect_timeout": patience}).close()

    def get_new_connection(self, conn_params: Any) -> Any:
        """A live connection from the pool. If the first is dead the others are too, so the pool is emptied once.

        :raises psycopg_pool.PoolTimeout: no connection could be had within the pool's timeout.
        :raises ImproperlyConfigured: its statements would have no timeout.
        """
        if not self.pool:  # a maintenance connection to the database "postgres"
            return super().get_new_connection(conn_params)
        figures = figures_of_pool(self.alias)
        figures.waiting.inc()
        try:
            connection = self._take_live_connection(conn_params)
        except PoolTimeout:
            figures.timeouts.inc()
            raise
        finally:
            figures.waiting.dec()
        connection.prepares = not self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]  # behind a transaction pooler
        if self.alias not in self._checked:
            self._check_timeout(connection)
        figures.used.inc()
        return connection

    def _take_live_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        if is_dead(connection):
            connection.close()
            self.pool.putconn(connection)
            self.pool.drain()
            connection = super().get_new_connection(conn_params)
        return connection

    def _close(self) -> None:
        is_lent = bool(self.pool) and self.connection is not None
        super()._close()  # type: ignore[misc]  # the stubs don't know it
        if is_lent:
            figures_of_pool(self.alias).used.dec()

    def _check_timeout(self, connection: Any) -> None:
        """Check, once for each database in a process, that no pooler has dropped the time limit of statements."""
        try:
            if connection.execute("SHOW statement_timeout").fetchone() == ("0",):
                raise ImproperlyConfigured(_without_timeout(self.settings_dict["USER"]))
        except BaseException:
            self.pool.putconn(connection)
            raise
        self._checked.add(self.alias)
