"""The Redis of REDIS_URL: the one way in which a process asks it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar

from django.conf import settings
from redis import ConnectionError, Redis, RedisError, TimeoutError  # noqa: A004  redis calls them so

from fincred.breaker import Breaker

Answer = TypeVar("Answer")

# Seconds to wait for an answer, and to wait while Redis is known to fail.
PATIENCE_SECONDS: Final = 1
HASTE_SECONDS: Final = 0.1

logger = logging.getLogger(__name__)


class RedisLeftAloneError(RedisError):
    """It failed a moment ago, so it wasn't asked."""


class RedisServer:
    """`redis_server().ask(lambda redis: redis.get(key))`

    After a failure the server is left alone for a while, so that one that hangs delays a request now and then, and
    not every one.
    """

    def __init__(self, url: str) -> None:
        self._patient, self._hasty = (
            Redis.from_url(url, **dict.fromkeys(("socket_timeout", "socket_connect_timeout"), seconds))
            for seconds in (PATIENCE_SECONDS, HASTE_SECONDS)
        )
        self._breaker = Breaker(failing="Redis fails, and is left alone for a while", again="Redis answers again")

    def ask(self, command: Callable[[Redis], Answer], *, insist: bool = False) -> Answer:
        """What `command` returns.

        :param insist: ask even while this process leaves it alone, for a tenth of a second: other processes may
            still reach it and need what is written.
        :raises redis.RedisError: it fails, refuses the command, or is left alone.
        """
        is_tried = self._breaker.allows(time.monotonic())
        if not (is_tried or insist):
            raise RedisLeftAloneError
        try:
            answer = command(self._patient if is_tried else self._hasty)
        except (ConnectionError, TimeoutError):
            if is_tried:
                self._breaker.failed(time.monotonic())
            raise
        except RedisError:
            logger.warning("Redis refuses a command", exc_info=True)
            raise
        self._breaker.succeeded()
        return answer


@cache
def redis_server() -> RedisServer:
    """The server of this process, whose connections are kept."""
    return RedisServer(settings.REDIS_URL)
