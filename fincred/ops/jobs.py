"""Periodic jobs. Apps register them in `AppConfig.ready()`; `manage.py work` runs them.

What is due is decided in the database, in one row a job, so several workers may run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Final, TypeVar
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Exists, F, Q, QuerySet

from fincred.db import own_migrations
from fincred.ops.heartbeat import heartbeat
from fincred.ops.models import LONGEST_FAILURE, DatabaseState, JobState
from fincred.text import shorten

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
HEARTBEAT = timedelta(seconds=15)
# The errors of a database that is away.
AWAY: Final = (OperationalError, InterfaceError)
# The wait after a failure, unless the job's own interval is shorter.
RETRY = timedelta(minutes=1)
# How long a worker waits before it looks again whether a job is due: a tenth of its interval, within these.
LEAST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=1)
# After an outage a worker starts nothing for so long: others try each second to prolong leases that ran out.
AFTER_OUTAGE = timedelta(seconds=5)
# How far the clocks of workers may differ.
CLOCK_SKEW = timedelta(minutes=5)

Clock = Callable[[], datetime]
Stop = Callable[[], bool]
Value = TypeVar("Value")


class JobPostponedError(Exception):
    """A job raises it if something that it needs can't be reached; the text names it. It is tried again soon."""


class AfterRestoreNeededError(OperationalError):
    """The database was restored, and no job runs in it before `after_restore` has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is due once in each interval of `every`.

    `run` is given the clock and `stop`: once that is true it must return within a second, or after the current
    message. It returns how many things it did. A `parallel` job runs in several workers at once: it claims its
    pieces of work itself.
    """

    name: str
    every: timedelta
    run: Callable[[Clock, Stop], int]
    parallel: bool = False

    @property
    def wait(self) -> timedelta:
        """How long a worker waits before it looks again whether the job is due."""
        return max(LEAST_WAIT, min(self.every / 10, LONGEST_WAIT))


_registered: dict[str, Job] = {}


def register_job(job: Job) -> None:
    """Have `manage.py work` run it. Registering the same job again changes nothing.

    :raises ValueError: another job has that name.
    """
    if _registered.setdefault(job.name, job) != job:
        raise ValueError(f"There is another job called {job.name}")


def registered_jobs() -> list[Job]:
    return list(_registered.values())


def run_if_due(job: Job, *, clock: Clock, stop: Stop = lambda: False) -> bool:
    """Run the job unless it isn't due, or another worker has it; whether it ran to its end.

    An error of the job is logged, and counted in its row.

    :raises AfterRestoreNeededError: it is due.
    """
    owner = uuid4()
    if not _claim(job, owner, clock()):
        return False
    began = time.monotonic()
    facts: dict[str, object] = {"job": job.name}
    try:
        with heartbeat(partial(_prolong, job, owner, clock), every=HEARTBEAT):
            done = job.run(clock, stop)
    except Exception as error:  # one job's error must not end the others
        # No other error's text is kept: it may quote what the job read.
        reason = str(error) if isinstance(error, JobPostponedError) else type(error).__name__
        postponed = isinstance(error, (JobPostponedError, *AWAY))
        if postponed:
            logger.warning("Job postponed", extra=facts | {"reason": reason})
        else:
            logger.exception("Job failed", extra=facts)
        soon = {} if job.parallel else {"next_run_at": clock() + min(job.every, RETRY)}
        _row(job, owner).update(
            leased_until=None,
            failures=F("failures") + 1,
            was_postponed=postponed,
            failure=shorten(reason, LONGEST_FAILURE),
            **soon,
        )
        return False
    seconds = time.monotonic() - began
    if stop():  # it may have more to do, so it stays due
        _row(job, owner).update(leased_until=None, done=F("done") + done)
        return False
    later = {} if job.parallel else {"next_run_at": clock() + job.every}
    _row(job, owner).update(
        leased_until=None,
        failures=0,
        was_postponed=False,
        failure="",
        done=F("done") + done,
        last_success_at=clock(),
        last_seconds=seconds,
        **later,
    )
    if done:
        logger.info("Job done", extra=facts | {"done": done, "seconds": round(seconds, 3)})
    return True


