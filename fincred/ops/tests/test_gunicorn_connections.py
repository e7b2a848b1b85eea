"""Which connection is accepted, kept or closed: a worker without its loop."""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from fincred.ops import draining
from fincred.ops.gunicorn_worker import EnvelopeWorker, announce_reload, worker
from fincred.ops.gunicorn_worker.client_socket import ClientSocket, Deadlines
from fincred.ops.gunicorn_worker.newcomers import BUSY, HESITATION
from fincred.ops.gunicorn_worker.worker import IS_KEPT

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@dataclass
class Clock:
    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ticking = Clock()
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=ticking.monotonic))
    return ticking


@dataclass
class Bench:
    """A worker, and connections to it."""

    worker: EnvelopeWorker
    opened: ExitStack
    begun: list[Any] = field(default_factory=list)

    def connection(self) -> Any:
        accepted, client = socket.socketpair()
        conn = TConn(self.worker.cfg, accepted, "", "")
        limits = Deadlines(0.2, 60, 1024, 10)
        conn.sock = ClientSocket(accepted, limits, self.worker._waiting, lambda: 0, lambda: False)
        conn.data_ready, conn.peer = True, client
        self.opened.callback(conn.sock.close)
        self.opened.callback(client.close)
        self.worker.nr_conns += 1
        return conn

    def request(self) -> Any:
        """One that is being answered, until the test ends it."""
        conn = self.connection()
        self.worker.enqueue_req(conn)
        return conn

    def end(self, conn: Any) -> None:
        """The answer is sent, and the connection ends."""
        self.worker.finish_request(conn, IS_KEPT[False])


