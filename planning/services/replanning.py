"""There is one surplus, so what changes for one goal may change every plan of the person."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import User
from accounts.services import lock_user
from fincred.events import GoalsChanged
from goals.models import Goal
from goals.pace import Pace
from goals.services import set_pace
from planning.engine import ENGINE_VERSION
from planning.engine.model import GoalPlan, Plan
from planning.engine.plan import make_plan
from planning.models import ActionPlan, PlanVersion
from planning.services.planning_context import PlanningContext, read_context
from planning.versions import VersionInputs, compute_outputs, replay
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)


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


def write_changed_versions(
    *, context: PlanningContext, reason: Reason, now: datetime, always: Collection[UUID] = ()
) -> Plan:
    """Plan all goals together and write a version of each open plan whose outcome isn't what it was.

    Plans of the goals in `always` get one in any case; a plan that was not stored yet is `created`. The caller
    holds the lock of the person's row and has read `context` under it.
    """
    plan_input = context.plan_input()
    made = make_plan(plan_input)
    newest = _newest_outputs(context.plans.values())
    for goal, goal_plan in zip(context.goals, made.goals, strict=True):
        if goal.id not in context.plans:
            continue
        plan = context.plans[goal.id]
        inputs = context.inputs_of(goal.id, plan_input)
        if goal.id in always or compute_outputs(inputs, goal_plan).as_json() != newest.get(plan.id):
            _write(plan=plan, goal=goal, inputs=inputs, goal_plan=goal_plan, reason=reason, now=now)
            _audit(plan, context.owner, now)
    return made


def _newest_outputs(plans: Collection[ActionPlan]) -> dict[UUID, Any]:
    versions = PlanVersion.objects.filter(plan__in=plans, number=F("plan__version"))
    return dict(versions.values_list("plan_id", "outputs"))


def _write(
    *, plan: ActionPlan, goal: Goal, inputs: VersionInputs, goal_plan: GoalPlan, reason: Reason, now: datetime
) -> None:
    outcome = compute_outputs(inputs, goal_plan)
    for name, value in asdict(outcome).items():
        setattr(plan, name, value)
    plan.version, plan.updated_at = (plan.version or 0) + 1, now
    why = Reason.CREATED if plan.version == 1 else reason
    plan.save()
    PlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        reason=why,
        engine_version=ENGINE_VERSION,
        inputs=inputs.as_json(),
        outputs=outcome.as_json(),
        created_at=now,
    )
    set_pace(goal=goal, pace=Pace.through(goal_plan.pace))
    logger.info("Plan version written", extra={"action_plan_id": plan.id, "version": plan.version, "reason": why})


def _audit(plan: ActionPlan, person: User, now: datetime) -> None:
    decided = ("version", "amount", "frequency", "feasibility", "shortfall", "is_chosen")
    audit.record(
        person=person, action="action_plan.planned", subject=plan, now=now, after=audit.fields_of(plan, decided)
    )


def replay_mismatches() -> Iterator[PlanVersion]:
    """The versions of this engine whose inputs no longer give their outputs; there should be none."""
    versions = PlanVersion.objects.filter(engine_version=ENGINE_VERSION).order_by("pk")
    for version in versions.iterator(chunk_size=200):
        if replay(version.inputs) != version.outputs:
            yield version
