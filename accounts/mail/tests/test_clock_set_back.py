"""Mail that was queued while the clock was ahead is sent after the clock has been set back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail

from accounts.mail import new_mail, queue_mail, queue_mails, send_due_mail
from accounts.models import OutgoingMail, User
from accounts.vocabulary import MailPurpose
from fincred.companion.vocabulary import MILESTONE

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

HOUR = timedelta(hours=1)


def send(now: datetime) -> int:
    return send_due_mail(clock=lambda: now)[0]


def test_what_was_due_at_once_is_sent_at_once(saver: User, noon: datetime) -> None:
    queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon + HOUR)
    assert send(noon) == 1
    assert len(mail.outbox) == 1
    assert send(noon + 2 * HOUR) == 0


def test_what_was_due_later_keeps_its_distance(saver: User, noon: datetime) -> None:
    ahead, own = noon + 24 * HOUR, UUID(int=1)
    later = new_mail(
        user_id=saver.pk, purpose=MILESTONE, object_id=own, due_on=noon.date(), now=ahead, send_at=ahead + 9 * HOUR
    )
    queue_mails([later])
    send(noon)
    assert OutgoingMail.objects.get().next_attempt_at == noon + 9 * HOUR


def test_the_clocks_of_workers_may_differ_a_little(saver: User, noon: datetime) -> None:
    queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon + timedelta(minutes=4))
    assert send(noon) == 0


def test_a_mail_that_is_being_sent_is_left_to_who_sends_it(saver: User, noon: datetime) -> None:
    queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon + HOUR)
    OutgoingMail.objects.update(attempts=1)
    assert send(noon) == 0
