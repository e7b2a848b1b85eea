"""What was put into goals since the newest versions of their plans, so that no payment is asked for twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from fincred.money import ZERO
from goals.vocabulary import Status
from planning.engine.cadence import Payment
from planning.engine.dates import calendar_on
from planning.engine.model import GoalPlan, Plan
from planning.engine.plan import make_plan
from planning.models import ActionPlan
from planning.months import PlannedMonth, amount_of_month
from planning.services.planning_context import PlanningContext, read_context
from planning.services.present_month import History, counted_months
from planning.still_asked import PutIn, no_more_than
from planning.versions import MOST_PAYMENTS


def count_what_was_put_in(plans: Sequence[ActionPlan], *, owner: User, today: date) -> None:
    """Have these plans of a person, selected with their goals, leave out payments that check-ins say are made.

    Two kinds of plans ask for what the plan that would be made today asks for: one whose newest version counted a
    payment that is gone since a check-in was corrected, and one of linked debts of which more is paid off than
    planned, if that is less. Reads nothing unless there are such debts, or a check-in of the present month that a
    plan's newest version doesn't know, or one is gone that it knew.
    """
    news, ahead = _with_news(plans, today), [plan for plan in plans if _is_ahead(plan, today)]
    # What was paid on debts depends on the snapshot too, and what is asked for again on all goals.
    has_debts = any(plan.is_of_debts for plan in [*news, *ahead])
    context = read_context(owner=owner, today=today) if has_debts else None
    unmade = _count(news, owner, today, context)
    if unmade or ahead:
        context = context or read_context(owner=owner, today=today)
        made = make_plan(context.plan_input(), with_alternatives=False)
        _ask_as_in(made, unmade, today)
        _ask_no_more_than_in(made, ahead, today)


def payments_asked_for(context: PlanningContext, made: Plan) -> list[Sequence[Payment]]:
    """All that is still to be paid into each active goal, in their order: what its action plan has `upcoming`.

    `made` is the plan that would be made today. It says what is paid after the payments that a version stores. A
    goal without an action plan is paid nothing.
    """
    today, by_goal = context.today, [context.plans.get(goal.id) for goal in context.goals]
    plans = [plan for plan in by_goal if plan]
    _ask_as_in(made, _count(_with_news(plans, today), context.owner, today, context), today)
    _ask_no_more_than_in(made, [plan for plan in plans if _is_ahead(plan, today)], today)
    return [_payments_of(plan, goal, today) for plan, goal in zip(by_goal, made.goals, strict=True)]


def _payments_of(plan: ActionPlan | None, goal: GoalPlan, today: date) -> Sequence[Payment]:
    if plan is None:
        return ()
    if len(plan.payments) < MOST_PAYMENTS or (plan.asked_now is not None and plan.is_of_debts):
        return [*plan.payments_left(today)]
    last = date.fromisoformat(plan.payments[-1][0])
    return [*plan.payments_left(today, after_stored=(each for each in goal.payments if each.date > last))]


def _with_news(plans: Sequence[ActionPlan], today: date) -> list[ActionPlan]:
    starts = {anchor: _starts(anchor, today) for anchor in {plan.anchor for plan in plans} if anchor}
    active = [plan for plan in plans if plan.goal.status == Status.ACTIVE]
    return [plan for plan in active if plan.anchor and _has_news(plan, *starts[plan.anchor])]


def _is_ahead(plan: ActionPlan, today: date) -> bool:
    """Whether linked debts are paid off further than once all that is due by today would be paid.

    They then end sooner, or may be paid less: what their payments come to follows from all that is owed.
    """
    return plan.is_of_debts and plan.goal.current_amount > plan.goal.expected_after(today)


def _ask_as_in(made: Plan, unmade: Sequence[ActionPlan], today: date) -> None:
    """Have these plans ask for what the plan that is `made` today asks for; those of savings only this month.

    In later months savings ask as before, else all plans together would ask for more than there is.
    """
    asked = {goal.goal_id: goal.payments for goal in made.goals}
    for plan in unmade:
        payments = asked.get(str(plan.goal_id), ())
        plan.asked_now = payments if plan.is_of_debts else _this_month_as_in(payments, plan, today)
        plan.put_in = None


def _ask_no_more_than_in(made: Plan, ahead: Sequence[ActionPlan], today: date) -> None:
    """Have these plans of linked debts ask for what the plan that is `made` today asks for, if it is less in all.

    This month they never ask for more than their version: what is put in beyond that doesn't count as a payment.
    """
    asked = {goal.goal_id: goal.payments for goal in made.goals}
    for plan in ahead:
        before, payments = [*plan.payments_left(today)], asked.get(str(plan.goal_id), ())
        if len(before) == MOST_PAYMENTS or _total(payments) >= _total(before):
            continue
        next_month = calendar_on(today, plan.anchor or today).day(1)
        this_month = no_more_than(_total(each for each in before if each.date <= next_month), payments)
        first = [each for each in this_month if each.date <= next_month]
        plan.asked_now = [*first, *(each for each in payments if each.date > next_month)]
        plan.put_in = None


def _total(payments: Iterable[Payment]) -> Decimal:
    return sum([each.amount for each in payments], ZERO)


def _this_month_as_in(payments: Sequence[Payment], plan: ActionPlan, today: date) -> Sequence[Payment]:
    """The `payments` of this month, at most what the version asks for and what is gone; then the version's."""
    calendar, stored = calendar_on(today, plan.anchor or today), [*plan.stored_payments]
    this_month = [each.amount for each in stored if calendar.start <= each.date < calendar.day(1)]
    unmade = -plan.put_in.paid if plan.put_in else ZERO
    again = [each for each in payments if each.date < calendar.day(1)]
    later = [each for each in stored if each.date >= calendar.day(1)]
    return [*no_more_than(unmade + sum(this_month, ZERO), again), *later]


