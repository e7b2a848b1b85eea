"""`.venv/bin/python .ci/packages.py FILE`: pip installs the locked packages, with progress, or a reason in words.

Imports nothing but the standard library: it runs before anything is installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

WIDTH = 30
LAST_LINES = 15
# Of pip's own five tries each waits longer; a network that is away isn't back within a minute.
PIP = (
    "install", "--require-hashes", "--disable-pip-version-check", "--no-color", "--progress-bar", "off",
    "--retries", "2",
)  # fmt: skip

_BROKEN = re.compile(r"connection broken by|Could not fetch URL|ReadTimeoutError|ProxyError|ssl certificate")
_REASON = re.compile(
    r"\[Errno -?\d+\] ([^'\")]+)|(Read timed out|Cannot connect to proxy|certificate verify failed[^'\")]*)"
)
_MISSING = re.compile(r"No matching distribution found for (\S+)")
# "Ignoring" is for another platform or Python.
_BEGUN = ("Collecting ", "Processing ", "Requirement already satisfied: ", "Ignoring ")


class Progress:
    """How many packages pip has begun with: a line drawn over on a terminal, every tenth package anywhere else."""

    def __init__(self, total: int, *, terminal: bool) -> None:
        self.total, self.terminal, self.done = total, terminal, 0

    def follow(self, line: str) -> None:
        """Read one line of pip's."""
        if line.startswith(_BEGUN) and self.done < self.total:
            self.done += 1
            self._draw()
        elif line.startswith("Installing collected packages"):
            self._say("  All are here; unpacking them")
        elif "connection broken by" in line:
            self._say("  The package index doesn't answer; trying again")

    def _draw(self) -> None:
        if self.terminal:
            bar = ("#" * (WIDTH * self.done // self.total)).ljust(WIDTH, ".")
            print(f"\r\x1b[K  [{bar}] {self.done}/{self.total}", end="", flush=True)
        elif self.done % 10 == 0:
            self._say(f"  {self.done} of {self.total}")

    def _say(self, text: str) -> None:
        print(f"\r\x1b[K{text}" if self.terminal else text, flush=True)


def explain(lines: Sequence[str]) -> str:
    """Why pip failed, in words."""
    index = urlsplit(os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple").hostname
    broken = [line for line in lines if _BROKEN.search(line)]
    missing = [found[1] for line in lines if (found := _MISSING.search(line))]
    if broken:
        reasons = [found[1] or found[2] for line in broken if (found := _REASON.search(line))]
        reason = f" ({reasons[-1].strip()})" if reasons else ""
        return (
            f"The package index {index} can't be reached{reason}. Installing needs the network once: check it, or "
            "a proxy (HTTPS_PROXY), or name a mirror (PIP_INDEX_URL)."
        )
    if missing:
        return f"The package index {index} doesn't have {missing[-1]}. A mirror (PIP_INDEX_URL) may be behind."
    return "\n".join(["pip failed. It said at last:", *(f"  {line}" for line in lines[-LAST_LINES:])])


def main(requirements: Path) -> int:
    total = len(re.findall(r"^[A-Za-z0-9]", requirements.read_text(), re.MULTILINE))
    print(
        f"Installing {requirements.name}: {total} packages, which takes a minute or two the first time", flush=True
    )
    progress = Progress(total, terminal=sys.stdout.isatty())
    command = [sys.executable, "-m", "pip", *PIP, "-r", str(requirements)]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            lines.append(line.rstrip())
            progress.follow(line)
    if pip.returncode:
        print(f"\n{explain(lines)}", file=sys.stderr)
    return int(pip.returncode != 0)


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on.")
