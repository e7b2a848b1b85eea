"""Whether this process is shutting down: it still answers, and no balancer should send it more."""

from __future__ import annotations

_draining = False


def begin() -> None:
    """From now on `ready` is 503."""
    global _draining  # noqa: PLW0603  one process, one state
    _draining = True


def is_draining() -> bool:
    """Whether SIGTERM has come: no balancer should send more requests to this process."""
    return _draining
