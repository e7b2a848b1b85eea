"""A connection that waits for its client, but not for long."""

from __future__ import annotations

import errno
import fcntl
import select
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

# The bytes of an answer that a client has to take in each `send_seconds`; what the system keeps isn't taken.
PIECE = 65_536

# Where requests wait for a thread, others may wait this many seconds for their clients.
PATIENCE = 0.5

# How often a waiting thread looks whether it may go on waiting, in milliseconds.
STEP = 100


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a client may take."""

    head_seconds: float
    body_seconds: float
    body_bytes_per_second: float
    send_seconds: float


class ClientSocket(socket.socket):
    """A connection on which every wait has a deadline.

    `waiting` has all connections that wait for their clients, with the moment at which that began; waits of one
    request are added up. `lacking()` is the number of requests without a thread: that many connections give up,
    those that have waited longest. `has_database()` is whether the calling thread has a database connection.
    `received` counts the bytes of a head, a body or a rest while it is expected.
    """

    def __init__(
        self,
        accepted: socket.socket,
        deadlines: Deadlines,
        waiting: dict[ClientSocket, float],
        lacking: Callable[[], int],
        has_database: Callable[[], bool],
    ) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        super().setblocking(False)
        self.gave_up = False
        self._deadlines = deadlines
        self._waiting = waiting
        self._lacking = lacking
        self._has_database = has_database
        self.holds_database = False
        # The head of an answer until more of it is sent; empty while it is expected, None outside of an answer.
        self._head: bytes | None = None
        self.expect_head()

    def expect_head(self) -> None:
        """What is read from now on is a request's head."""
        self._waited = 0.0
        self._expect(self._deadlines.head_seconds, self._deadlines.head_seconds)

    def expect_body(self) -> None:
        """What is read from now on is a request's body."""
        limits = self._deadlines
        self._expect(limits.head_seconds, limits.body_seconds, 1 / limits.body_bytes_per_second)

    def expect_rest(self, seconds: float) -> None:
        """What is read from now on has no use: the client is not to blame when it doesn't come in time."""
        self._expect(seconds, seconds, is_wanted=False)

    def _expect(self, grace: float, most: float, seconds_per_byte: float = 0, *, is_wanted: bool = True) -> None:
        self._began, self.received, self._is_wanted = time.monotonic(), 0, is_wanted
        self._grace, self._most, self._seconds_per_byte = grace, most, seconds_per_byte

    def has_arrived(self) -> bool:
        """Whether something can be read, or the client has hung up."""
        return bool(_poll(self, select.POLLIN).poll(0))

    def setblocking(self, flag: bool) -> None:
        """Nothing: gunicorn sets this back and forth for each request, two system calls that do nothing here."""

    def settimeout(self, value: float | None) -> None:
        """Nothing: the deadlines hold."""

    def recv(self, size: int, flags: int = 0) -> bytes:
        """:raises ConnectionResetError: the client took too long."""
        while True:
            try:
                data = super().recv(size, flags)
            except BlockingIOError:
                self._wait(select.POLLIN, self._must_come_by)
            else:
                self.received += len(data)
                return data

    def _must_come_by(self) -> float:
        return self._began + min(self._grace + self.received * self._seconds_per_byte, self._most)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What is sent first, the head of an answer, goes in one piece with what is sent next.

        So a process that is killed has sent nothing of a small answer, or all of it: a proxy that has got nothing
        asks another server. If the answer fails before its body, its head isn't sent.
        """
        self._head = b""
        try:
            yield
            head, self._head = self._head, None
            if head:  # it has no body
                self.send_at_once(head)
        finally:
            self._head = None

    def sendall(self, data: Any, flags: int = 0) -> None:
        """:raises ConnectionResetError: the client took too long."""
        if self._head == b"":
            self._head = bytes(data)
            return
        if self._head:
            data, self._head = self._head + data, None
        self.send_at_once(data)

    def send_at_once(self, data: bytes) -> None:
        """:raises ConnectionResetError: the client took too long."""
        rest, sent = memoryview(data), 0
        with suppress(BlockingIOError):
            sent = super().send(rest)
        if sent == len(rest):  # as nearly all answers are: the system keeps what the client hasn't taken yet
            return
        rest, began, due = rest[sent:], time.monotonic(), sent - self._kept() + PIECE

        def must_be_taken_by() -> float:
            nonlocal began, due
            if (taken := sent - self._kept()) >= due:
                began, due = time.monotonic(), taken + PIECE
            return began + self._deadlines.send_seconds

        while rest:
            try:
                size = super().send(rest)
            except BlockingIOError:
                self._wait(select.POLLOUT, must_be_taken_by)
            else:
                sent += size
                rest = rest[size:]

    def _kept(self) -> int:
        """How many bytes the system keeps for the client; 0 where it doesn't tell."""
        with suppress(OSError):
            return int(struct.unpack("i", fcntl.ioctl(self, termios.TIOCOUTQ, bytes(4)))[0])
        return 0

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As `sendall`, in memory: the files are small."""
        file.seek(offset)
        data = file.read() if count is None else file.read(count)
        self.sendall(data)
        return len(data)

    def _wait(self, event: int, until: Callable[[], float]) -> None:
        began = time.monotonic()
        self.holds_database = self._has_database()
        since = self._waiting[self] = began - self._waited
        try:
            poll = _poll(self, event)
            while True:
                now, deadline = time.monotonic(), until()
                if now >= deadline or (now - since >= PATIENCE and self._is_in_the_way(since)):
                    self.gave_up = self._is_wanted or event == select.POLLOUT
                    raise ConnectionResetError(errno.ECONNRESET, "The client took too long")
                if poll.poll(min(STEP, max(1, (deadline - now) * 1000))):
                    return
        finally:
            del self._waiting[self]
            self._waited += time.monotonic() - began

    def _is_in_the_way(self, since: float) -> bool:
        longer = sum(other < since for other in list(self._waiting.values()))
        return longer < self._lacking()


def _poll(sock: ClientSocket, event: int) -> select.poll:
    poll = select.poll()
    poll.register(sock, event)
    return poll
