"""Sessions that were live on the primary a moment ago, marked in Redis: then a GET needs the replica alone.

Only where there is a replica. A mark lasts ten seconds; ending a session replaces it by another one, which no
check that began earlier overwrites. Without Redis each check asks the primary, and ending a session succeeds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Final
from uuid import UUID

from redis import Redis, RedisError

from fincred.db import replicas
from fincred.redis_server import redis_server

LIVE_SECONDS: Final = 10
ENDED_SECONDS: Final = 60

_LIVE: Final = b"live"
_ENDED: Final = b"ended"

logger = logging.getLogger(__name__)


def is_live(session_id: UUID) -> bool:
    """Whether it was live on the primary within the last ten seconds, and hasn't been ended by FinCred since."""
    try:
        return bool(redis_server().ask(lambda redis: redis.get(_key(session_id))) == _LIVE)
    except RedisError:
        return False


def mark_live(session_id: UUID, *, checked_at: float) -> None:
    """Mark the session as live. The check on the primary began at `checked_at`, on the monotonic clock.

    The mark of an ended session stays. If one may have expired since the check began, there is no mark at all.
    """
    if time.monotonic() - checked_at >= ENDED_SECONDS - LIVE_SECONDS:
        return
    try:
        redis_server().ask(lambda redis: redis.set(_key(session_id), _LIVE, ex=LIVE_SECONDS, nx=True))
    except RedisError:
        logger.debug("A live session isn't marked", exc_info=True)


def mark_ended(session_ids: Iterable[UUID]) -> None:
    """Mark these sessions as ended. Call it in the transaction that ends them."""
    if not replicas.configured():
        return
    try:
        redis_server().ask(partial(_mark_ended, list(session_ids)), insist=True)
    except RedisError:
        logger.warning("Ended sessions aren't marked: their GETs are refused in ten seconds")


def _mark_ended(session_ids: Iterable[UUID], redis: Redis) -> None:
    with redis.pipeline(transaction=False) as marks:
        for session_id in session_ids:
            marks.set(_key(session_id), _ENDED, ex=ENDED_SECONDS)
        marks.execute()


def _key(session_id: UUID) -> str:
    return f"fincred:session:{session_id}"
