"""A breaker: for a while nothing is asked of a service that has failed."""

from __future__ import annotations

import logging
from threading import Lock
from typing import Final

PAUSE_SECONDS: Final = 5

logger = logging.getLogger(__name__)


class Breaker:
    """After a failure this process leaves the service alone for a while; then one caller at a time tries it.

    `now` is in seconds of a monotonic clock. The log has `failing` when a series of failures begins, and `again`
    when it ends.
    """

    def __init__(self, *, failing: str, again: str) -> None:
        self._failing, self._again = failing, again
        self._lock = Lock()
        self._open = False
        self._next_try = 0.0

    def allows(self, now: float) -> bool:
        if not self._open:
            return True
        with self._lock:
            if now < self._next_try:
                return False
            self._next_try = now + PAUSE_SECONDS
            return True

    def failed(self, now: float) -> None:
        """Call it in the exception handler; the first failure of a series is logged."""
        with self._lock:
            is_first, self._open = not self._open, True
            self._next_try = now + PAUSE_SECONDS
        if is_first:
            logger.warning(self._failing, exc_info=True)

    def succeeded(self) -> None:
        with self._lock:
            was_open, self._open = self._open, False
        if was_open:
            logger.info(self._again)
