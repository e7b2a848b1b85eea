from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session as BackOfficeSession
from django.db import connection

from accounts.audit import broken_chains
from accounts.errors import TokenInvalidError, WrongPasswordError
from accounts.mail import queue_mail, send_due_mail
from accounts.models import (
    AuditEntry,
    IdempotencyKey,
    OneTimeToken,
    OutgoingMail,
    Profile,
    RateCounter,
    RefreshToken,
    Session,
    User,
)
from accounts.rate_limits import window_of
from accounts.services import (
    end_all_sessions,
    erase_person,
    export_person,
    leave,
    lock_user,
    open_session,
    privacy,
    purge_expired,
    refresh,
)
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose
from fincred.events import PersonErased, PersonExported, subscribed

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

DAY = timedelta(days=1)


@pytest.fixture
def other_app() -> Iterator[list[PersonErased]]:
    """An app that keeps something about a person, and what it was told to forget."""
    forgotten: list[PersonErased] = []

    def export(event: PersonExported) -> None:
        event.sections["shoes"] = [{"size": 42}]

    with subscribed(PersonExported, export), subscribed(PersonErased, forgotten.append):
        yield forgotten


class TestExport:
    def test_tells_everything_and_no_secret(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        sections = export_person(user=saver, now=noon)
        assert sections["exported_at"] == noon
        assert sections["account"]["email"] == saver.email
        assert sections["profile"]["full_name"] == "Sam Saver"
        assert sections["sessions"][0]["created_at"] == noon
        (mail,) = sections["mails"]
        assert (mail["purpose"], mail["created_at"], mail["sent_at"]) == ("reset_password", noon, None)
        assert [entry["action"] for entry in sections["audit_trail"]] == ["session.opened", "person.exported"]
        told = str(sections)
        assert saver.password not in told
        assert RefreshToken.objects.get().token_hash not in told

    def test_other_apps_add_their_sections(self, saver: User, noon: datetime, other_app: object) -> None:
        assert export_person(user=saver, now=noon)["shoes"] == [{"size": 42}]

    def test_tells_nothing_of_anybody_else(self, saver: User, stranger: User, noon: datetime) -> None:
        open_session(user=stranger, now=noon)
        told = export_person(user=saver, now=noon)
        assert told["sessions"] == []
        assert stranger.email not in str(told)


class TestErase:
    def test_leaves_nothing_of_the_person_and_everybody_else(
        self, saver: User, stranger: User, noon: datetime, other_app: list[PersonErased]
    ) -> None:
        for user in (saver, stranger):
            open_session(user=user, now=noon)
            OneTimeToken.objects.issue(user=user, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
            queue_mail(user=user, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        erase_person(user=saver, now=noon)
        assert other_app == [PersonErased(user_id=saver.pk)]
        assert User.objects.get() == stranger
        for model in (Profile, Session, RefreshToken, OneTimeToken, OutgoingMail):
            assert model._default_manager.count() == 1

    def test_keeps_the_audit_trail_and_destroys_the_key_to_its_addresses(
        self, saver: User, noon: datetime
    ) -> None:
        person, key = saver.pk, bytes(saver.audit_key)
        open_session(user=saver, now=noon)
        erase_person(user=saver, now=noon)
        entries = AuditEntry.objects.filter(person_id=person).order_by("sequence")
        assert [entry.action for entry in entries] == ["session.opened", "sessions.ended", "person.erased"]
        assert list(broken_chains()) == []
        assert not User.objects.filter(audit_key=key).exists()

    def test_when_another_app_fails_nothing_is_erased(self, saver: User, noon: datetime) -> None:
        def fail(event: PersonErased) -> None:
            raise ArithmeticError

        with subscribed(PersonErased, fail), pytest.raises(ArithmeticError):
            erase_person(user=saver, now=noon)
        assert User.objects.filter(pk=saver.pk).exists()

    def test_a_person_leaves_with_their_password(self, saver: User, noon: datetime) -> None:
        leave(user=saver, password=PASSWORD, now=noon)
        assert not User.objects.exists()

    def test_and_not_with_another(self, saver: User, noon: datetime) -> None:
        with pytest.raises(WrongPasswordError) as refused:
            leave(user=saver, password="wrong", now=noon)
        assert refused.value.details["errors"][0]["field"] == "password"
        assert User.objects.exists()

    def test_who_is_gone_can_neither_be_locked_nor_erased_again(self, saver: User, noon: datetime) -> None:
        User.objects.all().delete()
        with pytest.raises(TokenInvalidError):
            lock_user(saver.pk)
        with pytest.raises(TokenInvalidError):
            erase_person(user=saver, now=noon)


def _idempotency_key(user: User, created_at: datetime) -> None:
    IdempotencyKey.objects.create(
        user=user, method="POST", path="/api/v0/goals", key=str(created_at), fingerprint="", created_at=created_at
    )


class TestPurge:
    def test_deletes_what_cannot_be_used_any_more(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon - 15 * DAY)
        open_session(user=saver, now=noon)
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=noon)
        OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon - DAY)
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        send_due_mail(clock=lambda: noon)
        _idempotency_key(saver, noon - DAY - timedelta(seconds=1))
        RateCounter.objects.create(key="k", time_window=window_of(noon) - 1, used=3)
        BackOfficeSession.objects.create(session_key="s", expire_date=noon - timedelta(seconds=1))
        assert purge_expired(now=noon) == {
            "refresh tokens": 1,
            "sessions": 2,
            "one-time tokens": 1,
            "mails": 1,
            "idempotency keys": 1,
            "rate counters": 1,
            "back-office sessions": 1,
        }
        assert not RefreshToken.objects.exists()
        assert sum(purge_expired(now=noon).values()) == 0

    def test_keeps_what_can(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        second = refresh(refresh_token=first.refresh_token, now=noon)
        OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        _idempotency_key(saver, noon - DAY)
        RateCounter.objects.create(key="k", time_window=window_of(noon), used=3)
        BackOfficeSession.objects.create(session_key="s", expire_date=noon)
        assert sum(purge_expired(now=noon).values()) == 0
        assert refresh(refresh_token=second.refresh_token, now=noon).access_token

    def test_goes_on_until_the_last_batch(self, noon: datetime, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
        monkeypatch.setattr(privacy, "BATCH", 2)
        for number in range(5):
            RateCounter.objects.create(key=str(number), time_window=0, used=1)
        assert purge_expired(now=noon)["rate counters"] == 5
        assert not RateCounter.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestErasingWhileTokensAreRefreshed:
    def test_leaves_nothing_behind(self, saver: User, noon: datetime) -> None:
        pairs = [open_session(user=saver, now=noon) for _ in range(6)]
        start = Barrier(7)

        def attempt(number: int) -> None:
            try:
                start.wait()
                if number == 6:
                    erase_person(user=saver, now=noon)
                else:
                    refresh(refresh_token=pairs[number].refresh_token, now=noon)
            except TokenInvalidError:
                pass
            finally:
                connection.close()

        with ThreadPoolExecutor(7) as threads:
            list(threads.map(attempt, range(7)))
        assert not User.objects.exists()
        assert not RefreshToken.objects.exists()
