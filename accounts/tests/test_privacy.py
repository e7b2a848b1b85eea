from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.sessions.models import Session as BackOfficeSession
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.audit import broken_chains, record, record_listed
from accounts.errors import StaffRoleHeldError, TokenInvalidError, WrongPasswordError
from accounts.mail import queue_mail, send_due_mail
from accounts.models import (
    AuditEntry,
    IdempotencyKey,
    KnownPlace,
    OneTimeToken,
    Profile,
    RateCounter,
    RefreshToken,
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
    set_role,
)
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose
from fincred import clock
from fincred.context import Caller, Role, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

DAY = timedelta(days=1)


class TestExport:
    def test_calls_all_staff_so(self, saver: User, noon: datetime) -> None:
        """Auditors and superusers aren't support, which is the trail's word for all of them."""
        boss = User.objects.create_superuser("boss@example.com")
        set_caller(Caller(role=Role.STAFF, actor_id=boss.pk))
        record_listed(record(person=boss, action="user.listed", subject=boss, now=noon), [saver.pk])
        exported = export_person(user=saver, now=noon)
        assert [look["role"] for look in exported["looks_in_lists"]] == ["staff"]
        assert exported["audit_trail"][-1]["role"] == "staff"

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

    def test_of_a_person_without_a_profile_tells_the_rest(self, saver: User, noon: datetime) -> None:
        """SQL outside of FinCred may have deleted it."""
        Profile.objects.filter(user=saver).delete()
        told = export_person(user=saver, now=noon)
        assert (told["account"]["email"], told["profile"]) == (saver.email, None)

    def test_tells_nothing_of_anybody_else(self, saver: User, stranger: User, noon: datetime) -> None:
        open_session(user=stranger, now=noon)
        told = export_person(user=saver, now=noon)
        assert told["sessions"] == []
        assert stranger.email not in str(told)

    def test_of_a_person_who_is_erased_before_it_is_read_is_refused(self, saver: User, noon: datetime) -> None:
        def erase_then(execute: Any, sql: str, *args: Any) -> Any:
            result = execute(sql, *args)
            if sql.startswith('INSERT INTO "accounts_auditentry"'):
                User.objects.all().delete()
            return result

        with connection.execute_wrapper(erase_then), pytest.raises(TokenInvalidError):
            export_person(user=saver, now=noon)


class TestErase:
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

    def test_when_a_deletion_fails_nothing_is_erased(self, saver: User, noon: datetime) -> None:
        def fail(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith('DELETE FROM "accounts_user"'):  # the last table of all
                raise ArithmeticError
            return execute(sql, *args)

        open_session(user=saver, now=noon)
        with pytest.raises(ArithmeticError), connection.execute_wrapper(fail):
            erase_person(user=saver, now=noon)
        assert saver.sessions.live().count() == 1
        assert Profile.objects.get().user == saver

    @pytest.mark.parametrize("held", ["is_staff", "is_superuser"])
    def test_of_staff_waits_until_they_have_no_role(self, saver: User, noon: datetime, held: str) -> None:
        User.objects.update(**{held: True})
        with pytest.raises(StaffRoleHeldError):
            erase_person(user=saver, now=noon)
        assert User.objects.exists()

    def test_of_former_staff_finds_no_back_office_session_of_theirs(self, saver: User, noon: datetime) -> None:
        staff = [User.objects.create_superuser(f"boss{number}@example.com") for number in range(2)]
        clients = [Client(), Client()]
        for client, member in zip(clients, staff, strict=True):
            client.force_login(member)
        set_role(user=staff[0], role=None, now=noon)
        erase_person(user=staff[0], now=noon)
        assert BackOfficeSession.objects.get().get_decoded()["_auth_user_id"] == str(staff[1].pk)

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
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon - DAY)
        send_due_mail(clock=lambda: noon - DAY)
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=noon)
        send_due_mail(clock=lambda: noon)  # kept for a day, so that staff can say that it was sent
        _idempotency_key(saver, noon - DAY - timedelta(seconds=1))
        RateCounter.objects.create(key="k", time_window=window_of(noon) - 1, used=3)
        for place, days in {"older": 181, "newest": 180}.items():
            KnownPlace.objects.create(
                user=saver, place_hash=place, created_at=noon - days * DAY, last_seen_at=noon - days * DAY
            )
        BackOfficeSession.objects.create(session_key="s", expire_date=noon - timedelta(seconds=1))
        assert purge_expired(now=noon) == {
            "refresh tokens": 1,
            "sessions": 2,
            "one-time tokens": 2,
            "known places": 1,
            "mails": 1,
            "idempotency keys": 1,
            "rate counters": 1,
            "chat sessions": 0,
            "pushes": 0,
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


class TestLogs:
    def test_hold_no_address_password_or_token(
        self,
        api: APIClient,
        saver: User,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            pair = api.post("/api/v0/auth/login", {"email": saver.email, "password": PASSWORD}).json()
            api.post("/api/v0/auth/register", {"email": "new@example.com", "password": PASSWORD})
            api.post("/api/v0/auth/password/reset", {"email": saver.email})
            api.post("/api/v0/auth/refresh", {"refresh_token": pair["refresh_token"]})
            open_session(user=saver, now=clock.now())
        logged = str([vars(record) for record in caplog.records])
        assert "Person registered" in logged
        for secret in (saver.email, "new@example.com", PASSWORD, pair["refresh_token"], pair["access_token"]):
            assert secret not in logged
