"""The way back for a goal that has drifted from its plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import lock_user
from goals.models import Goal
from goals.services import update_goal
from planning.engine import drift
from planning.engine.cadence import monthly_amount, period_amount
from planning.engine.drift import WayBack
from planning.errors import NothingToAcceptError
from planning.models import ActionPlan
from planning.services.action_plans import open_plan
from planning.services.planning_context import PlanningContext, read_context, terms_of
from planning.services.replanning import write_changed_versions
from planning.versions import Terms
from planning.vocabulary import Frequency, Reason


class Choice(StrEnum):
    """Keep the date and change the contribution, or keep the contribution and change the date."""

    SAME_DATE = "same_date"
    SAME_CONTRIBUTION = "same_contribution"


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal, and the context that it was made in."""

    proposal: drift.Proposal
    context: PlanningContext
    goal: Goal


def proposal_for(*, plan: ActionPlan, today: date) -> drift.Proposal | None:
    """How to get back on plan; None for a goal that is not active, has no check-in, or hasn't drifted."""
    offer = _offer(plan, today)
    return offer.proposal if offer else None


@transaction.atomic
def accept_proposal(*, owner: User, plan_id: UUID, choice: Choice, now: datetime, today: date) -> ActionPlan:
    """The plan's next version, on today's way back; with `same_contribution` the goal's date moves.

    :raises ResourceNotFoundError: the person has no such open plan.
    :raises NothingToAcceptError: the goal hasn't drifted, or there is no such way back.
    """
    lock_user(owner.id)
    plan = open_plan(owner=owner, plan_id=plan_id)
    offer = _offer(plan, today)
    way: WayBack | None = getattr(offer.proposal, choice) if offer else None
    if offer is None or way is None:
        raise NothingToAcceptError(action_plan_id=plan.id, choice=choice.value)
    terms = _accepted_terms(plan, way)
    offer.goal.target_date = way.target_date
    write_changed_versions(
        context=offer.context.with_terms(plan, terms),
        reason=Reason.REPLAN_ACCEPTED,
        now=now,
        always=[plan.goal_id],
    )
    # The plans are on the new date already, so the goal's own change finds nothing to plan again.
    update_goal(owner=owner, goal_id=plan.goal_id, changes={"target_date": way.target_date}, now=now, today=today)
    return plan


def _offer(plan: ActionPlan, today: date) -> Offer | None:
    context = read_context(owner=plan.user, today=today)
    place = next((place for place, goal in enumerate(context.goals) if goal.id == plan.goal_id), None)
    if place is None or context.goals[place].last_check_in_date is None:
        return None
    goal = context.goals[place]
    proposal = drift.propose(
        context.plan_input(),
        place,
        expected=goal.expected_on(today),
        contribution=monthly_amount(plan.amount, Frequency(plan.frequency)),
    )
    return Offer(proposal, context, goal) if proposal else None


def _accepted_terms(plan: ActionPlan, way: WayBack) -> Terms:
    """A generated plan stays generated; the person's own amount becomes what the way back asks."""
    terms = terms_of(plan)
    if terms.chosen_amount is None:
        return terms
    return replace(terms, chosen_amount=period_amount(way.contribution, terms.frequency))
