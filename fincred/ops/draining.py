"""Whether this process is shutting down: it still answers, and no balancer should send it more."""

from __future__ import annotations

import logging

_draining = False


def begin() -> None:
    """From now on `ready` is 503."""
    global _draining  # noqa: PLW0603  one process, one state
    _draining = True


def is_draining() -> bool:
    """Whether SIGTERM has come: no balancer should send more requests to this process."""
    return _draining


class NewsFilter(logging.Filter):
    """Of Django's lines about 5xx: that `ready` says no while draining is what it should say, and no error."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path_info", "")
        return not (is_draining() and path.endswith("/health/ready"))
