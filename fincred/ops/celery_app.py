"""The jobs as Celery tasks: Celery only wakes them, and the database decides what is due.

Imported with `CELERY=true` only: Celery is in requirements-celery.txt. Losing all of the broker loses nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event

from celery import Celery
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import InterfaceError, OperationalError

from fincred import clock
from fincred.db import own_migrations
from fincred.ops.jobs import registered_jobs, run_if_due

logger = logging.getLogger(__name__)

_JOBS = {job.name: job for job in registered_jobs()}
_stop = Event()


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
        for job in _JOBS.values()
    },
    beat_scheduler="celery.beat:Scheduler",  # keeps no file
    broker_connection_retry_on_startup=True,
    task_default_queue="fincred",
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
)


@app.task(name="fincred.run_job")  # type: ignore[untyped-decorator]
def run_job(name: str) -> None:
    if _stop.is_set() or name not in _JOBS:  # a newer version may have woken a job of its own
        return
    try:
        own_migrations.require()
        run_if_due(_JOBS[name], clock=clock.now, stop=_stop.is_set)
    except (OperationalError, InterfaceError) as error:
        logger.warning("Job waits for the database", extra={"job": name, "reason": type(error).__name__})


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _end_soon(**kwargs: object) -> None:
    _stop.set()


def run_worker() -> None:
    """Run a worker, and a beat inside of it, until SIGTERM or SIGINT. Several of them may run."""
    # One thread more than jobs: a parallel one that takes long may be woken again meanwhile.
    threads = str(len(_JOBS) + 1)
    app.worker_main(["worker", "--beat", "--pool", "threads", "--concurrency", threads, "--loglevel", "WARNING"])
