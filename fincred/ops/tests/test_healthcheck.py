from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fincred.db.tests.postgresql import free_port
from fincred.tests.live import ROOT, migrated_file, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FinCred in a folder of its own, where `.env` alone has the settings."""
    folder = tmp_path_factory.mktemp("checkout") / "fincred"
    skipped = shutil.ignore_patterns(".*", "__pycache__", "var", "db.sqlite3*", "tests", "benchmarks")
    shutil.copytree(ROOT, folder, ignore=skipped)
    key = "k" * 40
    (folder / ".env").write_text(
        f"ENV=staging\nPORT={free_port()}\nALLOWED_HOSTS=api.example.com\nSECRET_KEY={key}\nJWT_SECRET_KEY={key}\n"
    )
    shutil.copy(migrated_file(), folder / "db.sqlite3")
    return folder


@pytest.fixture(scope="module")
def server(checkout: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "fincred.wsgi:application"]
    with subprocess.Popen(command, cwd=checkout, env={"PATH": os.environ["PATH"]}) as process:
        yield process
        process.send_signal(signal.SIGTERM)


class TestHealthcheck:
    def test_says_that_nothing_answers(self) -> None:
        result = run(ROOT, "-c", "import sys; from fincred.ops.healthcheck import check; sys.exit(check(1))")
        assert result.returncode == 1
        assert "Port 1 doesn't answer" in result.stderr

    def test_finds_the_server_whose_settings_are_in_env_file_alone(
        self, checkout: Path, server: subprocess.Popen[bytes]
    ) -> None:
        wait_until(lambda: run(checkout, "-m", "fincred.ops.healthcheck").returncode == 0)
        result = run(checkout, "-m", "fincred.ops.healthcheck")
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")

    def test_says_why_the_server_is_not_ready(self, checkout: Path, server: subprocess.Popen[bytes]) -> None:
        code = "from fincred.ops.models import *; DatabaseState.objects.update(restored_at='2026-03-10T00:00Z')"
        assert run(checkout, "manage.py", "shell", "-c", code).returncode == 0
        results = []

        def is_told() -> bool:  # each worker looks for itself, and not each time
            results.append(run(checkout, "-m", "fincred.ops.healthcheck"))
            return "answers 503" in results[-1].stderr

        wait_until(is_told)
        result = results[-1]
        assert result.returncode == 1
        assert "after_restore" in result.stderr
