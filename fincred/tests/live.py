"""FinCred under real gunicorn, on a database of its own: what a test client can't show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings

from fincred.db.tests.postgresql import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    text: str


class LiveServer:
    """`gunicorn fincred.wsgi:application`, exactly as in production but for the settings given to it."""

    def __init__(self, folder: Path, database_url: str, *options: str, **variables: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mails = folder / "mail"
        self.log = folder / "gunicorn.log"
        self.options = options
        self.environment = _clean(os.environ) | {
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"filemail://{self.mails}",
            "APP_URL": self.url,
            "PORT": str(self.port),
            "DB_POOL_MIN": "1",
            **variables,
        }

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "fincred.wsgi:application", *self.options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        for _ in range(300):
            if self.process.poll() is not None or self._answers():
                break
            time.sleep(0.1)
        if not self._answers():
            self.stop()
            raise RuntimeError(f"gunicorn doesn't start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        try:
            return self.get("/api/v0/health/live").status == 200
        except OSError:
            return False

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes | Iterator[bytes]) -> Answer:
        """POST of JSON; an iterator goes out chunked."""
        return self.ask("POST", path, body)

    def ask(self, method: str, path: str, body: bytes | Iterator[bytes] | None = None) -> Answer:
        with closing(self.connect()) as connection:
            return ask(connection, method, path, body)


def ask(connection: HTTPConnection, method: str, path: str, body: bytes | Iterator[bytes] | None = None) -> Answer:
    connection.request(method, path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read().decode(errors="replace"))


def _clean(environment: os._Environ[str]) -> dict[str, str]:
    """Whatever is set for this test run is not meant for the server under test; empty counts as absent."""
    names = (ROOT / ".env").read_text().splitlines() if (ROOT / ".env").exists() else []
    hidden = {line.partition("=")[0].strip(): "" for line in names if "=" in line and not line.startswith("#")}
    kept = {name: environment[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in environment}
    return hidden | kept


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """The URL of an empty database of the engine that the tests run on, dropped afterwards."""
    if not settings.POSTGRESQL:
        yield f"sqlite:///{folder / 'live.sqlite3'}"
        return
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"live_{uuid4().hex}"
    with psycopg.connect(given._replace(path="/postgres").geturl(), autocommit=True) as maintenance:
        maintenance.execute(f'CREATE DATABASE "{name}"')
        try:
            yield given._replace(path=f"/{name}").geturl()
        finally:
            maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def live_server(folder: Path, *options: str, **variables: str) -> Iterator[LiveServer]:
    """A migrated, running server; `options` are gunicorn's, `variables` are settings."""
    with own_database(folder) as database_url:
        server = LiveServer(folder, database_url, *options, **variables)
        server.manage("migrate", "--verbosity", "0")
        server.start()
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()
