"""FinCred under real gunicorn, on a database of its own: what a test client can't show."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from fcntl import LOCK_EX, flock
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from fincred.db.tests.postgresql import ThrowawayServer, free_port, lent

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(is_so: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for a condition; the test fails when it isn't met in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come about within {seconds} seconds")
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    text: str


class LiveServer:
    """`gunicorn fincred.wsgi:application`, exactly as in production but for the settings given to it."""

    application = "fincred.wsgi:application"
    # Where its code is.
    root = ROOT

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
            "ERASURE_LOG": str(folder / "erasures.log"),
            "PORT": str(self.port),
            "DB_POOL_MIN": "1",
            "DRAIN_SECONDS": "0",
            **variables,
        }

    def manage(self, *arguments: str) -> None:
        """A command in a process of its own, with this server's settings."""
        _manage(self.environment, *arguments, root=self.root)

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", self.application, *self.options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=self.root, env=self.environment, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers() and self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self._answers():
            self.stop()
            raise RuntimeError(f"gunicorn doesn't start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        try:
            return self.get("/api/v0/health/live").status == 200
        except OSError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

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


def manage(database_url: str, *arguments: str) -> None:
    """A command in a process of its own, with default settings."""
    _manage(_clean(os.environ) | {"DATABASE_URL": database_url}, *arguments)


def _manage(environment: dict[str, str], *arguments: str, root: Path = ROOT) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=root, env=environment, check=True)


def _clean(environment: os._Environ[str]) -> dict[str, str]:
    """Settings of this test run are not meant for the server under test. An empty one counts as absent."""
    names = (ROOT / ".env").read_text().splitlines() if (ROOT / ".env").exists() else []
    hidden = {line.partition("=")[0].strip(): "" for line in names if "=" in line and not line.startswith("#")}
    kept = {name: environment[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in environment}
    return hidden | kept


@contextmanager
def own_database(folder: Path, *, migrated: bool = True) -> Iterator[str]:
    """The URL of a database without rows, of the engine that the tests run on, dropped afterwards."""
    if not settings.POSTGRESQL:
        file = folder / "live.sqlite3"
        if migrated:
            shutil.copy(migrated_file(), file)
        yield f"sqlite:///{file}"
        return
    name = _create_database(template=_migrated_database() if migrated else "template1")
    try:
        yield _url(name)
    finally:
        _drop_database(name)


@cache
def migrated_file() -> Path:
    """An SQLite file, migrated once in a run or in a process, to be copied."""
    if file := os.environ.get("TEST_MIGRATED_FILE"):
        return Path(file)
    folder = Path(tempfile.mkdtemp(prefix="fincred-migrated-"))
    atexit.register(shutil.rmtree, folder)
    manage(f"sqlite:///{folder / 'db.sqlite3'}", "migrate", "--verbosity", "0")
    return folder / "db.sqlite3"


@cache
def _migrated_database() -> str:
    """The name of one that is migrated once in a run or in a process, and copied for each server."""
    if database := os.environ.get("TEST_MIGRATED_DATABASE"):
        return database
    name = _create_database(template="template1")
    atexit.register(_drop_database, name)
    manage(_url(name), "migrate", "--verbosity", "0")
    return name


def migrated_server(binaries: Path, *, durable: bool = False) -> ThrowawayServer:
    """A server of its own whose database `postgres` is migrated and without rows."""
    return ThrowawayServer(binaries, durable=durable, data=_migrated_data(binaries))


@cache
def _migrated_data(binaries: Path) -> Path:
    """The data of a server that is migrated once in a run or in a process, and copied for each."""
    if given := os.environ.get("TEST_MIGRATED_DATA"):
        folder = Path(given)
    else:
        folder = Path(tempfile.mkdtemp(prefix="fincred-migrated-"))
        atexit.register(shutil.rmtree, folder)
    lent(folder)
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)  # of the processes of a run the first one makes it
        if not (folder / "data").exists():
            with ThrowawayServer(binaries) as server:
                manage(server.url, "migrate", "--verbosity", "0")
                server.stop()
                server.data.rename(folder / "data")
    return folder / "data"


def _url(database: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def _create_database(template: str) -> str:
    name = f"live_{uuid4().hex}"
    with psycopg.connect(_url("postgres"), autocommit=True) as maintenance:
        maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _drop_database(name: str) -> None:
    with psycopg.connect(_url("postgres"), autocommit=True) as maintenance:
        maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def live_server(folder: Path, *options: str, **variables: str) -> Iterator[LiveServer]:
    """A migrated, running server; `options` are gunicorn's, `variables` are settings."""
    with own_database(folder) as database_url, LiveServer(folder, database_url, *options, **variables) as server:
        yield server
