"""The mail server is slow: a process that is to stop ends soon, any other in time, and knows what it has sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from accounts.mail import MailServerAwayError, send_due_mail
from accounts.mail.tests.smtp_server import SMTPServer
from accounts.mail.tests.test_delivery import queue_for, use
from accounts.models import OutgoingMail, User
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

LONG = 20


class Slow:
    """A server that waits at one place until it is `freed`; `reached` and `passed` say where it is."""

    def __init__(self) -> None:
        self.reached, self.passed, self.freed = Event(), Event(), Event()

    def __call__(self, *recipient: str) -> None:
        self.reached.set()
        self.freed.wait(LONG)
        self.passed.set()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr("accounts.mail.server.LAST_ANSWER", timedelta(seconds=0.05))
    monkeypatch.setattr("accounts.mail.server.MOMENT", timedelta(seconds=0.05))
    slow = Slow()
    yield slow
    slow.freed.set()


def test_a_mail_that_the_server_does_not_take_is_tried_again_by_a_later_run(
    settings: Any, saver: User, slow: Slow
) -> None:
    with SMTPServer(before_answer=slow) as server:
        use(server, settings)
        queue_for(saver)
        assert send_due_mail(clock=clock.now, stop=slow.reached.is_set) == (0, 1)
        assert not slow.passed.is_set()
    mail = OutgoingMail.objects.get()
    assert (mail.sent_at, mail.attempts, mail.failure) == (None, 1, "StoppedError")
    assert not OutgoingMail.objects.due(clock.now()).exists()


def test_a_mail_that_the_server_takes_in_time_is_sent(
    settings: Any, saver: User, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.mail.server.LAST_ANSWER", timedelta(seconds=LONG))

    def stop() -> bool:
        is_told = slow.reached.is_set()
        if is_told:
            slow.freed.set()
        return is_told

    with SMTPServer(before_answer=slow) as server:
        use(server, settings)
        queue_for(saver)
        assert send_due_mail(clock=clock.now, stop=stop) == (1, 0)
        assert len(server.taken) == 1
    assert OutgoingMail.objects.get().sent_at


def test_a_connection_that_is_being_opened_is_left(settings: Any, saver: User, slow: Slow) -> None:
    with SMTPServer(before_greeting=slow) as server:
        use(server, settings)
        queue_for(saver)
        assert send_due_mail(clock=clock.now, stop=slow.reached.is_set) == (0, 0)
        assert not slow.passed.is_set()
    assert OutgoingMail.objects.due(clock.now()).get().attempts == 0


def test_a_server_that_never_says_goodbye_is_left(settings: Any, saver: User, slow: Slow) -> None:
    with SMTPServer(before_bye=slow) as server:
        use(server, settings)
        queue_for(saver)
        assert send_due_mail(clock=clock.now) == (1, 0)
        assert slow.reached.wait(LONG)
        assert not slow.passed.is_set()


class TestAnAnswerWithoutEnd:
    """It comes line by line, each of them in time."""

    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accounts.mail.server.LONGEST_ANSWER", timedelta(seconds=0.2))

    @pytest.fixture
    def ends(self) -> Iterator[Event]:
        ends = Event()
        yield ends
        ends.set()

    def test_to_a_mail_is_waited_for_no_longer(self, settings: Any, saver: User, ends: Event) -> None:
        with SMTPServer(ends=ends) as server:
            use(server, settings)
            queue_for(saver)
            assert send_due_mail(clock=clock.now) == (0, 1)
        mail = OutgoingMail.objects.get()
        assert (mail.sent_at, mail.attempts, mail.failure) == (None, 1, "TimeoutError")

    def test_of_a_greeting_means_that_the_server_is_away(self, settings: Any, saver: User, ends: Event) -> None:
        with SMTPServer(ends=ends, drips_at_once=True) as server:
            use(server, settings)
            queue_for(saver)
            with pytest.raises(MailServerAwayError, match="TimeoutError"):
                send_due_mail(clock=clock.now)
        assert OutgoingMail.objects.get().attempts == 0
