"""The trial before a reload, in the arbiter's process: what the arbiter is told meanwhile."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from fincred.ops.gunicorn_worker import refuse_faulty_reloads, reload
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The signals to stop that arrive where the arbiter's handler is."""
    numbers: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGTERM, before)


class Arbiter(SimpleNamespace):
    def __init__(self) -> None:
        self.done: list[str] = []
        log = SimpleNamespace(error=lambda text, fault: self.done.append(text % fault), info=self.done.append)
        super().__init__(log=log, reload=lambda: self.done.append("reloaded"))
        refuse_faulty_reloads(self)


@pytest.fixture
def arbiter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: list[int]) -> Iterator[Arbiter]:
    """Its handlers are there before, as gunicorn's are, and after it those of pytest are back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)}
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    yield Arbiter()
    for number, handler in before.items():
        signal.signal(number, handler)


class TestTrial:
    def test_that_a_stop_interrupts_is_ended_and_the_stop_goes_on(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arbiter: Arbiter, told: list[int]
    ) -> None:
        begun = tmp_path / "begun"
        monkeypatch.setattr(reload, "_START", f"import time; open({str(begun)!r}, 'w'); time.sleep(60)")

        def stop() -> None:
            wait_until(begun.exists)
            os.kill(os.getpid(), signal.SIGTERM)

        stopper = threading.Thread(target=stop)
        stopper.start()
        arbiter.reload()
        stopper.join()
        assert told == [signal.SIGTERM]
        assert arbiter.done == ["Not reloaded: it stops"]

    def test_is_not_begun_when_a_stop_came_together_with_the_reload(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arbiter: Arbiter, told: list[int]
    ) -> None:
        begun = tmp_path / "begun"
        monkeypatch.setattr(reload, "_START", f"open({str(begun)!r}, 'w')")
        os.kill(os.getpid(), signal.SIGTERM)
        arbiter.reload()
        assert told == [signal.SIGTERM]
        assert arbiter.done == ["Not reloaded: it stops"]
        assert not begun.exists()

    def test_that_succeeds_is_followed_by_the_reload(
        self, monkeypatch: pytest.MonkeyPatch, arbiter: Arbiter, told: list[int]
    ) -> None:
        monkeypatch.setattr(reload, "_START", "print('a word')")
        arbiter.reload()
        assert arbiter.done == ["reloaded"]
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == [signal.SIGTERM]

    def test_that_takes_too_long_is_given_up(self, monkeypatch: pytest.MonkeyPatch, arbiter: Arbiter) -> None:
        monkeypatch.setattr(reload, "_START", "import time; time.sleep(60)")
        monkeypatch.setattr(reload, "_SECONDS", 0.1)
        arbiter.reload()
        [line] = arbiter.done
        assert line.startswith("Not reloaded, the old workers go on. It could not be tried")
