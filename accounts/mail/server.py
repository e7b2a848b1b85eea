"""The conversation with the mail server. It never keeps a process from stopping for long."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from fincred.ops.stoppable import LAST_ANSWER, LeftError, wait_for

MAILS_A_CONNECTION = 100
# How long a server may take to accept a mail (RFC 5321, 4.5.3.2.6): sent again sooner, it would come twice. All
# answers together have as long as one: they could come byte by byte.
LONGEST_ANSWER = timedelta(minutes=10)
# For what may be broken off at any moment: opening a connection, and saying goodbye.
MOMENT: Final = timedelta(seconds=1)


class MailServerAwayError(Exception):
    """No connection to what takes the mail, which is `place`; the text says why, and names no person.

    What is due stays due, and loses no attempt.
    """

    place: ClassVar = "mail server"


class MailFolderError(MailServerAwayError):
    """Mail is written to files, and no file can be made or written."""

    place: ClassVar = "mail folder"


class StoppedError(Exception):
    """The process is to stop, and the server takes too long. Whether it has accepted the mail is unknown."""


class MailServer:
    """A connection to the mail server: opened when a mail needs it, and kept for many."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._backend: Any = None
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
        """:raises MailServerAwayError: it doesn't answer, or doesn't let us in, or the folder can't be used.
        :raises StoppedError:
        """
        self.close()
        try:
            self._backend = get_connection()
            self._wait_for(self._backend.open, MOMENT)
        except ImproperlyConfigured as error:
            raise MailFolderError(str(error)) from error
        except OSError as error:
            raise MailServerAwayError(type(error).__name__) from error
        self._limit(LONGEST_ANSWER)
        self._left = MAILS_A_CONNECTION

    def send(self, message: EmailMessage) -> None:
        """:raises StoppedError:
        :raises TimeoutError: the server doesn't finish its answer.
        """
        self._left -= 1
        self._wait_for(lambda: self._backend.send_messages([message]), LAST_ANSWER)

    def close(self) -> None:
        self._left = 0
        self._limit(MOMENT)
        if self._backend:
            _close(self._backend)

    def _limit(self, answer: timedelta) -> None:
        if open_socket := self._socket():
            open_socket.settimeout(answer.total_seconds())

    def _socket(self) -> socket.socket | None:
        conversation: Any = getattr(self._backend, "connection", None)  # only SMTP has one
        return conversation.sock if conversation else None

    def _wait_for(self, work: Callable[[], object], at_stop: timedelta) -> None:
        """Do it in a thread and wait for it; once the process is to stop, for `at_stop`, then break it off.

        :raises StoppedError: it is broken off.
        :raises TimeoutError: it took `LONGEST_ANSWER`, and is broken off.
        :raises Exception: what the work raised.
        """
        backend = self._backend
        try:
            wait_for(work, stop=self._stop, at_stop=at_stop, most=LONGEST_ANSWER, tidy=lambda: _close(backend))
        except LeftError:
            # Else a mail could still be written to the server after this.
            if open_socket := self._socket():
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
            self._backend = None
            raise (StoppedError if self._stop() else TimeoutError) from None


def _close(backend: Any) -> None:
    with suppress(OSError):
        backend.close()
