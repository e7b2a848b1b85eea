"""What a call takes of the rate limit `cost`."""

from __future__ import annotations

from typing import Final

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def points_of(view: object, method: str) -> int:
    """The points that such a call of the view takes: its `cost`, or for a write its `write_cost` if it has one."""
    points: int = getattr(view, "cost", 0)
    of_writes: int | None = getattr(view, "write_cost", None)
    return points if method in READING or of_writes is None else of_writes
