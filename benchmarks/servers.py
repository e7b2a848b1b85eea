"""FinCred and those beside it, each as a server of its own with two workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from fincred.db.tests.postgresql import free_port

ROOT = Path(__file__).resolve().parent.parent
# For all contenders: on two processors more workers or threads cost all of them time.
GUNICORN = ("gunicorn", "-w", "2", "--threads", "1", "-b", "127.0.0.1:PORT")


@dataclass(frozen=True, slots=True)
class Contender:
    """How to start it: `command` without `python -m`, with PORT where the port goes, in `folder`."""

    name: str
    command: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path = ROOT


def _plain_gunicorn(application: str, worker: str = "gthread") -> tuple[str, ...]:
    """Without FinCred's configuration.

    With gunicorn's own limit of 1000 connections a worker, one of two often gets all sixteen, and the other idles.
    """
    options = ("--no-control-socket", "--keep-alive", "75", "--worker-connections", "10")
    return (*GUNICORN, "-c", "/dev/null", *options, "-k", worker, application)


FINCRED = Contender("fincred", (*GUNICORN, "fincred.wsgi:application"))
OTHER_WAYS = (
    Contender("fincred default", ("gunicorn", "-w", "2", "fincred.wsgi:application")),
    Contender(
        "fincred granian",
        ("granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--host", "127.0.0.1",
         "--port", "PORT", "--no-ws", "--log-level", "warning", "fincred.wsgi:application"),
    ),
)  # fmt: skip
PEERS = (
    Contender(
        "fastapi",
        ("uvicorn", "--workers", "2", "--no-access-log", "--log-level", "warning", "--port", "PORT",
         "benchmarks.peers.fastapi_sqlalchemy:app"),
    ),
    Contender("ninja", _plain_gunicorn("benchmarks.peers.ninja:application")),
    Contender("stock drf", _plain_gunicorn("benchmarks.peers.stock_drf:application")),
    # By FinCred's own worker, so that only the application makes a difference.
    Contender(
        "the limit",
        _plain_gunicorn("benchmarks.peers.limit:application", "fincred.ops.gunicorn_worker.EnvelopeWorker"),
    ),
)  # fmt: skip


class Server:
    """A contender that runs."""

    def __init__(self, contender: Contender, log: Path) -> None:
        self.contender = contender
        self.port = free_port()
        command = [part.replace("PORT", str(self.port)) for part in contender.command]
        environment = os.environ | {"PORT": str(self.port)} | contender.variables
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=contender.folder, env=environment,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._wait(log)

    def _wait(self, log: Path) -> None:
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                self.ask("GET", "/")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{self.contender.name} doesn't start:\n{log.read_text()[-3000:]}")

    def ask(self, method: str, path: str, token: str = "", body: str = "") -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    @property
    def memory(self) -> float:
        """MiB of the whole family, what several of them share counted once (PSS)."""
        family = subprocess.run(
            ["ps", "-o", "pid=", "-g", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        return sum(_proportional_kib(pid) for pid in family) / 1024

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def _proportional_kib(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


@contextmanager
def running(contenders: Sequence[Contender]) -> Iterator[dict[str, Server]]:
    """All of them at once; those that get no requests sleep."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fincred-bench-")))
        servers = {}
        for place, contender in enumerate(contenders):
            servers[contender.name] = Server(contender, folder / f"{place}.log")
            stack.callback(servers[contender.name].stop)
        yield servers
