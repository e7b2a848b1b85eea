"""The last attempt to send a mail: under way it isn't given up, and one that was killed says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from accounts.mail import (
    count_given_up_mail,
    outbox_figures,
    queue_mail,
    retry_given_up_mail,
    send_due_mail,
)
from accounts.mail.tests.smtp_server import SMTPServer
from accounts.mail.tests.test_delivery import start_runners, use
from accounts.managers import MAX_MAIL_ATTEMPTS, UNFINISHED
from accounts.models import OutgoingMail, User
from accounts.services.dead_mail import retry_dead_mail
from accounts.vocabulary import MailPurpose
from fincred import clock
from fincred.ops.heartbeat import MESSAGE_LEASE

pytestmark = [pytest.mark.integration, pytest.mark.accounts]


def queue_for_the_last_time(person: User) -> OutgoingMail:
    queue_mail(user=person, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
    OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS - 1, failure="TimeoutError")
    return OutgoingMail.objects.get()


def counted_dead() -> float:
    [dead] = [
        sample.value
        for metric in outbox_figures(clock.now())
        for sample in metric.samples
        if sample.labels.get("state") == "dead"
    ]
    return dead


@pytest.mark.django_db(transaction=True)
def test_is_not_given_up_while_it_is_under_way(settings: Any, saver: User) -> None:
    found: list[Any] = []

    def look(recipient: str) -> None:
        now, mail = clock.now(), OutgoingMail.objects.get()
        found.extend([mail.is_given_up(now), count_given_up_mail(now=now), counted_dead()])
        found.extend([retry_given_up_mail(now=now), retry_dead_mail(mail=mail, now=now)])
        connections.close_all()

    with SMTPServer(before_answer=look) as server:
        use(server, settings)
        queue_for_the_last_time(saver)
        assert send_due_mail(clock=clock.now) == (1, 0)
    assert found == [False, 0, 0, 0, False]
    assert (len(server.taken), OutgoingMail.objects.get().failure) == (1, "")


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_that_was_killed_is_given_up_when_its_lease_ends_and_says_so(settings: Any, saver: User) -> None:
    runners: list[Any] = []

    def kill(recipient: str) -> None:
        runners[0].kill()
        runners[0].wait()

    settings.DELIVER_MAIL_ON_COMMIT = False
    queue_for_the_last_time(saver)
    with SMTPServer(before_answer=kill) as server:
        runners += start_runners(server, 1)
        assert runners[0].wait(timeout=60) < 0
    mail = OutgoingMail.objects.get()
    assert (mail.failure, mail.is_given_up(clock.now())) == (UNFINISHED, False)
    ended = clock.now() + MESSAGE_LEASE
    assert (mail.is_given_up(ended), count_given_up_mail(now=ended)) == (True, 1)
    assert retry_given_up_mail(now=ended) == 1
