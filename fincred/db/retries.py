"""Run work once more that PostgreSQL aborted because of what another session did.

Of two transactions that wait for each other PostgreSQL aborts one; and a migration that changes a column's type
fails what was prepared for the old one. Nothing of such work is done, so it can be repeated. Nothing else is
repeated: after a lost connection it is unknown whether the last COMMIT counted, and a connection that died while
idle is exchanged before its first statement by `fincred.db.postgresql`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, connection
from psycopg.errors import DeadlockDetected, SerializationFailure

from fincred.db.postgresql.pipeline import is_stale

Value = TypeVar("Value")

logger = logging.getLogger(__name__)


def retry_on_deadlock(work: Callable[[], Value]) -> Value:
    """`work()`, and once more if PostgreSQL aborted it before any of it was committed.

    :raises django.db.Error: from the second time, or from the first when it isn't safe to repeat.
    """
    committed = _commits()
    try:
        return work()
    except Error as error:
        if not _is_aborted(error.__cause__) or _commits() != committed:
            raise
        logger.warning("Done again: PostgreSQL aborted it", exc_info=True)
    return work()


def _is_aborted(cause: BaseException | None) -> bool:
    return isinstance(cause, DeadlockDetected | SerializationFailure) or is_stale(cause)


def _commits() -> int:
    """How many transactions this thread has committed; always 0 on SQLite, which has no deadlocks."""
    return getattr(connection, "commits", 0)
