"""The outbox: mail is queued with the change that calls for it, and sent when that change is there to stay."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from accounts.mail.templates import render_message
from accounts.managers import OutgoingMailQuerySet
from accounts.models import OutgoingMail, Purpose, User
from accounts.services.one_time_tokens import issue_token

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this process is to send, with the token made for it."""

    mail_id: UUID
    address: str = field(repr=False)
    purpose: Purpose
    token: str = field(repr=False)


@transaction.atomic
def queue_mail(*, user: User, purpose: Purpose, now: datetime) -> None:
    """Have a mail sent after this transaction. One that still waits is not doubled, but tried again from now."""
    mail, _ = OutgoingMail.objects.update_or_create(
        user=user,
        purpose=purpose,
        sent_at=None,
        defaults={"created_at": now, "attempts": 0, "next_attempt_at": now},
    )
    logger.info("Mail queued", extra={"user_id": str(user.pk), "mail_id": str(mail.pk), "purpose": purpose.value})
    if settings.DELIVER_MAIL_ON_COMMIT:
        transaction.on_commit(
            lambda: _send_first(OutgoingMail.objects.due(now).filter(pk=mail.pk), now), robust=True
        )


def send_due_mail(*, now: datetime) -> tuple[int, int]:
    """Send everything that is due; how many were sent, and how many failed and will be tried again.

    Several processes may do this at once. A mail is sent at least once: a crash between sending it and noting
    that sends it again.
    """
    sent = failed = 0
    while (success := _send_first(OutgoingMail.objects.due(now), now)) is not None:
        sent += success
        failed += not success
    return sent, failed


def _send_first(due: OutgoingMailQuerySet, now: datetime) -> bool | None:
    """Whether the first of the due mails could be sent; None when there is none."""
    claim = _claim(due, now)
    return None if claim is None else _send(claim, now)


@transaction.atomic
def _claim(due: OutgoingMailQuerySet, now: datetime) -> _Claim | None:
    """Take a mail and set its next attempt, so that nobody else, nor a crash here, sends it again at once."""
    mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.next_attempt_at = now + min(timedelta(minutes=2**mail.attempts), LONGEST_WAIT)
    mail.save(update_fields=["attempts", "next_attempt_at"])
    purpose = Purpose(mail.purpose)
    token = issue_token(user=mail.user, purpose=purpose, now=now)
    return _Claim(mail.pk, mail.user.email, purpose, token)


def _send(claim: _Claim, now: datetime) -> bool:
    """No transaction is open here: a slow mail server must not hold rows locked."""
    letter = render_message(claim.purpose, token=claim.token, app_url=settings.APP_URL)
    facts = {"mail_id": str(claim.mail_id), "purpose": claim.purpose.value}
    try:
        send_mail(letter.subject, letter.body, None, [claim.address])
    except Exception as error:  # whatever a mail server or its library comes up with, the next attempt is set
        logger.warning("Mail not sent", extra={**facts, "reason": type(error).__name__})
        return False
    OutgoingMail.objects.filter(pk=claim.mail_id).update(sent_at=now)
    logger.info("Mail sent", extra=facts)
    return True
