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

from fincred.db.postgresql.pipeline import Answer, Asked, Pipeline


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
    """`run` sends compiled statements together, in one round trip; each connection prepares them once."""

    # How many transactions it has committed.
    commits = 0

    def run(self, asked: Sequence[Asked]) -> list[Answer]:
        """The results of these statements, in their order.

        Rows arrive in PostgreSQL's binary form: amounts, days and moments as they are, not as text to be parsed.
        """
        if self.queries_logged or self.execute_wrappers:
            return [self._run_watched(*each) for each in asked]
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            pipeline = self._pipeline
            return pipeline.ask([pipeline.bound(sql, values) for sql, values in asked])

    @property
    def _pipeline(self) -> Pipeline:
        """It ends with the connection."""
        if not hasattr(self.connection, "round_trips"):
            self.connection.round_trips = Pipeline(self.connection)
        pipeline: Pipeline = self.connection.round_trips
        return pipeline

    def _run_watched(self, sql: str, values: Sequence[Any]) -> Answer:
        with self.cursor() as cursor:
            cursor.cursor.format = Format.BINARY
            cursor.execute(sql, values)
            return Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # the pool's connections come with it
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs don't know it

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs don't know it
        self.commits += 1

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
