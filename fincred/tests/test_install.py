"""`.ci/install` and `.ci/packages.py`: what a newcomer sees, above all when it can't be done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from fincred.db.tests.postgresql import free_port
from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

PACKAGES = run_path(str(ROOT / ".ci" / "packages.py"))
RETRY = (
    "WARNING: Retrying (Retry(total=1, connect=None, read=None)) after connection broken by 'NewConnectionError("
    "'<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f9a>: Failed to establish a new connection: "
    "[Errno -3] Temporary failure in name resolution')': /simple/asgiref/"
)
PROXY = "... after connection broken by 'ProxyError('Cannot connect to proxy.', OSError(...))': /simple/django/"
TIMEOUT = "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(...): Read timed out."
CERTIFICATE = (
    "Could not fetch URL https://pypi.org/simple/django/: There was a problem confirming the ssl certificate: "
    "HTTPSConnectionPool(...): certificate verify failed: self-signed certificate (_ssl.c:1002) - skipping"
)
NOT_FOUND = "ERROR: No matching distribution found for asgiref==3.13.0"


class TestExplanation:
    def explain(self, *lines: str) -> str:
        explained: str = PACKAGES["explain"](lines)
        return explained

    def test_of_no_network_says_so_and_not_that_there_is_no_such_package(self) -> None:
        words = self.explain(RETRY, NOT_FOUND)
        assert words.startswith(
            "The package index pypi.org can't be reached (Temporary failure in name resolution)."
        )
        assert "distribution" not in words

    @pytest.mark.parametrize("line", [PROXY, TIMEOUT, CERTIFICATE])
    def test_of_a_network_that_fails_otherwise(self, line: str) -> None:
        assert "can't be reached (" in self.explain(line, NOT_FOUND)

    def test_of_an_index_without_the_package_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "https://user:s3cret@mirror.example/simple")
        words = self.explain(NOT_FOUND)
        assert words.startswith("The package index mirror.example doesn't have asgiref==3.13.0.")
        assert "s3cret" not in words

    def test_of_anything_else_is_what_pip_said_last(self) -> None:
        words = self.explain(*"abcdefghijklmnopqrst", "ERROR: [Errno 28] No space left on device")
        assert words.splitlines()[-1] == "  ERROR: [Errno 28] No space left on device"
        assert len(words.splitlines()) == 16


class TestProgress:
    LINES = (
        "Ignoring async-timeout: markers don't match",  # of the 20 that were announced, too
        *(f"Collecting package{n}==1.0 (from -r requirements.txt (line 3))" for n in range(19)),
        "  Downloading package-1.0-py3-none-any.whl (27 kB)",
        "Installing collected packages: package0",
    )

    def follow(self, capsys: pytest.CaptureFixture[str], *, terminal: bool) -> str:
        progress: Any = PACKAGES["Progress"](20, terminal=terminal)
        for line in self.LINES:
            progress.follow(line)
        return capsys.readouterr().out

    def test_is_a_line_drawn_over_on_a_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        shown = self.follow(capsys, terminal=True)
        assert shown.count("\r") == 21
        assert "[###############...............] 10/20" in shown
        assert shown.endswith("All are here; unpacking them\n")

    def test_is_a_few_lines_anywhere_else(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.follow(capsys, terminal=False).splitlines() == [
            "  10 of 20", "  20 of 20", "  All are here; unpacking them",
        ]  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `.ci/install` needs, in a folder of its own."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    return tmp_path


@pytest.fixture
def with_broken_python(checkout: Path) -> Path:
    """The same, with a `.venv` of a Python that is gone, or that this user may not run."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/root/of-somebody-else/python3")
    return checkout


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written there: not by root either."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
        subprocess.run(["umount", folder], check=True)
    else:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)


def install(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [".ci/install", "requirements.txt"],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
class TestInstall:
    def test_without_a_network_ends_in_a_sentence_and_begins_anew_next_time(self, checkout: Path) -> None:
        nowhere = {"PIP_INDEX_URL": f"http://127.0.0.1:{free_port()}/simple", "PIP_CONFIG_FILE": os.devnull}
        for _ in range(2):
            result = install(checkout, PIP_NO_CACHE_DIR="1", **nowhere)
            assert result.returncode == 1
            assert "The package index 127.0.0.1 can't be reached (Connection refused)" in result.stderr
            assert "Installing requirements.txt: " in result.stdout
            assert not (checkout / ".venv" / "installed-requirements.txt").exists()

    def test_where_nothing_can_be_written_says_so(self, checkout: Path) -> None:
        with read_only(checkout):
            result = install(checkout)
        assert result.returncode == 1
        assert f"{checkout} can't be written to by " in result.stderr
        assert ".venv has to be made in it" in result.stderr
        assert "apt-get" not in result.stderr
        assert list(checkout.glob(".venv")) == []

    def test_where_an_environment_cannot_be_replaced_says_why_it_has_to_be(self, with_broken_python: Path) -> None:
        with read_only(with_broken_python):
            result = install(with_broken_python)
        assert result.returncode == 1
        assert "can't run .venv/bin/python, or it is older than 3.11" in result.stderr
        assert f"{with_broken_python} can't be written to by " in result.stderr

    def test_without_a_python_says_which_is_needed(self, checkout: Path, tmp_path: Path) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        for name in ("sh", "dirname", "id"):
            (tools / name).symlink_to(shutil.which(name) or name)
        result = install(checkout, PATH=str(tools))
        assert result.returncode == 1
        assert "needs Python 3.11 or newer" in result.stderr

    def test_with_a_python_that_lacks_venv_says_what_to_install(self, checkout: Path, tmp_path: Path) -> None:
        python = tmp_path / "python"
        python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*|*venv*) exit 1 ;; esac\n')
        python.chmod(0o755)
        result = install(checkout, PYTHON=str(python))
        assert result.returncode == 1
        assert "apt-get install python3-venv" in result.stderr
