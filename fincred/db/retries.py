"""Repeat work that was undone: PostgreSQL aborted it, or a long computation must run before it, outside its locks.

PostgreSQL aborts one of two transactions that wait for each other, and fails a statement that was prepared before
a migration changed a column's type. Neither leaves anything done, so the work can be repeated. Nothing else is
repeated: after a lost connection it is unknown whether the last COMMIT counted, and a connection that died while
idle is exchanged before its first statement by `fincred.db.postgresql`.

A write that only notes what has happened elsewhere, such as that a mail was sent, changes nothing the second time,
so `write_when_back` repeats it.

A service that holds locks and finds that it needs a long computation raises `ComputeFirstError`. What it did is
undone, which releases the locks; then the computation runs; then the service is repeated.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import Error, close_old_connections, connection, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure

from fincred.db.postgresql.pipeline import is_stale
from fincred.errors import DatabaseUnavailableError

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")

ATTEMPTS: Final = 4
"""How often a service is tried: others may change each time what the last computation was for."""

# How often work that PostgreSQL aborted is done again.
_REPEATS: Final = 2
# Seconds before work is repeated, and between two attempts to reach a database that is away.
_PAUSE: Final = 0.2
_LONGEST_OUTAGE: Final = timedelta(hours=1)
# When the last try of a process that is to stop begins at the latest. It can take five seconds more, and the mail
# server had 15 before (`fincred.ops.stoppable`): supervisors kill after 40.
_LONGEST_STOP: Final = timedelta(seconds=15)

logger = logging.getLogger(__name__)


def retry_if_aborted(work: Callable[[], Value]) -> Value:
    """`work()`, and up to twice more if PostgreSQL aborted it before any of it was committed.

    :raises django.db.Error: from the third time, or from an earlier one when it isn't safe to repeat.
    """
    committed = _commits()
    for _ in range(_REPEATS):
        try:
            return work()
        except Error as error:
            if not _is_aborted(error.__cause__) or _commits() != committed:
                raise
            logger.warning("Repeated: PostgreSQL aborted it", exc_info=True)
        # Who won must wake up first: at once the repeated work would take the same locks before it and lose again.
        time.sleep(_PAUSE)
    return work()


def _is_aborted(cause: BaseException | None) -> bool:
    return isinstance(cause, DeadlockDetected | SerializationFailure) or is_stale(cause)


def _commits() -> int:
    """How many transactions this thread has committed; always 0 on SQLite, which has no deadlocks."""
    return getattr(connection, "commits", 0)


def write_when_back(
    write: Callable[[], object], *, clock: Callable[[], datetime], stop: Callable[[], bool]
) -> None:
    """`write()`, again and again while the database is away: for an hour, or for 15 seconds after `stop()`.

    These count from the beginning of the try during which the stop came: on a database that hangs a try is long.

    :raises django.db.Error: it is still away; or a transaction is open, which can't be repeated from here.
    """
    began = clock()
    deadline, is_stopping = began + _LONGEST_OUTAGE, False
    while True:
        try:
            write()
        except Error:
            if stop() and not is_stopping:
                is_stopping, deadline = True, min(deadline, began + _LONGEST_STOP)
            began = clock()
            if connection.in_atomic_block or began >= deadline:
                raise
            time.sleep(_PAUSE)
            close_old_connections()
        else:
            return


class ComputeFirstError(Exception):
    """Raised in a service that is `repeatable`: `compute` takes too long for a transaction that holds locks."""

    def __init__(self, compute: Callable[[], object]) -> None:
        super().__init__()
        self.compute = compute


class TooManyChangesError(DatabaseUnavailableError):
    """Others changed the same things during each attempt."""

    message = "This is being changed by other requests, please try again shortly"


def repeatable(service: Callable[Parameters, Value]) -> Callable[Parameters, Value]:
    """`transaction.atomic` for a service that may raise `ComputeFirstError`.

    :raises TooManyChangesError: it was raised at each attempt.
    """

    @wraps(service)
    def repeated(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Value:
        for _ in range(ATTEMPTS):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except ComputeFirstError as error:
                error.compute()
        raise TooManyChangesError

    return repeated