@pytest.fixture
def bench(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    config = Config()
    config.set("threads", 3)
    worker = EnvelopeWorker(1, os.getppid(), [], None, 30, config, Logger(config))
    worker.poller = selectors.DefaultSelector()
    with ExitStack() as opened:
        opened.callback(worker.poller.close)
        opened.callback(worker.tmp.close)
        bench = Bench(worker, opened)
        monkeypatch.setattr(worker._pool, "put", bench.begun.append)
        yield bench


class TestStart:
    @pytest.mark.parametrize("option", ["certfile", "keyfile"])
    def test_refuses_tls_which_has_no_deadlines(self, option: str) -> None:
        config = Config()
        config.set(option, __file__)
        with pytest.raises(SystemExit, match="TLS ends at the proxy"):
            EnvelopeWorker.check_config(config, Logger(config))


class TestKeptRequests:
    def test_each_has_its_own_time_for_its_head(self, bench: Bench) -> None:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
            start_response("204 No Content", [])
            return []

        bench.worker.wsgi = application
        conn = bench.connection()
        for _ in range(2):
            time.sleep(0.15)
            conn.peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
            rest = threading.Timer(0.1, conn.peer.sendall, [b"\r\n"])
            rest.start()
            assert bench.worker.handle(conn)
            rest.join()
            assert conn.peer.recv(1000).startswith(b"HTTP/1.1 204 ")


class TestOneThread:
    def test_answers_in_the_thread_that_receives(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[int] = []
        bench.worker.method_queue.init()
        bench.opened.callback(bench.worker.method_queue.close)
        bench.worker.cfg.set("threads", 1)
        monkeypatch.setattr(bench.worker, "handle", lambda conn: seen.append(threading.get_ident()))
        bench.request()
        assert seen == [threading.get_ident()]

    def test_is_alive_while_requests_stand_in_line(self, bench: Bench) -> None:
        """The arbiter kills a worker that gives no sign of life; its loop gives none before all are done."""
        bench.worker.cfg.set("threads", 1)
        os.utime(bench.worker.tmp.fileno(), (1, 1))
        conn = bench.connection()
        conn.peer.close()
        bench.worker.handle(conn)
        assert bench.worker.tmp.last_update() > 1


class TestAccepting:
    def test_a_worker_accepts_while_it_has_little_to_do(self, bench: Bench) -> None:
        for _ in range(BUSY - 1):
            bench.request()
        assert bench.worker.worker_connections > bench.worker.nr_conns

    def test_a_busy_one_leaves_newcomers_to_others_for_a_moment(self, bench: Bench, clock: Clock) -> None:
        for _ in range(BUSY):
            bench.request()
        assert bench.worker.worker_connections == bench.worker.nr_conns
        clock.now += 2 * HESITATION
        assert bench.worker.worker_connections > bench.worker.nr_conns

    def test_one_that_was_idle_in_between_hesitates_again(self, bench: Bench, clock: Clock) -> None:
        requests = [bench.request() for _ in range(BUSY)]
        assert bench.worker.worker_connections == bench.worker.nr_conns
        clock.now += 2 * HESITATION
        for request in requests:
            request.peer.close()
            bench.end(request)
        assert bench.worker.worker_connections > bench.worker.nr_conns
        for _ in range(BUSY):
            bench.request()
        assert bench.worker.worker_connections == bench.worker.nr_conns

    def test_kept_connections_keep_it_from_nothing(self, bench: Bench) -> None:
        for _ in range(2 * BUSY):
            bench.worker.keepalived_conns.append(bench.connection())
        assert bench.worker.worker_connections > bench.worker.nr_conns


class TestKeptConnections:
    @pytest.fixture
    def kept(self, bench: Bench, clock: Clock) -> Any:
        conn = bench.connection()
        conn.timeout = clock.now - 1
        bench.worker.keepalived_conns.append(conn)
        bench.worker.poller.register(conn.sock, selectors.EVENT_READ)
        return conn

    def test_one_whose_time_is_over_is_closed(self, bench: Bench, kept: Any) -> None:
        bench.worker.murder_keepalived()
        assert kept.peer.recv(1) == b""
        assert (bench.worker.nr_conns, bench.begun) == (0, [])

    def test_but_a_request_that_has_just_come_is_answered(self, bench: Bench, kept: Any) -> None:
        kept.peer.send(b"GET /")
        bench.worker.murder_keepalived()
        assert (bench.worker.nr_conns, bench.begun) == (1, [kept])

    def test_unless_there_is_no_time_left_at_all(self, bench: Bench, kept: Any) -> None:
        kept.peer.send(b"GET /")
        bench.worker.murder_keepalived(force=True)
        assert (bench.worker.nr_conns, bench.begun) == (0, [])


class TestStop:
    @pytest.fixture(autouse=True)
    def served(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(draining, "_draining", False)
        bench.worker.method_queue.init()
        bench.opened.callback(bench.worker.method_queue.close)
        bench.worker._drain_seconds = 5
        bench.worker.booted = True

    def test_a_worker_drains_and_serves_on_for_a_while(self, bench: Bench, clock: Clock) -> None:
        bench.worker.handle_exit(None, None)
        assert draining.is_draining()
        bench.worker.wait_for_and_dispatch_events(0)
        assert bench.worker.alive
        clock.now += 5
        bench.worker.wait_for_and_dispatch_events(0)
        assert not bench.worker.alive

    def test_a_worker_that_still_loads_ends_at_once(self, bench: Bench) -> None:
        bench.worker.booted = False
        del bench.worker._drain_seconds
        bench.worker.handle_exit(None, None)
        assert not bench.worker.alive

    def test_a_second_signal_makes_it_no_longer(self, bench: Bench, clock: Clock) -> None:
        bench.worker.handle_exit(None, None)
        clock.now += 4
        bench.worker.handle_exit(None, None)
        clock.now += 1
        bench.worker.wait_for_and_dispatch_events(0)
        assert not bench.worker.alive

    def test_one_whose_place_another_takes_does_not_drain(self, bench: Bench) -> None:
        """A balancer needn't send requests elsewhere: they reach the new worker."""
        announce_reload(SimpleNamespace(WORKERS={1: bench.worker}))
        bench.worker.handle_exit(None, None)
        assert not draining.is_draining()
