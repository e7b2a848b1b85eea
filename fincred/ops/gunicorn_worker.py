"""gunicorn's threads, but for what hurts others: who may wait for whom, and how it refuses what is no HTTP.

gunicorn itself answers in HTML, and quotes the request in its answer and in its log, query string and all.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

# The first that fits; whatever is none of these is a fault of ours.
STATUS: dict[type[Exception], int] = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ParseException: 400,
}


# How long a worker without a free thread leaves newcomers to others, in seconds: some time to wake up.
PATIENCE = 0.02

# How long a client may take to hang up after its last answer, in seconds.
LINGER = 2.0


class AtOnce(Executor):
    """A pool without threads: what it is given is done by whoever gives it."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(call(*args, **named))
        return done


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leaving: deque[Any] = deque()
        self._all_at_work_since: float | None = None
        super().__init__(*args, **kwargs)

    def get_thread_pool(self) -> Executor:
        """With `--threads 1` requests are answered by the thread that receives them.

        Handing each to another thread and back costs as much as reading a goal. In exchange a client who sends
        slowly holds up a worker, as with gunicorn's sync workers: a proxy has to stand before it.
        """
        pool: Executor = AtOnce() if self.cfg.threads == 1 else super().get_thread_pool()
        return pool

    def handle(self, conn: Any) -> Any:
        if self.cfg.threads == 1:
            self.notify()  # the arbiter hears of nobody else while requests stand in line
        return super().handle(conn)

    @property
    def worker_connections(self) -> int:
        """How many connections there may be now.

        Whoever is awake already is the first to accept: of two workers one would take all that come at once and
        keep them, while the other idles. So with all threads at work it leaves newcomers to others, for a moment.
        """
        most, threads = int(self.cfg.worker_connections), int(self.cfg.threads)
        idle = len(self.keepalived_conns) + len(self.pending_conns) + len(self._leaving)
        if threads == 1 or self.nr_conns - idle < threads:
            self._all_at_work_since = None
            return most
        now = time.monotonic()
        if self._all_at_work_since is None:
            self._all_at_work_since = now
        return most if now - self._all_at_work_since > PATIENCE else self.nr_conns

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        """gunicorn sets it to what the configuration says, which is asked above."""

    def set_accept_enabled(self, enabled: bool) -> None:
        """Who is connected when it has to stop is still answered; gunicorn forgets whom it hasn't accepted."""
        if not enabled and not self.alive:
            deadline = time.monotonic() + self.cfg.graceful_timeout / 2
            while self._accept_one_more() and time.monotonic() < deadline:
                pass
        super().set_accept_enabled(enabled)

    def _accept_one_more(self) -> bool:
        before = self.nr_conns
        for listener in self.sockets:
            listener.setblocking(False)
            self.accept(listener)
        return bool(self.nr_conns > before)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep the connection, or end it without waiting for the client to do so as well.

        Closed at once, what a client is still sending would make it lose our answer. gunicorn waits for its end,
        up to two seconds for each, and accepts and answers nobody meanwhile.
        """
        if not fs.cancelled() and not fs.exception() and fs.result():
            super().finish_request(conn, fs)
            return
        conn.timeout = time.monotonic() + LINGER
        self._leaving.append(conn)
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear_out, conn))
        except OSError:
            self._hang_up(conn)

    def _hear_out(self, conn: Any, client: Any) -> None:
        """What a client says after its answer is not for us; nothing more is its end."""
        try:
            more = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self.poller.unregister(client)
            self._hang_up(conn)

    def _hang_up(self, conn: Any) -> None:
        self._leaving.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """gunicorn's name for what it does every second: close what has waited for too long."""
        super().murder_pending()
        while self._leaving and self._leaving[0].timeout < time.monotonic():
            self.poller.unregister(self._leaving[0].sock)
            self._hang_up(self._leaving[0])

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer in the envelope, with the headers, the log line and the figures of every other answer."""
        status = next((status for kind, status in STATUS.items() if isinstance(exc, kind)), 500)
        if status >= 500:
            self.log.error("Failed outside of Django", exc_info=exc)
        try:
            write_nonblock(client, answer(status))
        except OSError:
            self.log.debug("The client is gone")


def answer(status: int) -> bytes:
    """The refusal as it goes over the wire."""
    # Only workers import Django: what the master imports would survive a reload.
    from django.http import HttpRequest  # noqa: PLC0415

    from fincred.api.exception_handler import plain_response  # noqa: PLC0415
    from fincred.ops.middleware import RequestContextMiddleware  # noqa: PLC0415

    response = RequestContextMiddleware(lambda request: plain_response(status))(HttpRequest())
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(response.content))
    head = f"HTTP/1.1 {status} {response.reason_phrase}\r\n".encode()
    return head + response.serialize_headers() + b"\r\n\r\n" + response.content
