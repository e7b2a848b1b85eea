"""The outbox: mail is queued in the transaction of its cause, and sent after that is committed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count

from accounts.mail.delivery import send_now
from accounts.mail.templates import message_for, purposes_with
from accounts.managers import OutgoingMailQuerySet
from accounts.models import OutgoingMail, User
from accounts.vocabulary import MailPriority, MailPurpose, TokenPurpose

logger = logging.getLogger(__name__)


def queue_mail(*, user: User, purpose: str, now: datetime) -> None:
    """Queue a mail, sent after this transaction. If the same one still waits, that one is tried again from now.

    :raises KeyError: no message is registered for this purpose.
    """
    message = message_for(purpose)
    same = {"user": user, "purpose": message.purpose, "object_id": None}
    anew = {"created_at": now, "attempts": 0, "next_attempt_at": now, "is_held": False}
    with transaction.atomic(savepoint=False):
        if not OutgoingMail.objects.filter(**same, sent_at=None).update(**anew):
            # A conflict means that another request has queued it a moment ago.
            mail = OutgoingMail(**same, **anew, priority=message.priority)
            OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
        logger.info("Mail queued", extra={"user_id": str(user.pk), "purpose": str(purpose)})
        _deliver_on_commit(OutgoingMail.objects.filter(**same), now)


def new_mail(
    *,
    user_id: UUID,
    purpose: str,
    object_id: UUID,
    due_on: date,
    now: datetime,
    send_at: datetime | None = None,
) -> OutgoingMail:
    """A mail about an object, for a day, which is sent now, or at `send_at`, once `queue_mails` has stored it.

    :raises KeyError: no message is registered for this purpose.
    """
    message = message_for(purpose)
    return OutgoingMail(
        user_id=user_id,
        purpose=message.purpose,
        object_id=object_id,
        due_on=due_on,
        priority=message.priority,
        created_at=now,
        next_attempt_at=send_at or now,
    )


def queue_mails(mails: Sequence[OutgoingMail]) -> None:
    """Queue these for the worker, without those that were queued before for the same object and day."""
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)


def queue_farewell(*, address: str, now: datetime) -> None:
    """Queue the last mail to a person who was erased in this transaction; no other mail holds an address."""
    mail = OutgoingMail(
        purpose=MailPurpose.ACCOUNT_ERASED,
        address=address,
        priority=MailPriority.SECURITY,
        created_at=now,
        next_attempt_at=now,
    )
    with transaction.atomic(savepoint=False):
        mail.save(force_insert=True)
        _deliver_on_commit(OutgoingMail.objects.filter(pk=mail.pk), now)


def queue_asked_for(*, user: User | None, purpose: MailPurpose, now: datetime) -> None:
    """Queue a mail that is asked for without signing in; `user` is None for an address that gets no mail.

    The caller can't notice the difference, nor whether the person has been erased meanwhile.
    """
    if user is None:
        _queue_in_vain(now)
        return
    try:
        queue_mail(user=user, purpose=purpose, now=now)
    except IntegrityError:  # at COMMIT: only the person's row can be missing
        logger.info("Mail not queued: the person is erased", extra={"user_id": str(user.pk)})


def _queue_in_vain(now: datetime) -> None:
    """Fail as `queue_mail` does where the database takes no writes; else do nothing."""
    mail = OutgoingMail(purpose=MailPurpose.ACCOUNT_ERASED, created_at=now, next_attempt_at=now)
    with transaction.atomic():
        mail.save(force_insert=True)
        transaction.set_rollback(True)


def drop_unsent_mail(*, user: User, tokens: Collection[TokenPurpose]) -> None:
    """Delete the person's mail that would bring one of these tokens: they are made at sending.

    It waits for a mail whose token is being made at this moment, so spend tokens after this call, not before.
    """
    OutgoingMail.objects.filter(user=user, purpose__in=purposes_with(tokens), sent_at=None).delete()


def _deliver_on_commit(mails: OutgoingMailQuerySet[OutgoingMail], now: datetime) -> None:
    if settings.DELIVER_MAIL_ON_COMMIT:
        # What is committed can't fail any more. Not a `partial`: Django's log names the function that failed.
        transaction.on_commit(lambda: send_now(mails, now=now), robust=True)


def retry_given_up_mail(*, now: datetime) -> int:
    """Make mail that was given up due again, from its first attempt; returns how many."""
    return OutgoingMail.objects.given_up(now).retry(now)


def count_given_up_mail(*, now: datetime) -> int:
    return OutgoingMail.objects.given_up(now).count()


def hold_unsent_mail() -> int:
    """Send none of the mail that waits now, until it is released; returns how many."""
    return OutgoingMail.objects.filter(sent_at=None).update(is_held=True)


def release_held_mail(*, now: datetime) -> int:
    """Make all held mail due, from its first attempt; returns how many."""
    return OutgoingMail.objects.held().update(is_held=False, attempts=0, next_attempt_at=now)


def drop_held_mail() -> int:
    """Delete all held mail; returns how many."""
    return OutgoingMail.objects.held().delete()[0]


def count_held_mail() -> dict[str, int]:
    """How much is held, by purpose."""
    counted = OutgoingMail.objects.held().values("purpose").annotate(mails=Count("pk")).order_by("purpose")
    return dict(counted.values_list("purpose", "mails"))
