"""Django's PostgreSQL backend, except that a pooled connection which died is noticed before it is used.

After a restart of the server every idle connection of the pool is dead. The stock backend either hands them
out one by one, an error each, or (with health checks) asks the server with a query before every request. A
dead connection can be told without asking: its socket has something to read, the end of the stream.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import Buffer, Loader
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


class DatabaseWrapper(base.DatabaseWrapper):
    commits_sent = 0

    def _commit(self) -> None:
        self.commits_sent += 1
        super()._commit()  # type: ignore[misc]  # the stubs don't know it

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        parameters["context"].register_loader("jsonb", JsonbTextLoader)
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
