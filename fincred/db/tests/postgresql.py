"""Throwaway PostgreSQL servers, from the binaries that are installed."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

# Debian and Ubuntu, Fedora and its kin, Homebrew on both kinds of Mac, Postgres.app: none of them on PATH.
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


def find_binaries() -> Path | None:
    """The folder with initdb and postgres; of several the newest. None when PostgreSQL isn't installed."""
    folders = {Path(found) for place in PLACES for found in glob.glob(place)}
    if on_path := shutil.which("initdb"):
        folders.add(Path(on_path).resolve().parent)
    whole = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(whole, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.split()[2].split(".") if part.isdecimal())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def lent(folder: Path) -> dict[str, Any]:
    """How `subprocess` runs a server in that folder: PostgreSQL and PgBouncer refuse to be root."""
    run_as: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:
        account = _powerless_account()
        os.chown(folder, account.pw_uid, account.pw_gid)
        run_as |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return run_as


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


class ThrowawayServer:
    """`with ThrowawayServer(find_binaries()) as server: connect(server.url)`

    `kill()` is what a power cut does to it; `start()` brings it back on the same port with the same data.
    It begins empty, or with a copy of the `data` of a server that was stopped.
    """

    def __init__(self, binaries: Path, *, durable: bool = False, data: Path | None = None) -> None:
        self.binaries = binaries
        self.durable = durable
        self.template = data
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.folder = Path(tempfile.mkdtemp(prefix="fincred-postgresql-"))
        self.data = self.folder / "data"

    def __enter__(self) -> Self:
        self.run_as = lent(self.folder)
        self._make()
        self.start()
        return self

    def _make(self) -> None:
        if self.template:
            subprocess.run(["cp", "-a", self.template, self.data], check=True, **self.run_as)
            return
        self._run(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -c unix_socket_directories='' -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        command = ("pg_ctl", "-D", self.data, "-o", options, "-l", self.folder / "log", "-w", "start")
        # After a kill the old backends hold the shared memory until they notice, which takes them a moment.
        for _ in range(50):
            if self._run(*command, check=False) == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL doesn't start:\n{(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """kill -9 of the whole server, with nothing written down first."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        while answers(self.url):
            pass

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It hangs: connections stay open, and nothing is answered."""
        postmaster = (self.data / "postmaster.pid").read_text().split()[0]
        children = subprocess.run(["pgrep", "-P", postmaster], capture_output=True, text=True, check=True).stdout
        # Its own parent first, or it would start what is missing.
        processes = [int(process) for process in (postmaster, *children.split())]
        for process in processes:
            with suppress(ProcessLookupError):  # one of them may just end
                os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _run(self, program: str, *arguments: object, check: bool = True) -> int:
        command = [str(self.binaries / program), *(str(argument) for argument in arguments)]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, **self.run_as,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}")
        return done.returncode


class ThrowawayReplica(ThrowawayServer):
    """A copy of a running server that follows it, and may be read.

    `pause()` makes it stand still while the primary goes on, until `resume()`.
    """

    def __init__(self, primary: ThrowawayServer) -> None:
        super().__init__(primary.binaries, durable=primary.durable)
        self.primary = primary

    def _make(self) -> None:
        source = ("-d", self.primary.url, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        self._run("pg_basebackup", "-D", self.data, *source)

    def pause(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            # Until here the pause was only requested.
            while connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
                pass

    def resume(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_resume()")


def _powerless_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("a server can't run as root, and there is neither a postgres nor a nobody user")
