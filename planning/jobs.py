"""The periodic jobs of planning, registered by its AppConfig."""

from __future__ import annotations

from datetime import timedelta

from fincred import clock
from fincred.ops.jobs import Clock, Job, Stop
from planning.services.upkeep import people_to_plan_for, plan_again


def plan_again_for_all(now_of: Clock, stop: Stop) -> int:
    """Make the plans again that no longer say what is asked for, of people who are signed in; for how many."""
    now, planned = now_of(), 0
    for person in people_to_plan_for(now):
        if stop():
            break
        planned += plan_again(person, now, clock.local_day(now, person.profile.timezone))
    return planned


JOBS = (Job(name="plans_again", every=timedelta(hours=1), run=plan_again_for_all),)
