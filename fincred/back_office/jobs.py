"""The daily job of the back office: how people stand, then the figures of its start page."""

from __future__ import annotations

from datetime import timedelta

from fincred.back_office.figures import count_figures
from fincred.ops.jobs import Clock, Job, Stop
from tracking.standings import count_standings


def _count(clock: Clock, stop: Stop) -> int:
    counted = count_standings(now=clock(), stop=stop)
    if not stop():
        count_figures(now=clock())
    return counted


JOBS = (Job(name="back_office", every=timedelta(days=1), run=_count),)
