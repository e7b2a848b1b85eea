"""An address that a mail server refuses for good: given up, shown to support, not tried until it is verified."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.audit import broken_chains
from accounts.mail import queue_mail, retry_given_up_mail, send_due_mail
from accounts.mail.tests.smtp_server import SMTPServer
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.services import resend_verification, verify_email
from accounts.services.dead_mail import retry_dead_mail
from accounts.tests.factories import UserFactory
from accounts.vocabulary import MailPurpose
from fincred import clock
from fincred.context import Caller, Role, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def use(server: SMTPServer, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port


def send(purpose: str, person: User) -> OutgoingMail:
    queue_mail(user=person, purpose=purpose, now=clock.now())
    send_due_mail(clock=clock.now)
    return OutgoingMail.objects.get(user=person, purpose=purpose)


class TestARefusedAddress:
    @pytest.fixture
    def refused(self, saver: User, settings: Any) -> User:
        set_caller(Caller(role=Role.PERSON, actor_id=saver.pk, address="203.0.113.9"))
        with SMTPServer(refuses=lambda recipient: True) as server:
            use(server, settings)
            send(MailPurpose.PASSWORD_CHANGED, saver)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        saver.refresh_from_db()
        return saver

    def test_is_given_up_at_the_first_attempt(self, refused: User) -> None:
        given_up = OutgoingMail.objects.given_up(clock.now()).get()
        assert given_up.failure == "SMTPRecipientsRefused 550"
        assert refused.mail_refused_at

    def test_leaves_one_entry_in_the_trail_which_is_nobodys_deed(self, refused: User, settings: Any) -> None:
        with SMTPServer(refuses=lambda recipient: True) as server:
            use(server, settings)
            assert send(MailPurpose.RESET_PASSWORD, refused).failure == "SMTPRecipientsRefused 550"
        entry = AuditEntry.objects.get(action="address.refused")
        assert (entry.person_id, entry.role, entry.actor_id, entry.after) == (refused.pk, "system", None, None)
        assert list(broken_chains()) == []

    def test_is_not_tried_again_by_anybody(self, refused: User) -> None:
        given_up = OutgoingMail.objects.given_up(clock.now()).get()
        assert retry_given_up_mail(now=clock.now()) == 0
        assert not retry_dead_mail(mail=given_up, now=clock.now())
        assert send(MailPurpose.NEW_SIGN_IN, refused).failure == "address refused"
        assert send_due_mail(clock=lambda: clock.now() + timedelta(days=30)) == (0, 0)
        assert not mail.outbox

    def test_is_shown_to_support(self, refused: User) -> None:
        staff = Client()
        staff.force_login(User.objects.create_superuser("boss@example.com"))
        page = staff.get(f"/admin/accounts/user/{refused.pk}/change/").content.decode()
        day = f"{refused.mail_refused_at:%-d %b %Y}"
        assert f"on {day} their mail server said that there is no such mailbox." in page
        assert (
            "SMTPRecipientsRefused 550" in staff.get("/admin/accounts/outgoingmail/?state=dead").content.decode()
        )

    def test_gets_mail_again_once_it_is_verified_anew(self, refused: User) -> None:
        resend_verification(email=refused.email, now=clock.now())
        assert send_due_mail(clock=clock.now) == (1, 0)
        [token] = re.findall(r"token=(\S+)", str(mail.outbox[0].body))
        verify_email(token=token, now=clock.now())
        refused.refresh_from_db()
        assert refused.mail_refused_at is None
        assert retry_given_up_mail(now=clock.now()) == 1
        assert send_due_mail(clock=clock.now) == (1, 0)

    def test_gets_what_the_person_asks_for_all_the_same(self, refused: User) -> None:
        assert send(MailPurpose.RESET_PASSWORD, refused).sent_at

    def test_does_not_keep_the_person_from_signing_in(self, refused: User) -> None:
        assert refused.is_verified


class TestOtherRefusals:
    @pytest.mark.parametrize(
        "refusal", ["550 5.7.1 relaying denied", "530 authenticate first", "450 greylisted", "452 full"]
    )
    def test_that_may_end_are_tried_again(self, saver: User, settings: Any, refusal: str) -> None:
        with SMTPServer(refuses=lambda recipient: True, refusal=refusal) as server:
            use(server, settings)
            waiting = send(MailPurpose.PASSWORD_CHANGED, saver)
        assert waiting.attempts == 1
        saver.refresh_from_db()
        assert saver.mail_refused_at is None

    def test_of_the_text_give_up_that_mail_alone(self, saver: User, settings: Any) -> None:
        with SMTPServer(refuses_text=True, refusal="554 no") as server:
            use(server, settings)
            send(MailPurpose.PASSWORD_CHANGED, saver)
        assert OutgoingMail.objects.given_up(clock.now()).get().failure == "SMTPDataError 554"
        saver.refresh_from_db()
        assert saver.mail_refused_at is None

    def test_of_one_person_are_no_concern_of_others(self, saver: User, settings: Any) -> None:
        other = UserFactory.create(email="gone@example.com")
        with SMTPServer(refuses=lambda recipient: recipient.startswith("gone")) as server:
            use(server, settings)
            send(MailPurpose.PASSWORD_CHANGED, other)
            assert send(MailPurpose.PASSWORD_CHANGED, saver).sent_at
