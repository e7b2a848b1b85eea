"""Delivery to a real SMTP server: connections, leases, refusals, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections

from accounts.mail import MailServerAwayError, delivery, queue_mail, send_due_mail
from accounts.mail.tests.smtp_server import SMTPServer
from accounts.managers import OneTimeTokenQuerySet
from accounts.models import OneTimeToken, OutgoingMail, User
from accounts.services import end_all_sessions
from accounts.tests.factories import UserFactory
from accounts.vocabulary import EndReason, MailPurpose
from fincred import clock
from fincred.tests.live import ROOT, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.accounts]


def use(server: SMTPServer, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DELIVER_MAIL_ON_COMMIT = False


def queue_for(*people: User) -> None:
    for person in people:
        queue_mail(user=person, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())


def in_own_connection(send: Callable[[], tuple[int, int]]) -> tuple[int, int]:
    """In a thread that isn't the test's."""
    try:
        return send()
    finally:
        connections.close_all()


@pytest.mark.django_db
class TestConversation:
    @pytest.fixture
    def server(self, settings: Any) -> Iterator[SMTPServer]:
        with SMTPServer(refuses=lambda recipient: recipient.startswith("gone")) as server:
            use(server, settings)
            yield server

    def test_many_mails_take_one_connection(self, server: SMTPServer) -> None:
        people = UserFactory.create_batch(5)
        queue_for(*people)
        assert send_due_mail(clock=clock.now) == (5, 0)
        assert {mail.recipient for mail in server.taken} == {person.email for person in people}
        assert server.connections == 1

    def test_a_connection_is_renewed_after_so_many(
        self, server: SMTPServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.mail.server.MAILS_A_CONNECTION", 2)
        queue_for(*UserFactory.create_batch(5))
        assert send_due_mail(clock=clock.now) == (5, 0)
        assert server.connections == 3

    def test_a_mail_has_its_id_text_and_html(self, server: SMTPServer, saver: User) -> None:
        queue_for(saver)
        send_due_mail(clock=clock.now)
        [taken] = server.taken
        assert taken.id.startswith(f"<{OutgoingMail.objects.get().pk}@")
        assert [part.get_content_type() for part in taken.message.iter_parts()] == ["text/plain", "text/html"]

    def test_a_refused_recipient_costs_only_that_mail(
        self, server: SMTPServer, saver: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        gone = UserFactory.create(email="gone@example.com")
        queue_for(gone, saver)
        assert send_due_mail(clock=clock.now) == (1, 1)
        assert OutgoingMail.objects.get(user=gone).failure == "SMTPRecipientsRefused 550"
        assert "gone@example.com" not in str([vars(record) for record in caplog.records])

    def test_a_server_that_takes_long_to_take_a_mail_gets_it_once(
        self, server: SMTPServer, settings: Any, saver: User
    ) -> None:
        settings.EMAIL_TIMEOUT = 0.15
        server.before_answer = lambda recipient: Event().wait(0.2)
        queue_for(saver)
        assert send_due_mail(clock=clock.now) == (1, 0)
        assert len(server.taken) == 1

    def test_without_a_server_mail_waits_and_loses_no_attempt(self, settings: Any, saver: User) -> None:
        with SMTPServer() as server:
            use(server, settings)
        queue_for(saver)
        with pytest.raises(MailServerAwayError, match="ConnectionRefusedError"):
            send_due_mail(clock=clock.now)
        assert OutgoingMail.objects.get().attempts == 0
        with SMTPServer(port=server.port) as back:
            assert send_due_mail(clock=clock.now) == (1, 0)
        assert len(back.taken) == 1


@pytest.mark.django_db(transaction=True)
class TestLease:
    def test_keeps_other_runners_off_while_a_mail_is_being_sent(self, settings: Any, saver: User) -> None:
        others: list[tuple[int, int]] = []

        def send_too(recipient: str) -> None:
            if not others:
                others.append(in_own_connection(partial(send_due_mail, clock=clock.now)))

        with SMTPServer(before_answer=send_too) as server:
            use(server, settings)
            queue_for(saver)
            assert send_due_mail(clock=clock.now) == (1, 0)
        assert others == [(0, 0)]

    @pytest.mark.parametrize(("minutes", "times"), [(9, 1), (11, 2)])
    def test_outlives_nine_minutes_in_which_the_sender_alone_is_without_the_database(
        self, settings: Any, saver: User, minutes: int, times: int
    ) -> None:
        """After more of them another runner sends it too, and receivers can see that it is the same one."""
        runs = iter([partial(send_due_mail, clock=lambda: clock.now() + timedelta(minutes=minutes))])

        def send_too(recipient: str) -> None:
            for run in runs:
                in_own_connection(run)

        with SMTPServer(before_answer=send_too) as server:
            use(server, settings)
            queue_for(saver)
            send_due_mail(clock=clock.now)
        assert [taken.id for taken in server.taken] == [server.taken[0].id] * times

    def test_is_prolonged_as_long_as_the_server_takes(
        self, settings: Any, saver: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "MESSAGE_HEARTBEAT", timedelta(seconds=0.05))
        leases = []

        def take_long(recipient: str) -> None:
            mail = OutgoingMail.objects.filter(attempts=1)
            leases.append(mail.get().next_attempt_at)
            wait_until(lambda: mail.get().next_attempt_at > leases[0])
            connections.close_all()

        with SMTPServer(before_answer=take_long) as server:
            use(server, settings)
            queue_for(saver)
            assert send_due_mail(clock=clock.now) == (1, 0)
        assert len(server.taken) == 1
        assert leases[0] > clock.now()

    @pytest.mark.parametrize(
        ("step", "is_told_to_stop"), [(timedelta(minutes=5), False), (timedelta(seconds=1), True)]
    )
    def test_a_mail_that_was_sent_while_the_database_was_away_is_not_sent_again(
        self, settings: Any, saver: User, step: timedelta, is_told_to_stop: bool
    ) -> None:
        with SMTPServer() as server:
            use(server, settings)
            queue_for(saver)
            failing = [2]
            steps = count()

            def away(execute: Any, sql: str, *args: Any) -> Any:
                if "sent_at" in sql and sql.startswith("UPDATE") and failing[0]:
                    failing[0] -= 1
                    connection.ensure_connection()
                    execute("SELECT * FROM no_such_table", *args)
                return execute(sql, *args)

            with connection.execute_wrapper(away):
                sent = send_due_mail(
                    clock=lambda: clock.now() + step * next(steps),
                    stop=lambda: is_told_to_stop and bool(server.taken),
                )
            assert sent == (1, 0)
        assert (failing, OutgoingMail.objects.filter(sent_at=None).exists()) == ([0], False)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sessions_that_end_while_a_token_is_made_for_its_mail_spend_it(
    settings: Any, saver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Event()
    issue = OneTimeTokenQuerySet.issue

    def issue_late(*args: Any, **facts: Any) -> str:
        token = issue(*args, **facts)
        made.set()
        wait_until(_is_waited_for)
        return token

    monkeypatch.setattr(OneTimeTokenQuerySet, "issue", issue_late)
    with SMTPServer() as server, ThreadPoolExecutor(1) as threads:
        use(server, settings)
        queue_for(saver)
        sending = threads.submit(in_own_connection, partial(send_due_mail, clock=clock.now))
        assert made.wait(10)
        end_all_sessions(user=saver, reason=EndReason.SUPPORT, now=clock.now())
        assert sending.result() == (1, 0)
    assert not OneTimeToken.objects.unused().exists()


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def start_runners(server: SMTPServer, number: int) -> list[subprocess.Popen[bytes]]:
    """Processes of `send_due_mail`, with the database of the test and this mail server."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    settings = {"DATABASE_URL": database.geturl(), "EMAIL_URL": server.url, "DB_POOL_MIN": "1"}
    command = [sys.executable, "manage.py", "send_due_mail"]
    return [subprocess.Popen(command, cwd=ROOT, env=os.environ | settings) for _ in range(number)]