def _count(
    plans: Sequence[ActionPlan], owner: User, today: date, context: PlanningContext | None
) -> list[ActionPlan]:
    """Count what was put in, from the `context` as far as it knows. Returns plans with less than they counted."""
    unmade = []
    known = {goal.id: goal for goal in context.goals} if context else {}
    on_calendar = [
        plan for plan in plans if context and (plan.anchor == context.calendar.anchor or plan.is_of_debts)
    ]
    # One may have been completed since it was read.
    found = [(plan, known[plan.goal_id], context) for plan in on_calendar if context and plan.goal_id in known]
    for plan, goal, read in found:
        plan.put_in = PutIn(_since_version(plan, read.month_of(goal)), due=read.due_today(goal))
        unmade += [plan] if plan.put_in.paid < ZERO else []
    others = [plan for plan in plans if plan not in on_calendar]
    for anchor in {plan.anchor or today for plan in others}:
        savings = [plan for plan in others if (plan.anchor or today) == anchor]
        planned = {plan.goal_id: plan.planned for plan in savings}
        history = History(owner.pk, calendar_on(today, anchor))
        months = counted_months([plan.goal for plan in savings], planned, history).months
        for plan in savings:
            plan.put_in = PutIn(_since_version(plan, months[plan.goal_id]))
            unmade += [plan] if plan.put_in.paid < ZERO else []
    return unmade


def _starts(anchor: date, today: date) -> tuple[date, date]:
    """The day since when check-ins are of the present month, and the day on which that began.

    On the first day of a month a payment on debts may have been made in the month that ends.
    """
    return calendar_on(today - timedelta(days=1), anchor).start, calendar_on(today, anchor).start


def _has_news(plan: ActionPlan, since: date, start: date) -> bool:
    goal, known = plan.goal, amount_of_month(plan.month, start)
    if known is not None:
        return known != Decimal(goal.current_amount)
    return goal.last_check_in_date is not None and goal.last_check_in_date >= since


def _since_version(plan: ActionPlan, counted: PlannedMonth) -> Decimal:
    """What was put in as the plan asks since its newest version, less than 0 where that counted more."""
    known = PlannedMonth.from_json(plan.month)
    return counted.paid - (known.paid if known.start == counted.start else ZERO)
