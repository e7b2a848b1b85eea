"""The guides, executed: every command of each, in order, in one shell, against a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from fincred.tests.live import ROOT, LiveServer, live_server

pytestmark = [pytest.mark.integration, pytest.mark.platform]

GUIDES = {"api.md": {}, "planning.md": {"EMAIL_VERIFICATION": "off"}}
"""The guides in docs/, and the settings of the server that each is for."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- end of step ---"


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands, and the output that the guide shows right after it (None when it shows none)."""

    commands: str
    expected: str | None


def steps_of(text: str) -> list[Step]:
    blocks = [*BLOCK.findall(text), ("", "")]
    return [
        Step(content, following[1] if following[0] in ("text", "json") else None)
        for (language, content), following in pairwise(blocks)
        if language == "sh"
    ]


def run(steps: list[Step], server: LiveServer) -> list[str]:
    """What each step printed, errors included."""
    script = "".join(f"{step.commands}\necho '{MARK}'\n" for step in steps)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # its python3 is this one
    variables = {"BASE": f"{server.url}/api/v0", "MAIL": str(server.mails), "PATH": path}
    done = subprocess.run(
        ["bash"], input=script, env=variables, cwd=ROOT, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
    )  # fmt: skip
    return done.stdout.split(f"{MARK}\n")[:-1]


def matches(expected: str, printed: str) -> bool:
    """Equal, but for `…`, which stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with live_server(tmp_path) as running:
        yield running


@pytest.mark.once
@pytest.mark.slow
class TestGuide:
    @pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
    @pytest.mark.parametrize("guide", GUIDES)
    def test_every_command_does_what_the_guide_says(self, tmp_path: Path, guide: str) -> None:
        steps = steps_of((ROOT / "docs" / guide).read_text())
        with live_server(tmp_path, **GUIDES[guide]) as server:
            printed = run(steps, server)
        assert len(printed) == len(steps)
        for step, output in zip(steps, printed, strict=True):
            expected = "" if step.expected is None else step.expected
            assert matches(expected, output), f"{step.commands}\nprinted:\n{output}\nnot:\n{expected}"

    @pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
    def test_the_readme_shows_what_the_demo_person_gets(self, server: LiveServer) -> None:
        server.manage("seed_demo")
        steps = steps_of((ROOT / "README.md").read_text().replace("http://127.0.0.1:8000", server.url))
        answers, refusal = run(steps, server)
        assert '"current_streak": 12' in answers
        assert '"feasibility": "Unrealistic"' in answers
        assert steps[1].expected is not None
        assert matches(steps[1].expected, refusal)


@pytest.mark.unit
class TestMatches:
    def test_dots_stand_for_whatever_differs_from_run_to_run(self) -> None:
        assert matches("id = …\nname = Trip\n", "id = 7\nname = Trip\n")

    @pytest.mark.parametrize("printed", ["id = 7\nname = Tramp", "name = Trip", "id = 7\nname = Trip\nmore"])
    def test_everything_else_has_to_be_the_same(self, printed: str) -> None:
        assert not matches("id = …\nname = Trip", printed)
