"""Reads from a replica of PostgreSQL: those that may be a moment old, and never a person's own after a write.

A replica shows what was committed a moment ago, or a while ago when it lags. So after each write of a person the
primary's position in its log is noted for them, and until the replica has got there they read from the primary.
Only what signed-in people GET from the API is read from the replica; whatever fails about it, the primary serves.

None of this is installed without DATABASE_REPLICA_URL.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, cast
from uuid import UUID

from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    NotSupportedError,
    ProgrammingError,
    connection,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from psycopg.errors import QueryCanceled
from redis import RedisError

from fincred.context import caller, set_caller
from fincred.ops.redis import redis_client

REPLICA: Final = "replica"
PAUSE_SECONDS: Final = 5
NOTED_SECONDS: Final = 24 * 60 * 60
# For a write whose position can't be learned: no replica ever gets there.
NOWHERE: Final = 2**63 - 1

_READING = frozenset({"GET", "HEAD"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

logger = logging.getLogger(__name__)


class NotAReplicaError(Exception):
    """What DATABASE_REPLICA_URL leads to follows no primary; it may have gone a way of its own."""


class ReplicaRouter:
    """Django's question which database to ask, answered for each request."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        reading = _reading.get()
        return reading.alias() if reading else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Also for rows that are read to be locked, and for those that came from the replica."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # it is the same data

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


class ReplicaMiddleware:
    """The view of a GET may read from the replica, and a write is noted before it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        person = caller().actor_id
        # Also after a refusal or a failure: a COMMIT may have counted all the same.
        if person is not None and request.method not in _SAFE:
            note_write(person)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method not in _READING or not request.path.startswith("/api/"):
            return None
        return _from_replica_or_primary(lambda: view(request, *args, **kwargs))


class _Reading:
    """Where one request reads. It is decided by the first read, so a request without any costs nothing."""

    def __init__(self) -> None:
        self._chosen: str | None = None

    def alias(self) -> str:
        """The primary until the caller is known, inside of transactions, and once the replica has failed."""
        person = caller().actor_id
        if person is None or connection.in_atomic_block:
            return DEFAULT_DB_ALIAS
        if self._chosen is None:
            self._chosen = _choose(person)
        return DEFAULT_DB_ALIAS if self.failed else self._chosen

    @property
    def failed(self) -> bool:
        """Whether it read from the replica and got an error."""
        return self._chosen == REPLICA and connections[REPLICA].errors_occurred


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


def _from_replica_or_primary(work: Callable[[], HttpResponse]) -> HttpResponse:
    """`work()`, and once more on the primary when the replica failed it: lost, behind a migration, in conflict.

    A statement that took too long would take as long there, so it isn't repeated.
    """
    reading, before = _Reading(), caller()
    token = _reading.set(reading)
    try:
        try:
            return work()
        except Error as error:
            if not reading.failed or isinstance(error.__cause__, QueryCanceled):
                raise
            logger.warning("Done again on the primary: the replica failed", exc_info=True)
            behind_a_migration = isinstance(error, ProgrammingError | NotSupportedError)
            if behind_a_migration or connections[REPLICA].connection.closed:
                _breaker.failed(time.monotonic())
        set_caller(before)
        return work()
    finally:
        _reading.reset(token)


class Breaker:
    """After a failure this process leaves the replica alone for a while, then one request at a time tries.

    `now` is in seconds of a clock that never goes back.
    """

    def __init__(self) -> None:
        self._open = False
        self._next_try = 0.0

    def lets_through(self, now: float) -> bool:
        if not self._open:
            return True
        if now < self._next_try:
            return False
        self._next_try = now + PAUSE_SECONDS
        return True

    def failed(self, now: float) -> None:
        """To be called while the failure is handled; the first of a row is logged."""
        if not self._open:
            logger.warning("Reads go to the primary", exc_info=True)
        self._next_try = now + PAUSE_SECONDS
        self._open = True

    def worked(self) -> None:
        if self._open:
            logger.info("Reads go to the replica again")
        self._open = False


_breaker = Breaker()


def _choose(person: UUID) -> str:
    if not _breaker.lets_through(time.monotonic()):
        return DEFAULT_DB_ALIAS
    try:
        shows = _replica_shows_writes_of(person)
    except Exception:  # whatever is wrong with Redis or the replica, the primary can serve
        _breaker.failed(time.monotonic())
        return DEFAULT_DB_ALIAS
    _breaker.worked()
    return REPLICA if shows else DEFAULT_DB_ALIAS


def _replica_shows_writes_of(person: UUID) -> bool:
    """:raises NotAReplicaError: it has been promoted, or never was one."""
    noted = cast("bytes | None", redis_client().get(_key(person)))
    replica = connections[REPLICA]
    replica.ensure_connection()
    link = replica.connection
    if link.info.parameter_status("in_hot_standby") == "off":  # PostgreSQL tells it unasked
        raise NotAReplicaError
    if noted is None:
        return True
    # How far it had come is kept with the connection, which ends with the server: one that crashed, or was made
    # anew, may begin again further back.
    if getattr(link, "replayed", -1) < int(noted):
        link.replayed = _position(replica, "pg_last_wal_replay_lsn()")
    return bool(link.replayed >= int(noted))


def note_write(person: UUID) -> None:
    """From now on the person reads from the replica only if that has come as far as the primary is now."""
    try:
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()
        # What is inserted, not what is written: a commit needn't have reached the disk when it is acknowledged.
        position = _position(connection, "pg_current_wal_insert_lsn()")
    except Error:
        position = NOWHERE
    try:
        keep_note(person, position)
    except RedisError:
        logger.warning("A write isn't noted: the replica may show its person what was before", exc_info=True)


# Of two writes that end together the later counts, whichever is noted first.
_KEEP_THE_FURTHEST = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
"""


def keep_note(person: UUID, position: int) -> None:
    """A note never goes back; it is forgotten after a day."""
    redis_client().eval(_KEEP_THE_FURTHEST, 1, _key(person), str(position), str(NOTED_SECONDS))


def _key(person: UUID) -> str:
    return f"fincred:written:{person}"


def _position(database: BaseDatabaseWrapper, function: str) -> int:
    """In bytes since the log began; -1 where there is none."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT ({function} - '0/0')::bigint")
        position: int | None = cursor.fetchone()[0]
    return -1 if position is None else position
