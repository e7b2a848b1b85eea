"""The plan of everything: all active goals on one surplus."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.services import lock_user
from goals.models import Goal
from planning.engine.model import Plan
from planning.models import ActionPlan, Reason
from planning.outcome import Terms
from planning.services.situation import read_situation
from planning.services.versions import save_decisions


@transaction.atomic
def plan_everything(*, owner: User, now: datetime, today: date) -> Plan:
    """Plan all active goals from today's numbers and save each one's action plan.

    Where there is none it is created; where there is one it gets a version if its outcome changed.

    :raises SnapshotRequiredError: income or expenses are unknown.
    """
    lock_user(owner.id)
    situation = read_situation(owner=owner, today=today)
    situation.require_snapshot()
    for goal in situation.goals:
        if goal.id not in situation.plans:
            plan = new_plan(goal=goal, owner=owner, now=now, today=today)
            situation = situation.with_terms(plan, Terms.generated(today))
    return save_decisions(situation=situation, reason=Reason.REGENERATED, now=now)


def new_plan(*, goal: Goal, owner: User, now: datetime, today: date) -> ActionPlan:
    """A plan that is not stored and has no version yet."""
    return ActionPlan(user=owner, goal=goal, since=today, version=0, created_at=now, updated_at=now)
