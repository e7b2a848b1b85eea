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

    def test_draws_through_a_commands_own_stderr(self) -> None:
        terminal = Terminal()
        ProgressBar(2, OutputWrapper(terminal)).advance()
        assert terminal.getvalue().count("\n") == 0

    def test_writes_a_line_for_every_tenth_into_a_file(self) -> None:
        file = StringIO()
        bar = ProgressBar(1000, file)
        for _ in range(1000):
            bar.advance()
        assert [line.split()[-1] for line in file.getvalue().splitlines()] == [
            "1/1000", *(f"{hundreds}00/1000" for hundreds in range(1, 11)),
        ]  # fmt: skip

    def test_a_total_of_nothing_is_done_at_once(self) -> None:
        assert ProgressBar(0, StringIO()).line().endswith("0% 0/0")
