"""A stop is never lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event

import pytest

from fincred.ops.stop_signals import stop_as_sigint

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class Dying:
    """Calls a function where Python can't raise what that raises."""

    def __init__(self, last_words: Callable[[], object]) -> None:
        self._last_words = last_words

    def __del__(self) -> None:
        self._last_words()


class TestStopAsSigint:
    def test_a_stop_that_can_not_be_raised_where_it_comes_is_raised_soon(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @stop_as_sigint()
        def work() -> None:
            Dying(lambda: os.kill(os.getpid(), signal.SIGTERM))
            Event().wait(5)

        with pytest.raises(KeyboardInterrupt):
            work()
        assert capsys.readouterr().err == ""

    def test_other_errors_are_told_as_ever(self, capsys: pytest.CaptureFixture[str]) -> None:
        with stop_as_sigint():
            Dying(lambda: 1 / 0)
        assert "ZeroDivisionError" in capsys.readouterr().err
