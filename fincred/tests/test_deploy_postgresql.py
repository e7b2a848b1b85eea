"""The scripts of deploy/postgresql, with real servers, as deploy/compose.yaml runs them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from fincred.db.tests.postgresql import ThrowawayServer, free_port, lent
from fincred.tests.live import ROOT, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql, pytest.mark.slow]

SERVICES = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]


class Site:
    """A primary that primary.sh has prepared, and a replica that replica.sh makes and starts."""

    def __init__(self, primary: ThrowawayServer) -> None:
        self.primary = primary
        self.folder = primary.folder
        self.archive = self.folder / "archive"
        self.password = self.folder / "password"
        self.port = free_port()
        self.replica = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        for script in (ROOT / "deploy/postgresql").glob("*.sh"):
            shutil.copy(script, self.folder)
        self.environment = os.environ | {
            "PATH": f"{primary.binaries}:{os.environ['PATH']}",
            "REPLICATION_PASSWORD_FILE": str(self.password),
            "WAL_ARCHIVE": str(self.archive),
            "POSTGRES_USER": "postgres",
            "PRIMARY_HOST": "127.0.0.1",
            "PRIMARY_PORT": str(primary.port),
        }

    def prepare(self) -> None:
        hba = self.primary.data / "pg_hba.conf"
        hba.write_text("host all postgres all trust\n")
        self.password.write_text("first")
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(self.primary.port), "PGDATA": str(self.primary.data)}
        subprocess.run([self.folder / "primary.sh"], check=True, env=self.environment | where, capture_output=True)
        ask(self.primary.url, "SELECT pg_reload_conf()")

    @contextmanager
    def replicating(self) -> Iterator[None]:
        options = [each for each in SERVICES["replica"]["command"] if each.startswith("-c")]
        here = {"=100": "=200", "/archive.sh": f"{self.folder}/archive.sh", "512MB": "16MB"}
        for theirs, ours in here.items():
            options = [option.replace(theirs, ours) for option in options]
        options += [f"-cport={self.port}", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories="]
        data = {"PGDATA": str(self.folder / "replica")}
        (self.folder / "replica").mkdir(exist_ok=True)
        with (self.folder / "replica.log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", self.folder / "replica.sh", *options],
                env=self.environment | data, stdout=log, stderr=log, **self._lent(),
            )  # fmt: skip
        try:
            wait_until(self._answers)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()

    def _lent(self) -> dict[str, Any]:
        lent(self.folder / "replica")
        return lent(self.folder)

    def _answers(self) -> bool:
        try:
            return bool(ask(self.replica, "SELECT 1"))
        except psycopg.OperationalError:
            return False

    def follows(self) -> bool:
        return bool(ask(self.primary.url, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))


def ask(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


@pytest.fixture
def site(postgresql_binaries: Path) -> Iterator[Site]:
    with ThrowawayServer(postgresql_binaries) as primary:
        made = Site(primary)
        made.prepare()
        yield made


class TestArchive:
    """Without a server: `archive_timeout` ends a file of 16 MB each minute, which is nearly all zeros."""

    @pytest.fixture
    def wal(self, tmp_path: Path) -> Path:
        file = tmp_path / "000000010000000000000001"
        file.write_bytes(b"written" + bytes(16 * 1024 * 1024 - 7))
        return file

    def archive(self, wal: Path) -> int:
        command = [str(ROOT / "deploy/postgresql/archive.sh"), str(wal), wal.name]
        where = {"WAL_ARCHIVE": str(wal.parent / "archive")}
        return subprocess.run(command, check=False, env=os.environ | where, capture_output=True).returncode

    def test_holds_a_file_small_and_gives_it_back_by_the_command_of_the_handbook(self, wal: Path) -> None:
        assert self.archive(wal) == 0
        [kept] = (wal.parent / "archive").iterdir()
        assert kept.stat().st_size < wal.stat().st_size / 100
        handbook = (ROOT / "docs/operations.md").read_text()
        [command] = re.findall(r"\"restore_command = '(.*)'\" >>", handbook)
        back = wal.parent / "back"
        command = command.replace("/archive/", f"{kept.parent}/").replace("%f", wal.name).replace("%p", str(back))
        assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
        assert back.read_bytes() == wal.read_bytes()
        missing = command.replace(wal.name, "000000010000000000000002")
        assert subprocess.run(["sh", "-c", missing], check=False, capture_output=True).returncode != 0

    def test_reaches_the_disk_with_its_name_before_postgresql_deletes_its_own(
        self, wal: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (wal.parent / "sync").write_text(
            '#!/bin/sh\nfor each; do echo "$each" "$(ls "$WAL_ARCHIVE")"; done >> "$0.log"\n'
        )
        (wal.parent / "sync").chmod(0o755)
        monkeypatch.setenv("PATH", str(wal.parent), prepend=":")
        assert self.archive(wal) == 0
        archive, name = wal.parent / "archive", f"{wal.name}.gz"
        synced = (wal.parent / "sync.log").read_text().splitlines()
        assert synced == [f"{archive}/{name}.part {name}.part", f"{archive} {name}"]
        # PostgreSQL stopped before it had our answer, and asks again.
        assert self.archive(wal) == 0
        again = (wal.parent / "sync.log").read_text().splitlines()[len(synced) :]
        assert again == [f"{archive}/{name} {name}", f"{archive} {name}"]

    def test_takes_the_same_file_twice_and_refuses_another_of_its_name(self, wal: Path) -> None:
        assert self.archive(wal) == 0
        assert self.archive(wal) == 0
        wal.write_bytes(bytes(16 * 1024 * 1024))
        assert self.archive(wal) != 0


class TestReplica:
    def test_follows_with_a_new_password_after_a_restart_and_archives_once_it_is_promoted(
        self, site: Site
    ) -> None:
        with site.replicating():
            wait_until(site.follows)
            assert "first" not in (site.folder / "replica/postgresql.auto.conf").read_text()
        ask(site.primary.url, "ALTER ROLE replicator PASSWORD 'second'")
        site.password.write_text("second")
        with site.replicating():
            wait_until(site.follows)
            assert not site.archive.exists(), "before, that is the primary's to do"
            ask(site.replica, "SELECT pg_promote()")
            ask(site.replica, "CREATE TABLE written ()")
            ask(site.replica, "SELECT pg_switch_wal()")
            wait_until(
                lambda: (
                    site.archive.exists() and any(each.name[:8] == "00000002" for each in site.archive.iterdir())
                )
            )
        with site.replicating():
            assert ask(site.replica, "SELECT pg_is_in_recovery()") is False, (
                "a restart doesn't make it follow again"
            )
