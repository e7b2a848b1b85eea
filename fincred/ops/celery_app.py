"""The jobs as Celery tasks: Celery only wakes them, and the database decides what is due.

Imported with `CELERY=true` only: Celery is in requirements-celery.txt. Losing all of the broker loses nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event

import kombu.transport.redis  # noqa: F401  Celery imports it when it connects, too late to say what is missing
from celery import Celery
from celery.signals import setup_logging, worker_shutting_down
from django.conf import settings

from fincred import clock
from fincred.ops.jobs import Runner, registered_jobs

_stop = Event()
_RUNNERS = {job.name: Runner(job, clock.now, _stop) for job in registered_jobs()}


def _wake_every(every: timedelta) -> float:
    """Seconds. A look that finds nothing due costs little, and one that is lost is soon made up for."""
    return min(every, timedelta(minutes=1)).total_seconds()


app = Celery("fincred", broker=settings.REDIS_URL)
app.conf.update(
    beat_schedule={
        job.name: {
            "task": "fincred.run_job",
            "args": [job.name],
            "schedule": _wake_every(job.every),
            "options": {"expires": _wake_every(job.every)},
        }
        for job in registered_jobs()
    },
    beat_scheduler="celery.beat:Scheduler",  # keeps no file
    broker_connection_retry_on_startup=True,
    task_default_queue="fincred",
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="fincred.run_job")  # type: ignore[untyped-decorator]
def run_job(name: str) -> None:
    if not _stop.is_set() and name in _RUNNERS:  # a newer version may have woken a job of its own
        _RUNNERS[name].look()


@setup_logging.connect  # type: ignore[untyped-decorator]
def _keep_own_logging(**kwargs: object) -> None:
    """Else Celery sets the level of all loggers. Its own lines, some for each look at a job, begin at WARNING."""
    logging.getLogger("celery").setLevel(logging.WARNING)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _end_soon(**kwargs: object) -> None:
    _stop.set()


def run_worker() -> None:
    """Run a worker, and a beat inside of it, until SIGTERM or SIGINT. Several of them may run."""
    # One thread more than jobs: a parallel one that takes long may be woken again meanwhile.
    threads = str(len(_RUNNERS) + 1)
    app.worker_main(["worker", "--beat", "--pool", "threads", "--concurrency", threads])
