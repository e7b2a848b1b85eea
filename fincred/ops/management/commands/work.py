"""Run the jobs."""

from __future__ import annotations

import os
import signal
import time
from queue import SimpleQueue
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fincred import clock
from fincred.ops.argument_types import whole_number
from fincred.ops.jobs import Worker
from fincred.ops.stop_signals import on_stop

_FAILED = 0  # no signal's number


class Command(BaseCommand):
    help = (
        "Do what is due, until SIGTERM or SIGINT: send mail, delete what has expired. Several may run at once. "
        "Example, beside the web process: manage.py work"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--beside",
            type=whole_number,
            metavar="PID",
            help="end when the parent process, with this id, is gone",
        )

    def handle(self, *args: Any, beside: int | None, **options: Any) -> None:
        if beside is not None:
            Thread(target=_end_with, args=(beside,), name="beside", daemon=True).start()
        if settings.CELERY:
            _run_celery()
        else:
            _run_embedded()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _run_embedded() -> None:
    signals: SimpleQueue[int] = SimpleQueue()  # unlike an Event, safe in the handler of a signal
    on_stop(lambda number, _: signals.put(number))
    worker = Worker(clock.now, ended=lambda: signals.put(_FAILED))
    worker.start()
    signals.get()
    worker.stop()


def _run_celery() -> None:
    try:
        from fincred.ops.celery_app import run_worker  # noqa: PLC0415  installed where it is used
    except ModuleNotFoundError as error:
        raise CommandError(f"CELERY=true needs requirements-celery.txt installed: {error}") from error
    run_worker()
