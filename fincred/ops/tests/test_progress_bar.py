from __future__ import annotations

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from fincred.ops.progress_bar import ProgressBar

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class TestProgressBar:
    def test_draws_over_its_line_on_a_terminal_and_ends_it_once(self) -> None:
        terminal = Terminal()
        bar = ProgressBar(2, terminal)
        bar.advance()
        bar.advance()
        half, whole = "[###############...............]  50% 1/2", "[##############################] 100% 2/2"
        assert terminal.getvalue() == f"\r{half}\r{whole}\n"

    def test_ends_its_line_when_it_is_stopped_and_only_then(self) -> None:
        for done, ends in ((0, 0), (1, 1), (2, 1)):
            terminal = Terminal()
            bar = ProgressBar(2, terminal)
            for _ in range(done):
                bar.advance()
            bar.stop()
            assert terminal.getvalue().count("\n") == ends

    def test_draws_through_a_commands_own_stderr(self) -> None:
        terminal = Terminal()
        ProgressBar(2, OutputWrapper(terminal)).advance()
        assert terminal.getvalue().count("\n") == 0

    def test_draws_a_hundred_times_at_most(self) -> None:
        terminal = Terminal()
        bar = ProgressBar(10_000, terminal)
        for _ in range(10_000):
            bar.advance()
        assert terminal.getvalue().count("\r") == 101

    def test_writes_nothing_into_a_file(self) -> None:
        file = StringIO()
        bar = ProgressBar(2, file)
        bar.advance(2)
        assert (bar.done, file.getvalue()) == (2, "")

    def test_a_total_of_nothing_is_done_at_once(self) -> None:
        assert ProgressBar(0, StringIO()).line().endswith("0% 0/0")
