from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection
from django.db.models import F

from accounts.mail import (
    MailMessage,
    queue_asked_for,
    queue_mail,
    register_message,
    retry_given_up_mail,
    send_due_mail,
    templates,
)
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OneTimeToken, OutgoingMail, User
from accounts.services import purge_expired, reset_password
from accounts.services.dead_mail import retry_dead_mail
from accounts.tests.factories import UserFactory
from accounts.vocabulary import MailPurpose

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

MINUTE = timedelta(minutes=1)


class DeadServer(BaseEmailBackend):
    """What a mail server that can't be reached looks like."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        raise ConnectionRefusedError("saver@example.com")


@pytest.fixture
def dead_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def queue(user: User, noon: datetime, purpose: str = MailPurpose.RESET_PASSWORD) -> OutgoingMail:
    queue_mail(user=user, purpose=purpose, now=noon)
    return OutgoingMail.objects.get(user=user, purpose=purpose, sent_at=None)


class TestQueueMail:
    def test_holds_purpose_and_person_only(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        assert not OneTimeToken.objects.exists()
        assert {field.name for field in OutgoingMail._meta.fields} == {
            "id", "user", "purpose", "created_at", "sent_at", "attempts", "next_attempt_at", "is_held",
            "failure", "object_id", "due_on", "priority", "address",
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
            send_due_mail(clock=at(noon))
        assert len(mail.outbox) == 1

    def test_refuses_a_purpose_without_a_message(self, saver: User, noon: datetime) -> None:
        with pytest.raises(KeyError):
            queue_mail(user=saver, purpose="congratulations", now=noon)
        assert not OutgoingMail.objects.exists()


class TestMessageWithoutToken:
    def test_is_one_entry_and_two_templates(
        self, saver: User, noon: datetime, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        words = {"mail/password_changed.txt": "See {{ url }}", "mail/password_changed.html": "<p>See {{ url }}"}
        [engine] = settings.TEMPLATES
        loaders = [("django.template.loaders.locmem.Loader", words)]
        settings.TEMPLATES = [engine | {"APP_DIRS": False, "OPTIONS": {"loaders": loaders}}]
        monkeypatch.setattr(templates, "_registered", {})
        register_message(MailMessage("password_changed", "Your password was changed"))
        queue(saver, noon, "password_changed")
        assert send_due_mail(clock=at(noon)) == (1, 0)
        assert mail.outbox[0].subject == "Your password was changed"
        assert mail.outbox[0].body == f"See {settings.APP_URL}"
        assert not OneTimeToken.objects.exists()


class TestSendDueMail:
    def test_sends_what_is_due_with_a_token_that_works(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        assert send_due_mail(clock=at(noon)) == (1, 0)
        message = mail.outbox[0]
        assert message.to == [saver.email]
        token = re.findall(r"token=(\S+)", str(message.body))[0]
        assert token not in OneTimeToken.objects.get().token_hash
        reset_password(token=token, new_password="staple the horse", now=noon + 59 * MINUTE)

    def test_a_second_run_sends_nothing(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        send_due_mail(clock=at(noon))
        assert send_due_mail(clock=at(noon + timedelta(days=1))) == (0, 0)

    def test_sends_the_oldest_first(self, saver: User, stranger: User, noon: datetime) -> None:
        queue(saver, noon)
        queue(stranger, noon - MINUTE)
        assert send_due_mail(clock=at(noon)) == (2, 0)
        assert [message.to for message in mail.outbox] == [[stranger.email], [saver.email]]

    def test_a_claim_counts_from_when_it_is_made_however_long_the_run_takes(
        self, saver: User, noon: datetime
    ) -> None:
        for user in (saver, *UserFactory.create_batch(4)):
            queue(user, noon)
        readings = (noon + n * 1.5 * MINUTE for n in count())
        assert send_due_mail(clock=readings.__next__) == (5, 0)
        assert OutgoingMail.objects.filter(sent_at__lt=F("next_attempt_at")).count() == 5

    def test_stops_after_a_mail_when_it_is_told_to(self, saver: User, stranger: User, noon: datetime) -> None:
        queue(saver, noon)
        queue(stranger, noon)
        assert send_due_mail(clock=at(noon), stop=lambda: bool(mail.outbox)) == (1, 0)
        assert OutgoingMail.objects.filter(sent_at=None, attempts=0).count() == 1

    def test_sends_what_is_queued_meanwhile_in_the_same_run(
        self, saver: User, stranger: User, noon: datetime
    ) -> None:
        queue(saver, noon)
        moments = (noon + n * MINUTE for n in count())

        def queued_during_the_run() -> bool:
            if len(mail.outbox) == 1 and not OutgoingMail.objects.filter(user=stranger).exists():
                queue(stranger, noon + MINUTE)
            return False

        assert send_due_mail(clock=moments.__next__, stop=queued_during_the_run) == (2, 0)

    def test_leaves_messages_of_a_newer_version_to_it(self, saver: User, noon: datetime) -> None:
        OutgoingMail.objects.create(user=saver, purpose="news", created_at=noon, next_attempt_at=noon)
        assert send_due_mail(clock=at(noon)) == (0, 0)
        assert OutgoingMail.objects.get().attempts == 0

    @pytest.mark.usefixtures("dead_server")
    def test_tries_again_later_and_later(self, saver: User, noon: datetime) -> None:
        queued = queue(saver, noon)
        waits = []
        moment = noon
        while send_due_mail(clock=at(moment)) == (0, 1):
            queued.refresh_from_db()
            waits.append((queued.next_attempt_at - moment) // MINUTE)
            assert send_due_mail(clock=at(queued.next_attempt_at - timedelta(seconds=1))) == (0, 0)
            moment = queued.next_attempt_at
        assert waits == [2, 4, 8, 16, 32, 64, 128, 240]

    def test_one_that_was_given_up_stays_until_it_is_tried_again(
        self, saver: User, noon: datetime, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
        queue(saver, noon)
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS - 1)
        send_due_mail(clock=at(noon))
        assert "Mail given up" in caplog.messages
        assert OutgoingMail.objects.get().failure == "ConnectionRefusedError"
        assert purge_expired(now=noon + timedelta(days=365))["mails"] == 0
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert send_due_mail(clock=at(noon + timedelta(days=365))) == (0, 0)
        assert retry_given_up_mail(now=noon) == 1
        assert send_due_mail(clock=at(noon)) == (1, 0)

    def test_one_that_waits_for_its_turn_is_not_brought_back(self, saver: User, noon: datetime) -> None:
        queue(saver, noon)
        assert not retry_dead_mail(mail=OutgoingMail.objects.get(), now=noon)

    def test_a_database_that_does_not_note_the_sending_is_an_error(self, saver: User, noon: datetime) -> None:
        def away(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith("UPDATE") and '"sent_at"' in sql:
                raise OperationalError
            return execute(sql, *args)

        queue(saver, noon)
        with connection.execute_wrapper(away), pytest.raises(OperationalError):
            send_due_mail(clock=at(noon))

    def test_one_that_failed_is_sent_when_the_server_is_back(
        self, saver: User, noon: datetime, settings: Any, dead_server: None
    ) -> None:
        queue(saver, noon)
        send_due_mail(clock=at(noon))
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert send_due_mail(clock=at(noon + 2 * MINUTE)) == (1, 0)

    @pytest.mark.usefixtures("dead_server")
    def test_logs_neither_address_nor_token(
        self, saver: User, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        queue(saver, noon)
        send_due_mail(clock=at(noon))
        assert "ConnectionRefusedError" in str([vars(record) for record in caplog.records])
        assert saver.email not in str([vars(record) for record in caplog.records])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", [MailPurpose.RESET_PASSWORD, MailPurpose.VERIFY_EMAIL])
def test_a_mail_that_is_asked_for_while_its_person_is_erased_is_queued_for_nobody(
    noon: datetime, purpose: MailPurpose
) -> None:
    person = UserFactory.create()
    User.objects.filter(pk=person.pk).delete()
    queue_asked_for(user=person, purpose=purpose, now=noon)
    assert not OutgoingMail.objects.exists()


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
                return send_due_mail(clock=at(noon))[0]
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(work, range(4))) == 12
        assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 12
