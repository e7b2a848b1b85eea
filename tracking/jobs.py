"""The periodic jobs of tracking, registered by its AppConfig."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from accounts.errors import TokenInvalidError
from accounts.models import User
from fincred import clock
from fincred.ops.jobs import Clock, Job, Stop
from tracking.services.cycles import end_cycles, people_with_ended_cycles

logger = logging.getLogger(__name__)


def end_due_cycles(now_of: Clock, stop: Stop) -> int:
    """End all cycles whose last day has come; returns how many ended."""
    now, ended = now_of(), 0
    for person in people_with_ended_cycles(now.date() + timedelta(days=1)):
        if stop():
            break
        ended += _end_cycles(person, now)
    return ended


def _end_cycles(person: User, now: datetime) -> int:
    """How many of theirs ended; 0 if they were erased meanwhile. A failure is logged; the next run tries again."""
    try:
        return end_cycles(person, now, clock.local_day(now, person.profile.timezone))
    except (OperationalError, InterfaceError):
        raise
    except TokenInvalidError:  # erased meanwhile
        return 0
    except Exception:
        logger.exception("Could not end cycles", extra={"user_id": person.pk})
        return 0


JOBS = (Job(name="goal_cycles", every=timedelta(hours=1), run=end_due_cycles),)
