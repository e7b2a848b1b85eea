"""Counters of requests in fixed windows of a minute or a day, exact over all workers.

They are kept in Redis, where a script counts and expires in one step. Without Redis, and while it fails, a table
of the database is used, where one upsert does the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils.crypto import salted_hmac
from redis import RedisError

from accounts.models import RateCounter
from accounts.rate_limits.policies import MINUTE, Policy
from fincred.context import Quota, note_quota
from fincred.counters import LIMITS_HIT
from fincred.db.statements import run
from fincred.errors import RateLimitExceededError
from fincred.redis_server import redis_server


@dataclass(frozen=True, slots=True)
class Usage:
    """The requests of a subject in the current window, this one included; seconds until the next window."""

    policy: Policy
    used: int
    resets_in: int

    @property
    def quota(self) -> Quota:
        left = max(0, self.policy.quota - self.used)
        return Quota(self.policy.name, self.policy.quota, left, self.policy.seconds, self.resets_in)


def window_of(now: datetime, seconds: int = MINUTE) -> int:
    """The number of the last minute of the window that contains this moment, counted from 1970.

    The window ends with that minute, however long it is, so counters of earlier minutes have expired.
    """
    return (int(now.timestamp()) // seconds + 1) * seconds // MINUTE - 1


def count(policy: Policy, subject: str, *, now: datetime, points: int = 1) -> Usage | None:
    """Count a request of `subject` and note the quota for the response; None when limits are switched off."""
    if not settings.RATE_LIMIT_ENABLED:
        return None
    window = window_of(now, policy.seconds)
    usage = Usage(
        policy,
        _increment(_key(policy, subject), window, points, policy.seconds),
        (window + 1) * MINUTE - int(now.timestamp()),
    )
    note_quota(usage.quota)
    return usage


def used_until(policy: Policy, subject: str, *, now: datetime) -> datetime | None:
    """Until when the present quota of `subject` is used up; None if it isn't. It counts nothing."""
    if not settings.RATE_LIMIT_ENABLED:
        return None
    window = window_of(now, policy.seconds)
    if _count_of(_key(policy, subject), window) < policy.quota:
        return None
    return datetime.fromtimestamp((window + 1) * MINUTE, UTC)


def enforce(policy: Policy, subject: str, *, now: datetime, points: int = 1) -> None:
    """Count a request of `subject`.

    :raises RateLimitExceededError: the quota of the present window is used up.
    """
    usage = count(policy, subject, now=now, points=points)
    if usage and usage.used > policy.quota:
        LIMITS_HIT.labels(policy.name).inc()
        raise RateLimitExceededError(limit=policy.quota, retry_after=usage.resets_in)


def _key(policy: Policy, subject: str) -> str:
    """Subjects are addresses, so only a keyed hash is stored: it can't be guessed from them."""
    return salted_hmac("fincred.rate_limits", f"{policy.name}:{subject}", algorithm="sha256").hexdigest()


def _count_of(key: str, window: int) -> int:
    if settings.REDIS_URL:
        try:
            return int(cast("bytes", redis_server().ask(lambda redis: redis.get(_redis_key(key, window))) or 0))
        except RedisError:
            pass  # its log says why; the database has counted meanwhile
    counted = RateCounter.objects.filter(key=key, time_window=window).values_list("used", flat=True).first()
    return counted or 0


def _redis_key(key: str, window: int) -> str:
    return f"fincred:rate:{key}:{window}"


def _increment(key: str, window: int, points: int, seconds: int) -> int:
    if settings.REDIS_URL:
        try:
            return _increment_in_redis(key, window, points, seconds)
        except RedisError:
            pass  # its log says why
    return _increment_in_database(key, window, points)


_SCRIPT = """
local used = redis.call('INCRBY', KEYS[1], ARGV[2])
if used == tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return used
"""


def _increment_in_redis(key: str, window: int, points: int, seconds: int) -> int:
    arguments = (_redis_key(key, window), str(seconds + MINUTE), str(points))
    return int(cast("int", redis_server().ask(lambda redis: redis.eval(_SCRIPT, 1, *arguments))))


def _increment_in_database(key: str, window: int, points: int) -> int:
    """One row for each subject; in a new window it starts again."""
    table = RateCounter._meta.db_table
    # PostgreSQL and SQLite both have this statement; the table's name comes from the model.
    statement = f"""
        INSERT INTO {table} (key, time_window, used) VALUES (%s, %s, %s)
        ON CONFLICT (key) DO UPDATE SET
            used = excluded.used
                + CASE WHEN {table}.time_window = excluded.time_window THEN {table}.used ELSE 0 END,
            time_window = excluded.time_window
        RETURNING used
    """  # noqa: S608
    [counted] = run(DEFAULT_DB_ALIAS, [(statement, [key, window, points])])
    return int(counted.rows[0][0])
