"""SIGTERM, SIGHUP and SIGINT, with clients in the middle of everything."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from fincred.tests.live import LiveServer, live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]

HEAD = b"POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HALF_A_REQUEST = HEAD + b"Content-Length: 46\r\n\r\n{"


@dataclass
class Caller:
    """Posts over a kept connection, again and again, and notes what happens."""

    server: LiveServer
    pause: float
    answers: int = 0
    closed_by_answer: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)

    def call(self, stop: threading.Event) -> None:
        with closing(self.server.connect()) as connection:
            while not stop.wait(self.pause):
                try:
                    connection.connect() if connection.sock is None else None
                except OSError:
                    self.refused += 1
                    continue
                self._post(connection)

    def _post(self, connection: HTTPConnection) -> None:
        try:
            connection.request("POST", "/nowhere", b"{}")
            response = connection.getresponse()
            response.read()
        except (OSError, HTTPException) as fault:
            self.lost.append(repr(fault))
            connection.close()
        else:
            self.answers += 1
            self.closed_by_answer += response.headers["Connection"] == "close"


@contextmanager
def calling(server: LiveServer) -> Iterator[list[Caller]]:
    """Clients that call all the time, often, and now and then."""
    stop = threading.Event()
    callers = [Caller(server, pause) for pause in (0, 0, 0.003, 0.003, 0.05, 0.05, 0.3, 0.3)]
    threads = [threading.Thread(target=caller.call, args=(stop,)) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: all(caller.answers > 1 for caller in callers))
        yield callers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def status_of(connection: HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status, str(response.headers["Connection"])


def running(server: LiveServer) -> bool:
    return server.process.poll() is None


class TestSigterm:
    def test_what_is_kept_is_served_for_a_while_and_then_let_go(self, tmp_path: Path) -> None:
        with live_server(tmp_path, DRAIN_SECONDS="1") as server, calling(server) as callers:
            with closing(server.connect()) as connection:
                assert status_of(connection, "/api/v0/health/live") == (200, "keep-alive")
                server.process.send_signal(signal.SIGTERM)
                assert status_of(connection, "/api/v0/health/live") == (200, "keep-alive")
                wait_until(lambda: status_of(connection, "/api/v0/health/live") == (200, "close"))
            wait_until(lambda: not running(server))
        assert [caller.lost for caller in callers] == [[]] * len(callers)
        assert all(caller.closed_by_answer for caller in callers)

    def test_who_connects_meanwhile_is_served_as_well(self, tmp_path: Path) -> None:
        with live_server(tmp_path, DRAIN_SECONDS="20") as server:
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "Handling signal: term" in server.log.read_text())
            assert server.get("/api/v0/health/live").status == 200
            server.process.send_signal(signal.SIGINT)
            wait_until(lambda: not running(server))

    def test_at_the_end_newcomers_are_refused_and_not_left_to_wait(self, tmp_path: Path) -> None:
        """One request goes on for a while, so the workers do."""
        with live_server(tmp_path, "--workers", "1") as server, ExitStack() as wires:
            wire = wires.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            wire.sendall(HALF_A_REQUEST)
            wait_until(lambda: server.get("/api/v0/health/live").status == 200)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: refuses(server))
            assert running(server)
            wire.sendall(b'"email": "nobody@a.example", "password": "x"}')
            assert wire.recv(65_536).startswith(b"HTTP/1.1 401 ")


def refuses(server: LiveServer) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


class TestSighup:
    def test_old_workers_go_on_until_new_ones_are_there(self, tmp_path: Path) -> None:
        """Without a time in which no worker answers: a client that waits for five seconds at most sees none."""
        with live_server(tmp_path, DRAIN_SECONDS="8") as server, calling(server) as callers:
            booted = server.log.read_text().count("Booting worker")
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: server.log.read_text().count("Booting worker") > booted)
            until = time.monotonic() + 9
            while time.monotonic() < until:
                with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
                    assert status_of(connection, "/api/v0/health/live")[0] == 200
                time.sleep(0.05)
            wait_until(lambda: server.log.read_text().count("Worker exiting") == booted)
        assert [caller.lost for caller in callers] == [[]] * len(callers)
        assert not any(caller.refused for caller in callers[:1])


class TestSigint:
    def test_ends_at_once_whatever_goes_on(self, tmp_path: Path) -> None:
        with live_server(tmp_path, CLIENT_HEAD_SECONDS="60") as server, ExitStack() as wires:
            for _ in range(3):
                wire = wires.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
                wire.sendall(HALF_A_REQUEST)
            wait_until(lambda: server.get("/api/v0/health/live").status == 200)
            server.process.send_signal(signal.SIGINT)
            wait_until(lambda: not running(server), seconds=10)
