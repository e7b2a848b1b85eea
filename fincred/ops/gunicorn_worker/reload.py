"""What a reload looks at first, and how the arbiter tells its workers that others take their place.

Worker and arbiter share a file, whose times are the worker's sign of life; its size is the arbiter's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

# What a new worker does before it serves.
_START = "import runpy; runpy.run_path('gunicorn.conf.py'); import fincred.wsgi"
_SECONDS = 60
_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
# Seconds until the next attempt to replace a worker that died.
_REST = 5


class _Stop:
    """Whether the arbiter was told to stop: from then on no trial is worth waiting for.

    The arbiter looks at signals only between two things that it does, and at those that came together in their
    order. On a busy machine a trial takes longer than supervisors wait, so a signal to stop ends it at once.
    """

    def __init__(self) -> None:
        self.is_told = False
        self._trial: subprocess.Popen[str] | None = None
        self._before: dict[int, Any] = {number: signal.getsignal(number) for number in _STOPS}
        for number in _STOPS:
            signal.signal(number, self._told)

    def _told(self, number: int, frame: Any) -> None:
        self.is_told = True
        if self._trial:
            self._trial.kill()
        self._before[number](number, frame)

    @contextmanager
    def ending(self, trial: subprocess.Popen[str]) -> Iterator[None]:
        self._trial = trial
        if self.is_told:  # meanwhile
            trial.kill()
        try:
            yield
        finally:
            self._trial = None


def refuse_faulty_reloads(server: Any) -> None:
    """Have the arbiter look first whether new workers could start, and else keep the old ones.

    gunicorn stops as a whole when a worker can't start, and would have stopped the old ones by then.
    """
    reload, stop = server.reload, _Stop()

    def reload_if_it_can_start() -> None:
        fault = "" if stop.is_told else _fault(stop)
        if stop.is_told:
            server.log.info("Not reloaded: it stops")
        elif fault:
            server.log.error("Not reloaded, the old workers go on. %s", fault)
        else:
            reload()

    server.reload = reload_if_it_can_start


def _fault(stop: _Stop) -> str:
    """Why a worker couldn't start with the settings and the code as they are now; empty if it could."""
    try:
        # Its metrics are thrown away. The folder is in the workers' one, which is there even if the disk is full.
        with tempfile.TemporaryDirectory(dir=os.environ["PROMETHEUS_MULTIPROC_DIR"]) as folder:
            trial = subprocess.Popen(  # noqa: S603  this interpreter, and our own code
                [sys.executable, "-c", _START],
                env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": folder},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            with trial, stop.ending(trial):
                try:
                    said = trial.communicate(timeout=_SECONDS)[1].strip()
                except subprocess.TimeoutExpired:
                    trial.kill()
                    raise
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"It could not be tried: {error}"
    return said or f"The trial ended with {trial.returncode}." if trial.returncode else ""


def leave_place_empty(worker: Any, error: BaseException) -> NoReturn:
    """End a worker that can't start though it isn't the first; gunicorn tries again, and the others go on.

    With the status of a worker that can't start, gunicorn would stop as a whole, and fail at a second such
    status while it stops. At the start the first worker says what is wrong.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    is_start = worker.age <= worker.cfg.workers
    is_told = isinstance(error, SystemExit)  # what is wrong with settings is in the log already
    if not is_start:
        worker.log.error(
            "A worker that died can't be replaced; tried again in %s seconds",
            _REST,
            exc_info=None if is_told else error,
        )
    time.sleep(_REST)
    sys.exit(1)


def announce_reload(server: Any) -> None:
    """Tell the arbiter's workers that they are replaced: no balancer has to send requests elsewhere."""
    for worker in server.WORKERS.values():
        os.write(worker.tmp.fileno(), b"reload")


def is_replaced(worker: Any) -> bool:
    """Whether a reload has been announced to this worker."""
    return os.fstat(worker.tmp.fileno()).st_size > 0
