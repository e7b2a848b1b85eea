"""Count the round trips to PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from unittest.mock import patch

from django.db import connection
from psycopg.pq import Trace

from fincred.db.postgresql.pipeline import Connection, Result, Statement


@contextmanager
def counted_trips() -> Iterator[list[list[str]]]:
    """The statements of each pipeline that is sent in the block, by their first words."""
    trips: list[list[str]] = []
    run = Connection.run

    def noted(self: Connection, statements: Sequence[Statement]) -> list[Result]:
        trips.append([sql.split()[0] for sql, _ in statements])
        return run(self, statements)

    with patch.object(Connection, "run", noted):
        yield trips


@contextmanager
def traced_trips() -> Iterator[list[str]]:
    """Each wait for PostgreSQL in the block, those of the ORM and of transactions included.

    An entry names the messages that were sent together; libpq itself writes the trace.
    """
    trips: list[str] = []
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as trace:
        pgconn.trace(trace.fileno())
        pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield trips
        finally:
            pgconn.untrace()
        trace.seek(0)
        for sent, lines in groupby(trace, key=lambda line: line.startswith("F")):
            if sent:
                trips.append(" ".join(line.split("\t")[2] for line in lines))
