"""Can the database be read and written, is it migrated, does the cache answer: looked at, at most every 5 s."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, OperationalError, connections, transaction
from prometheus_client import Gauge
from redis import RedisError

from fincred.db import own_migrations
from fincred.db.postgresql.patience import patience
from fincred.ops.models import DatabaseState
from fincred.redis_server import redis_server

logger = logging.getLogger(__name__)

# A result is used for FRESH seconds. While a new look is under way the old result lasts until it is VALID seconds
# old, and no connection waits longer than PATIENCE seconds after that look began. The look itself waits so long
# for each database: a hung one would take it twelve seconds, and who asks gives up before.
FRESH: Final = 5
VALID: Final = 10
PATIENCE: Final = 5

# "livemostrecent": of all workers, the one that looked last is right.
READABLE = Gauge("fincred_database_readable", "1 if reads work", multiprocess_mode="livemostrecent")
WRITABLE = Gauge("fincred_database_writable", "1 if writes work", multiprocess_mode="livemostrecent")
# With a replica reads work without the primary, so that its being away is told apart from a full disk.
PRIMARY_ANSWERS = Gauge(
    "fincred_database_primary_answers", "1 if the primary can be read", multiprocess_mode="livemostrecent"
)
CACHE_ANSWERS = Gauge("fincred_cache_answers", "1 if the cache answers", multiprocess_mode="livemostrecent")


class Check(StrEnum):
    OK = "ok"
    READ_ONLY = "read_only"
    DEGRADED = "degraded"
    MISSING = "missing"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a look found; `restored` means that `after_restore` has yet to run."""

    database: Check = Check.FAILED
    migrations: Check = Check.NOT_TRIED
    cache: Check = Check.NOT_TRIED
    restored: bool = False

    @property
    def checks(self) -> dict[str, str]:
        return {"database": self.database, "migrations": self.migrations, "cache": self.cache}


class CachedProbe:
    """One look for all threads of a process. `clock` is in seconds and never goes back."""

    def __init__(self, look: Callable[[], Condition], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._looking = Lock()
        self._began = -float("inf")
        self._found: tuple[float, Condition] | None = None

    def forget(self) -> None:
        self._found = None

    def last(self) -> Condition | None:
        """What the last look found, however long ago; None before the first."""
        found = self._found
        return found[1] if found else None

    def age(self) -> float:
        """How many seconds ago that was."""
        found = self._found
        return self._clock() - found[0] if found else float("inf")

    def condition(self) -> Condition:
        """The condition now, or up to VALID seconds ago; a look that takes too long is a failure."""
        found = self._younger_than(FRESH)
        if found is not None:
            return found
        if self._looking.acquire(blocking=False) or self._waited():
            try:
                return self._younger_than(FRESH) or self._look_now()
            finally:
                self._looking.release()
        return self._younger_than(VALID) or Condition()

    def _waited(self) -> bool:
        """Whether another thread's look has ended. An old result is better than waiting, if it isn't too old."""
        if self._younger_than(VALID):
            return False
        return self._looking.acquire(timeout=max(0, self._began + PATIENCE - self._clock()))

    def _younger_than(self, seconds: float) -> Condition | None:
        found = self._found
        return found[1] if found and self._clock() - found[0] < seconds else None

    def _look_now(self) -> Condition:
        self._began = self._clock()
        condition = self._look()
        self._found = self._clock(), condition
        return condition


class Faults:
    """Tells the log of a fault when it begins, or has another reason, and when it is over: not at each look."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, ...], str] = {}

    def note(self, fault: str, over: str, reason: str, **facts: str) -> None:
        """`reason` is empty when there is no fault."""
        key = (fault, *facts.values())
        before, self._reasons[key] = self._reasons.get(key, ""), reason
        if reason and reason != before:
            logger.warning(fault, extra={**facts, "reason": reason})
        elif before and not reason:
            logger.info(over, extra=facts)


faults = Faults()


def look() -> Condition:
    """Look at the database and the cache, and set the gauges."""
    condition = _look_at_database()
    READABLE.set(condition.database != Check.FAILED)
    WRITABLE.set(condition.database == Check.OK)
    CACHE_ANSWERS.set(condition.cache == Check.OK)
    return condition


def _look_at_database() -> Condition:
    """The condition of the primary; while it can't be reached, that of a replica, which can only be read."""
    for alias in connections:
        try:
            with patience(PATIENCE):
                condition = _look_at(alias)
        except Error as error:
            _note_reading(alias, _reason(error))
        else:
            _note_reading(alias, "")
            PRIMARY_ANSWERS.set(alias == DEFAULT_DB_ALIAS)
            return condition
    PRIMARY_ANSWERS.set(0)
    return Condition(cache=_look_at_cache())


def _note_reading(alias: str, reason: str) -> None:
    faults.note("The database can't be read", "The database can be read again", reason, database=alias)


def _look_at(alias: str) -> Condition:
    """:raises django.db.Error: it can't be read."""
    if not own_migrations.are_applied(alias):
        return Condition(Check.OK, Check.MISSING, _look_at_cache())
    restored = DatabaseState.objects.using(alias).filter(restored_at__isnull=False).exists()
    writable = alias == DEFAULT_DB_ALIAS and _can_write(alias)
    return Condition(Check.OK if writable else Check.READ_ONLY, Check.OK, _look_at_cache(), restored)


_WRITE = """
INSERT INTO ops_databasestate (id, probe) VALUES (1, 0)
ON CONFLICT (id) DO UPDATE SET probe = 1 - ops_databasestate.probe
"""
# A row that is changed finds room on its page when the disk is full. A sort of some 300 kB needs new room on it.
_NEED_ROOM = (
    "SET LOCAL work_mem = '64kB'",
    "SELECT count(*) FROM (SELECT n FROM generate_series(1, 20000) n ORDER BY n DESC) sorted",
)
# If another transaction holds the lock, the database takes writes.
_LOCK_NOT_AVAILABLE = "55P03"
_SQLITE_BUSY = "SQLITE_BUSY"


def _can_write(alias: str) -> bool:
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            for statement in (*(_NEED_ROOM if settings.POSTGRESQL else ()), _WRITE):
                cursor.execute(statement)
    except Error as error:
        if is_locked(error):
            return True
        _note_writing(alias, _reason(error))
        return False
    _note_writing(alias, "")
    return True


def _note_writing(alias: str, reason: str) -> None:
    faults.note("The database can't be written", "The database can be written again", reason, database=alias)


def _reason(error: Error) -> str:
    return type(error.__cause__ or error).__name__


def is_locked(error: Error) -> bool:
    """Whether another transaction writes at the moment."""
    cause = error.__cause__
    name = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", "")
    return isinstance(error, OperationalError) and name in (_LOCK_NOT_AVAILABLE, _SQLITE_BUSY)


def _look_at_cache() -> Check:
    if not settings.REDIS_URL:
        return Check.OK
    try:
        # One that is full, or a replica, answers a PING.
        redis_server().ask(lambda redis: redis.set("fincred:probe", 1, ex=2 * VALID), insist=True)
    except RedisError as error:
        _note_cache(type(error).__name__)
        return Check.DEGRADED
    _note_cache("")
    return Check.OK


def _note_cache(reason: str) -> None:
    faults.note("The cache takes no writes", "The cache takes writes again", reason)


probe = CachedProbe(look)
