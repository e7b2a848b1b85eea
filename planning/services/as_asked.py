"""What action plans tell of their goals as of today, by what was put in since they were made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from accounts.models import User
from fincred.money import ZERO
from goals.vocabulary import Status
from planning.as_asked import later_than_stored, missing_of_debts, missing_of_savings
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar, calendar_on
from planning.models import ActionPlan
from planning.months import amount_of_month
from planning.services.planning_context import PlanningContext, read_context
from planning.services.put_in import count_what_was_put_in
from planning.versions import MOST_PAYMENTS


def count_what_is_asked(plans: Sequence[ActionPlan], *, owner: User, today: date) -> None:
    """The same as `count_what_was_put_in`, and what will be missing if all is paid that is still asked for.

    That is at the goals' dates. Reads more only if a payment on linked debts may be missing.
    """
    count_what_was_put_in(plans, owner=owner, today=today)
    context = None
    for plan in plans:
        calendar = calendar_on(today, plan.anchor or today)
        plan.missing_as_asked = ZERO
        if not _may_lack_payments(plan, calendar):
            continue
        if not plan.is_of_debts:
            plan.missing_as_asked = _missing_of_savings(plan, calendar)
        elif _lacks_a_payment(plan, calendar):
            context = context or read_context(owner=owner, today=today)
            plan.missing_as_asked = _missing_of_debts(plan, context)


def _may_lack_payments(plan: ActionPlan, calendar: Calendar) -> bool:
    """Whether it is followed, in time, and something may have changed since its newest version."""
    goal = plan.goal
    if plan.ended_at or plan.anchor is None or plan.month is None or goal.status != Status.ACTIVE:
        return False
    is_as_planned = amount_of_month(plan.month, calendar.start) == goal.current_amount
    return not is_as_planned and goal.due_on(calendar.as_of) > calendar.as_of


def _missing_of_savings(plan: ActionPlan, calendar: Calendar) -> Decimal:
    goal, by = plan.goal, plan.goal.due_on(calendar.as_of)
    return missing_of_savings(
        by,
        target=goal.target_amount,
        there=goal.current_amount,
        told_on=goal.last_check_in_date,
        annual_rate=goal.annual_rate,
        calendar=calendar,
        payments=_still_asked(plan, calendar, by),
    )


def _still_asked(plan: ActionPlan, calendar: Calendar, by: date) -> list[Payment]:
    left = [*plan.payments_left(calendar.as_of)]
    if len(plan.payments) < MOST_PAYMENTS:
        return left
    return [*left, *later_than_stored([*plan.stored_payments], plan.planned.instalments, calendar, by)]


def _lacks_a_payment(plan: ActionPlan, calendar: Calendar) -> bool:
    """Whether less is paid off than if all payments up to today had been made.

    True on a day of payment until it is made, and before the last one.
    """
    goal = plan.goal
    return Decimal(goal.current_amount) < goal.expected_on(calendar.day(1))


def _missing_of_debts(plan: ActionPlan, context: PlanningContext) -> Decimal:
    calendar, by = context.calendar, plan.goal.due_on(context.today)
    asked = _still_asked(plan, calendar, by)
    # Without a lock the goal may have been completed, or its debts unlinked, since the plan was read.
    found = [goal for goal in context.plan_input().goals if goal.id == str(plan.goal_id) and goal.debts]
    each = (missing_of_debts(by, calendar, goal.debts, asked, made=goal.added) for goal in found)
    return sum(each, ZERO)
