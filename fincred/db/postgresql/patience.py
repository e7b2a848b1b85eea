"""How long a caller waits for PostgreSQL in all, where that is less than a connection's own deadline.

Belongs to the thread, not to a connection: it also holds for those that are made meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float | None] = ContextVar("_ends_at", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Limit all waits in the block together. Of nested blocks, the limit that ends first counts."""
    ends_at, outer = time.monotonic() + seconds, _ends_at.get()
    token = _ends_at.set(ends_at if outer is None else min(ends_at, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


def limit(seconds: float | None) -> float | None:
    """The time that a wait has, of its own `seconds`; None for ever."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return seconds
    left = max(ends_at - time.monotonic(), 0)
    return left if seconds is None else min(left, seconds)
