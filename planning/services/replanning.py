"""There is one surplus, so what changes for one goal may change every plan of the person."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.services import lock_user
from fincred.events import GoalsChanged
from planning.models import ActionPlan, Reason
from planning.services.planning_context import read_context
from planning.services.versions import write_changed_versions


@transaction.atomic
def replan(*, owner: User, reason: Reason, now: datetime, today: date) -> None:
    """New versions of those of the person's plans whose outcome changes, counted from `today`.

    Makes no plan for a goal that has none. What no snapshot tells counts as 0, and the explanations say so.
    """
    lock_user(owner.id)
    if ActionPlan.objects.owned_by(owner).open().exists():
        write_changed_versions(context=read_context(owner=owner, today=today), reason=reason, now=now)


def on_goals_changed(event: GoalsChanged) -> None:
    """Plans follow the goals, in the transaction that changed them."""
    owner = lock_user(event.user_id)
    replan(owner=owner, reason=Reason.GOAL_CHANGED, now=event.now, today=event.today)
