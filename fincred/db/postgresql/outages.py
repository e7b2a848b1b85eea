"""What the log says of a database that can't be reached: a line for each reason, and one when it is back.

The pool writes a line for each connection that it can't make, and for each that the server has closed.
"""

from __future__ import annotations

import logging
from threading import Lock

# psycopg's own words.
_NOT_CONNECTED = "error connecting in %r: %s"
# These repeat what was told, or are about idle connections: a request that loses one has an error of its own.
_MORE_OF_IT = ("discarding closed connection", "discarding broken connection", "reconnection attempt in pool")

logger = logging.getLogger(__name__)


class Outages:
    """The databases that this process can't reach, and why."""

    def __init__(self) -> None:
        self._reasons: dict[str, set[str]] = {}
        self._lock = Lock()

    def is_news(self, database: str, reason: str) -> bool:
        """Whether this reason is the first of an outage, or another one."""
        with self._lock:
            known = self._reasons.setdefault(database, set())
            is_news = reason not in known
            known.add(reason)
        return is_news

    def end(self, database: str) -> None:
        """Note that a connection was made, so the outage is over."""
        with self._lock:
            was_away = self._reasons.pop(database, None)
        if was_away:
            logger.info("The database can be reached again", extra={"database": database})


outages = Outages()


class OutageFilter(logging.Filter):
    """Drops lines of the pool that only repeat what was told of an outage."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == _NOT_CONNECTED and isinstance(record.args, tuple):
            database, error = record.args
            return outages.is_news(str(database), str(error))
        return not record.getMessage().startswith(_MORE_OF_IT)
