"""Which of several workers accepts a new connection."""

from __future__ import annotations

# With BUSY connections in use or more, newcomers are left to other workers for HESITATION seconds, to wake up.
BUSY, HESITATION = 4, 0.02


class Hesitation:
    """A busy worker leaves new connections to other workers, for a moment.

    A running worker accepts before one that must wake up. So one of two workers would take all connections that
    arrive together, and keep them, while the other idles.
    """

    def __init__(self) -> None:
        self._busy_since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the worker was busy when it was last asked."""
        return self._busy_since is not None

    def accepts(self, in_use: int, now: float) -> bool:
        """Whether a worker with `in_use` connections takes another one now."""
        if in_use < BUSY:
            self._busy_since = None
            return True
        if self._busy_since is None:
            self._busy_since = now
        return now - self._busy_since > HESITATION
