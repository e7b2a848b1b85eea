"""Statements that a connection prepares once, as many as are asked together in one round trip.

This is libpq's pipeline mode, by way of psycopg's own wrapper and with psycopg's adapters and errors. What its
cursors do anew for each statement costs more than all the rest of a short read (docs/decisions/0024).
"""

from __future__ import annotations

import re
import select
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

from psycopg import Connection, Error, OperationalError
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


class Pipeline:
    """What one connection has prepared, and asks."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._statements: dict[str, _Statement] = {}
        self._numbers = count()
        self._poll = select.poll()
        self._poll.register(connection.fileno(), select.POLLIN)

    def bound(self, sql: str, values: Sequence[Any]) -> Bound:
        """The statement with its values, ready to be asked.

        :raises psycopg.Error: a value can't be written.
        """
        if sql not in self._statements:
            self._statements[sql] = _Statement(self._connection, sql)
        return self._statements[sql].bound(values)

    def ask(self, asked: Sequence[Bound]) -> list[Answer]:
        """The answers, in the order of the statements; each sees what those before it did.

        Outside of a transaction all of them are done, or none.

        :raises psycopg.Error: of the first that failed; what comes after it was not done.
        """
        try:
            self._pgconn.enter_pipeline_mode()
            sent = self._send(asked)
            results = self._received()
            self._pgconn.exit_pipeline_mode()
        except BaseException:  # nobody knows what might still arrive
            self._connection.close()
            raise
        answered = list(zip(sent, results, strict=True))
        for one, result in answered:
            if isinstance(one, _Preparing) and result.status == ExecStatus.COMMAND_OK:
                one.variant.name = one.name
        for _, result in answered:
            if result.status == ExecStatus.FATAL_ERROR:
                raise self._error(result)
        return [one.variant.answer(result) for one, result in answered if isinstance(one, Bound)]

    def _error(self, result: PGresult) -> Error:
        error = error_from_result(result)
        if isinstance(error, _NO_LONGER_PREPARED):
            self._statements.clear()
        return error

    def _send(self, asked: Sequence[Bound]) -> list[Bound | _Preparing | None]:
        """Everything at once; what each result will be of, None for BEGIN."""
        pgconn = self._pgconn
        sent: list[Bound | _Preparing | None] = []
        preparing: dict[_Variant, bytes] = {}
        if not self._connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            pgconn.send_query_params(b"BEGIN", None)
            sent.append(None)
        for one in asked:
            variant = one.variant
            name = variant.name or preparing.get(variant)
            if name is None:
                name = preparing[variant] = b"fincred_%d" % next(self._numbers)
                pgconn.send_prepare(name, variant.sql, variant.types)
                sent.append(_Preparing(variant, name))
            pgconn.send_query_prepared(name, one.values, one.formats, result_format=Format.BINARY)
            sent.append(one)
        pgconn.pipeline_sync()
        return sent

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
    """A statement on one connection, and how its values are written there."""

    def __init__(self, connection: Connection[Any], sql: str) -> None:
        places = count(1)
        numbered = _PLACE.sub(lambda place: f"${next(places)}" if place[1] == "s" else "%", sql)
        self._connection, self._sql = connection, numbered.encode()
        self._variants: dict[tuple[int, ...], _Variant] = {}
        self._transformer = Transformer(connection)
        self._wanted = [PyFormat.AUTO] * (next(places) - 1)

    def bound(self, values: Sequence[Any]) -> Bound:
        written = self._transformer.dump_sequence(values, self._wanted)
        types = self._transformer.types or ()
        if types not in self._variants:
            self._variants[types] = _Variant(self._connection, self._sql, types)
        return Bound(self._variants[types], written, self._transformer.formats or ())


class _Variant:
    """A statement for values of these types (None has another than a day, a large number than a small one).

    PostgreSQL prepares each by itself, and the columns of its rows may have types of their own.
    """

    def __init__(self, connection: Connection[Any], sql: bytes, types: tuple[int, ...]) -> None:
        self.sql, self.types = sql, types
        self.name: bytes | None = None
        self._transformer = Transformer(connection)
        self._knows_columns = False

    def answer(self, result: PGresult) -> Answer:
        if result.status != ExecStatus.TUPLES_OK:
            return Answer([], result.command_tuples or 0)
        self._transformer.set_pgresult(result, set_loaders=not self._knows_columns)
        self._knows_columns = True
        return Answer(self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples)


class Bound(NamedTuple):
    """A statement with its values, as they go over the wire."""

    variant: _Variant
    values: Sequence[Any]
    formats: Sequence[Format]


class _Preparing(NamedTuple):
    """A statement that gets its name."""

    variant: _Variant
    name: bytes
