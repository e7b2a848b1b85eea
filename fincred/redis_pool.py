"""The one connection pool to Redis that a process has."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def redis_client() -> Redis:
    """A client of REDIS_URL that waits a second at most.

    :raises redis.RedisError: from its methods, when Redis fails.
    """
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
