"""An SQLite database has password hashes in it, so others on the machine can't read its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.utils import ConnectionHandler

from fincred.db.sqlite_file import close_files_to_others

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

Connections = list[Any]


@pytest.fixture
def opened() -> Iterator[Any]:
    """A function that opens a database as the service does, and writes a table."""
    connections: Connections = []

    def connect(name: str) -> None:
        wal = {"init_command": "PRAGMA journal_mode=WAL; CREATE TABLE held (id INTEGER)"}
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": wal}
        made = ConnectionHandler({"default": database})["default"]
        connections.append(made)
        made.connect()

    yield connect
    for made in connections:
        made.close()


def modes(folder: Path) -> dict[str, str]:
    return {path.name: f"{path.stat().st_mode & 0o777:o}" for path in folder.iterdir()}


def test_a_new_one_is_closed_to_others_with_what_is_beside_it(tmp_path: Path, opened: Any) -> None:
    opened(str(tmp_path / "new.sqlite3"))
    assert modes(tmp_path).keys() == {"new.sqlite3", "new.sqlite3-wal", "new.sqlite3-shm"}
    assert all(mode.endswith("0") for mode in modes(tmp_path).values())


def test_one_that_others_could_read_is_closed_and_its_group_keeps_it(tmp_path: Path, opened: Any) -> None:
    path = tmp_path / "old.sqlite3"
    path.touch()
    path.chmod(0o664)
    opened(str(path))
    assert modes(tmp_path)["old.sqlite3"] == "660"


def test_what_a_link_leads_to_is_closed_with_what_is_beside_it(tmp_path: Path, opened: Any) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "link.sqlite3").symlink_to(folder / "real.sqlite3")
    opened(str(tmp_path / "link.sqlite3"))
    assert modes(folder).keys() == {"real.sqlite3", "real.sqlite3-wal", "real.sqlite3-shm"}
    assert all(mode.endswith("0") for mode in modes(folder).values())


def test_one_in_memory_has_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Any) -> None:
    monkeypatch.chdir(tmp_path)
    opened(":memory:")
    assert modes(tmp_path) == {}


def test_a_file_with_the_name_of_another_kind_of_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fincred"
    path.touch()
    path.chmod(0o644)
    close_files_to_others(SimpleNamespace(vendor="postgresql", settings_dict={"NAME": str(path)}))
    assert modes(tmp_path) == {"fincred": "644"}
