"""What messages may declare: facts, an address to unsubscribe, a priority. And who gets which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import IntegrityError

from accounts.mail import (
    MailMessage,
    new_mail,
    queue_mail,
    queue_mails,
    register_message,
    send_due_mail,
    templates,
)
from accounts.models import OutgoingMail, User
from accounts.tests.factories import UserFactory
from accounts.vocabulary import MailPriority, MailPurpose

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

DAY = date(2026, 3, 10)
ABOUT = UUID("6f1d3c1e-0000-4000-8000-000000000001")
SILENT = UUID("6f1d3c1e-0000-4000-8000-000000000002")


def facts(queued: OutgoingMail, now: datetime) -> Mapping[str, Any] | None:
    if queued.object_id == SILENT:
        return None
    return {"subject": f"About {queued.due_on}", "what": "<b>& more"}


@pytest.fixture(autouse=True)
def news(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A message that people can do without, beside accounts' own."""
    words = {
        "mail/news.txt": "{% extends 'mail/layout.txt' %}{% block text %}{{ what }}{% endblock %}",
        "mail/news.html": "{% extends 'mail/layout.html' %}{% block text %}{{ what }}{% endblock %}",
    }
    [engine] = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", words),
        "django.template.loaders.filesystem.Loader",
    ]
    settings.TEMPLATES = [engine | {"APP_DIRS": False, "OPTIONS": {"loaders": loaders}}]
    monkeypatch.setattr(templates, "_registered", dict(templates._registered))
    register_message(
        MailMessage(
            "news", "News", facts=facts, unsubscribe=lambda person: f"https://fincred.example/stop/{person}"
        )
    )


def queue_news(person: User, noon: datetime, about: UUID = ABOUT) -> None:
    queue_mails([new_mail(user_id=person.pk, purpose="news", object_id=about, due_on=DAY, now=noon)])


def send(noon: datetime) -> tuple[int, int]:
    return send_due_mail(clock=lambda: noon)


class TestAMessage:
    def test_is_told_the_facts_at_the_moment_of_sending(self, saver: User, noon: datetime) -> None:
        queue_news(saver, noon)
        assert send(noon) == (1, 0)
        [message] = mail.outbox
        assert message.subject == "About 2026-03-10"
        assert "<b>& more" in str(message.body)
        assert "&lt;b&gt;&amp; more" in str(message.alternatives[0][0])  # type: ignore[attr-defined]

    def test_carries_one_click_to_unsubscribe(self, saver: User, noon: datetime) -> None:
        queue_news(saver, noon)
        send(noon)
        headers = mail.outbox[0].message()
        url = f"https://fincred.example/stop/{saver.pk}"
        assert headers["List-Unsubscribe"] == f"<{url}>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"\n{url}\n" in str(mail.outbox[0].body)

    def test_of_security_has_nothing_to_unsubscribe_from(self, saver: User, noon: datetime) -> None:
        queue_mail(user=saver, purpose=MailPurpose.PASSWORD_CHANGED, now=noon)
        send(noon)
        assert "List-Unsubscribe" not in mail.outbox[0].message()
        assert "one click" not in str(mail.outbox[0].body)

    def test_that_has_nothing_to_say_is_not_sent(self, saver: User, noon: datetime) -> None:
        queue_news(saver, noon, SILENT)
        assert send(noon) == (0, 0)
        assert not OutgoingMail.objects.exists()

    def test_is_queued_once_for_its_object_and_day(self, saver: User, noon: datetime) -> None:
        queue_news(saver, noon)
        queue_news(saver, noon)
        send(noon)
        queue_news(saver, noon)
        assert send(noon) == (0, 0)
        assert len(mail.outbox) == 1

    def test_that_fails_for_one_person_reaches_the_others(
        self, saver: User, stranger: User, noon: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(queued: OutgoingMail, now: datetime) -> Mapping[str, Any]:
            if queued.user_id == saver.pk:
                raise ZeroDivisionError
            return {}

        monkeypatch.setitem(templates._registered, "news", MailMessage("news", "News", facts=failing))
        queue_news(saver, noon)
        queue_news(stranger, noon)
        assert send(noon) == (1, 1)
        assert OutgoingMail.objects.get(sent_at=None).failure == "ZeroDivisionError"
        assert [message.to for message in mail.outbox] == [[stranger.email]]

    @pytest.mark.parametrize("state", [{"is_active": False}, {"is_verified": False}])
    def test_that_one_can_do_without_goes_to_active_verified_people(
        self, saver: User, noon: datetime, state: dict[str, bool]
    ) -> None:
        queue_news(saver, noon)
        queue_mail(user=saver, purpose=MailPurpose.PASSWORD_CHANGED, now=noon)
        User.objects.update(**state)
        assert send(noon) == (1, 0)
        assert not OutgoingMail.objects.filter(purpose="news").exists()

    @pytest.mark.parametrize("purpose", [MailPurpose.VERIFY_EMAIL, MailPurpose.RESET_PASSWORD])
    def test_with_a_link_that_is_refused_is_not_sent_to_a_disabled_person(
        self, saver: User, noon: datetime, purpose: MailPurpose
    ) -> None:
        queue_mail(user=saver, purpose=purpose, now=noon)
        User.objects.update(is_active=False)
        assert send(noon) == (0, 0)
        assert not mail.outbox
        assert not OutgoingMail.objects.exists()


class TestOrder:
    def test_what_a_person_waits_for_goes_first_and_reminders_last(self, noon: datetime) -> None:
        for person in UserFactory.create_batch(2):
            queue_news(person, noon - timedelta(hours=1))
            queue_mail(user=person, purpose=MailPurpose.PASSWORD_CHANGED, now=noon - timedelta(minutes=1))
            queue_mail(user=person, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        send(noon)
        sent = [message.subject for message in mail.outbox]
        assert sent == 2 * ["Your new FinCred password"] + 2 * ["Your FinCred password was changed"] + 2 * [
            "About 2026-03-10"
        ]


class TestConstraints:
    def test_an_object_has_a_day(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="outgoing_mail_object_has_day"):
            OutgoingMail.objects.create(
                user=saver, purpose="news", object_id=uuid4(), created_at=noon, next_attempt_at=noon
            )

    def test_an_address_is_an_erased_persons(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="outgoing_mail_address_of_erased_only"):
            OutgoingMail.objects.create(
                user=saver, purpose="news", address=saver.email, created_at=noon, next_attempt_at=noon
            )

    def test_priorities_are_in_their_order(self) -> None:
        assert sorted(MailPriority) == [MailPriority.AWAITED, MailPriority.SECURITY, MailPriority.REMINDER]


@pytest.fixture(autouse=True)
def no_delivery_on_commit(settings: Any) -> None:
    settings.DELIVER_MAIL_ON_COMMIT = False
