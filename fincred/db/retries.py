"""Doing a request again that PostgreSQL broke off for another one's sake.

Of two transactions that wait for each other PostgreSQL ends one. All of that one is undone, so it may simply be
done again. Nothing else is: after a lost connection nobody knows whether the last COMMIT counted, and a
connection that died while idle is exchanged before its first statement by `fincred.db.postgresql`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

Answer = TypeVar("Answer")

_SERIALIZATION_FAILURE = "40001"
_DEADLOCK = "40P01"

logger = logging.getLogger(__name__)


def retry_on_deadlock(work: Callable[[], Answer]) -> Answer:
    """`work()`, and once more when it was a deadlock's victim before any of it was committed.

    :raises OperationalError: from the second time, or from the first when it isn't safe to repeat.
    """
    committed = _commits()
    try:
        return work()
    except OperationalError as error:
        if _sqlstate(error) not in (_SERIALIZATION_FAILURE, _DEADLOCK) or _commits() != committed:
            raise
    logger.warning("Done again after a deadlock")
    return work()


def _sqlstate(error: OperationalError) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def _commits() -> int:
    """How many transactions this thread has committed; always 0 on SQLite, which has no deadlocks."""
    return getattr(connection, "commits", 0)
