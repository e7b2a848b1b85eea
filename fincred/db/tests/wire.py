"""What really goes to PostgreSQL, as libpq's own trace of the protocol tells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from tempfile import TemporaryFile

from django.db import connection

# The messages that execute a statement: of a prepared one, or of plain SQL such as BEGIN.
_EXECUTING = ("Execute", "Query")


class Trace:
    """How many statements were executed, and in how many round trips."""

    statements = 0
    round_trips = 0

    def read(self, lines: list[str]) -> None:
        """Each line has the sender (F: this side), the length and the kind of a message, and its contents."""
        messages = [line.split("\t") for line in lines if "\t" in line]
        self.statements = sum(sender == "F" and kind in _EXECUTING for sender, _, kind, *_ in messages)
        self.round_trips = sum(sender == "F" for sender, _ in groupby(message[0] for message in messages))


@contextmanager
def traced() -> Iterator[Trace]:
    """The trace of this thread's connection, complete when the block ends."""
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    trace = Trace()
    with TemporaryFile(mode="w+", errors="replace") as file:
        pgconn.trace(os.dup(file.fileno()))  # libpq closes what it is given
        pgconn.set_trace_flags(1)  # no timestamps
        yield trace
        pgconn.untrace()
        file.seek(0)
        trace.read(file.read().splitlines())
