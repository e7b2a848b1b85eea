"""What a restored database must lose before it serves: a backup holds ended sessions, erased people, sent mail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.contrib.sessions.models import Session as BackOfficeSession

from accounts.mail import count_held_mail, hold_unsent_mail
from accounts.models import IdempotencyKey, OneTimeToken, Session, User
from accounts.services.privacy import erase_again
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason
from fincred.events import DatabaseRestored, publish
from fincred.ops import erasure_log
from fincred.ops.jobs import CLOCK_SKEW
from fincred.ops.models import DatabaseState, JobState
from fincred.ops.own_work import OwnWork

logger = logging.getLogger(__name__)

BATCH: Final = 1000

Progress = Callable[[int], None]


@dataclass(slots=True)
class Outcome:
    """How much there was of each; `unconfirmed` are people whose erasure began and may have failed."""

    mail_held: int = 0
    sessions_ended: int = 0
    tokens_deleted: int = 0
    keys_deleted: int = 0
    people_erased: int = 0
    unconfirmed: list[UUID] = field(default_factory=list)


class NotFromThenError(Exception):
    """The database isn't as it was at the moment that was named."""


def finish_restore(
    *,
    since: datetime,
    now: datetime,
    is_meant: bool = False,
    start: Callable[[int], Progress] = lambda _: lambda _: None,
) -> Outcome:
    """End all sessions, delete one-time tokens and idempotency keys, hold unsent mail, erase the erased again.

    Higher apps delete their links that open something without a token, and count due reminders as sent.

    The database is as it was at `since`. Each person is a transaction of their own, and after a failure all of it
    can be done again: `ready` stays 503 until it is done. `start` is called with the number of steps; the
    function that it returns, with 1 after each step. A database in which jobs have succeeded since that moment, or
    lately, is refused: it may be the live one. With `is_meant` this isn't checked.

    :raises NotFromThenError: such jobs were found; nothing was changed.
    :raises ErasureLogError: the list of erased people can't be read; nothing was changed.
    """
    if not is_meant:
        _require_from(since, now=now)
    erasures = erasure_log.read()
    hold_unsent_mail()
    outcome = Outcome()
    outcome.tokens_deleted = OneTimeToken.objects.all().delete()[0]
    outcome.keys_deleted = IdempotencyKey.objects.all().delete()[0]
    BackOfficeSession.objects.all().delete()
    publish(DatabaseRestored(now))
    signed_in = list(Session.objects.unended().values_list("user_id", flat=True).order_by("user_id").distinct())
    returned = _still_there([each.person_id for each in erasures if each.done])
    progress = start(len(signed_in) + len(returned))
    for person_id in signed_in:
        person = User.objects.get(pk=person_id)
        outcome.sessions_ended += end_all_sessions(user=person, reason=EndReason.RESTORED, now=now)
        progress(1)
    for person_id in returned:
        erase_again(user=User.objects.get(pk=person_id), now=now)
        outcome.people_erased += 1
        progress(1)
    outcome.unconfirmed = _still_there([each.person_id for each in erasures if not each.done and each.at >= since])
    outcome.mail_held = sum(count_held_mail().values())
    DatabaseState.objects.update(restored_at=None)
    logger.info("Restore finished", extra={"sessions": outcome.sessions_ended, "people": outcome.people_erased})
    return outcome


def _require_from(since: datetime, *, now: datetime) -> None:
    """A point-in-time recovery leaves no mark, but in a database that serves jobs have succeeded a moment ago.

    Clocks differ, so in a copy one may have succeeded a little after `since`; but then not lately, unless the copy
    is from lately itself, which can't be told from one that serves.

    :raises NotFromThenError: one has, after `since` or lately.
    """
    if DatabaseState.objects.filter(restored_at__isnull=False).exists():
        return
    # Not what operators run: a check or a backup of the copy says nothing of who uses it.
    of_workers = JobState.objects.whole().exclude(name__in=list(OwnWork))
    latest = min(since + CLOCK_SKEW, now - CLOCK_SKEW)
    last = of_workers.filter(last_success_at__gt=latest).order_by("-last_success_at").first()
    if last and last.last_success_at:
        moment = last.last_success_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise NotFromThenError(f"the job {last.name} succeeded in it at {moment}")


def _still_there(ids: list[UUID]) -> list[UUID]:
    """Those of the people that are in the database, in batches: the list grows over the years."""
    found: list[UUID] = []
    for first in range(0, len(ids), BATCH):
        found += User.objects.filter(pk__in=ids[first : first + BATCH]).values_list("pk", flat=True)
    return found
