"""The periodic jobs of tracking, registered by its AppConfig."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from accounts.errors import TokenInvalidError
from fincred import clock
from fincred.ops.jobs import Clock, Job, Stop
from tracking.services.cycles import end_cycles, people_with_ended_cycles


def end_due_cycles(now_of: Clock, stop: Stop) -> int:
    """End the cycles of all people whose day has come; returns how many ended."""
    now, ended = now_of(), 0
    for person in people_with_ended_cycles(now.date() + timedelta(days=1)):
        if stop():
            break
        with suppress(TokenInvalidError):  # erased meanwhile
            ended += end_cycles(person, now, clock.local_day(now, person.profile.timezone))
    return ended


JOBS = (Job(name="goal_cycles", every=timedelta(hours=1), run=end_due_cycles),)
