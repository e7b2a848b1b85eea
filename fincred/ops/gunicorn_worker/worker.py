"""A worker process of gunicorn: its threads, which connections it accepts and closes, how it stops."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import sys
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http.body import ChunkedReader
from gunicorn.workers.gthread import ThreadWorker

from fincred.ops.gunicorn_worker.body import ClientBody
from fincred.ops.gunicorn_worker.client_socket import PATIENCE, ClientSocket, Deadlines
from fincred.ops.gunicorn_worker.head import proposed_id
from fincred.ops.gunicorn_worker.newcomers import HESITATION, Hesitation
from fincred.ops.gunicorn_worker.pool import Pool
from fincred.ops.gunicorn_worker.refusals import (
    FragmentError,
    HostMissingError,
    KeyRepeatedError,
    answer,
    message_of,
    status_of,
)
from fincred.ops.gunicorn_worker.reload import is_replaced, leave_place_empty

# How many threads there may be: as many as a process has database connections (DB_POOL_MAX).
MOST_THREADS = 15

# How many more there may be, as long as so many wait for their clients and hold no database connection, or
# while requests stand in the queue for long.
MOST_WAITING = 200

# How often requests in the queue are looked at, in seconds.
TICK = 0.01

# How long a client may take to hang up after its last answer, in seconds.
LINGER = 2.0

# What `finish_request` is given: whether the connection is kept.
IS_KEPT: dict[bool, Future[bool]] = {True: Future(), False: Future()}
for each, future in IS_KEPT.items():
    future.set_result(each)


def says_close(headers: list[tuple[str, str]]) -> bool:
    """Whether `close` is among the connection's options, of which several make a list (RFC 9112, 9.6)."""
    options = ",".join(value for name, value in headers if name == "CONNECTION")
    return "close" in {option.strip(" \t").lower() for option in options.split(",")}


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._waiting: dict[ClientSocket, float] = {}
        self._leaving: deque[Any] = deque()
        self._hesitation = Hesitation()
        self._stops_at: float | None = None
        super().__init__(*args, **kwargs)
        threads = int(self.cfg.threads)
        self._pool: Pool[Any] = Pool(
            self._answer,
            threads=threads,
            most=lambda: max(threads, MOST_THREADS) + self._holding_nothing,
            most_late=threads + MOST_WAITING,
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
        try:
            super().load_wsgi()
        except (Exception, SystemExit) as error:
            if self.age == 1:  # this is the start, which the first worker alone may stop
                raise
            leave_place_empty(self, error)
        from django.conf import settings  # noqa: PLC0415  only workers import Django
        from django.db import connections  # noqa: PLC0415

        self._has_database = lambda: any(each.connection for each in connections.all(initialized_only=True))

        self._drain_seconds = settings.DRAIN_SECONDS
        self._deadlines = Deadlines(
            head_seconds=settings.CLIENT_HEAD_SECONDS,
            body_seconds=settings.CLIENT_BODY_SECONDS,
            body_bytes_per_second=settings.CLIENT_BODY_BYTES_PER_SECOND,
            send_seconds=settings.CLIENT_SEND_SECONDS,
        )

    def enqueue_req(self, conn: Any) -> None:
        """A new connection takes no thread before its first byte; a request waits in the pool's queue for one.

        With `--threads 1` requests are answered by the thread that receives them. In exchange a client who sends
        slowly holds up a worker, as with gunicorn's sync workers: a proxy that buffers has to stand before it.
        """
        if not conn.data_ready:
            conn.sock = ClientSocket(
                conn.sock, self._deadlines, self._waiting, lambda: self._pool.lacking, self._has_database
            )
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
            self.notify()  # the only sign of life for the arbiter while requests stand in line
        conn.sock.expect_head()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        req.version = min(req.version, (1, 1))  # gunicorn takes up to 1.9, and would answer that it speaks it
        names = [name for name, _ in req.headers]
        if req.version >= (1, 1) and "HOST" not in names:
            raise HostMissingError
        if "#" in req.uri:
            raise FragmentError
        if names.count("IDEMPOTENCY-KEY") > 1:
            raise KeyRepeatedError
        if says_close(req.headers):  # gunicorn knows it only where it is the header's one option
            req.force_close()
        if isinstance(req.body.reader, ChunkedReader) or req.body.reader.length:
            ClientBody(req, conn.sock, lambda: self._pool.has_queue)
        else:
            req._expected_100_continue = False
        with conn.sock.answering():
            return super().handle_request(req, conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(
            TICK if self._pool.has_queue else min(timeout, HESITATION) if self._hesitation.lasts else timeout
        )
        self._pool.relieve()
        if self._stops_at is not None and time.monotonic() >= self._stops_at:
            super().handle_exit(None, None)

    @property
    def _holding_nothing(self) -> int:
        """How many threads wait for their clients without a database connection, counted up to MOST_WAITING."""
        return min(sum(not client.holds_database for client in list(self._waiting)), MOST_WAITING)

    # --- Who may connect

    @property
    def worker_connections(self) -> int:
        """How many connections there may be now: no more than there are, if the next is left to other workers."""
        in_use = self.nr_conns - len(self.keepalived_conns) - len(self._leaving)
        accepts = self._hesitation.accepts(in_use, time.monotonic())
        return int(self.cfg.worker_connections) if accepts else self.nr_conns

    @worker_connections.setter
    def worker_connections(self, most: int) -> None:
        """gunicorn sets it to what the configuration says, which is looked up above."""

    # --- Who has to go

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep the connection, or end it without waiting for the client to do so as well.

        If it were closed at once, a client that is still sending could lose our answer. gunicorn waits up to two
        seconds for the end of each, and accepts and answers nothing meanwhile.
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
        """Throw away what a client sends after its answer; hang up if others wait for a thread."""
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
        """SIGTERM: `ready` is 503 from now on; after `DRAIN_SECONDS` no connection is accepted or kept."""
        if not self.booted:  # it is still loading, and serves no client
            super().handle_exit(sig, frame)
        elif self._stops_at is None:
            self._stops_at = time.monotonic() + self._drain_seconds
            self.method_queue.defer(lambda: None)  # wakes it up
            if not is_replaced(self):
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
        status = status_of(exc)
        if status >= 500:
            self.log.error("Failed outside of Django", exc_info=exc)
        asked = exc if req is None else req
        request_id = proposed_id(getattr(asked, "head", b""))
        is_head = getattr(asked, "method", None) == "HEAD"
        try:
            client.sendall(answer(status, message_of(exc), request_id=request_id, is_head=is_head))
        except OSError:
            self.log.debug("The client is gone")
