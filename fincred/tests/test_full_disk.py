"""A disk that runs full: reads go on, writes are refused, and operators are told.

PostgreSQL is on it, and so are the server's temporary files: it must not need them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from fincred.db.tests.postgresql import ThrowawayServer
from fincred.tests.live import manage, wait_until
from fincred.tests.test_faults import Site, Writer

pytestmark = [
    pytest.mark.integration,
    pytest.mark.platform,
    pytest.mark.postgresql,
    pytest.mark.slow,
    pytest.mark.mount,
]

NOTICED_SECONDS = 10


class SmallDisk:
    """A file system of 160 MB in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        self.filler.unlink()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    # Not in pytest's folders, which only its own account may enter: PostgreSQL runs as another one.
    folder = Path(mkdtemp(prefix="fincred-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"needs to mount a small file system, as root may: {mounted.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


@pytest.fixture
def postgresql(disk: SmallDisk, postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
    server = ThrowawayServer(postgresql_binaries)
    server.folder.rmdir()
    server.folder, server.data = disk.folder, disk.folder / "data"
    with server:
        manage(server.url, "migrate", "--verbosity", "0")
        yield server


def database_of(site: Site) -> str:
    """What `ready`, which answers 200 all the while, says of the database."""
    answer = site.get("/api/v0/health/ready")
    assert answer.status == 200, answer
    found = re.search('"database":"([a-z_]+)"', answer.text.replace(" ", ""))
    assert found, answer
    return found[1]


def await_database(site: Site, state: str) -> None:
    wait_until(lambda: database_of(site) == state, seconds=NOTICED_SECONDS)


def await_metric(site: Site, line: str) -> None:
    wait_until(lambda: line in site.get("/metrics").text, seconds=NOTICED_SECONDS)


def goal_of(writer: Writer) -> int:
    """The status of a read."""
    with closing(writer.server.connect()) as connection:
        path = f"/api/v0/goals/{writer.goal_id}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {writer.token}"})
        return connection.getresponse().status


class TestFullDisk:
    def test_is_told_within_ten_seconds_reads_go_on_and_writes_are_503_until_there_is_room(
        self, disk: SmallDisk, postgresql: ThrowawayServer, tmp_path: Path
    ) -> None:
        with Site(postgresql, tmp_path, TMPDIR=str(disk.folder)) as site:
            writer = Writer(site, "writer")
            await_database(site, "ok")
            disk.fill()
            await_database(site, "read_only")
            await_metric(site, "fincred_database_writable 0.0")
            await_metric(site, "fincred_database_readable 1.0")
            # A write may find room on a page that is there; sooner or later one needs a new one.
            check_in = {"current_amount": 1, "reflection": "x" * 1000}
            attempts = [writer.post(f"/goals/{writer.goal_id}/check-ins", check_in) for _ in range(20)]
            assert {attempt.status for attempt in attempts} <= {201, 503}
            refused = [attempt for attempt in attempts if attempt.status == 503]
            assert refused
            assert all(attempt.is_503 for attempt in refused)
            assert goal_of(writer) == 200
            disk.free()
            await_database(site, "ok")
            await_metric(site, "fincred_database_writable 1.0")
            assert writer.check_in("again").status == 201
