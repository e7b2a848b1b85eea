"""What an operator reads when a command or the server can't start: words, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fincred.tests.live import ROOT, own_database

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class TestSettings:
    def test_stop_the_server_once_and_for_all(self) -> None:
        result = run(
            "-m", "gunicorn", "fincred.wsgi:application", "-w", "1", "-b", "127.0.0.1:0", ENV="production"
        )
        assert result.returncode == 3
        assert "SECRET_KEY: is required outside development" in result.stderr
        assert "Traceback" not in result.stderr


class TestDatabase:
    def test_that_is_not_migrated_is_said(self, tmp_path: Path) -> None:
        with own_database(tmp_path, migrated=False) as url:
            result = run("manage.py", "purge_expired", DATABASE_URL=url)
        assert result.returncode == 1
        assert "accounts_" in result.stderr
        assert "The database" in result.stderr
        assert "Traceback" not in result.stderr


class TestPackages:
    def test_that_are_missing_are_said(self) -> None:
        result = run("-S", "manage.py", "check")
        assert result.returncode == 1
        assert "make install" in result.stderr
        assert "Traceback" not in result.stderr
