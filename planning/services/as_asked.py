"""What action plans tell of their goals as of today, by what was put in since they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounts.models import User
from goals.history import Told, reader
from goals.vocabulary import Kind, Status
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar, calendar_on
from planning.models import ActionPlan
from planning.put_in.as_asked import AsAsked, OwedNow, Savings, debts_as_asked, later_than_stored, savings_as_asked
from planning.put_in.months import amount_of_month
from planning.put_in.saved_interest import saved_interest
from planning.services.planning_context import PlanningContext, read_context
from planning.services.present_month import History
from planning.services.put_in import count_what_was_put_in, is_ahead
from planning.versions import MOST_PAYMENTS


def count_what_is_asked(plans: Sequence[ActionPlan], *, owner: User, today: date) -> None:
    """The same as `count_what_was_put_in`, and what follows if all is paid that is still asked for.

    Reads more only for savings with interest, and for linked debts of which less or more is paid off than planned.
    """
    context = count_what_was_put_in(plans, owner=owner, today=today)
    for plan in plans:
        plan.as_asked = None
    counted = [plan for plan in plans if _may_differ(plan, today)]
    with_interest = [plan.goal_id for plan in counted if plan.goal.annual_rate and not plan.is_of_debts]
    check_ins = reader().check_ins_of(with_interest) if with_interest else {}
    for plan in counted:
        if not plan.is_of_debts:
            plan.as_asked = _of_savings(plan, check_ins.get(plan.goal_id, ()), today)
        elif _lacks_a_payment(plan, today) or is_ahead(plan, today):
            context = context or read_context(owner=owner, today=today)
            plan.as_asked = _of_debts(plan, context)


def _may_differ(plan: ActionPlan, today: date) -> bool:
    """Whether it is followed, in time, and something may have changed since its newest version."""
    goal = plan.goal
    if plan.ended_at or plan.anchor is None or plan.month is None or goal.status != Status.ACTIVE:
        return False
    is_as_planned = amount_of_month(plan.month, calendar_on(today, plan.anchor).start) == goal.current_amount
    return goal.due_on(today) > today and not (is_as_planned and _is_waiting(plan, today))


def _is_waiting(plan: ActionPlan, today: date) -> bool:
    """Whether no payment was due before today, if nothing was put in since the newest version."""
    return next((payment.date for payment in plan.stored_payments), today) >= today


def _of_savings(plan: ActionPlan, check_ins: Sequence[Told], today: date) -> AsAsked | None:
    goal, by, calendar = plan.goal, plan.goal.due_on(today), calendar_on(today, plan.anchor or today)
    savings = Savings(goal.current_amount, goal.current_amount)
    if goal.annual_rate:
        interest = saved_interest(
            calendar,
            check_ins,
            annual_rate=goal.annual_rate,
            target_date=by,
            earlier=History(plan.user_id, calendar).calendars_before(check_ins),
        )
        savings = Savings(goal.current_amount + interest.untold, interest.earning, goal.annual_rate)
    asked = _still_asked(plan, calendar, by)
    if goal.kind == Kind.RECURRING:  # its next cycle begins on its date
        asked = [each for each in asked if each.date < by]
    found = savings_as_asked(by, savings, goal.target_amount, calendar, asked)
    if len(plan.payments) < MOST_PAYMENTS:
        return found
    # Of payments that aren't stored only the months are known, so the version knows better, unless one is missing.
    return AsAsked(found.missing, None) if found.missing > plan.shortfall else None


def _still_asked(plan: ActionPlan, calendar: Calendar, by: date) -> list[Payment]:
    left = [*plan.payments_left(calendar.as_of)]
    if len(plan.payments) < MOST_PAYMENTS:
        return left
    return [*left, *later_than_stored([*plan.stored_payments], plan.planned.instalments, calendar, by)]


def _lacks_a_payment(plan: ActionPlan, today: date) -> bool:
    """Whether less is paid off than if all payments up to today had been made.

    True on a day of payment until it is made, and before the last one.
    """
    goal = plan.goal
    return Decimal(goal.current_amount) < goal.expected_on(calendar_on(today, plan.anchor or today).day(1))


def _of_debts(plan: ActionPlan, context: PlanningContext) -> AsAsked | None:
    calendar, by = context.calendar, plan.goal.due_on(context.today)
    asked = _still_asked(plan, calendar, by)
    if plan.explanation["facts"].get("overdue"):  # planned once no payment day was left: it ends on the next one
        by = max(by, calendar.day(1))
    # Without a lock the goal may have been completed, or its debts unlinked, since the plan was read.
    for goal in context.plan_input().goals:
        if goal.id == str(plan.goal_id) and goal.debts:
            found = debts_as_asked(by, calendar, OwedNow(goal.debts, goal.added, goal.principal), asked)
            # What is paid after the date isn't followed. If no more is missing then, the version's day holds.
            is_as_before = 0 < found.missing <= plan.shortfall
            return replace(found, reached_on=plan.projected_completion_date) if is_as_before else found
    return None
