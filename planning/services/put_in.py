"""What was put into goals since the newest versions of their plans, so that no payment is asked for twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from accounts.models import User
from fincred.money import ZERO
from goals.vocabulary import Status
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar, calendar_on
from planning.engine.model import GoalInput, GoalPlan, Plan, PlanInput
from planning.engine.plan import make_plan
from planning.models import ActionPlan
from planning.put_in.debt_months import needed_to_clear
from planning.put_in.months import PlannedMonth, amount_of_month
from planning.put_in.still_asked import PutIn, no_more_than
from planning.services.planning_context import PlanningContext, read_context
from planning.services.present_month import History, counted_months
from planning.versions import MOST_PAYMENTS

_DAY: Final = timedelta(days=1)


def count_what_was_put_in(plans: Sequence[ActionPlan], *, owner: User, today: date) -> PlanningContext | None:
    """Have these plans of a person, selected with their goals, leave out payments that check-ins say are made.

    Two kinds of plans may ask for what the plan that would be made today asks for: one whose newest version
    counted a payment that is gone since a check-in was corrected, and one of linked debts of which more is paid
    off than planned. Reads nothing unless there are such debts, or a plan's newest version doesn't know a check-in
    of the present month, or knew one that is gone. Returns the planning context if it was read.
    """
    for plan in plans:
        plan.put_in = plan.asked_now = None
    news, ahead = _with_news(plans, today), [plan for plan in plans if is_ahead(plan, today)]
    # What was paid on debts depends on the snapshot too, and what is asked for again on all goals.
    has_debts = any(plan.is_of_debts for plan in [*news, *ahead])
    context = read_context(owner=owner, today=today) if has_debts else None
    unmade = _count(news, owner, today, context)
    if unmade or ahead:
        context = context or read_context(owner=owner, today=today)
        inputs = context.plan_input()
        made = make_plan(inputs, with_alternatives=False)
        _ask_again(unmade, inputs, made)
        _ask_for_less(ahead, inputs, made)
    return context


def payments_asked_for(context: PlanningContext, inputs: PlanInput, made: Plan) -> list[Sequence[Payment]]:
    """All that is still to be paid into each active goal, in their order: what its action plan has `upcoming`.

    `made` is the plan that would be made today, from `inputs`. It says what is paid after the payments that a
    version stores. A goal without an action plan is paid nothing.
    """
    today, by_goal = context.today, [context.plans.get(goal.id) for goal in context.goals]
    plans = [plan for plan in by_goal if plan]
    _ask_again(_count(_with_news(plans, today), context.owner, today, context), inputs, made)
    _ask_for_less([plan for plan in plans if is_ahead(plan, today)], inputs, made)
    each = zip(by_goal, made.goals, strict=True)
    return [_payments_left(plan, planned, today) if plan else () for plan, planned in each]


def _payments_left(plan: ActionPlan, planned: GoalPlan, today: date) -> list[Payment]:
    if plan.asked_now is None and len(plan.payments) == MOST_PAYMENTS:
        plan.asked_now = _all_payments(plan, planned)
    return [*plan.payments_left(today)]


def _all_payments(plan: ActionPlan, planned: GoalPlan) -> list[Payment]:
    """Those that the newest version stores, and if it stores the first ones only, then those `planned` today."""
    stored = [*plan.stored_payments]
    if len(stored) < MOST_PAYMENTS:
        return stored
    return [*stored, *(each for each in planned.payments if each.date > stored[-1].date)]


def _with_news(plans: Sequence[ActionPlan], today: date) -> list[ActionPlan]:
    starts = {anchor: _starts(anchor, today) for anchor in {plan.anchor for plan in plans} if anchor}
    return [plan for plan in plans if plan.anchor and _has_news(plan, *starts[plan.anchor])]


def is_ahead(plan: ActionPlan, today: date) -> bool:
    """Whether more of linked debts is paid off than if all that is due by today had been paid.

    They then end sooner, or later payments are smaller, because these follow from all that is owed.
    """
    goal = plan.goal
    is_followed = plan.is_of_debts and goal.status == Status.ACTIVE
    return is_followed and goal.current_amount > goal.expected_after(today)


def _ask_again(unmade: Sequence[ActionPlan], inputs: PlanInput, made: Plan) -> None:
    """Have these plans ask once more for what their newest versions counted as paid and is gone.

    They do so this month: they ask for what the plan that is `made` today pays in it, but for no more than the
    version asks for and what is gone, together. Later months ask as before: otherwise all plans together would ask
    for more than there is.
    """
    for plan, _, planned in _of_goals(unmade, inputs, made):
        calendar = calendar_on(inputs.as_of, plan.anchor or inputs.as_of)
        next_month = calendar.day(1) + (_DAY if plan.is_of_debts else timedelta())
        asked = [each for each in _all_payments(plan, planned) if each.date >= calendar.start]
        gone = -plan.put_in.paid if plan.put_in else ZERO
        most = sum([each.amount for each in asked if each.date < next_month], gone)
        again = no_more_than(most, (each for each in planned.payments if each.date < next_month))
        plan.asked_now = [*again, *(each for each in asked if each.date >= next_month)]
        plan.put_in = None


def _ask_for_less(ahead: Sequence[ActionPlan], inputs: PlanInput, made: Plan) -> None:
    """Have these plans of linked debts ask for no more than what clears them.

    That is what the plan that is `made` today asks for, if it clears them and no payment of it is more than the
    version's, whose money may be another goal's. Else it is as much as before, until all is cleared.
    """
    for plan, goal, planned in _of_goals(ahead, inputs, made):
        before = _payments_left(plan, planned, inputs.as_of)
        most = {each.date: each.amount for each in before}
        is_less = all(each.amount <= most.get(each.date, ZERO) for each in planned.payments)
        clears = planned.projected_completion_date is not None
        plan.asked_now = planned.payments if clears and is_less else _until_cleared(before, goal, inputs.calendar)
        plan.put_in = None


def _of_goals(
    plans: Sequence[ActionPlan], inputs: PlanInput, made: Plan
) -> Iterator[tuple[ActionPlan, GoalInput, GoalPlan]]:
    """The plans with their goals, of which one may have been completed since it was read."""
    by_id = {goal.id: (goal, planned) for goal, planned in zip(inputs.goals, made.goals, strict=True)}
    return ((plan, *by_id[str(plan.goal_id)]) for plan in plans if str(plan.goal_id) in by_id)


def _until_cleared(payments: Sequence[Payment], goal: GoalInput, calendar: Calendar) -> list[Payment]:
    """As many of the payments as clear the goal's debts, which are given as if one that is due today was made."""
    amounts = {each.date: each.amount for each in payments}
    months = calendar.payments(max(amounts, default=calendar.start))
    coming = [amounts.get(calendar.day(month), ZERO) for month in range(1, max(1, months) + 1)]
    needed = needed_to_clear(goal.debts, calendar, coming, made=goal.added)
    return [*no_more_than(needed + amounts.get(calendar.start, ZERO), payments)]


