"""The conversation with the mail server. It holds up nobody who is to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

from django.core.mail import EmailMessage, get_connection

MAILS_A_CONNECTION = 100
# A server may take so long to accept a mail (RFC 5321, 4.5.3.2.6); sent again before, it comes twice.
LONGEST_ANSWER = timedelta(minutes=10)
# The same for a process that is to stop. Supervisors kill after 40 seconds, and then it would come twice as well;
# up to 20 of them may be needed to note that it was taken.
LAST_ANSWER = timedelta(seconds=15)
# For what may be broken off at any moment: opening a connection, and saying goodbye.
MOMENT: Final = timedelta(seconds=1)
_LOOK: Final = 0.1


class MailServerAwayError(Exception):
    """No connection to the mail server. What is due stays due, and loses no attempt."""


class StoppedError(Exception):
    """The process is to stop, and the server takes too long. What it does with a mail that it has isn't known."""


class MailServer:
    """A connection to the mail server: opened when a mail needs it, and kept for many."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._backend = get_connection()
        self._left = 0
        self._stop = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        return self._left > 0

    def open(self) -> None:
        """:raises MailServerAwayError: it doesn't answer, or doesn't let us in.
        :raises StoppedError:
        """
        self.close()
        try:
            self._wait_for(self._backend.open, MOMENT)
        except OSError as error:
            raise MailServerAwayError(type(error).__name__) from error
        self._limit(LONGEST_ANSWER)
        self._left = MAILS_A_CONNECTION

    def send(self, message: EmailMessage) -> None:
        """:raises StoppedError:"""
        self._left -= 1
        self._wait_for(lambda: self._backend.send_messages([message]), LAST_ANSWER)

    def close(self) -> None:
        self._left = 0
        self._limit(MOMENT)
        _close(self._backend)

    def _limit(self, answer: timedelta) -> None:
        if open_socket := self._socket():
            open_socket.settimeout(answer.total_seconds())

    def _socket(self) -> socket.socket | None:
        conversation: Any = getattr(self._backend, "connection", None)  # only SMTP has one
        return conversation.sock if conversation else None

    def _wait_for(self, work: Callable[[], object], at_stop: timedelta) -> None:
        """Do it in a thread, and wait: once the process is to stop, for so long, and then break it off.

        :raises StoppedError: it is broken off.
        :raises Exception: what the work raised.
        """
        backend = self._backend
        task = _Task(work, tidy=lambda: _close(backend))
        while not task.wait(_LOOK):
            if self._stop():
                break
        if task.wait(at_stop.total_seconds()):
            return
        # Else a mail could still be written to the server after this.
        if open_socket := self._socket():
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        self._backend = get_connection()
        task.leave()
        raise StoppedError


def _close(backend: Any) -> None:
    with suppress(OSError):
        backend.close()


class _Task:
    """Work in a thread that doesn't keep the process from ending. If it is left, it tidies up itself."""

    def __init__(self, work: Callable[[], object], tidy: Callable[[], object]) -> None:
        self._work, self._tidy = work, tidy
        self._done, self._left = Event(), Event()
        self._error: BaseException | None = None
        Thread(target=self._run, name="mail server", daemon=True).start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()
            if self._left.is_set():
                self._tidy()

    def leave(self) -> None:
        self._left.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is done within so long.

        :raises Exception: what it raised.
        """
        done = self._done.wait(seconds)
        if self._error:
            raise self._error
        return done
