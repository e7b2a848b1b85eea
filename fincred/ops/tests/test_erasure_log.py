from __future__ import annotations

import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from fincred.ops import erasure_log
from fincred.ops.erasure_log import Erasure, ErasureLogError

pytestmark = [pytest.mark.unit, pytest.mark.platform]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def path(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURE_LOG = tmp_path / "outside" / "erasures.log"
    path: Path = settings.ERASURE_LOG
    return path


class TestErasureLog:
    def test_holds_ids_and_times_for_its_owner_alone(self, path: Path) -> None:
        person = uuid4()
        erasure_log.note_begun(person, now=NOON)
        erasure_log.note_done(person, now=NOON)
        assert path.read_text() == f"2026-03-10T12:00:00Z {person} begun\n2026-03-10T12:00:00Z {person} done\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_that_others_could_read_is_closed_to_them(self, path: Path) -> None:
        """It may have been made by `touch`. What the group may do is left: several users may keep it."""
        path.parent.mkdir()
        path.touch()
        path.chmod(0o664)
        erasure_log.note_begun(uuid4(), now=NOON)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660

    def test_tells_what_is_done_and_what_may_have_failed(self) -> None:
        done, failed, again = uuid4(), uuid4(), uuid4()
        later = NOON + timedelta(hours=1)
        erasure_log.note_begun(done, now=NOON)
        erasure_log.note_begun(failed, now=NOON)
        erasure_log.note_done(done, now=NOON)
        erasure_log.note_begun(again, now=NOON)
        erasure_log.note_begun(again, now=later)
        erasure_log.note_begun(done, now=later)  # after a restore, and that one failed
        assert erasure_log.read() == [
            Erasure(done, NOON, True),
            Erasure(failed, NOON, False),
            Erasure(again, later, False),
        ]

    def test_that_is_missing_is_said(self, path: Path) -> None:
        with pytest.raises(ErasureLogError, match=f"touch {path}"):
            erasure_log.read()

    def test_that_is_empty_is_fine(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        assert erasure_log.read() == []

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "nonsense",
            f"2026-03-10T12:00:00 {uuid4()} done",
            f"yesterday {uuid4()} done",
            f"2026-03-10T12:00:00Z {uuid4()} maybe",
            f"2026-03-10T12:00:00Z {uuid4()}",
            "2026-03-10T12:00:00Z somebody done",
        ],
    )
    def test_a_line_that_can_not_be_read_is_named_and_not_skipped(self, path: Path, line: str) -> None:
        erasure_log.note_done(uuid4(), now=NOON)
        path.write_text(path.read_text() + line + "\n")
        with pytest.raises(ErasureLogError, match="Line 2 of the erasure list"):
            erasure_log.read()

    def test_that_is_no_text_or_no_file_is_said(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(ErasureLogError, match="can't be read"):
            erasure_log.read()
        path.unlink()
        path.mkdir()
        with pytest.raises(ErasureLogError, match="can't be read"):
            erasure_log.read()
        with pytest.raises(ErasureLogError, match="can't be written: Is a directory"):
            erasure_log.note_begun(uuid4(), now=NOON)


class TestTornLines:
    """A disk that was full, or a server that lost its power, left half a line at the end."""

    def test_what_was_written_in_part_is_refused(self, path: Path) -> None:
        erasure_log.note_done(uuid4(), now=NOON)
        whole = path.read_bytes()
        with files_up_to(len(whole) + 10), pytest.raises(ErasureLogError, match="No space left"):
            erasure_log.note_begun(uuid4(), now=NOON)
        assert path.read_bytes() == whole + b"2026-03-10"

    def test_the_next_line_stands_alone_and_the_torn_one_is_named(self, path: Path) -> None:
        person = uuid4()
        path.parent.mkdir()
        path.write_text("2026-03-10T12:0")
        erasure_log.note_begun(person, now=NOON)
        erasure_log.note_done(person, now=NOON)
        torn, *others = path.read_text().splitlines(keepends=True)
        assert torn == "2026-03-10T12:0\n"
        assert others == [f"2026-03-10T12:00:00Z {person} {state}\n" for state in ("begun", "done")]
        with pytest.raises(ErasureLogError, match="Line 1 of the erasure list"):
            erasure_log.read()

    def test_a_whole_line_without_its_end_counts(self, path: Path) -> None:
        first, second = uuid4(), uuid4()
        path.parent.mkdir()
        path.write_text(f"2026-03-10T12:00:00Z {first} done")
        erasure_log.note_done(second, now=NOON)
        assert erasure_log.read() == [Erasure(first, NOON, True), Erasure(second, NOON, True)]


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """This process can't make a file longer than that: a write stops in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
