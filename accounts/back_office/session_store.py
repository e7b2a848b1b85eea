"""Sessions of the back office: rows of the database, and each for ten seconds in Redis, where there is one.

Django's `cached_db` fails when its cache does. If its cache misses that a session ended, the session stays live
until it would have expired. Here ending a session leaves a mark in Redis, which a read of the row that began
earlier can't overwrite. Redis holds a signed copy of the row. Without Redis the database does everything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, Final, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from redis import RedisError

from fincred.redis_server import redis_server

LIVE_SECONDS: Final = 10
ENDED_SECONDS: Final = 60

logger = logging.getLogger(__name__)


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        began_at = time.monotonic()
        data, ended = _read(self.session_key)
        if data and not ended:
            return dict(self.decode(data.decode()))
        contents = dict(super().load())
        # If the read was slow, don't fill the cache: the session may have ended, and its mark may have expired.
        if contents and not ended and time.monotonic() - began_at < ENDED_SECONDS - LIVE_SECONDS:
            self._fill(contents)
        return contents

    def save(self, must_create: bool = False) -> None:
        super().save(must_create=must_create)
        self._fill(dict(self.items()))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            try:
                redis_server().ask(lambda redis: redis.set(_ended(key), b"1", ex=ENDED_SECONDS), insist=True)
            except RedisError:
                logger.warning("A back-office session isn't marked as ended: it may last for ten seconds")
        super().delete(session_key)

    def _fill(self, contents: dict[str, Any]) -> None:
        if key := self.session_key:
            kept = self.encode(contents)
            try:
                redis_server().ask(lambda redis: redis.set(_live(key), kept, ex=LIVE_SECONDS))
            except RedisError:
                logger.debug("A back-office session isn't kept in Redis", exc_info=True)


def _read(session_key: str | None) -> Sequence[Any]:
    """What is kept of the session, and the mark of its end."""
    if not session_key:
        return None, None
    try:
        found = redis_server().ask(lambda redis: redis.mget(_live(session_key), _ended(session_key)))
    except RedisError:
        return None, None
    return cast("Sequence[Any]", found)


def _live(session_key: str) -> str:
    return f"fincred:office:{session_key}"


def _ended(session_key: str) -> str:
    return f"fincred:office-ended:{session_key}"
