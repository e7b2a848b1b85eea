"""The plan of all active goals on one surplus."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import User
from fincred.db.retries import repeatable
from goals.models import Goal
from planning.engine.model import Plan
from planning.models import ActionPlan
from planning.services.planning_context import lock_and_read_context
from planning.services.replanning import write_changed_versions
from planning.versions import Terms
from planning.vocabulary import Reason


@repeatable
def plan_everything(*, owner: User, now: datetime, today: date) -> Plan:
    """Plan all active goals from today's numbers and save each one's action plan.

    A goal without a plan gets one; a plan gets a new version if its outputs changed.

    :raises SnapshotRequiredError: income or expenses are unknown.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    context.require_snapshot()
    terms = Terms.generated(context.calendar.anchor)
    for goal in context.goals:
        if goal.id not in context.plans:
            context = context.with_terms(new_plan(context.owner, goal, now, today), terms)
    return write_changed_versions(context=context, chain=chain, reason=Reason.REGENERATED, now=now)


def new_plan(owner: User, goal: Goal, now: datetime, today: date) -> ActionPlan:
    """A plan that isn't stored yet and has no version."""
    return ActionPlan(user=owner, goal=goal, since=today, version=0, revision=0, created_at=now, updated_at=now)
