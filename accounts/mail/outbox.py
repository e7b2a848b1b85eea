"""The outbox: mail is queued in the transaction of its cause, and sent after that is committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count

from accounts.mail.templates import MailMessage, message_for, registered_purposes
from accounts.managers import MAX_MAIL_ATTEMPTS, OutgoingMailQuerySet
from accounts.models import OneTimeToken, OutgoingMail, User

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=4)

Clock = Callable[[], datetime]
Due = OutgoingMailQuerySet[OutgoingMail]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this process is to send, with the token made for it."""

    mail_id: UUID
    attempt: int
    message: MailMessage
    address: str = field(repr=False)
    token: str = field(repr=False)


def queue_mail(*, user: User, purpose: str, now: datetime) -> None:
    """Have a mail sent after this transaction. One that still waits is not doubled, but tried again from now.

    :raises KeyError: no message is registered for this purpose.
    """
    same = {"user": user, "purpose": message_for(purpose).purpose}
    anew = {"created_at": now, "attempts": 0, "next_attempt_at": now, "is_held": False}
    with transaction.atomic(savepoint=False):
        if not OutgoingMail.objects.filter(**same, sent_at=None).update(**anew):
            # A conflict means that another request has queued it a moment ago.
            OutgoingMail.objects.bulk_create([OutgoingMail(**same, **anew)], ignore_conflicts=True)
        logger.info("Mail queued", extra={"user_id": str(user.pk), "purpose": str(purpose)})
        if settings.DELIVER_MAIL_ON_COMMIT:
            due = OutgoingMail.objects.due(now).filter(**same)
            transaction.on_commit(lambda: _send_first(due, lambda: now), robust=True)


def send_due_mail(*, clock: Clock, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Send what is due at the start, one by one until `stop()`; how many were sent, and how many failed.

    Several processes may do this at once. A mail is sent at least once: a crash between sending it and storing
    that it is sent sends it again. A mail that fails is tried again by a later run.
    """
    # A process sends only what it has the words for: a newer version may have queued other messages already.
    due = OutgoingMail.objects.due(clock()).filter(purpose__in=registered_purposes())
    sent = failed = 0
    while not stop() and (success := _send_first(due, clock)) is not None:
        sent += success
        failed += not success
    return sent, failed


def retry_given_up_mail(*, now: datetime) -> int:
    """Make mail that was given up due again, from its first attempt; how many."""
    return OutgoingMail.objects.given_up().update(attempts=0, next_attempt_at=now)


def count_given_up_mail() -> int:
    return OutgoingMail.objects.given_up().count()


def hold_unsent_mail() -> int:
    """Send none of the mail that waits now, until it is released; how many."""
    return OutgoingMail.objects.filter(sent_at=None).update(is_held=True)


def release_held_mail(*, now: datetime) -> int:
    """Make all held mail due, from its first attempt; how many."""
    return OutgoingMail.objects.held().update(is_held=False, attempts=0, next_attempt_at=now)


def drop_held_mail() -> int:
    """Delete all held mail; how many."""
    return OutgoingMail.objects.held().delete()[0]


def count_held_mail() -> dict[str, int]:
    """How much is held, by purpose."""
    counted = OutgoingMail.objects.held().values("purpose").annotate(mails=Count("pk")).order_by("purpose")
    return dict(counted.values_list("purpose", "mails"))


def _send_first(due: Due, clock: Clock) -> bool | None:
    """Whether the first of the due mails could be sent; None when there is none."""
    # The clock is read for each mail: a claim counts from when it is made, however long the run takes.
    claim = _claim(due, clock())
    return None if claim is None else _send(claim, clock)


@transaction.atomic
def _claim(due: Due, now: datetime) -> _Claim | None:
    """Take a mail and set its next attempt: until then no process sends it, even if this one crashes."""
    mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.next_attempt_at = now + min(timedelta(minutes=2**mail.attempts), LONGEST_WAIT)
    mail.save(update_fields=["attempts", "next_attempt_at"])
    message = message_for(mail.purpose)
    token = OneTimeToken.objects.issue(user=mail.user, purpose=message.token, now=now) if message.token else ""
    # SMTP wants the domain in ASCII, and Django would write it by the rules of IDNA 2003, where ß is ss.
    return _Claim(mail.pk, mail.attempts, message, mail.user.mailbox or mail.user.email, token)


def _send(claim: _Claim, clock: Clock) -> bool:
    """No transaction is open here: a slow mail server must not hold rows locked."""
    message = claim.message
    facts = {"mail_id": str(claim.mail_id), "purpose": str(message.purpose), "attempt": claim.attempt}
    try:
        send_mail(message.subject, message.body(url=settings.APP_URL, token=claim.token), None, [claim.address])
    except Exception as error:  # mail servers and their library fail in many ways; the next attempt is set
        given_up = claim.attempt >= MAX_MAIL_ATTEMPTS
        reason = type(error).__name__
        logger.warning("Mail given up" if given_up else "Mail not sent", extra={**facts, "reason": reason})
        return False
    OutgoingMail.objects.filter(pk=claim.mail_id).update(sent_at=clock())
    logger.info("Mail sent", extra=facts)
    return True
