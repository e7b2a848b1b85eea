from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from fincred.ops import erasure_log
from fincred.private_file import sync_folder, write_private
from fincred.secret_files import development_key

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def write(path: Path, content: bytes = b"new") -> None:
    with write_private(path) as file:
        file.write(content)


@dataclass
class Disk:
    """What was told to be on the disk, by inode, with whether `path` was there then."""

    path: Path
    synced: list[tuple[int, bool]] = field(default_factory=list)

    def sync(self, descriptor: int) -> None:
        self.synced.append((os.fstat(descriptor).st_ino, self.path.exists()))

    def holds(self, *, file: int, before_its_name: bool) -> bool:
        """The file first, and then its name, which is in its folder."""
        return self.synced == [(file, not before_its_name), (self.path.parent.stat().st_ino, True)]


class TestOnDisk:
    """A crash takes back nothing that was told as written: the file is there, and so is its name."""

    def test_is_a_private_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        disk = Disk(tmp_path / "backup.gz")
        monkeypatch.setattr(os, "fsync", disk.sync)
        write(disk.path)
        assert disk.holds(file=disk.path.stat().st_ino, before_its_name=True)

    def test_is_an_erasure(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        disk = Disk(tmp_path / "erasures.log")
        settings.ERASURE_LOG = disk.path
        monkeypatch.setattr(os, "fsync", disk.sync)
        erasure_log.note_begun(uuid4(), now=datetime(2026, 3, 10, tzinfo=UTC))
        assert disk.holds(file=disk.path.stat().st_ino, before_its_name=False)

    def test_is_a_key_of_development(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        disk = Disk(tmp_path / "secret_key.key")
        monkeypatch.setattr(os, "fsync", disk.sync)
        development_key("SECRET_KEY", tmp_path)
        assert disk.holds(file=disk.path.stat().st_ino, before_its_name=True)


class TestWritePrivate:
    def test_an_older_file_that_others_may_read_is_replaced_by_one_that_they_may_not(self, tmp_path: Path) -> None:
        path = tmp_path / "export.json"
        path.write_text("older")
        path.chmod(0o644)
        with path.open() as opened_before:
            write(path)
            assert opened_before.read() == "older"
        assert path.read_bytes() == b"new"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_link_stays_and_what_it_leads_to_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "file")
        write(tmp_path / "link")
        assert (tmp_path / "file").read_bytes() == b"new"

    def test_a_failure_leaves_what_was_there_and_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "export.json"
        write(path, b"older")
        with pytest.raises(TypeError), write_private(path) as file:
            file.writelines([b"half of ", None])  # type: ignore[list-item]
        assert path.read_bytes() == b"older"
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("name", ["/dev/null", "folder", "link_to_itself"])
    def test_refuses_what_is_no_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "link_to_itself").symlink_to(tmp_path / "link_to_itself")
        with pytest.raises(OSError, match="not a regular file"):
            write(tmp_path / name)

    def test_refuses_the_sign_for_standard_output(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(OSError, match="a file's name is needed, '-' is none"), write_private(Path("-")):
            pass
        assert list(tmp_path.iterdir()) == []


class TestSyncFolder:
    @pytest.mark.parametrize(("reason", "is_told"), [(errno.EINVAL, False), (errno.EIO, True)])
    def test_tells_a_disk_that_fails_and_not_one_that_can_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int, is_told: bool
    ) -> None:
        def fail(descriptor: int) -> None:
            raise OSError(reason, os.strerror(reason))

        monkeypatch.setattr(os, "fsync", fail)
        told = []
        try:
            sync_folder(tmp_path)
        except OSError as error:
            told = [error.errno]
        assert told == ([reason] if is_told else [])
