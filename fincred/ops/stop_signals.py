"""How commands are stopped: SIGINT, SIGTERM, and the SIGHUP of a terminal that closes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_MOMENT: Final = 0.01


def on_stop(handler: Callable[[int, Any], object]) -> None:
    """Have `handler` called for each of them; a SIGHUP that is ignored (nohup) stays so."""
    for number in (signal.SIGINT, *_others()):
        signal.signal(number, handler)


@contextmanager
def stop_as_sigint(*, is_whole_process: bool = False) -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does.

    So files are tidied up, and the command can say how to continue. Once the command has ended they are ignored,
    so that the exit status stays the command's while Python ends.

    In the main thread only.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in _others()}
    hook, sys.unraisablehook = sys.unraisablehook, _ask_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if is_whole_process else handler)


def _ask_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Else a stop is lost, with a traceback, where nothing can be raised: in `__del__`, or when an import ends."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    # From a thread and a moment later: sent from here, it would be raised in here.
    again = threading.Timer(_MOMENT, os.kill, (os.getpid(), signal.SIGTERM))
    again.daemon = True
    again.start()


@contextmanager
def stop_when_asked() -> Iterator[Callable[[], bool]]:
    """Whether one of these signals has come; a second one raises KeyboardInterrupt.

    For work that is done piece by piece. An exception instead could come anywhere, also where it would be taken
    for a failure of the piece.

    In the main thread only.
    """
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, *_others())}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _others() -> list[signal.Signals]:
    is_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return [signal.SIGTERM] if is_ignored else [signal.SIGTERM, signal.SIGHUP]