def deliver_with_a_kill(*, mails: int, seconds: float, runners: int = 3) -> Counter[str]:
    """Send by several processes to a slow server, which kills one while it has a mail of each.

    How often each mail came.
    """
    queue_for(*UserFactory.create_batch(mails))
    processes: list[subprocess.Popen[bytes]] = []
    lock = Lock()

    def before_answer(recipient: str) -> None:
        wait_until(lambda: server.connections >= runners)
        with lock:
            processes[0].kill()
            processes[0].wait()
        Event().wait(seconds)  # a slow server

    with SMTPServer(before_answer=before_answer) as server, ExitStack() as ended:
        processes += start_runners(server, runners)
        for process in processes:
            ended.callback(process.kill)
        statuses = [process.wait(timeout=60 + mails * seconds) for process in processes]
        assert statuses == [-signal.SIGKILL, *[0] * (runners - 1)]
        # The lease of the killed one ends by itself; here time passes by hand.
        OutgoingMail.objects.filter(sent_at=None).update(next_attempt_at=clock.now())
        assert start_runners(server, 1)[0].wait(timeout=60) == 0
        return Counter(taken.id for taken in server.taken)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestKilledRunner:
    @pytest.fixture(autouse=True)
    def queued_for_the_runners(self, settings: Any) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = False

    def test_loses_no_mail_and_doubles_at_most_one(self) -> None:
        came = deliver_with_a_kill(mails=12, seconds=0.1)
        assert len(came) == 12
        assert came.total() <= 13

    @pytest.mark.drill
    def test_of_200_mails_and_a_server_that_takes_3_seconds(self) -> None:
        came = deliver_with_a_kill(mails=200, seconds=3)
        assert len(came) == 200
        assert came.total() <= 201
