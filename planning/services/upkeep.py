"""Plans that no longer say what is asked for are made again, once, before they are shown."""

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
    """New versions of the person's plans, if `replan_on` has come; whether it had.

    A repeat changes nothing: the lock of the person's row is taken first. The end of a recurring goal's cycle
    makes plans again anyway, so where one has ended this is left to it.
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

    Other people are told nothing of their plans before their next request, which makes them again.
    """
    live = Session.objects.live().filter(user=OuterRef("pk"), expires_at__gt=now)
    due = User.objects.filter(Exists(live), replan_on__lte=now.date() + timedelta(days=1))
    return list(due.select_related("profile").order_by("pk"))
