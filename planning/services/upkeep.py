"""Plans that no longer say all that is asked for are made again, once, before they are shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import Session, User
from fincred.db.retries import repeatable
from planning.services.planning_context import lock_and_read_context
from planning.services.replanning import replan
from planning.vocabulary import Reason


@repeatable
def plan_again(owner: User, now: datetime, today: date) -> bool:
    """Make the person's plans again if `replan_on` has come; whether it did so.

    A second call changes nothing, because it reads the day under the lock of the person's row. If a cycle of a
    recurring goal has ended, it does nothing: storing that end makes the plans again anyway.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    person = context.owner
    if not _has_come(person.replan_on, today) or _has_come(person.cycle_ends_on, today):
        return False
    replan(context=context, chain=chain, reason=Reason.REGENERATED, now=now)
    return True


def _has_come(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def people_to_plan_for(now: datetime) -> list[User]:
    """Signed-in people whose `replan_on` has come somewhere on earth.

    The plans of others are made again by their next request, and they are told nothing of them before it.
    """
    live = Session.objects.live().filter(user=OuterRef("pk"), expires_at__gt=now)
    due = User.objects.filter(Exists(live), replan_on__lte=now.date() + timedelta(days=1))
    return list(due.select_related("profile").order_by("pk"))