def count_done(name: str, done: int, *, now: datetime) -> None:
    """Add what a command did of a job's work to the job's count. It doesn't count as a sign that a worker runs."""
    if done:
        JobState.objects.get_or_create(name=name, defaults={"next_run_at": now})
        JobState.objects.filter(name=name).update(done=F("done") + done)


def _claim(job: Job, owner: UUID, now: datetime) -> bool:
    """Take the job, in one statement.

    :raises AfterRestoreNeededError: it is due.
    """
    rows = JobState.objects.filter(name=job.name)
    if not rows.exists():
        JobState.objects.bulk_create([JobState(name=job.name, next_run_at=now)], ignore_conflicts=True)
    # A moment farther in the future than any job sets comes from a clock that has been set back since.
    far = now + CLOCK_SKEW
    due = rows.filter(
        Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=far + LEASE),
        Q(next_run_at__lte=now) | Q(next_run_at__gt=far + job.every),
    )
    waits = Exists(DatabaseState.objects.filter(restored_at__isnull=False))
    found = due.annotate(waits=waits).values_list("waits", flat=True).first()  # a look writes nothing
    if found is None:
        return False
    if found:
        raise AfterRestoreNeededError
    due = due.filter(~waits)
    if job.parallel:
        return bool(due.update(next_run_at=now + job.every, leased_until=None))
    return bool(due.update(owner=owner, leased_until=now + LEASE))


def _row(job: Job, owner: UUID) -> QuerySet[JobState]:
    """The job's row, unless another worker has taken the job since."""
    rows = JobState.objects.filter(name=job.name)
    return rows if job.parallel else rows.filter(owner=owner)


def _prolong(job: Job, owner: UUID, clock: Clock) -> None:
    if not job.parallel:
        _row(job, owner).update(leased_until=clock() + LEASE)


class Runner:
    """Looks again and again whether a job is due, also after times without the database."""

    def __init__(self, job: Job, clock: Clock, stop: Event) -> None:
        self._job, self._clock, self._stop = job, clock, stop
        self._is_away = False

    def look(self) -> timedelta:
        """Run the job if it is due; how long to wait before the next look."""
        try:
            own_migrations.require()
            if self._is_away:
                leave_leases_to_others(self._stop.wait)
            run_if_due(self._job, clock=self._clock, stop=self._stop.is_set)
            if self._is_away:
                logger.info("Job goes on", extra={"job": self._job.name})
            self._is_away = False
        except AWAY as error:
            if not self._is_away:
                facts = {"job": self._job.name, "reason": type(error).__name__}
                logger.warning("Job waits for the database", extra=facts)
            self._is_away = True
        finally:
            connections.close_all()  # others need it meanwhile: there may be fewer than jobs
        return LEAST_WAIT if self._is_away else self._job.wait


def leave_leases_to_others(wait: Callable[[float], Value]) -> Value:
    """After an outage, wait while others prolong their leases that ran out meanwhile; returns what `wait` did.

    :raises django.db.Error: the database is still away.
    """
    connection.ensure_connection()
    connections.close_all()
    return wait(AFTER_OUTAGE.total_seconds())


class Worker:
    """Runs every registered job in a thread of its own, so that a slow one holds up no other."""

    def __init__(self, clock: Clock, ended: Callable[[], object]) -> None:
        """`ended` is called when a thread ends by an error that isn't the job's."""
        self._ended = ended
        self._stop = Event()
        self._error: BaseException | None = None
        runners = {job.name: Runner(job, clock, self._stop) for job in registered_jobs()}
        self._threads = [Thread(target=self._serve, args=(each,), name=name) for name, each in runners.items()]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End each job after the step that it is at.

        :raises Exception: what ended a thread.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._error:
            raise self._error

    def _serve(self, runner: Runner) -> None:
        try:
            while not self._stop.is_set():
                self._stop.wait(runner.look().total_seconds())
        except BaseException as error:
            self._error = error
            self._ended()
        finally:
            connections.close_all()
