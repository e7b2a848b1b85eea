"""A psycopg connection that prepares each statement once, sends several together, and never waits for ever.

Private and half-private parts of psycopg (its Transformer, its libpq wrapper, the generators that `wait` drives)
are touched in this file alone; docs/decisions/0020 lists them. The rest of psycopg is used as it is: adapters,
errors, transactions. Its cursors are left out because what they repeat for each statement costs more than all the
rest of a short read (docs/decisions/0024).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg import Error, OperationalError
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import _WaitTimeout, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

from fincred.db.postgresql.patience import limit

# After these times PostgreSQL itself ends what takes longer. FinCred asks for them when it connects; behind a
# transaction pooler they have to be set for the role.
TIMEOUTS = {"statement_timeout": "10s", "lock_timeout": "4s", "idle_in_transaction_session_timeout": "30s"}

# SQL with `%s` for each parameter, and the parameters.
Statement = tuple[str, Sequence[Any]]

Value = TypeVar("Value")

_NO_TIME = "No time was left to wait for PostgreSQL's answer"
_PLACEHOLDER = re.compile(r"%(s|%)")
# "cached plan must not change result type", "prepared statement does not exist" and "... already exists".
_STALE_STATEMENT = frozenset({"0A000", "26000", "42P05"})


class Result(NamedTuple):
    """The rows of a statement, and how many it returned or changed."""

    rows: list[tuple[Any, ...]]
    rowcount: int


def is_stale(error: BaseException | None) -> bool:
    """Whether the prepared statement may be what failed, and not its SQL.

    A migration changed a column's type, DISCARD ALL dropped the statement, or a pooler led to another server
    process. Sent without a name the statement works.
    """
    return isinstance(error, Error) and error.sqlstate in _STALE_STATEMENT


class Connection(psycopg.Connection[Any]):
    """Runs statements in pipelines; every wait for the server ends after `tcp_user_timeout`, or with `patience`.

    That parameter of libpq tells the kernel how long a network may be silent. Here it holds for a server that
    hangs, too: its host still acknowledges what it is sent.
    """

    # Whether statements get names on the server. Not behind a transaction pooler: each may go to another process.
    prepares = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        milliseconds = self.info.get_parameters().get("tcp_user_timeout", "0")
        self.deadline = int(milliseconds) / 1000 or None
        self._statements: dict[str, _Statement] = {}
        self._generation = 0

    def wait(self, gen: PQGen[Value], interval: float = 0.1, timeout: float | None = None) -> Value:
        """psycopg's only way to wait for a connected server: each statement, COMMIT, ROLLBACK.

        :raises OperationalError: there was no answer in time; the connection is closed, and the pool's others are
            exchanged, because they lead to the same server.
        """
        seconds = limit(timeout or self.deadline)
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout:
            pool = getattr(self, "_pool", None)
            self.close()
            if pool:
                pool.drain()
            waited = round(seconds or 0, 2)
            why = f"PostgreSQL gave no answer for {waited} seconds" if waited else _NO_TIME
            raise OperationalError(why) from None

    def run(self, statements: Sequence[Statement]) -> list[Result]:
        """The results of the statements, in one round trip; each sees what those before it did.

        Outside a transaction all of them are done, or none. A prepared statement that has become stale is repeated
        without its name where nothing but these statements is lost by it.

        :raises psycopg.Error: of the first that failed; what comes after it was not done.
        """
        nothing_before = self.pgconn.transaction_status == TransactionStatus.IDLE
        try:
            return self._run(statements)
        except Error as error:
            if not self.prepares or not is_stale(error):
                raise
            self._statements.clear()
            self.prepares = False  # until the connection is taken from the pool again
            if not nothing_before:
                raise
        self.rollback()
        return self._run(statements)

    def _run(self, statements: Sequence[Statement]) -> list[Result]:
        bound = [self._bind(sql, parameters) for sql, parameters in statements]
        try:
            self.pgconn.enter_pipeline_mode()
            sent = self._send(bound)
            results = self.wait(self._receive())
            self.pgconn.exit_pipeline_mode()
        except BaseException:  # what might still arrive is unknown
            self.close()
            raise
        answered = list(zip(sent, results, strict=True))
        for message, result in answered:
            if isinstance(message, _Preparing) and result.status == ExecStatus.COMMAND_OK:
                message.statement.name = message.name
        for _, result in answered:
            if result.status == ExecStatus.FATAL_ERROR:
                # What was to be prepared after it wasn't. PgBouncer (1.21) doesn't know, and closes the connection
                # of a client that prepares a name twice.
                self._generation += 1
                raise error_from_result(result)
        return [message.statement.read(result) for message, result in answered if isinstance(message, _Bound)]

    def _bind(self, sql: str, parameters: Sequence[Any]) -> _Bound:
        if sql not in self._statements:
            self._statements[sql] = _Statement(self, sql)
        return self._statements[sql].bind(parameters)

    def _send(self, bound: Sequence[_Bound]) -> list[_Bound | _Preparing | None]:
        """Send everything at once. Returns what each result will belong to; None for BEGIN."""
        pgconn = self.pgconn
        sent: list[_Bound | _Preparing | None] = []
        preparing: dict[_TypedStatement, bytes] = {}
        if not self.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            pgconn.send_query_params(b"BEGIN", None)
            sent.append(None)
        for one in bound:
            statement = one.statement
            if not self.prepares:
                pgconn.send_query_params(
                    statement.sql, one.values, statement.types, one.formats, result_format=Format.BINARY
                )
                sent.append(one)
                continue
            name = statement.name or preparing.get(statement)
            if name is None:
                name = preparing[statement] = b"fincred_%s_%d" % (statement.digest, self._generation)
                pgconn.send_prepare(name, statement.sql, statement.types)
                sent.append(_Preparing(statement, name))
            pgconn.send_query_prepared(name, one.values, one.formats, result_format=Format.BINARY)
            sent.append(one)
        pgconn.pipeline_sync()
        return sent

    def _receive(self) -> PQGen[list[PGresult]]:
        """One result for everything that was sent. libpq's own wait would let no other thread run meanwhile."""
        pgconn = self.pgconn
        while pgconn.flush():
            if (yield Wait.RW) & Ready.R:
                pgconn.consume_input()
        results: list[PGresult] = []
        while True:
            while pgconn.is_busy():
                yield Wait.R
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:  # the end of one statement's results
                if pgconn.status == ConnStatus.BAD:
                    raise OperationalError("The connection is lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)


class _Statement:
    """A statement on one connection, and how its parameters are written there."""

    def __init__(self, connection: Connection, sql: str) -> None:
        places = count(1)
        numbered = _PLACEHOLDER.sub(lambda place: f"${next(places)}" if place[1] == "s" else "%", sql)
        self._connection, self._sql = connection, numbered.encode()
        self._typed: dict[tuple[int, ...], _TypedStatement] = {}
        self._transformer = Transformer(connection)
        self._formats = [PyFormat.AUTO] * (next(places) - 1)
        self._types: tuple[int, ...] = ()

    def bind(self, parameters: Sequence[Any]) -> _Bound:
        """:raises psycopg.Error: a parameter can't be written."""
        values = self._transformer.dump_sequence(parameters, self._formats)
        types = self._transformer.types or ()
        if (
            0 in types and self._types
        ):  # NULL can be of any type: of the last one, so that no other statement is made
            types = tuple([new or last for new, last in zip(types, self._types, strict=True)])
        self._types = types
        if types not in self._typed:
            self._typed[types] = _TypedStatement(self._connection, self._sql, types)
        return _Bound(self._typed[types], values, self._transformer.formats or ())


class _TypedStatement:
    """A statement for parameters of these types; a large number has another type than a small one.

    PostgreSQL prepares each by itself. Its digest, part of its name, follows from SQL and types: it is the same in
    every process.
    """

    def __init__(self, connection: Connection, sql: bytes, types: tuple[int, ...]) -> None:
        self.sql, self.types = sql, types
        self.digest = blake2b(b"%s\0%r" % (sql, types), digest_size=12).hexdigest().encode()
        self.name: bytes | None = None
        self._transformer = Transformer(connection)
        self._knows_columns = False

    def read(self, result: PGresult) -> Result:
        if result.status != ExecStatus.TUPLES_OK:
            return Result([], result.command_tuples or 0)
        # A migration may change their types under a statement that isn't prepared; a prepared one becomes stale.
        self._transformer.set_pgresult(result, set_loaders=not (self._knows_columns and self.name))
        self._knows_columns = True
        return Result(self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples)


class _Bound(NamedTuple):
    """A statement with its parameters, as they go over the wire."""

    statement: _TypedStatement
    values: Sequence[Any]
    formats: Sequence[Format]


class _Preparing(NamedTuple):
    """A statement that is being prepared under this name."""

    statement: _TypedStatement
    name: bytes
