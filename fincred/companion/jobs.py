"""What the companion has done again and again, registered by its AppConfig."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fincred.companion.services import follow_plans, plan_for_everybody, send_due_notifications
from fincred.ops.jobs import Clock, Job, Stop
from fincred.ops.models import JobState


def _send(clock: Clock, stop: Stop) -> int:
    return send_due_notifications(clock=clock, stop=stop)


def _follow_plans(clock: Clock, stop: Stop) -> int:
    """Plans of since the last run. Before the first one everything is planned by `plan_notifications`."""
    last = JobState.objects.filter(name="follow_plans").values_list("last_success_at", flat=True).first()
    now = clock()
    return follow_plans(since=(last or now) - LONGEST_REQUEST, now=now, stop=stop)


def _plan(clock: Clock, stop: Stop) -> int:
    return plan_for_everybody(now=clock(), stop=stop)


# A version counts from the beginning of the request that wrote it, which may be committed later.
LONGEST_REQUEST: Final = timedelta(minutes=5)

JOBS = (
    Job(name="notifications", every=timedelta(seconds=10), run=_send, parallel=True),
    Job(name="follow_plans", every=timedelta(minutes=1), run=_follow_plans),
    Job(name="plan_notifications", every=timedelta(hours=1), run=_plan),
)
