"""Run the jobs."""

from __future__ import annotations

import os
import signal
from queue import Empty, SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fincred import clock
from fincred.ops.jobs import Worker

_FAILED = 0  # no signal's number


class Command(BaseCommand):
    help = (
        "Do what is due, until SIGTERM or SIGINT: send mail, delete what has expired. Several may run at once. "
        "Example, beside the web process: manage.py work"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--beside", type=int, metavar="PID", help="end when the parent process, which has this id, is gone"
        )

    def handle(self, *args: Any, beside: int | None, **options: Any) -> None:
        signals: SimpleQueue[int] = SimpleQueue()  # unlike an Event, safe in the handler of a signal
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: signals.put(number))
        worker = Worker(clock.now, ended=lambda: signals.put(_FAILED))
        worker.start()
        while not _arrives(signals) and beside in (None, os.getppid()):
            pass
        worker.stop()


def _arrives(signals: SimpleQueue[int]) -> bool:
    try:
        signals.get(timeout=1)
    except Empty:
        return False
    return True
