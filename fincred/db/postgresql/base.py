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

from django.db import Error
from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.pq import Format

from fincred.db.postgresql.one_row import translate_error
from fincred.db.postgresql.pipeline import Answer, Asked, Bound, Pipeline


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
    """`run` and `send` are for what comes again and again: prepared once, and sent together."""

    # How many transactions it has committed.
    commits = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unsent: list[Bound] = []

    def run(self, asked: Sequence[Asked]) -> list[Answer]:
        """The answers to these, in one round trip with what was to be sent before.

        Rows arrive in PostgreSQL's binary form: amounts, days and moments as they are, not as text to be parsed.
        """
        if self._watched:
            self._send_now()
            return [self._run_watched(*each) for each in asked]
        return self._ask(self._bound(asked))

    def send(self, sql: str, values: Sequence[Any]) -> None:
        """Write inside of a transaction. Nobody waits for it: it goes with the next statement, or with COMMIT.

        :raises django.db.DatabaseError: at the latest by COMMIT: it is refused.
        """
        try:
            if self._watched:
                self._run_watched(sql, values)
            else:
                self._unsent += self._bound([(sql, values)])
        except Exception as error:
            raise self._failed(translate_error(error)) from error.__cause__

    def _failed(self, error: Exception) -> Exception:
        """As after any write that fails: nothing of the transaction is to last."""
        if self.in_atomic_block:
            self.needs_rollback, self.rollback_exc = True, error
        return error

    def _bound(self, asked: Sequence[Asked]) -> list[Bound]:
        """Written now, so that whoever asks hears what can't be written."""
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            trips = self._round_trips
            return [trips.bound(sql, values) for sql, values in asked]

    @property
    def _round_trips(self) -> Pipeline:
        """They end with the connection."""
        if not hasattr(self.connection, "round_trips"):
            self.connection.round_trips = Pipeline(self.connection)
        trips: Pipeline = self.connection.round_trips
        return trips

    def _ask(self, asked: Sequence[Bound], *, commit: bool = False) -> list[Answer]:
        self.validate_no_broken_transaction()
        sent, self._unsent = self._unsent, []
        try:
            with self.wrap_database_errors:
                answers = self._round_trips.ask([*sent, *asked], commit=commit)
        except Error as error:
            if not sent:
                raise
            raise self._failed(translate_error(error)) from error.__cause__
        return answers[len(sent) :]

    def _send_now(self) -> None:
        if self._unsent:
            self._ask(())

    @property
    def _watched(self) -> bool:
        return self.queries_logged or bool(self.execute_wrappers)

    def _run_watched(self, sql: str, values: Sequence[Any]) -> Answer:
        with self.cursor() as cursor:
            cursor.cursor.format = Format.BINARY
            cursor.execute(sql, values)
            return Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)

    def _cursor(self, name: str | None = None) -> Any:
        self._send_now()
        return super()._cursor(name)  # type: ignore[misc]  # the stubs don't know it

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # the pool's connections come with it
            super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs don't know it

    def _commit(self) -> None:
        if not self._unsent:
            super()._commit()  # type: ignore[misc]  # the stubs don't know it
        else:
            try:
                self._ask((), commit=True)
            except Error:
                raise
            except BaseException:  # Ctrl-C: Django undoes only what a database refuses
                self.close()
                raise
        self.commits += 1

    def _rollback(self) -> None:
        self._unsent.clear()
        super()._rollback()  # type: ignore[misc]  # the stubs don't know it

    def _savepoint_commit(self, sid: str) -> None:
        try:
            self._send_now()
        except Error:
            self.needs_rollback = False  # for Django goes back to the savepoint by itself then
            raise
        except BaseException:
            self.needs_rollback = True
            raise
        super()._savepoint_commit(sid)  # type: ignore[misc]  # the stubs don't know it

    def _savepoint_rollback(self, sid: str) -> None:
        self._unsent.clear()  # whatever was to be sent before the savepoint went with it
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # the stubs don't know it

    def close(self) -> None:
        self._unsent.clear()
        super().close()

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
