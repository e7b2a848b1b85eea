"""Statements that a connection prepares once, as many as are asked together in one round trip.

This is libpq's pipeline mode, by way of psycopg's own wrapper and with psycopg's adapters and errors. What its
cursors do anew for each statement costs more than all the rest of a short read (docs/decisions/0024).
"""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

from django.db import DatabaseError
from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

# A statement, and the values for its places.
Asked = tuple[str, Sequence[Any]]

# After a migration that changed a column's type ("cached plan must not change result type"), or DISCARD ALL.
_NO_LONGER_PREPARED = (FeatureNotSupported, InvalidSqlStatementName)
_PLACE = re.compile(r"%(s|%)")


class Answer(NamedTuple):
    """What a statement came to: its rows, and how many these are or how many it changed."""

    rows: list[tuple[Any, ...]]
    rowcount: int


def require_one_row(answer: Answer) -> None:
    """:raises django.db.DatabaseError: the statement wrote none, or several."""
    if answer.rowcount != 1:
        raise DatabaseError(f"One row was to be written, and {answer.rowcount} were")


class RoundTrips:
    """What one connection has prepared, and asks."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._statements: dict[str, _Statement] = {}
        self._numbers = count()
        self._poll = select.poll()
        self._poll.register(connection.fileno(), select.POLLIN)

    def ask(self, asked: Sequence[Asked]) -> list[Answer]:
        """The answers, in the order of the statements; each sees what those before it did.

        Outside of a transaction all of them are done, or none.

        :raises psycopg.Error: of the first that failed; those after it were not done.
        """
        bound = [self._statement(sql).bound(values) for sql, values in asked]
        try:
            self._pgconn.enter_pipeline_mode()
            understand = self._send(bound)
            results = self._received()
            self._pgconn.exit_pipeline_mode()
        except BaseException:  # nobody knows what might still arrive
            self._connection.close()
            raise
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                error = error_from_result(result)
                if isinstance(error, _NO_LONGER_PREPARED):
                    self._statements.clear()
                raise error
        answers = [one(result) for one, result in zip(understand, results, strict=True)]
        return [answer for answer in answers if answer is not None]

    def _statement(self, sql: str) -> _Statement:
        if sql not in self._statements:
            self._statements[sql] = _Statement(self._connection, sql)
        return self._statements[sql]

    def _send(self, asked: Sequence[_Bound]) -> list[Callable[[PGresult], Answer | None]]:
        """Everything at once; what is to be made of each result."""
        pgconn = self._pgconn
        understand: list[Callable[[PGresult], Answer | None]] = []
        if not self._connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            pgconn.send_query_params(b"BEGIN", None)
            understand.append(lambda result: None)
        for one in asked:
            name = one.statement.names.get(one.types)
            if name is None:
                name = b"fincred_%d" % next(self._numbers)
                pgconn.send_prepare(name, one.statement.sql, one.types)
                understand.append(one.was_prepared_as(name))
            pgconn.send_query_prepared(name, one.values, one.formats, result_format=Format.BINARY)
            understand.append(one.statement.answer)
        pgconn.pipeline_sync()
        return understand

    def _received(self) -> list[PGresult]:
        """One result for everything that was sent."""
        pgconn = self._pgconn
        while pgconn.flush():
            self._wait(select.POLLIN | select.POLLOUT)
        results: list[PGresult] = []
        while True:
            while pgconn.is_busy():
                self._wait(select.POLLIN)
            result = pgconn.get_result()
            if result is None:  # the end of one statement's results
                if pgconn.status == ConnStatus.BAD:
                    raise OperationalError("The connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)

    def _wait(self, events: int) -> None:
        """For libpq: it would wait as well, but let no other thread run meanwhile."""
        self._poll.modify(self._pgconn.socket, events)
        self._poll.poll()
        self._pgconn.consume_input()


class _Statement:
    """A statement on one connection: its names there, and how its values are written and its rows are read."""

    def __init__(self, connection: Connection[Any], sql: str) -> None:
        places = count(1)
        numbered = _PLACE.sub(lambda place: f"${next(places)}" if place[1] == "s" else "%", sql)
        self.sql = numbered.encode()
        # By the types of the values: None has another than a day.
        self.names: dict[tuple[int, ...], bytes] = {}
        self._transformer = Transformer(connection)
        self._wanted = [PyFormat.AUTO] * (next(places) - 1)
        self._knows_columns = False

    def bound(self, values: Sequence[Any]) -> _Bound:
        written = self._transformer.dump_sequence(values, self._wanted)
        return _Bound(self, written, self._transformer.types or (), self._transformer.formats or ())

    def answer(self, result: PGresult) -> Answer:
        if result.status != ExecStatus.TUPLES_OK:
            return Answer([], result.command_tuples or 0)
        self._transformer.set_pgresult(result, set_loaders=not self._knows_columns)
        self._knows_columns = True
        return Answer(self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples)


class _Bound(NamedTuple):
    """A statement with its values, as they go over the wire."""

    statement: _Statement
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Sequence[Format]

    def was_prepared_as(self, name: bytes) -> Callable[[PGresult], None]:
        def remember(result: PGresult) -> None:
            self.statement.names[self.types] = name

        return remember
