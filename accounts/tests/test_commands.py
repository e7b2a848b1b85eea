from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command, load_command_class
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from accounts.mail import queue_mail
from accounts.mail.tests.test_outbox import DeadServer
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.vocabulary import MailPurpose
from fincred import clock
from fincred.ops.models import JobState

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


PEOPLE_COMMANDS = ("plan_all", "plan_notifications", "check_integrity")


class TestHelp:
    @pytest.mark.parametrize("name", ["send_due_mail", "purge_expired", "export_user", "erase_user"])
    def test_shows_an_example(self, name: str) -> None:
        command = load_command_class("accounts", name)
        assert f"manage.py {name}" in command.create_parser("manage.py", name).format_help().replace("\n ", "")


class TestArguments:
    @pytest.mark.parametrize(
        "command",
        [
            "send_due_mail --watch",
            "seed_demo --users",
            "work --beside",
            *(f"{name} {option}" for name in PEOPLE_COMMANDS for option in ("--shard", "--after")),
        ],
    )
    def test_that_can_not_be_read_are_refused_in_plain_words(self, command: str) -> None:
        with pytest.raises(CommandError, match=": write ") as refused:
            run(*command.split(), "soon")
        assert "_" not in str(refused.value)
        assert "invalid" not in str(refused.value)


class TestSendDueMail:
    @pytest.fixture(autouse=True)
    def queued(self, saver: User) -> None:
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())

    def test_sends_and_says_so(self) -> None:
        assert "1 mails are sent" in run("send_due_mail")
        assert "0 mails are sent" in run("send_due_mail")

    def test_fails_when_mail_can_not_be_sent(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = f"{DeadServer.__module__}.{DeadServer.__name__}"
        with pytest.raises(CommandError, match="1 could not be"):
            run("send_due_mail")

    @pytest.mark.parametrize("seconds", ["-1", "0", "nan", "inf", "1e400", "86401"])
    def test_refuses_a_time_that_it_can_not_wait_for(self, seconds: str) -> None:
        with pytest.raises(CommandError, match="more than 0"):
            run("send_due_mail", "--watch", seconds)

    def test_tells_of_mail_that_was_given_up_and_tries_it_again(self) -> None:
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS)
        errors = StringIO()
        assert "0 mails are sent" in run("send_due_mail", stderr=errors)
        assert "1 mails were given up" in errors.getvalue()
        assert "1 mails are tried again" in run("send_due_mail", "--retry-given-up")
        assert len(mail.outbox) == 1


class StopsTheWorker(locmem.EmailBackend):
    """A mail server during whose work the worker is told to stop."""

    def send_messages(self, messages: Sequence[Any]) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return int(super().send_messages(messages))


