"""Count the round trips to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

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
