from __future__ import annotations

import stat
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
