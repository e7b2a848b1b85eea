"""Django's PostgreSQL backend, except that a pooled connection which died is noticed before it is used.

After a restart of the server every idle connection of the pool is dead. The stock backend either hands them
out one by one, an error each, or (with health checks) asks the server with a query before every request. A
dead connection can be told without asking: its socket has something to read, the end of the stream.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.pq import Format


def is_dead(connection: Any) -> bool:
    """Whether the server has closed this idle connection; a look at the socket, no round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class JsonbTextLoader(Loader):
    """jsonb in a binary result is its text behind a version byte; Django's field wants to parse it itself."""

    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return bytes(data)[1:].decode()


@cache
def _learn_jsonb(adapters: AdaptersMap) -> None:
    """Once: all connections are made with the same adapters, and each change makes them forget what they found."""
    adapters.register_loader("jsonb", JsonbTextLoader)


class DatabaseWrapper(base.DatabaseWrapper):
    commits_sent = 0

    def _commit(self) -> None:
        self.commits_sent += 1
        super()._commit()  # type: ignore[misc]  # the stubs don't know it

    def run(self, statement: str, parameters: Sequence[Any]) -> Any:
        """A cursor that has run what comes again and again; it is good until the next statement is run.

        Rows arrive in PostgreSQL's binary form: amounts, days and moments as they are, not as text to be
        parsed. Each connection keeps one cursor for that, which has learned how to read the columns.
        """
        if self.queries_logged or self.execute_wrappers:  # somebody watches what is asked
            watched = self.cursor()
            watched.cursor.format = Format.BINARY
            watched.execute(statement, parameters)
            return watched
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            if not hasattr(self.connection, "runner"):
                self.connection.runner = self.connection.cursor(binary=True)
            return self.connection.runner.execute(statement, parameters)

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        _learn_jsonb(parameters["context"])
        return parameters

    def get_new_connection(self, conn_params: Any) -> Any:
        """A live connection; where the first is dead the others are too, so the pool is emptied once.

        :raises psycopg_pool.PoolTimeout: no connection could be had within the pool's timeout.
        """
        connection = super().get_new_connection(conn_params)
        if self.pool and is_dead(connection):
            connection.close()
            self.pool.putconn(connection)
            self.pool.drain()
            connection = super().get_new_connection(conn_params)
        return connection
