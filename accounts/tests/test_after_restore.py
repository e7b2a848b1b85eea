"""A restore brings back no ended session, no erased person and no sent mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session as BackOfficeSession
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.audit import broken_chains
from accounts.errors import ErasureNotRecordedError, TokenInvalidError
from accounts.mail import queue_mail, send_due_mail
from accounts.models import IdempotencyKey, OneTimeToken, OutgoingMail, Session, User
from accounts.services import erase_person, open_session, refresh
from accounts.services.after_restore import finish_restore
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import MailPurpose, TokenPurpose
from fincred import clock
from fincred.db.names import named
from fincred.ops import erasure_log
from fincred.ops.models import DatabaseState, JobState
from fincred.ops.probe import look

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

SINCE = "2026-03-10T12:00:00Z"


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Path:
    """An erasure list of this test alone, on which no person is."""
    settings.ERASURE_LOG = tmp_path / "erasures.log"
    path: Path = settings.ERASURE_LOG
    path.touch()
    return path


def restored() -> None:
    """What `restore` leaves behind."""
    DatabaseState.objects.update_or_create(id=1, defaults={"restored_at": clock.now()})


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


class TestFinish:
    def test_ends_sessions_of_every_kind(self, saver: User, noon: datetime, api: APIClient) -> None:
        pair = open_session(user=saver, now=noon)
        agent = UserFactory.create(email="agent@example.com", is_staff=True, is_superuser=True)
        browser = Client()
        browser.login(username=agent.email, password=PASSWORD)
        finish_restore(since=noon, now=noon)
        assert not Session.objects.unended().exists()
        assert Session.objects.get().end_reason == "restored"
        assert not BackOfficeSession.objects.exists()
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=pair.refresh_token, now=noon)
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}")
        assert api.get("/api/v0/users/me").status_code == 401
        assert list(broken_chains()) == []

    def test_deletes_one_time_tokens_and_idempotency_keys(self, saver: User, noon: datetime) -> None:
        OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        IdempotencyKey.objects.create(
            user=saver, method="POST", path="/", key="k", fingerprint="f", created_at=noon
        )
        outcome = finish_restore(since=noon, now=noon)
        assert (outcome.tokens_deleted, outcome.keys_deleted) == (1, 1)
        assert not OneTimeToken.objects.exists()
        assert not IdempotencyKey.objects.exists()

    def test_erases_again_everybody_on_the_list(self, saver: User, stranger: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        erasure_log.note_done(saver.pk, now=noon)
        outcome = finish_restore(since=noon - timedelta(days=1), now=noon)
        assert outcome.people_erased == 1
        assert list(User.objects.all()) == [stranger]

    def test_erases_also_those_from_before_the_moment(self, saver: User, noon: datetime) -> None:
        erasure_log.note_done(saver.pk, now=noon - timedelta(days=30))
        assert finish_restore(since=noon, now=noon).people_erased == 1

    def test_names_those_whose_erasure_may_have_failed(self, saver: User, stranger: User, noon: datetime) -> None:
        erasure_log.note_begun(saver.pk, now=noon)
        erasure_log.note_begun(stranger.pk, now=noon - timedelta(days=30))
        outcome = finish_restore(since=noon, now=noon)
        assert outcome.unconfirmed == [saver.pk]
        assert User.objects.count() == 2

    def test_makes_the_database_ready_when_all_is_done(self, saver: User, noon: datetime) -> None:
        restored()
        assert look().restored
        finish_restore(since=noon, now=noon)
        assert not look().restored

    def test_changes_nothing_without_the_list(self, saver: User, noon: datetime, log: Path) -> None:
        restored()
        log.unlink()
        open_session(user=saver, now=noon)
        with pytest.raises(CommandError, match=r"touch .*\. Nothing was changed\."):
            run("after_restore", "--since", "2026-03-10T11:00:00Z")
        assert Session.objects.unended().exists()
        assert look().restored


class TestMail:
    @pytest.fixture
    def waiting(self, saver: User, noon: datetime) -> OutgoingMail:
        restored()
        queue_mail(user=saver, purpose=MailPurpose.VERIFY_EMAIL, now=noon)
        return OutgoingMail.objects.get()

    def sent(self) -> int:
        before = len(mail.outbox)
        send_due_mail(clock=clock.now)
        return len(mail.outbox) - before

    def test_waits_before_and_after_and_is_sent_when_it_is_released(
        self, waiting: OutgoingMail, noon: datetime
    ) -> None:
        assert self.sent() == 0
        assert finish_restore(since=noon, now=noon).mail_held == 1
        assert self.sent() == 0
        assert "verify_email: 1" in run("held_mail")
        assert "Mail that is due now: 1." in run("held_mail", "--release")
        assert self.sent() == 1
        assert "Mail that is held: 0." in run("held_mail")

    def test_is_gone_when_it_is_dropped(self, waiting: OutgoingMail, noon: datetime) -> None:
        finish_restore(since=noon, now=noon)
        assert "Mail that is deleted: 1." in run("held_mail", "--drop")
        assert "Mail that is deleted: 0." in run("held_mail", "--drop")
        assert not OutgoingMail.objects.exists()

    def test_that_the_person_asks_for_again_is_sent(
        self, waiting: OutgoingMail, saver: User, noon: datetime
    ) -> None:
        finish_restore(since=noon, now=noon)
        queue_mail(user=saver, purpose=MailPurpose.VERIFY_EMAIL, now=noon)
        assert self.sent() == 1

    def test_that_was_sent_before_the_backup_stays(self, saver: User, noon: datetime) -> None:
        queue_mail(user=saver, purpose=MailPurpose.VERIFY_EMAIL, now=noon)
        OutgoingMail.objects.update(sent_at=noon)
        assert finish_restore(since=noon, now=noon).mail_held == 0


class TestErasure:
    def test_is_repeated_of_who_was_staff_in_the_backup(self, saver: User, noon: datetime, log: Path) -> None:
        User.objects.update(is_staff=True, is_superuser=True)
        log.write_text(f"2026-03-10T12:00:00Z {saver.pk} done\n")
        finish_restore(since=noon, now=noon)
        assert not User.objects.exists()

    def test_is_on_the_list_when_it_is_committed(
        self, saver: User, noon: datetime, log: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            erase_person(user=saver, now=noon)
            assert log.read_text() == f"2026-03-10T12:00:00Z {saver.pk} begun\n"
        assert log.read_text().endswith(f"2026-03-10T12:00:00Z {saver.pk} done\n")

    def test_that_can_not_be_listed_erases_nothing(
        self, saver: User, as_saver: APIClient, log: Path, noon: datetime
    ) -> None:
        log.unlink()
        log.mkdir()
        with pytest.raises(ErasureNotRecordedError):
            erase_person(user=saver, now=noon)
        response = as_saver.delete("/api/v0/users/me", {"password": PASSWORD})
        assert (response.status_code, response.json()["error_code"]) == (503, "DATABASE_UNAVAILABLE")
        with pytest.raises(CommandError, match=r"Nothing was erased\. The erasure list .* can't be written"):
            run("erase_user", saver.email, "--no-input")
        assert User.objects.filter(pk=saver.pk).exists()


class TestCommand:
    def test_tells_what_it_did_and_can_be_run_twice(self, saver: User, noon: datetime) -> None:
        restored()
        open_session(user=saver, now=noon)
        gone = UserFactory.create(email="gone@example.com")
        erasure_log.note_done(gone.pk, now=noon)
        erasure_log.note_begun(saver.pk, now=noon)
        told = run("after_restore", "--since", SINCE)
        assert "Sessions ended: 1." in told
        assert "People who had come back and are erased again: 1." in told
        assert f"manage.py erase_user {saver.pk}" in told
        assert told.endswith("The service may serve.\n")
        assert "Sessions ended: 0." in run("after_restore", "--since", SINCE)

    def test_says_first_which_database_it_acts_on(self, noon: datetime) -> None:
        told = run("after_restore", "--since", SINCE)
        assert told.startswith(f"{named(connection)}: ")

    def test_refuses_a_database_in_which_jobs_have_run_since(self, saver: User, noon: datetime) -> None:
        """It can't have been restored to that moment: most likely it is the one that serves."""
        open_session(user=saver, now=noon)
        JobState.objects.create(name="mail", next_run_at=noon, last_success_at=noon)
        with (
            time_machine.travel(noon + timedelta(days=1), tick=False),
            pytest.raises(CommandError, match=r"mail succeeded .* 2026-03-10T12:00:00Z.* Nothing was changed"),
        ):
            run("after_restore", "--since", "2026-03-10T11:54:59Z")
        assert Session.objects.unended().exists()
        with time_machine.travel(noon + timedelta(days=1), tick=False):
            run("after_restore", "--since", "2026-03-10T11:55:00Z")  # clocks may differ by so much
        assert not Session.objects.unended().exists()

    @pytest.mark.parametrize("moment", ["2026-03-10T11:57:00Z", "2026-03-10T11:59:59Z", SINCE])
    def test_refuses_one_in_which_jobs_have_run_lately_however_near_the_moment_is(
        self, saver: User, noon: datetime, moment: str
    ) -> None:
        open_session(user=saver, now=noon)
        JobState.objects.create(name="mail", next_run_at=noon, last_success_at=noon - timedelta(seconds=299))
        with pytest.raises(CommandError, match=r"Is it the one that serves\? Nothing was changed"):
            run("after_restore", "--since", moment)
        assert Session.objects.unended().exists()
        JobState.objects.update(last_success_at=noon - timedelta(seconds=300))
        run("after_restore", "--since", moment)
        assert not Session.objects.unended().exists()

    def test_acts_on_one_that_serves_if_it_is_named(self, saver: User, noon: datetime) -> None:
        """After a leak of the database everybody has to sign in again."""
        open_session(user=saver, now=noon)
        JobState.objects.create(name="mail", next_run_at=noon, last_success_at=noon)
        with pytest.raises(CommandError) as refused:
            run("after_restore", "--since", SINCE)
        assert str(refused.value).endswith(f"--although-it-serves '{named(connection)}'")
        with pytest.raises(CommandError, match=r"and not Database fincred on copy:5432. Nothing was changed"):
            run("after_restore", "--since", SINCE, "--although-it-serves", "Database fincred on copy:5432")
        assert Session.objects.unended().exists()
        assert "ended: 1." in run("after_restore", "--since", SINCE, "--although-it-serves", named(connection))
        assert not Session.objects.unended().exists()

    @pytest.mark.parametrize("name", ["backup", "backup_copied", "check_integrity"])
    def test_takes_a_recovered_copy_that_an_operator_has_looked_at(self, noon: datetime, name: str) -> None:
        JobState.objects.create(name=name, next_run_at=noon, last_success_at=noon)
        assert "The service may serve" in run("after_restore", "--since", "2026-03-09T12:00:00Z")

    def test_takes_one_that_restore_has_filled_whatever_ran_in_it_before(self, noon: datetime) -> None:
        restored()
        JobState.objects.create(name="mail", next_run_at=noon, last_success_at=noon)
        assert "The service may serve" in run("after_restore", "--since", "2026-03-09T12:00:00Z")

    @pytest.mark.parametrize(
        "moment",
        ["yesterday", "2026-03-10", "2026-03-10T12:00:00", "2026-03-10T12:00:01Z", "0001-01-01T00:00:00+14:00"],
    )
    def test_refuses_a_moment_that_is_none_or_to_come(self, noon: datetime, moment: str) -> None:
        with pytest.raises(CommandError, match=r"write a moment with its zone|still to come"):
            run("after_restore", "--since", moment)

    def test_needs_the_moment(self) -> None:
        with pytest.raises(CommandError, match="--since"):
            run("after_restore")
