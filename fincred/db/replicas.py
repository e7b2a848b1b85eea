"""Read from a replica of PostgreSQL what may be a moment old, but never less than a person's own last write.

A replica shows what was committed a moment ago, or longer ago when it lags. After each write of a person the
primary's position in its write-ahead log is recorded for them. Until the replica has replayed that position, their
reads go to the primary. Only GETs of signed-in people under /api/ use the replica. Where it fails, the primary
serves.

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

from fincred.breaker import Breaker
from fincred.context import caller, restore_caller
from fincred.counters import REPLICA_READS
from fincred.redis_server import redis_server

REPLICA: Final = "replica"
RECORD_SECONDS: Final = 24 * 60 * 60
# Stands for a position that couldn't be read. No replica ever replays it, so the primary serves.
UNKNOWN_POSITION: Final = 2**63 - 1

_READING = frozenset({"GET", "HEAD"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

logger = logging.getLogger(__name__)


def configured() -> bool:
    return REPLICA in connections.settings


class NotAReplicaError(Exception):
    """The server at DATABASE_REPLICA_URL follows no primary, so its data may differ."""


class ReplicaRouter:
    """Chooses the database for each query: the replica only for reads that the middleware lets use it."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        choice = _choice.get()
        return choice.alias() if choice else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Django also asks this for rows that are read to be locked."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # both databases hold the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


class ReplicaMiddleware:
    """Lets the view of a GET read from the replica, and records each write before it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        person = caller().actor_id
        # After a failure too: its COMMIT may have succeeded.
        if person is not None and request.method not in _SAFE:
            record_write(person)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method not in _READING or not request.path.startswith("/api/"):
            return None
        return _from_replica_or_primary(lambda: view(request, *args, **kwargs))


class _Choice:
    """The database that one request reads from. The first read decides; a request without reads costs nothing."""

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


_choice: ContextVar[_Choice | None] = ContextVar("choice", default=None)


def _from_replica_or_primary(work: Callable[[], HttpResponse]) -> HttpResponse:
    """`work()`, and once more on the primary if the replica failed: it died, hangs or is behind a migration.

    A statement that was cancelled for its duration would take as long there, so it isn't repeated.
    """
    choice, before = _Choice(), caller()
    token = _choice.set(choice)
    try:
        try:
            return work()
        except Error as error:
            if not choice.failed or isinstance(error.__cause__, QueryCanceled):
                raise
            logger.warning("Repeated on the primary: the replica failed", exc_info=True)
            REPLICA_READS.labels("failed").inc()
            behind_a_migration = isinstance(error, ProgrammingError | NotSupportedError)
            if behind_a_migration or connections[REPLICA].connection.closed:
                _breaker.failed(time.monotonic())
        restore_caller(before)
        return work()
    finally:
        _choice.reset(token)


_breaker = Breaker(failing="Reads go to the primary", again="Reads go to the replica again")


def _choose(person: UUID) -> str:
    try:
        recorded = cast("bytes | None", redis_server().ask(lambda redis: redis.get(_key(person))))
    except RedisError:
        outcome = "away"
    else:
        outcome = _outcome(int(recorded) if recorded else None)
    REPLICA_READS.labels(outcome).inc()
    return REPLICA if outcome == "used" else DEFAULT_DB_ALIAS


def _outcome(recorded: int | None) -> str:
    """`used`, `behind` or `away`: the replica serves, lacks the recorded write, or can't be reached."""
    if not _breaker.allows(time.monotonic()):
        return "away"
    try:
        current = _has_replayed(recorded)
    except Exception:  # the primary can serve
        _breaker.failed(time.monotonic())
        return "away"
    _breaker.succeeded()
    return "used" if current else "behind"


def _has_replayed(recorded: int | None) -> bool:
    """Whether the replica has a person's last write, whose position was recorded.

    :raises NotAReplicaError: it has been promoted, or never was one.
    """
    replica = _replica()
    if recorded is None:
        return True
    link = replica.connection
    # Kept with the connection, which ends with the server: a replica that crashed, or was rebuilt, may start again
    # at an earlier position.
    if getattr(link, "replayed", -1) < recorded:
        link.replayed = _position(replica, "pg_last_wal_replay_lsn()")
    return bool(link.replayed >= recorded)


def _replica() -> BaseDatabaseWrapper:
    """The connection to the replica.

    :raises NotAReplicaError: it has been promoted, or never was one.
    """
    replica = connections[REPLICA]
    replica.ensure_connection()
    if replica.connection.info.parameter_status("in_hot_standby") == "off":  # the server reports it unasked
        raise NotAReplicaError
    return replica


def bytes_behind() -> int | None:
    """How much of the primary's log the replica has yet to replay; None without one that can be asked.

    :raises django.db.Error: the primary can't be asked.
    """
    if not configured() or not _breaker.allows(time.monotonic()):
        return None
    try:
        replayed = _position(_replica(), "pg_last_wal_replay_lsn()")
    except Exception:  # reads go to the primary, too
        _breaker.failed(time.monotonic())
        return None
    _breaker.succeeded()
    written = _position(connection, "CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END")
    return max(0, written - replayed) if written >= 0 else None


def record_write(person: UUID) -> None:
    """Keep a person's reads on the primary until the replica has replayed all that the primary has now."""
    try:
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()
        # Of what was inserted, not written: a commit may be acknowledged before it is on the disk.
        position = _position(connection, "pg_current_wal_insert_lsn()")
    except Error:
        position = UNKNOWN_POSITION
    try:
        record_position(person, position)
    except RedisError:
        logger.warning("The position of a write can't be recorded: the person may be shown the state before it")


# Two writes may end together and be recorded in either order; the later position counts.
_KEEP_THE_LATEST = """
if tonumber(redis.call('GET', KEYS[1]) or '-1') < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
"""


def record_position(person: UUID, position: int) -> None:
    """A recorded position never goes back; it expires after a day."""
    arguments = (_key(person), str(position), str(RECORD_SECONDS))
    redis_server().ask(lambda redis: redis.eval(_KEEP_THE_LATEST, 1, *arguments), insist=True)


def _key(person: UUID) -> str:
    return f"fincred:written:{person}"


def _position(database: BaseDatabaseWrapper, function: str) -> int:
    """A position in the log, in bytes since it began; -1 if the server has none."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT ({function} - '0/0')::bigint")
        position: int | None = cursor.fetchone()[0]
    return -1 if position is None else position
