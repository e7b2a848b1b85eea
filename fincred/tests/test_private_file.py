from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fincred.private_file import write_private

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def write(path: Path, content: bytes = b"new") -> None:
    with write_private(path) as file:
        file.write(content)


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

    @pytest.mark.parametrize("name", ["/dev/null", "folder"])
    def test_refuses_what_is_no_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(OSError, match="not a regular file"):
            write(tmp_path / name)
