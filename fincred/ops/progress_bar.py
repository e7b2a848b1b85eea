"""A progress bar for commands that take a while."""

from __future__ import annotations

from typing import IO, cast

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressBar:
    """One line that is drawn over and over on a terminal, and nothing anywhere else."""

    def __init__(self, total: int, stream: IO[str] | OutputWrapper) -> None:
        self.total = total
        # A command's own stderr would end every write with a newline.
        self.stream = cast("IO[str]", stream._out) if isinstance(stream, OutputWrapper) else stream
        self.done = 0
        self._shown = -1

    def advance(self, steps: int = 1) -> None:
        """Count `steps` more as done."""
        self.done += steps
        percent = self.done * 100 // max(self.total, 1)
        if percent != self._shown and self.stream.isatty():
            self._shown = percent
            self.stream.write(f"\r{self.line()}")
            if self.done >= self.total:
                self.stream.write("\n")
            self.stream.flush()

    def stop(self) -> None:
        """End the line before it is full, so that words can follow."""
        if self._shown > -1 and self.done < self.total:
            self.stream.write("\n")
            self.stream.flush()

    def line(self) -> str:
        share = min(1.0, self.done / max(self.total, 1))
        bar = ("#" * round(share * WIDTH)).ljust(WIDTH, ".")
        return f"[{bar}] {share:4.0%} {self.done}/{self.total}"
