"""The ways back to the plan for a goal that has drifted from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounts.models import User
from fincred.db.retries import repeatable
from fincred.preconditions import ANY_REVISION, Precondition
from goals.services import move_target_date
from planning.engine import drift
from planning.engine.cadence import monthly_amount, period_amount
from planning.errors import NothingToAcceptError
from planning.models import ActionPlan
from planning.services.long_plans import propose_in_transaction
from planning.services.planning_context import PlanningContext, lock_and_read_context, read_context, terms_of
from planning.services.replanning import write_changed_versions
from planning.versions import Terms
from planning.vocabulary import Frequency, Reason


class Choice(StrEnum):
    """Keep the date and change the contribution, or keep the contribution and change the date."""

    SAME_DATE = "same_date"
    SAME_CONTRIBUTION = "same_contribution"


def proposal_for(*, owner: User, plan_id: UUID, today: date) -> drift.Proposal | None:
    """How to get back on plan; None for a goal that isn't active, has no check-in or hasn't drifted.

    A goal whose debts are cleared hasn't drifted.

    :raises ResourceNotFoundError: the person has no such open plan.
    """
    context = read_context(owner=owner, today=today)
    return _proposal(context, context.plan(plan_id), drift.propose)


@repeatable
def accept_proposal(
    *,
    owner: User,
    plan_id: UUID,
    choice: Choice,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> ActionPlan:
    """The plan, with a new version by the way back that is proposed today.

    With `same_contribution` the goal's date moves.

    :raises ResourceNotFoundError: the person has no such open plan.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises NothingToAcceptError: the goal hasn't drifted, or there is no such way back.
    """
    context, chain = lock_and_read_context(owner=owner, today=today)
    plan = context.plan(plan_id)
    expected.require(plan.revision)
    proposal = _proposal(context, plan, propose_in_transaction)
    way: drift.WayBack | None = getattr(proposal, choice) if proposal else None
    if way is None:
        raise NothingToAcceptError(action_plan_id=plan.id, choice=choice.value)
    if way.target_date != plan.goal.due_on(today):
        move_target_date(goal=plan.goal, target_date=way.target_date, chain=chain, now=now)
        context = context.with_goals([plan.goal])  # interest and cycles are counted by the new date
    write_changed_versions(
        context=context.with_terms(plan, _accepted_terms(plan, way)),
        chain=chain,
        reason=Reason.REPLAN_ACCEPTED,
        now=now,
        always=[plan.goal_id],
    )
    return plan


def _proposal(
    context: PlanningContext, plan: ActionPlan, propose: Callable[..., drift.Proposal | None]
) -> drift.Proposal | None:
    index = next((index for index, goal in enumerate(context.goals) if goal.id == plan.goal_id), None)
    if index is None or context.goals[index].last_check_in_date is None or context.goals[index].is_cleared:
        return None
    inputs = context.plan_input()
    return propose(
        inputs,
        index,
        expected=context.goals[index].expected_on(context.today),
        once_paid=context.goals[index].expected_after(context.today),
        contribution=monthly_amount(plan.amount, Frequency(plan.frequency)),
        each_day=plan.amount if inputs.goals[index].cadence else None,
    )


def _accepted_terms(plan: ActionPlan, way: drift.WayBack) -> Terms:
    """A generated plan stays generated; an amount that the person chose becomes that of the way back."""
    terms = terms_of(plan)
    if terms.chosen_amount is None:
        return terms
    each = period_amount(way.contribution, terms.frequency) if way.each_day is None else way.each_day
    return replace(terms, chosen_amount=each)
