"""The folder of the figures that workers share, at the end of the server."""

from __future__ import annotations

import os
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

FIGURES = ("counter_7.db", "gauge_livesum_7.db", "histogram_7.db")


def read() -> dict[str, Any]:
    return run_path(str(ROOT / "gunicorn.conf.py"))


def end() -> None:
    read()["on_exit"](None)


class TestFolderOfFigures:
    def test_that_an_operator_named_keeps_all_but_the_figures(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        for name in (*FIGURES, "erasures.log", "db.sqlite3", "people.db"):
            (tmp_path / name).touch()
        end()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["db.sqlite3", "erasures.log", "people.db"]

    def test_that_a_server_made_is_removed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "fincred-metrics-abc"
        folder.mkdir()
        (folder / FIGURES[0]).touch()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
        end()
        assert not folder.exists()

    def test_is_made_where_the_variable_is_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
        end = read()["on_exit"]
        folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        assert folder.is_dir()
        assert folder != Path()
        end(None)
        assert not folder.exists()

    @pytest.mark.parametrize("place", ["gone", "new/gone"])
    def test_is_made_again_for_a_worker_where_it_is_gone(
        self, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / place))
        for _ in range(2):
            read()["pre_fork"](None, None)
            assert (tmp_path / place).stat().st_mode & 0o777 == 0o700

    def test_that_cannot_be_made_does_not_end_the_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "file"))
        read()["pre_fork"](None, None)
        assert (tmp_path / "file").is_file()
