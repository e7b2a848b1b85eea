"""Requests that wait hold up no other request: under real gunicorn, where nothing but our worker's turns helps."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from socket import create_connection, socket

import pytest

from fincred.tests.live import LiveServer

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]

LIVE = b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
JSON = b"Content-Type: application/json\r\nContent-Length: 46\r\n\r\n"
NO_BODY = b"POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\n" + JSON
# The promise is a second; a request that only another event would help waits for a minute.
SECONDS = 20


class Rendezvous(LiveServer):
    application = "fincred.ops.tests.workers:rendezvous"


def started(kind: type[LiveServer], folder: Path, worker: str) -> LiveServer:
    """One worker with two threads, whose clients have longer than any test lasts. It needs no database."""
    variables = {f"CLIENT_{what}_SECONDS": "60" for what in ("HEAD", "BODY", "SEND")}
    variables["DJANGO_SETTINGS_MODULE"] = "fincred.settings"
    options = ("--workers", "1", "--threads", "2", "--worker-class", f"fincred.ops.tests.workers.{worker}")
    return kind(folder, f"sqlite:///{folder / 'absent.sqlite3'}", *options, **variables)


def connected(server: LiveServer, wires: ExitStack) -> socket:
    return wires.enter_context(create_connection(("127.0.0.1", server.port), timeout=SECONDS))


def status(wire: socket) -> int:
    with closing(HTTPResponse(wire)) as response:
        response.begin()
        response.read()
        return response.status


def test_a_request_in_the_queue_gets_a_thread_when_others_take_long(tmp_path: Path) -> None:
    """Three requests that the worker finds together: the last one ends the others' waiting."""
    with started(Rendezvous, tmp_path, "WakesForEvents") as server, ExitStack() as wires:
        kept = [connected(server, wires) for _ in range(3)]
        for wire in kept:
            wire.sendall(LIVE)
            assert status(wire) == 200
        with stopped(only_worker(server)):
            for wire, path in zip(kept, (b"/wait", b"/wait", b"/go"), strict=True):
                wire.sendall(LIVE.replace(b"/api/v0/health/live", path))
        assert [status(wire) for wire in reversed(kept)] == [200, 200, 200]


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """The process stands still meanwhile, and then finds together what has happened."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def only_worker(server: LiveServer) -> int:
    [process] = re.findall(r"Booting worker with pid: (\d+)", server.log.read_text())
    return int(process)


def test_a_request_that_waits_for_its_client_takes_no_thread_from_others(tmp_path: Path) -> None:
    with started(LiveServer, tmp_path, "NothingIsSlow") as server, ExitStack() as wires:
        for _ in range(2):
            connected(server, wires).sendall(NO_BODY)
        late = connected(server, wires)
        late.sendall(LIVE)
        assert status(late) == 200


def test_a_busy_worker_accepts_newcomers_after_a_moment(tmp_path: Path) -> None:
    """Others had the time to take them. Four connections that say nothing make it busy."""
    with started(LiveServer, tmp_path, "WakesForEvents") as server, ExitStack() as wires:
        for _ in range(4):
            connected(server, wires)
        newcomer = connected(server, wires)
        newcomer.sendall(LIVE)
        assert status(newcomer) == 200
