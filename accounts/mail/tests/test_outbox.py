from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OneTimeToken, OutgoingMail, Purpose, User
from accounts.services import queue_mail, reset_password, send_due_mail
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

MINUTE = timedelta(minutes=1)


class DeadServer(BaseEmailBackend):
    """What a mail server that can't be reached looks like."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        raise ConnectionRefusedError("saver@example.com")


@pytest.fixture
def dead_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


def queue(user: User, noon: datetime, purpose: Purpose = Purpose.RESET_PASSWORD) -> OutgoingMail:
    queue_mail(user=user, purpose=purpose, now=noon)
    return OutgoingMail.objects.get(user=user, purpose=purpose, sent_at=None)


class TestQueueMail:
    def test_holds_purpose_and_person_only(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        assert not OneTimeToken.objects.exists()
        assert {field.name for field in OutgoingMail._meta.fields} == {
            "id", "user", "purpose", "created_at", "sent_at", "attempts", "next_attempt_at",
        }  # fmt: skip

    def test_does_not_double_one_that_waits(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        queue(saver, noon + MINUTE)
        assert OutgoingMail.objects.count() == 1

    def test_asking_again_revives_one_that_was_given_up(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS)
        assert queue(saver, noon + MINUTE).attempts == 0

    def test_sends_as_soon_as_the_change_is_committed(
        self, saver: User, noon: datetime, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = True
        with django_capture_on_commit_callbacks(execute=True):
            queue(saver, noon)
            assert not mail.outbox
        assert len(mail.outbox) == 1

    def test_leaves_it_to_the_worker_where_mail_takes_time(
        self, saver: User, noon: datetime, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = False
        with django_capture_on_commit_callbacks(execute=True):
            queue(saver, noon)
        assert not mail.outbox

    def test_a_mail_sent_by_somebody_quicker_is_not_sent_again(
        self, saver: User, noon: datetime, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = True
        with django_capture_on_commit_callbacks(execute=True):
            queue(saver, noon)
            send_due_mail(now=noon)
        assert len(mail.outbox) == 1


class TestSendDueMail:
    def test_sends_what_is_due_with_a_token_that_works(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        assert send_due_mail(now=noon) == (1, 0)
        letter = mail.outbox[0]
        assert letter.to == [saver.email]
        token = re.findall(r"token=(\S+)", str(letter.body))[0]
        assert token not in OneTimeToken.objects.get().token_hash
        reset_password(token=token, new_password="staple the horse", now=noon + 59 * MINUTE)

    def test_a_second_run_sends_nothing(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        send_due_mail(now=noon)
        assert send_due_mail(now=noon + timedelta(days=1)) == (0, 0)

    def test_sends_the_oldest_first(self, saver: User, stranger: User, noon: datetime) -> None:
        queue(saver, noon)
        queue(stranger, noon - MINUTE)
        assert send_due_mail(now=noon) == (2, 0)
        assert [letter.to for letter in mail.outbox] == [[stranger.email], [saver.email]]

    @pytest.mark.usefixtures("dead_server")
    def test_tries_again_later_and_later(self, saver: User, noon: datetime) -> None:
        queued = queue(saver, noon)
        waits = []
        moment = noon
        while send_due_mail(now=moment) == (0, 1):
            queued.refresh_from_db()
            waits.append((queued.next_attempt_at - moment) // MINUTE)
            assert send_due_mail(now=queued.next_attempt_at - timedelta(seconds=1)) == (0, 0)
            moment = queued.next_attempt_at
        assert waits == [2, 4, 8, 16, 32, 64, 128, 240]

    def test_one_that_failed_is_sent_when_the_server_is_back(
        self, saver: User, noon: datetime, settings: Any, dead_server: None
    ) -> None:
        queue(saver, noon)
        send_due_mail(now=noon)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert send_due_mail(now=noon + 2 * MINUTE) == (1, 0)

    @pytest.mark.usefixtures("dead_server")
    def test_logs_neither_address_nor_token(
        self, saver: User, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        queue(saver, noon)
        send_due_mail(now=noon)
        assert "ConnectionRefusedError" in str([vars(record) for record in caplog.records])
        assert saver.email not in str([vars(record) for record in caplog.records])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestFourWorkers:
    def test_send_each_mail_once(self, noon: datetime, settings: Any) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = False
        for _ in range(12):
            queue(UserFactory.create(), noon)
        start = Barrier(4)

        def work(_: int) -> int:
            try:
                start.wait()
                return send_due_mail(now=noon)[0]
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(work, range(4))) == 12
        assert len({letter.to[0] for letter in mail.outbox}) == len(mail.outbox) == 12
