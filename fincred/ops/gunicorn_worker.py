"""gunicorn's threads, with what the contract asks: deadlines, refusals in the envelope, no request lost at a stop.

All that touches private parts of gunicorn is in this file; decision 11 lists them.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidRequestLine,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker

from fincred.ops.client_socket import PATIENCE, ClientSocket, Deadlines
from fincred.ops.pool import Pool

# The first that fits; anything else is a fault of ours.
STATUS: dict[type[Exception], int] = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ParseException: 400,
}

# How many threads there may be: as many as a process has database connections (DB_POOL_MAX).
MOST_THREADS = 15

# How often requests in the queue are looked at, in seconds.
TICK = 0.01

# With so many connections in use, newcomers are left to other workers, for so many seconds: some time to wake up.
BUSY, HESITATION = 4, 0.02

# How long a client may take to hang up after its last answer, in seconds.
LINGER = 2.0

# Of a body that no view wants so many bytes are read at most, and waited for so long unless requests wait for a
# thread: then the connection can be kept.
UNWANTED, UNWANTED_SECONDS = 65_536, 0.1

# What gunicorn wants to hear of a request that is answered.
IS_KEPT: dict[bool, Future[bool]] = {True: Future(), False: Future()}
for each, future in IS_KEPT.items():
    future.set_result(each)

# From so many chunks on, a body has to have so many bytes in each of them on average.
CHUNKS, CHUNK_BYTES = 1000, 64


class ClientBody(Body):  # type: ignore[misc]  # gunicorn has no types
    """The body of a request: invited when it is first read, and never taken for whole when it isn't.

    Until it is read to its end the connection can't be kept, and the answer says so.
    """

    def __init__(self, req: Any, sock: ClientSocket, waited_for: Callable[[], bool]) -> None:
        super().__init__(req.body.reader)
        self._sock = sock
        self._waited_for = waited_for
        self._begun = False
        self._invited, req._expected_100_continue = not req._expected_100_continue, False
        self._ends_connection = req.should_close
        self._is_chunked = isinstance(self.reader, ChunkedReader)
        self._chunks = self._chunk_bytes = 0
        if self._is_chunked:
            self._parse_chunk_size, self.reader.parse_chunk_size = self.reader.parse_chunk_size, self._count_chunk
        req.body, req.should_close = self, self.should_close

    @property
    def _is_whole(self) -> bool:
        return bool(self.reader.parser is None if self._is_chunked else self.reader.length == 0)

    def _count_chunk(self, *args: Any, **named: Any) -> Any:
        size, rest = self._parse_chunk_size(*args, **named)
        self._chunks += 1
        self._chunk_bytes += size
        if self._chunks > CHUNKS and self._chunk_bytes < CHUNK_BYTES * self._chunks:
            raise ParseException("too many small chunks")
        return size, rest

    def _read_reader(self, size: int) -> bytes:
        """gunicorn's name for where all reading goes through.

        :raises OSError: it can't be read, or ends before its announced length.
        """
        if not self._begun:
            self._begun = True
            self._sock.expect_body()
        if not self._invited:
            self._invited = True
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        least = 0 if self._is_chunked else min(size, self.reader.length)
        try:
            data: bytes = super()._read_reader(size)
        except ParseException as fault:
            raise OSError(errno.EPROTO, "The body can't be read") from fault
        if len(data) < least:
            self.failed = True
            raise ConnectionResetError(errno.ECONNRESET, "The body ended early")
        return data

    def should_close(self) -> bool:
        """Whether the connection ends with this answer; a small rest that is there, or soon comes, is read."""
        if not self._is_whole and not self.failed:
            will_come = self._invited and not self._waited_for()
            self._begun = self._invited = True
            self._sock.expect_rest(UNWANTED_SECONDS if will_come else 0)
            try:
                self.read(UNWANTED)
            except OSError:
                self.failed = True
        return bool(self.failed or not self._is_whole or self._ends_connection())


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._waiting: dict[ClientSocket, float] = {}
        self._leaving: deque[Any] = deque()
        self._busy_since: float | None = None
        self._stops_at: float | None = None
        super().__init__(*args, **kwargs)
        threads = int(self.cfg.threads)
        self._pool: Pool[Any] = Pool(
            self._answer,
            threads=threads,
            most=max(threads, MOST_THREADS),
            is_waiting=lambda conn: conn.sock in self._waiting,
        )

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            sys.exit(
                "FinCred's worker speaks plain HTTP: TLS ends at the proxy. Leave --certfile and --keyfile out."
            )
        super().check_config(cfg, log)

    # --- Who works

    def load_wsgi(self) -> None:
        super().load_wsgi()
        from django.conf import settings  # noqa: PLC0415  only workers import Django

        self._drain_seconds = settings.DRAIN_SECONDS
        self._deadlines = Deadlines(
            head_seconds=settings.CLIENT_HEAD_SECONDS,
            body_seconds=settings.CLIENT_BODY_SECONDS,
            body_bytes_per_second=settings.CLIENT_BODY_BYTES_PER_SECOND,
            send_seconds=settings.CLIENT_SEND_SECONDS,
        )

    def enqueue_req(self, conn: Any) -> None:
        """A new connection takes no thread before its first byte, and a request none before others are done.

        With `--threads 1` requests are answered by the thread that receives them. In exchange a client who sends
        slowly holds up a worker, as with gunicorn's sync workers: a proxy that buffers has to stand before it.
        """
        if not conn.data_ready:
            conn.sock = ClientSocket(conn.sock, self._deadlines, self._waiting, lambda: self._pool.lacking)
            conn.timeout = time.monotonic() + self._deadlines.head_seconds
            self.pending_conns.append(conn)
            callback = partial(self.on_pending_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, callback)
        elif self.cfg.threads == 1:
            self._answer(conn)
        else:
            self._pool.put(conn)

    def _answer(self, conn: Any) -> None:
        is_kept = bool(self.handle(conn))
        self.method_queue.defer(self.finish_request, conn, IS_KEPT[is_kept])

    def handle(self, conn: Any) -> Any:
        if self.cfg.threads == 1:
            self.notify()  # the arbiter hears nothing else while requests stand in line
        conn.sock.expect_head()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        if isinstance(req.body.reader, ChunkedReader) or req.body.reader.length:
            ClientBody(req, conn.sock, lambda: self._pool.has_queue)
        else:
            req._expected_100_continue = False
        return super().handle_request(req, conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        hesitates = self._busy_since is not None
        super().wait_for_and_dispatch_events(
            TICK if self._pool.has_queue else min(timeout, HESITATION) if hesitates else timeout
        )
        self._pool.relieve()
        if self._stops_at is not None and time.monotonic() >= self._stops_at:
            super().handle_exit(None, None)

    # --- Who may connect

    @property
    def worker_connections(self) -> int:
        """How many connections there may be now.

        A worker that is awake is the first to accept: of two workers one would take all that come at once and keep
        them, while the other idles. So one that is busy leaves newcomers to others, for a moment.
        """
        most = int(self.cfg.worker_connections)
        in_use = self.nr_conns - len(self.keepalived_conns) - len(self._leaving)
        if in_use < BUSY:
            self._busy_since = None
            return most
        now = time.monotonic()
        if self._busy_since is None:
            self._busy_since = now
        return most if now - self._busy_since > HESITATION else self.nr_conns

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        """gunicorn sets it to what the configuration says, which is looked up above."""

    # --- Who has to go

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep the connection, or end it without waiting for the client to do so as well.

        Closed at once, what a client is still sending would make it lose our answer. gunicorn waits for its end,
        up to two seconds for each, and accepts and answers nothing meanwhile.
        """
        if fs.result():
            super().finish_request(conn, fs)
        elif conn.sock.gave_up:
            # At once, and with what the system still holds for a client that doesn't read.
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._close(conn)
        else:
            self._let_leave(conn)

    def _let_leave(self, conn: Any) -> None:
        conn.timeout = time.monotonic() + LINGER
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_leaving_readable, conn))
        except OSError:
            self._close(conn)
        else:
            self._leaving.append(conn)

    def _on_leaving_readable(self, conn: Any, client: Any) -> None:
        """What a client says after its answer is thrown away, but not while others wait."""
        conn.sock.expect_rest(0)
        try:
            more = client.recv(65_536)
        except OSError:
            more = b""
        if self._pool.has_queue or not more:
            self._leaving.remove(conn)
            self._hang_up(conn)

    def _hang_up(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """gunicorn's name for what it does after each turn: close what has waited for too long."""
        now = time.monotonic()
        is_full = self.nr_conns >= self.cfg.worker_connections
        spared = self._deadlines.head_seconds - PATIENCE if is_full else 0
        for conns, earlier in ((self.pending_conns, spared), (self._leaving, 0)):
            while conns and conns[0].timeout - earlier < now:
                self._hang_up(conns.popleft())

    def murder_keepalived(self, force: bool = False) -> None:
        """As gunicorn's, but a request that has come in at the last moment is answered."""
        now = time.monotonic()
        while self.keepalived_conns and (force or self.keepalived_conns[0].timeout <= now):
            conn = self.keepalived_conns.popleft()
            self.poller.unregister(conn.sock)
            if not force and conn.sock.has_arrived():
                self.enqueue_req(conn)
            else:
                self._close(conn)

    # --- How it stops

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """SIGTERM: `ready` says no from now on, and in a while no connection is accepted or kept any more."""
        if not self.booted:  # it is still loading, and serves no client
            super().handle_exit(sig, frame)
        elif self._stops_at is None:
            self._stops_at = time.monotonic() + self._drain_seconds
            self.method_queue.defer(lambda: None)  # wakes it up
            if not _is_replaced(self):
                from fincred.ops import draining  # noqa: PLC0415  only workers: the arbiter's would outlive a reload

                draining.begin()

    def handle_quit(self, sig: Any, frame: Any) -> None:
        """SIGINT and SIGQUIT: at once; gunicorn would wait for its threads."""
        os._exit(0)

    def set_accept_enabled(self, enabled: bool) -> None:
        """At the end accept all that have connected, which gunicorn forgets; later ones are refused at once."""
        is_end = not enabled and not self.alive
        deadline = time.monotonic() + self.cfg.graceful_timeout / 2
        while is_end and self._accept_one_more() and time.monotonic() < deadline:
            pass
        super().set_accept_enabled(enabled)
        if is_end:
            for listener in self.sockets:
                listener.close()

    def _accept_one_more(self) -> bool:
        before = self.nr_conns
        for listener in self.sockets:
            listener.setblocking(False)
            self.accept(listener)
        return bool(self.nr_conns > before)

    # --- What it refuses

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer in the envelope, with the headers, the log line and the figures of every other answer.

        gunicorn itself answers in HTML, and quotes the request in its answer and its log, query string and all.
        """
        status = next((status for kind, status in STATUS.items() if isinstance(exc, kind)), 500)
        if status >= 500:
            self.log.error("Failed outside of Django", exc_info=exc)
        message = None
        if isinstance(exc, InvalidRequestLine):
            message = "The request line could not be read; all but ASCII has to be percent-encoded in it"
        try:
            client.sendall(answer(status, message))
        except OSError:
            self.log.debug("The client is gone")


def announce_reload(server: Any) -> None:
    """Tell the arbiter's workers that others take their place: no balancer has to send requests elsewhere.

    Worker and arbiter share a file, whose times are the worker's sign of life; its size is the arbiter's.
    """
    for worker in server.WORKERS.values():
        os.write(worker.tmp.fileno(), b"reload")


def _is_replaced(worker: Any) -> bool:
    return os.fstat(worker.tmp.fileno()).st_size > 0


def answer(status: int, message: str | None = None) -> bytes:
    """The refusal as it goes over the wire."""
    # Only workers import Django: what the arbiter imports would survive a reload.
    from django.http import HttpRequest  # noqa: PLC0415

    from fincred.api.exception_handler import plain_response  # noqa: PLC0415
    from fincred.ops.middleware import RequestContextMiddleware  # noqa: PLC0415

    refusal = plain_response(status, message=message)
    response = RequestContextMiddleware(lambda request: refusal)(HttpRequest())
    # The Origin may not have been read. Pages of any may see that their request was too long.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(response.content))
    head = f"HTTP/1.1 {status} {response.reason_phrase}\r\n".encode()
    return head + response.serialize_headers() + b"\r\n\r\n" + response.content
