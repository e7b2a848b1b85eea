"""The periodic jobs of planning, registered by its AppConfig."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from accounts.errors import TokenInvalidError
from accounts.models import User
from fincred import clock
from fincred.ops.jobs import Clock, Job, Stop
from planning.services.upkeep import people_to_plan_for, plan_again

logger = logging.getLogger(__name__)


def plan_again_for_all(now_of: Clock, stop: Stop) -> int:
    """Make plans of signed-in people again that no longer say all that is asked for; returns how many people."""
    now, planned = now_of(), 0
    for person in people_to_plan_for(now):
        if stop():
            break
        planned += _plan_again(person, now)
    return planned


def _plan_again(person: User, now: datetime) -> bool:
    """Whether it was done; not for who was erased meanwhile.

    A failure is logged; the next run or the person's own request tries again.
    """
    try:
        return plan_again(person, now, clock.local_day(now, person.profile.timezone))
    except (OperationalError, InterfaceError):
        raise
    except TokenInvalidError:  # erased meanwhile
        return False
    except Exception:
        logger.exception("Could not plan again", extra={"user_id": person.pk})
        return False


JOBS = (Job(name="plans_again", every=timedelta(hours=1), run=plan_again_for_all),)
