"""Taking one's data along, leaving, and throwing away what nobody needs any more."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session as BackOfficeSession
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import record
from accounts.models import (
    AuditEntry,
    IdempotencyKey,
    OneTimeToken,
    OutgoingMail,
    Profile,
    RateCounter,
    RefreshToken,
    Session,
    User,
)
from accounts.rate_limits import window_of
from accounts.services.locking import lock_user
from accounts.services.passwords import confirm_password, lock_confirmed
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason
from fincred.events import PersonErased, PersonExported, publish

logger = logging.getLogger(__name__)

_ACCOUNT = ("id", "email", "is_active", "is_verified", "is_staff", "is_superuser", "created_at")
_PROFILE = (
    "id", "full_name", "country", "currency", "timezone", "age_range", "employment_status", "reminder_frequency",
    "preferred_checkin_day_of_week", "persona_hint",
)  # fmt: skip
_SESSION = ("id", "created_at", "expires_at", "ended_at", "end_reason")
_REFRESH_TOKEN = ("id", "session_id", "created_at", "expires_at", "spent_at")
_ONE_TIME_TOKEN = ("id", "purpose", "created_at", "expires_at", "used_at")
_MAIL = ("id", "purpose", "created_at", "sent_at", "attempts")
_IDEMPOTENCY_KEY = ("id", "method", "path", "key", "status", "answer", "created_at")
_AUDIT_ENTRY = (
    "sequence", "at", "actor_id", "role", "action", "object_type", "object_id", "before", "after", "reason",
    "request_id",
)  # fmt: skip

BATCH = 1000


@transaction.atomic
def export_person(*, user: User, now: datetime) -> dict[str, Any]:
    """Everything held about the person, a section for each part, at one moment: their writes wait meanwhile.

    Password, keys and hashes stay out: they are locks, not data.
    """
    person = lock_user(user.pk)
    record(person=person, action="person.exported", subject=person, now=now)
    sections: dict[str, Any] = {
        "exported_at": now,
        "account": User.objects.filter(pk=user.pk).values(*_ACCOUNT).get(),
        "profile": Profile.objects.filter(user=user).values(*_PROFILE).get(),
        "sessions": _rows(Session.objects.filter(user=user), _SESSION),
        "refresh_tokens": _rows(RefreshToken.objects.filter(session__user=user), _REFRESH_TOKEN),
        "one_time_tokens": _rows(OneTimeToken.objects.filter(user=user), _ONE_TIME_TOKEN),
        "mails": _rows(OutgoingMail.objects.filter(user=user), _MAIL),
        "idempotency_keys": [
            row | {"answer": bytes(row["answer"]).decode()}
            for row in _rows(IdempotencyKey.objects.filter(user=user), _IDEMPOTENCY_KEY)
        ],
        "audit_trail": list(
            AuditEntry.objects.filter(person_id=user.pk).order_by("sequence").values(*_AUDIT_ENTRY)
        ),
    }
    publish(PersonExported(user_id=user.pk, sections=sections))
    logger.info("Person exported", extra={"user_id": str(user.pk)})
    return sections


def _rows(rows: QuerySet[Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return list(rows.order_by("created_at", "id").values(*names))


def leave(*, user: User, password: str, now: datetime) -> None:
    """A person erases themselves.

    :raises RateLimitExceededError: too many wrong passwords.
    :raises WrongPasswordError: under `password`.
    """
    confirm_password(user=user, password=password, field="password", now=now)
    with transaction.atomic():
        erase_person(user=lock_confirmed(user=user, field="password"), now=now)


@transaction.atomic
def erase_person(*, user: User, now: datetime) -> None:
    """Delete the person and everything that belongs to them, in every app. Nothing brings it back.

    Their audit trail stays, which names them by id alone. The key to its network addresses goes with their row.
    """
    user = lock_user(user.pk)
    # A refresh that is under way would add a row behind the deletion's back; ending its session stops it.
    end_all_sessions(user=user, reason=EndReason.ERASED, now=now)
    user_id = user.pk
    record(person=user, action="person.erased", subject=user, now=now)
    publish(PersonErased(user_id=user_id))
    user.delete()
    logger.info("Person erased", extra={"user_id": str(user_id)})


def purge_expired(*, now: datetime) -> dict[str, int]:
    """Delete what can't be used any more, in short batches; how many rows of each kind."""
    purgeable: dict[str, QuerySet[Any]] = {
        "refresh tokens": RefreshToken.objects.purgeable(now),
        "sessions": Session.objects.purgeable(now),
        "one-time tokens": OneTimeToken.objects.purgeable(now),
        "mails": OutgoingMail.objects.purgeable(),
        "idempotency keys": IdempotencyKey.objects.purgeable(now),
        "rate counters": RateCounter.objects.filter(time_window__lt=window_of(now)),
        "back-office sessions": BackOfficeSession.objects.filter(expire_date__lt=now),
    }
    deleted = {kind: _delete(rows) for kind, rows in purgeable.items()}
    logger.info("Purged", extra={kind.replace(" ", "_"): count for kind, count in deleted.items()})
    return deleted


def _delete(rows: QuerySet[Any]) -> int:
    """A batch is chosen anew each time: a row that came into use again meanwhile is left alone."""
    deleted = 0
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        deleted += rows.filter(pk__in=batch).delete()[1].get(rows.model._meta.label, 0)
    return deleted
