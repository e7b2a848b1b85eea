"""Standard streams that are closed, at the start or while a command writes."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_ENDED_BY_SIGPIPE: Final = 128 + signal.SIGPIPE  # what shells report of other programs


@contextmanager
def standard_streams() -> Iterator[None]:
    """Leave without a traceback if standard output can't be written; quietly, if its reader is gone."""
    _replace_closed()
    try:
        yield
    except BrokenPipeError:  # unbuffered, the command itself meets it
        if not _is_reader_gone():
            raise
        _drop_output()
        sys.exit(_ENDED_BY_SIGPIPE)
    finally:
        _flush()


def leads_nowhere(stream: Any) -> bool:
    """Whether what is written there is lost: the stream was closed, or is /dev/null."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(os.devnull))
    except OSError:  # in memory
        return False


def _is_reader_gone() -> bool:
    standard_output = select.poll()
    standard_output.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in standard_output.poll(0))


def _drop_output() -> None:
    """The interpreter flushes once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace_closed() -> None:
    """Lead those that the shell closed to /dev/null; else the next file or socket would get their number."""
    for number, (name, mode) in enumerate({"stdin": "r", "stdout": "w", "stderr": "w"}.items()):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115  as long as the process


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        _drop_output()
        if isinstance(error, BrokenPipeError):
            sys.exit(_ENDED_BY_SIGPIPE)
        sys.exit(f"Standard output can't be written: {error.strerror}")
