"""A person's export and erasure, and deleting what has expired."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session as BackOfficeSession
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import record
from accounts.errors import ErasureNotRecordedError, StaffRoleHeldError, TokenInvalidError
from accounts.mail import queue_farewell
from accounts.models import (
    IdempotencyKey,
    KnownPlace,
    OneTimeToken,
    OutgoingMail,
    RateCounter,
    RefreshToken,
    Session,
    User,
)
from accounts.rate_limits import window_of
from accounts.services.addresses import close_gap
from accounts.services.locking import lock_user
from accounts.services.passwords import confirm_password, lock_confirmed
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason
from fincred.db.privacy import erase_rows, export_rows
from fincred.db.snapshot import snapshot
from fincred.ops import erasure_log
from fincred.preconditions import ANY_REVISION, Precondition

logger = logging.getLogger(__name__)

BATCH = 1000


def export_person(*, user: User, now: datetime) -> dict[str, Any]:
    """Everything held about the person as of one moment, in the sections that the models declare.

    It is recorded before it is read, so none is given that isn't recorded. Their own writes go on meanwhile.
    Password, keys and hashes stay out: they are credentials, not personal data.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    with transaction.atomic():
        person = lock_user(user.pk)
        record(person=person, action="person.exported", subject=person, now=now)
    with snapshot():
        if not User.objects.filter(pk=user.pk).exists():
            raise TokenInvalidError
        sections = {"exported_at": now, **export_rows(user.pk)}
    logger.info("Person exported", extra={"user_id": str(user.pk)})
    return sections


def leave(*, user: User, password: str, now: datetime, expected: Precondition = ANY_REVISION) -> None:
    """A person erases themselves.

    :raises PreconditionFailedError: the person isn't as `expected`.
    :raises RateLimitExceededError: too many wrong passwords.
    :raises WrongPasswordError: under `password`.
    :raises StaffRoleHeldError: they have a role in the back office.
    """
    confirm_password(user=user, password=password, field="password", now=now)
    with transaction.atomic():
        locked = lock_confirmed(user=user, password=password, field="password")
        expected.require(locked.revision)
        erase_person(user=locked, now=now)


@transaction.atomic
def erase_person(*, user: User, now: datetime) -> None:
    """Delete the person and everything that belongs to them, in every app. Nothing brings it back.

    Their audit trail stays, which names them by id alone. The key to its network addresses goes with their row.
    A last mail goes to their address, if they had verified it.

    :raises StaffRoleHeldError: they have a role in the back office.
    :raises ErasureNotRecordedError: the list outside of the database can't be written.
    """
    user = lock_user(user.pk)
    if user.has_role:
        raise StaffRoleHeldError
    _erase(user, now, announce=True)


@transaction.atomic
def erase_again(*, user: User, now: datetime) -> None:
    """The same for a person who was erased before and came back with a backup, in which they may have a role.

    No mail goes to them: they got it when they were erased first.

    :raises ErasureNotRecordedError: the list outside of the database can't be written.
    """
    _erase(lock_user(user.pk), now, announce=False)


def _erase(user: User, now: datetime, *, announce: bool) -> None:
    # A refresh in progress would add a row after the deletion; ending its session stops it.
    end_all_sessions(user=user, reason=EndReason.ERASED, now=now)
    record(person=user, action="person.erased", subject=user, now=now)
    _note_outside(user.pk, now)
    erase_rows(user.pk)
    close_gap(user.mailbox)
    if announce and user.is_verified:
        queue_farewell(address=user.mailbox or user.email, now=now)
    logger.info("Person erased", extra={"user_id": str(user.pk)})


def _note_outside(person_id: UUID, now: datetime) -> None:
    """On the list that `after_restore` reads, which isn't in the database and so in no backup of it."""
    try:
        erasure_log.note_begun(person_id, now=now)
    except erasure_log.ErasureLogError as error:
        raise ErasureNotRecordedError from error
    transaction.on_commit(lambda: erasure_log.note_done(person_id, now=now), robust=True)


# What higher apps keep for a while, by kind: registered in their `AppConfig.ready()`.
_REGISTERED: dict[str, Callable[[datetime], QuerySet[Any]]] = {}


def register_purge(kind: str, purgeable: Callable[[datetime], QuerySet[Any]]) -> None:
    """Have `purge_expired` delete these rows as well."""
    _REGISTERED[kind] = purgeable


def purge_expired(*, now: datetime, stop: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Delete what has expired or is done with, in short batches until `stop()`; returns how many of each kind."""
    purgeable: dict[str, QuerySet[Any]] = {
        "refresh tokens": RefreshToken.objects.purgeable(now),
        "sessions": Session.objects.purgeable(now),
        "one-time tokens": OneTimeToken.objects.purgeable(now),
        "known places": KnownPlace.objects.purgeable(now),
        "mails": OutgoingMail.objects.purgeable(now),
        "idempotency keys": IdempotencyKey.objects.purgeable(now),
        "rate counters": RateCounter.objects.filter(time_window__lt=window_of(now)),
        "back-office sessions": BackOfficeSession.objects.filter(expire_date__lt=now),
        **{kind: rows(now) for kind, rows in _REGISTERED.items()},
    }
    deleted = {kind: _delete(rows, stop) for kind, rows in purgeable.items()}
    logger.info("Purged", extra={kind.replace(" ", "_"): count for kind, count in deleted.items()})
    return deleted


def _delete(rows: QuerySet[Any], stop: Callable[[], bool]) -> int:
    """The condition is checked again when a batch is deleted: a row that came into use meanwhile is left alone."""
    deleted = 0
    while not stop() and (batch := list(rows.values_list("pk", flat=True)[:BATCH])):
        deleted += rows.filter(pk__in=batch).delete()[1].get(rows.model._meta.label, 0)
    return deleted
