"""The periodic jobs of the companion, registered by its AppConfig."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fincred.companion.expo import ExpoError
from fincred.companion.services import (
    follow_plans,
    plan_for_everybody,
    read_receipts,
    send_due_notifications,
    send_due_pushes,
)
from fincred.ops.jobs import Clock, Job, JobPostponedError, Stop
from fincred.ops.models import JobState


def _send(clock: Clock, stop: Stop) -> int:
    return send_due_notifications(clock=clock, stop=stop)


def _follow_plans(clock: Clock, stop: Stop) -> int:
    """Plans changed since the last run. Before the first one everything is planned by `plan_notifications`."""
    last = JobState.objects.filter(name="follow_plans").values_list("last_success_at", flat=True).first()
    now = clock()
    since = min(last or now, now)  # the clock may have gone back
    return follow_plans(since=since - LONGEST_REQUEST, now=now, stop=stop)


def _push(clock: Clock, stop: Stop) -> int:
    try:
        return send_due_pushes(clock=clock, stop=stop)
    except ExpoError as error:
        raise JobPostponedError(f"Expo: {error}") from error


def _read_receipts(clock: Clock, stop: Stop) -> int:
    try:
        return read_receipts(clock=clock, stop=stop)
    except ExpoError as error:
        raise JobPostponedError(f"Expo: {error}") from error


def _plan(clock: Clock, stop: Stop) -> int:
    return plan_for_everybody(now=clock(), stop=stop)


# A version counts from the beginning of the request that wrote it, which may be committed later.
LONGEST_REQUEST: Final = timedelta(minutes=5)

JOBS = (
    Job(name="notifications", every=timedelta(seconds=10), run=_send, parallel=True),
    Job(name="pushes", every=timedelta(seconds=10), run=_push, parallel=True),
    Job(name="push_receipts", every=timedelta(minutes=5), run=_read_receipts),
    Job(name="follow_plans", every=timedelta(minutes=1), run=_follow_plans),
    Job(name="plan_notifications", every=timedelta(hours=1), run=_plan),
)
