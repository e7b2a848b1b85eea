"""Figures for the metrics that are read from the database, such as those of jobs: every process has the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from fincred import clock
from fincred.db.replicas import bytes_behind
from fincred.ops.models import JobState

logger = logging.getLogger(__name__)

Figures = Callable[[datetime], Iterable[Metric]]


def job_figures(now: datetime) -> Iterator[Metric]:
    """When each job succeeded last, and how long that took; its failures since; when it is due; how much it did.

    A run that couldn't reach something counts as no failure. While a worker runs, it keeps moving the due moment.
    """
    success = GaugeMetricFamily("fincred_job_last_success_timestamp_seconds", "When it succeeded", labels=["job"])
    seconds = GaugeMetricFamily("fincred_job_last_seconds", "How long its last success took", labels=["job"])
    failures = GaugeMetricFamily("fincred_job_failures", "Failures since its last success", labels=["job"])
    due = GaugeMetricFamily("fincred_job_next_run_timestamp_seconds", "When it is due next", labels=["job"])
    done = CounterMetricFamily("fincred_job_done", "What workers have done, such as mails sent", labels=["job"])
    for row in JobState.objects.whole().order_by("name"):
        if row.last_success_at and row.last_seconds is not None:
            success.add_metric([row.name], row.last_success_at.timestamp())
            seconds.add_metric([row.name], row.last_seconds)
        failures.add_metric([row.name], 0 if row.was_postponed else row.failures)
        due.add_metric([row.name], row.next_run_at.timestamp())
        done.add_metric([row.name], row.done)
    yield from (success, seconds, failures, due, done)


def wal_figures(primary: BaseDatabaseWrapper) -> Iterator[Metric]:
    """When the primary archived its log last, 0 for never; nothing where it archives none."""
    if primary.vendor != "postgresql":
        return
    with primary.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM last_archived_time), 0)"
            " FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'"
        )
        for [moment] in cursor.fetchall():
            name = "fincred_wal_last_archived_timestamp_seconds"
            yield GaugeMetricFamily(name, "When PostgreSQL archived WAL last", float(moment))


def replica_figures() -> Iterator[Metric]:
    """How far behind the replica is; nothing while it, or the primary, can't be asked."""
    behind = bytes_behind()
    if behind is not None:
        yield GaugeMetricFamily("fincred_replica_behind_bytes", "WAL that the replica has yet to replay", behind)


def server_figures(now: datetime) -> Iterator[Metric]:
    yield from wal_figures(connection)
    yield from replica_figures()


_registered: dict[str, Figures] = {"jobs": job_figures, "server": server_figures}


def register_figures(name: str, figures: Figures) -> None:
    """Have `/metrics` show these as well, and say by this name whether they are there."""
    _registered[name] = figures


class StoredFigures(Collector):
    """Without its database a process still shows all other metrics; `readable` is whether it is worth a try."""

    def __init__(self, *, readable: bool = True) -> None:
        self._readable = readable

    def collect(self) -> Iterator[Metric]:
        read = GaugeMetricFamily(
            "fincred_figures_read", "1 if these figures of the database are shown, 0 if not", labels=["figures"]
        )
        readable, now = self._readable, clock.now()
        for name, figures in _registered.items():
            try:
                found = list(figures(now)) if readable else []
            except Error as error:
                logger.warning("Figures can't be read", extra={"figures": name, "reason": type(error).__name__})
                readable, found = False, []  # the others would only wait, too
            read.add_metric([name], readable)
            yield from found
        yield read
