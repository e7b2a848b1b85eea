"""Seeing what goes to PostgreSQL together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from fincred.db.postgresql.pipeline import Pipeline


@contextmanager
def counted_trips() -> Iterator[list[list[str]]]:
    """What is asked in each round trip of the block, by its first word."""
    told: list[list[str]] = []
    ask = Pipeline.ask

    def noted(self: Pipeline, asked: Any) -> Any:
        told.append([one.variant.sql.decode().split()[0] for one in asked])
        return ask(self, asked)

    with patch.object(Pipeline, "ask", noted):
        yield told