def _count(
    plans: Sequence[ActionPlan], owner: User, today: date, context: PlanningContext | None
) -> list[ActionPlan]:
    """Count what was put in, from the `context` as far as it knows. Returns plans with less than they counted."""
    others = _count_from(context, plans) if context else plans
    for anchor in {plan.anchor or today for plan in others}:
        savings = [plan for plan in others if (plan.anchor or today) == anchor]
        planned = {plan.goal_id: plan.planned for plan in savings}
        history = History(owner.pk, calendar_on(today, anchor))
        months = counted_months([plan.goal for plan in savings], planned, history).months
        for plan in savings:
            plan.put_in = PutIn(_since_version(plan, months[plan.goal_id]))
    return [plan for plan in plans if plan.put_in and plan.put_in.paid < ZERO]


def _count_from(context: PlanningContext, plans: Sequence[ActionPlan]) -> list[ActionPlan]:
    """Count what was put in by what the context has read. Returns plans of savings on other calendars."""
    counted = [plan for plan in plans if plan.is_of_debts or plan.anchor == context.calendar.anchor]
    goals = {goal.id: goal for goal in context.goals}
    # One may have been completed since it was read.
    for plan in (plan for plan in counted if plan.goal_id in goals):
        goal = goals[plan.goal_id]
        plan.put_in = PutIn(_since_version(plan, context.month_of(goal)), due=context.debts.due_today(goal.id))
    return [plan for plan in plans if plan not in counted]


def _starts(anchor: date, today: date) -> tuple[date, date]:
    """The day since when check-ins are of the present month, and the day on which that began.

    On the first day of a month a payment on debts may have been made in the month that ends.
    """
    return calendar_on(today - _DAY, anchor).start, calendar_on(today, anchor).start


def _has_news(plan: ActionPlan, since: date, start: date) -> bool:
    goal, known = plan.goal, amount_of_month(plan.month, start)
    if goal.status != Status.ACTIVE:
        return False
    if known is not None:
        return known != Decimal(goal.current_amount)
    return goal.last_check_in_date is not None and goal.last_check_in_date >= since


def _since_version(plan: ActionPlan, counted: PlannedMonth) -> Decimal:
    """What was put in as the plan asks since its newest version, less than 0 where that counted more."""
    known = PlannedMonth.from_json(plan.month)
    return counted.paid - (known.paid if known.start == counted.start else ZERO)
