"""Waiting for a server that may be slow, in a process that is to end soon when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Final, Generic, TypeVar, cast

# How long a server that has a mail or a push may still take to answer once the process is to stop. Supervisors
# kill after 40 seconds, and up to 20 of them may be needed to note that it was taken.
LAST_ANSWER: Final = timedelta(seconds=15)
_LOOK: Final = 0.1

Value = TypeVar("Value")


class LeftError(Exception):
    """The work took too long. It goes on in a thread that doesn't keep the process from ending."""


def wait_for(
    work: Callable[[], Value],
    *,
    stop: Callable[[], bool],
    at_stop: timedelta,
    most: timedelta | None = None,
    tidy: Callable[[], object] = lambda: None,
) -> Value:
    """What the work returns. Waiting ends after `most`, or `at_stop` after the process was told to stop.

    The work then goes on alone, and calls `tidy` at its end.

    :raises LeftError:
    :raises Exception: what the work raised.
    """
    task = _Task(work, tidy)
    left = most.total_seconds() if most else float("inf")
    while left > 0 and not task.done.wait(min(_LOOK, left)):
        left -= _LOOK
        if stop():
            task.done.wait(min(at_stop.total_seconds(), left))
            break
    return task.value()


class _Task(Generic[Value]):
    """Work in a thread."""

    def __init__(self, work: Callable[[], Value], tidy: Callable[[], object]) -> None:
        self._work, self._tidy = work, tidy
        self.done, self._is_left, self._ending = Event(), False, Lock()
        self._value: Value | None = None
        self._error: BaseException | None = None
        Thread(target=self._run, name="work", daemon=True).start()

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error
        finally:
            with self._ending:
                self.done.set()
            if self._is_left:
                self._tidy()

    def value(self) -> Value:
        """What the work returned.

        :raises LeftError: it isn't done.
        :raises Exception: what it raised.
        """
        with self._ending:
            self._is_left = not self.done.is_set()
        if self._is_left:
            raise LeftError
        if error := self._error:
            try:
                raise error
            finally:
                self._error = error = None  # its traceback leads here, and would keep what it holds open
        return cast("Value", self._value)
