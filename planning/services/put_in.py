"""What was put into goals since the newest versions of their plans, so that no payment is asked for twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

from accounts.models import User
from fincred.money import ZERO
from goals.vocabulary import GoalType, Status
from planning.engine.dates import Calendar
from planning.engine.plan import make_plan
from planning.models import ActionPlan
from planning.months import PlannedMonth
from planning.services.planning_context import read_context
from planning.services.present_month import counted_months
from planning.still_asked import PutIn
from planning.versions import MOST_PAYMENTS


def count_what_was_put_in(plans: Sequence[ActionPlan], *, owner_id: UUID, today: date) -> None:
    """Have these plans of a person, selected with their goals, leave out payments that check-ins say are made.

    A payment that a version took for made, and no longer is since a check-in was corrected, is asked for as in the
    plan that would be made today. Reads nothing unless there is a check-in of the present month that a plan's
    newest version doesn't know, or one is gone that it knew.
    """
    starts = {anchor: _starts(anchor, today) for anchor in {plan.anchor for plan in plans} if anchor}
    active = [plan for plan in plans if plan.goal.status == Status.ACTIVE]
    news = [plan for plan in active if plan.anchor and _has_news(plan, *starts[plan.anchor])]
    of_debts = [plan for plan in news if plan.goal.type == GoalType.DEBT_PAYOFF]
    unmade = []
    for anchor in {plan.anchor for plan in news if plan not in of_debts}:
        savings = [plan for plan in news if plan.anchor == anchor and plan not in of_debts]
        planned = {plan.goal_id: plan.planned for plan in savings}
        calendar = Calendar(today, anchor or today)
        months = counted_months(owner_id, [plan.goal for plan in savings], calendar, planned).months
        for plan in savings:
            since_version = _since_version(plan, months[plan.goal_id])
            plan.put_in = PutIn(since_version)
            unmade += [plan] if since_version < ZERO else []
    if not of_debts and not unmade:
        return
    # What was paid on debts depends on the snapshot too, and what is asked for again on all goals.
    owner = User.objects.select_related("profile").get(pk=owner_id)
    context = read_context(owner=owner, today=today)
    goals = {goal.id: goal for goal in context.goals}
    # One may have been completed since it was read.
    for plan, goal in [(plan, goals[plan.goal_id]) for plan in of_debts if plan.goal_id in goals]:
        since_version = _since_version(plan, context.month_of(goal))
        plan.put_in = PutIn(since_version, due=context.due_today(goal))
        unmade += [plan] if since_version < ZERO else []
    if unmade:
        made = make_plan(context.plan_input(), with_alternatives=False)
        asked = {goal.goal_id: goal.payments for goal in made.goals}
        for plan in unmade:
            plan.put_in, plan.asked_now = None, tuple(islice(asked.get(str(plan.goal_id), ()), MOST_PAYMENTS))


def _starts(anchor: date, today: date) -> tuple[date, date]:
    """The day since when check-ins are of the present month, and the day on which that began.

    On the first day of a month a payment on debts may have been made in the month that ends.
    """
    yesterday = max(anchor, today - timedelta(days=1))
    return Calendar(yesterday, anchor).start, Calendar(max(anchor, today), anchor).start


def _has_news(plan: ActionPlan, since: date, start: date) -> bool:
    told_on = plan.goal.last_check_in_date
    known = PlannedMonth.from_json(plan.month)
    if known.start == start:
        return known.amount != Decimal(plan.goal.current_amount)
    return told_on is not None and told_on >= since


def _since_version(plan: ActionPlan, counted: PlannedMonth) -> Decimal:
    """What was put in as the plan asks since its newest version, less than 0 where that counted more."""
    known = PlannedMonth.from_json(plan.month)
    return counted.paid - (known.paid if known.start == counted.start else ZERO)
