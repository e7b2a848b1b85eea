"""The action plan of a goal: create, change, regenerate, end."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from accounts import audit
from accounts.models import User
from fincred.db.retries import repeatable
from fincred.db.writes import insert, update, write_all
from fincred.errors import FieldError
from fincred.preconditions import ANY_REVISION, Precondition
from goals.models import Goal
from goals.services import set_paces
from goals.vocabulary import Status
from planning.errors import ActionPlanExistsError, GoalNotActiveError
from planning.models import ActionPlan
from planning.services.planning_context import lock_and_read_context, terms_of
from planning.services.plans import new_plan
from planning.services.replanning import replan, write_changed_versions
from planning.versions import Terms
from planning.vocabulary import ActionPlanType, Frequency, Reason

logger = logging.getLogger(__name__)


class PlanChanges(TypedDict, total=False):
    """What a person can change of a plan; what is absent stays."""

    type: ActionPlanType
    amount: Decimal
    frequency: Frequency
    day_of_period: int
    is_confirmed_set_up: bool


@repeatable
def create_action_plan(
    *,
    owner: User,
    goal_id: UUID,
    terms: Terms | None,
    now: datetime,
    today: date,
    is_confirmed_set_up: bool = False,
) -> ActionPlan:
    """A plan for the goal: on the person's own `terms`, judged all the same, or generated if they are None.

    `is_confirmed_set_up` says that the person has arranged the payment already.

    :raises ResourceNotFoundError: the person has no such goal.
    :raises GoalNotActiveError: only active goals are planned.
    :raises ActionPlanExistsError: the goal has a plan.
    :raises SnapshotRequiredError: income or expenses are unknown.
    :raises FieldError: the day is outside the period.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    goal = next((goal for goal in context.goals if goal.id == goal_id), None)
    if goal is None:
        goal = Goal.objects.get_owned(owner, goal_id)
    _require_active(goal)
    if goal_id in context.plans:
        raise ActionPlanExistsError(action_plan_id=context.plans[goal_id].id)
    terms = terms or Terms.generated(context.calendar.anchor)
    _require_day_within_period(terms)
    context.require_snapshot()
    plan = new_plan(context.owner, goal, now, today)
    write_changed_versions(
        context=context.with_terms(plan, terms), chain=chain, reason=Reason.REGENERATED, now=now
    )
    if is_confirmed_set_up:
        _set(plan, chain, now, action="action_plan.confirmed", is_confirmed_set_up=True)
    return plan


@repeatable
def update_action_plan(
    *,
    owner: User,
    plan_id: UUID,
    changes: PlanChanges,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> ActionPlan:
    """The plan with `changes` made. A new amount makes it the person's own choice.

    A change of its terms makes a version; a change of `is_confirmed_set_up` alone doesn't.

    :raises ResourceNotFoundError: the person has no such open plan.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises GoalNotActiveError: the terms change only while the goal is active.
    :raises FieldError: the day is outside the period.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    plan = context.plan(plan_id)
    expected.require(plan.revision)
    before = context.terms[plan.goal_id]
    terms = _changed_terms(before, plan, changes)
    confirmed = changes.get("is_confirmed_set_up", plan.is_confirmed_set_up)
    if confirmed != plan.is_confirmed_set_up:
        _set(plan, chain, now, action="action_plan.confirmed", is_confirmed_set_up=confirmed)
    if terms != before:
        _require_active(plan.goal)
        _require_day_within_period(terms)
        context = context.with_terms(plan, terms)
        write_changed_versions(context=context, chain=chain, reason=Reason.REGENERATED, now=now)
    return plan


@repeatable
def regenerate_action_plan(
    *, owner: User, plan_id: UUID, now: datetime, today: date, expected: Precondition = ANY_REVISION
) -> ActionPlan:
    """A new version from today's numbers, even if the plan stays the same. The engine chooses the amount again.

    :raises ResourceNotFoundError: the person has no such open plan.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises GoalNotActiveError: only active goals are planned.
    :raises SnapshotRequiredError: income or expenses are unknown.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    plan = context.plan(plan_id)
    expected.require(plan.revision)
    _require_active(plan.goal)
    context.require_snapshot()
    write_changed_versions(
        context=context.with_terms(plan, replace(terms_of(plan), chosen_amount=None)),
        chain=chain,
        reason=Reason.REGENERATED,
        now=now,
        always=[plan.goal_id],
    )
    return plan


@repeatable
def end_action_plan(
    *, owner: User, plan_id: UUID, now: datetime, today: date, expected: Precondition = ANY_REVISION
) -> None:
    """End the plan. Its versions stay, and what it took of the surplus is free for the other goals.

    :raises ResourceNotFoundError: the person has no such open plan.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    plan = context.plan(plan_id)
    expected.require(plan.revision)
    _set(plan, chain, now, action="action_plan.ended", ended_at=now)
    write_all(set_paces([(plan.goal, None)]))
    logger.info("Action plan ended", extra={"action_plan_id": plan.id})
    replan(context=context.without_plan(plan), chain=chain, reason=Reason.REGENERATED, now=now)


def _set(plan: ActionPlan, chain: audit.Chain, now: datetime, *, action: str, **fields: Any) -> None:
    """Store these fields of the plan, which no version decides."""
    before = audit.fields_of(plan, fields)
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.updated_at = now
    entry = chain.entry(action=action, subject=plan, now=now, before=before, after=fields)
    write_all(update(plan, *fields, "updated_at"), insert(entry))


def _changed_terms(terms: Terms, plan: ActionPlan, changes: PlanChanges) -> Terms:
    amount = changes.get("amount", plan.amount)
    return Terms(
        type=changes.get("type", terms.type),
        frequency=changes.get("frequency", terms.frequency),
        day_of_period=changes.get("day_of_period", terms.day_of_period),
        chosen_amount=amount if amount != plan.amount else terms.chosen_amount,
    )


def _require_active(goal: Goal) -> None:
    if goal.status != Status.ACTIVE:
        raise GoalNotActiveError(goal_id=goal.id, status=goal.status)


def _require_day_within_period(terms: Terms) -> None:
    last = 31 if terms.frequency == Frequency.MONTHLY else 7
    if not 1 <= terms.day_of_period <= last:
        raise FieldError(
            field="day_of_period",
            message=f"Must be from 1 to {last} when the frequency is {terms.frequency}.",
            code="day_outside_period",
        )