# The worker gives its connection back each time, which a test's own transaction would not survive.
@pytest.mark.django_db(transaction=True)
class TestWatching:
    @pytest.fixture(autouse=True)
    def watched(self, settings: Any, saver: User, stranger: User) -> Iterator[None]:
        settings.EMAIL_BACKEND = f"{__name__}.StopsTheWorker"
        settings.DELIVER_MAIL_ON_COMMIT = False
        for user in (saver, stranger):
            queue_mail(user=user, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        yield
        for number, handler in handlers.items():
            signal.signal(number, handler)

    def test_ends_after_the_mail_during_which_it_is_told_to_stop(self) -> None:
        run("send_due_mail", "--watch", "600")
        assert JobState.objects.get(name="mail").done == 1
        assert OutgoingMail.objects.filter(sent_at=None).count() == 1
        assert len(mail.outbox) == 1

    def test_leaves_leases_that_ran_out_while_the_database_was_away_to_others_for_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("fincred.ops.jobs.AFTER_OUTAGE", timedelta(hours=1))
        stop = Timer(1, os.kill, [os.getpid(), signal.SIGTERM])
        absences = [OperationalError("server closed the connection")]

        def away(execute: Any, *args: Any) -> Any:
            if absences:
                stop.start()
                raise absences.pop()
            return execute(*args)

        with connection.execute_wrapper(away):
            run("send_due_mail", "--watch", "0.01")
        stop.join()
        assert mail.outbox == []

    def test_goes_on_when_the_database_was_away(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("fincred.ops.jobs.AFTER_OUTAGE", timedelta(0))
        absences = [OperationalError("server closed the connection"), InterfaceError("connection already closed")]

        def away(execute: Any, *args: Any) -> Any:
            if absences:
                raise absences.pop()
            return execute(*args)

        with connection.execute_wrapper(away):
            run("send_due_mail", "--watch", "0.01")
        assert caplog.messages.count("Mail waits for the database") == 2
        assert len(mail.outbox) == 1

    def test_does_not_hide_other_errors(self) -> None:
        def wrong(execute: Any, *args: Any) -> Any:
            raise ProgrammingError("no such table")

        with connection.execute_wrapper(wrong), pytest.raises(ProgrammingError):
            run("send_due_mail", "--watch", "0.01")


class TestPurgeExpired:
    def test_says_what_it_deleted_and_can_be_run_twice(self, db: None) -> None:
        assert "0 sessions" in run("purge_expired")
        assert "0 sessions" in run("purge_expired")


class TestExportUser:
    def test_writes_to_the_terminal(self, saver: User) -> None:
        assert json.loads(run("export_user", "Saver@example.com"))["account"]["email"] == saver.email

    def test_writes_a_file_for_its_owner_only(self, saver: User, tmp_path: Path) -> None:
        path = tmp_path / "sam.json"
        for _ in range(2):
            assert str(path) in run("export_user", str(saver.pk), "--output", str(path))
        assert json.loads(path.read_text())["account"]["id"] == str(saver.pk)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_file_that_others_could_read_becomes_private(self, saver: User, tmp_path: Path) -> None:
        path = tmp_path / "sam.json"
        path.write_text("older")
        path.chmod(0o644)
        run("export_user", saver.email, "--output", str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_that_nobody_would_see_is_refused_and_not_recorded(self, saver: User) -> None:
        """A closed standard output is led to /dev/null."""
        with Path(os.devnull).open("w") as out, pytest.raises(CommandError, match=r"leads nowhere.*--output"):
            call_command("export_user", saver.email, stdout=out)
        assert not AuditEntry.objects.exists()

    def test_fails_for_nobody(self, db: None) -> None:
        with pytest.raises(CommandError, match="No person"):
            run("export_user", "nobody@example.com")

    def test_fails_for_a_person_who_is_erased_meanwhile(self, saver: User) -> None:
        def erase_then(execute: Any, sql: str, *args: Any) -> Any:
            result = execute(sql, *args)
            if sql.startswith('INSERT INTO "accounts_auditentry"'):
                User.objects.all().delete()
            return result

        with connection.execute_wrapper(erase_then), pytest.raises(CommandError, match="No person"):
            run("export_user", saver.email)

    def test_fails_where_it_can_not_write(self, saver: User, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="could not be written"):
            run("export_user", saver.email, "--output", str(tmp_path / "no" / "sam.json"))
        assert not AuditEntry.objects.exists()

    def test_leaves_no_file_where_there_is_nobody(self, db: None, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No person"):
            run("export_user", "nobody@example.com", "--output", str(tmp_path / "sam.json"))
        assert not list(tmp_path.iterdir())


class TestEraseUser:
    def test_erases_without_asking_when_told_so(self, saver: User) -> None:
        run("erase_user", saver.email, "--no-input")
        assert not User.objects.exists()

    def test_erases_when_asked_and_told_yes(self, saver: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("builtins.input", lambda prompt: "yes")
        run("erase_user", str(saver.pk))
        assert not User.objects.exists()

    @pytest.mark.parametrize("said", ["no", "", "y"])
    def test_erases_nobody_when_told_anything_else(
        self, saver: User, monkeypatch: pytest.MonkeyPatch, said: str
    ) -> None:
        monkeypatch.setattr("builtins.input", lambda prompt: said)
        with pytest.raises(CommandError, match="Nothing was erased"):
            run("erase_user", str(saver.pk))
        assert User.objects.exists()

    def test_without_a_terminal_says_what_to_do(self, saver: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", StringIO())
        with pytest.raises(CommandError, match="--no-input"):
            run("erase_user", saver.email)
        assert User.objects.exists()

    def test_ctrl_c_at_the_question_erases_nobody(self, saver: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(prompt: str) -> str:
            raise KeyboardInterrupt

        monkeypatch.setattr("builtins.input", interrupt)
        with pytest.raises(CommandError, match="Nothing was erased"):
            run("erase_user", saver.email)
        assert User.objects.exists()

    def test_fails_for_staff(self, saver: User) -> None:
        User.objects.update(is_staff=True)
        with pytest.raises(CommandError, match=r"Nothing was erased: .* a superuser has taken it away"):
            run("erase_user", saver.email, "--no-input")
        assert User.objects.exists()

    def test_fails_for_nobody_and_so_a_second_time(self, saver: User) -> None:
        run("erase_user", saver.email, "--no-input")
        with pytest.raises(CommandError, match="No person"):
            run("erase_user", saver.email, "--no-input")
