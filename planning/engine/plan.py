"""Make the plan: what each goal requires and gets from the one surplus, its label and the explanation."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import chain, compress, count, islice, repeat
from typing import Final

from fincred.money import ZERO
from planning.engine.alternatives import NO_ALTERNATIVES, find_alternatives
from planning.engine.cadence import Payment
from planning.engine.cash_flow import CashFlow
from planning.engine.dates import Calendar
from planning.engine.explanation import Queue, explain
from planning.engine.free_money import add_freed, free_money
from planning.engine.goal_state import GoalState, kept_for_debts
from planning.engine.model import (
    Alternative,
    Explanation,
    GoalInput,
    GoalPlan,
    Instalment,
    Plan,
    PlanInput,
    PlanSummary,
)
from planning.engine.money.cents import money, to_cents
from planning.engine.needs import LATE_MONTHS, Needs, due_date
from planning.engine.on_demand import OnDemand
from planning.engine.payment_days import Paid, PaymentDays
from planning.engine.solver import solve
from planning.engine.trajectory import DebtPayoff

_DAY: Final = timedelta(days=1)
_PACE_ON_DAYS: Final = 120
"""The months in which a pace has points on own days too; after them only on the dates of the calendar."""

DaysOf = Callable[[GoalState, Iterable[int]], Iterable[date]]


def make_plan(
    inputs: PlanInput,
    *,
    with_alternatives: bool | Callable[[GoalInput], bool] = True,
    needs: Needs | None = None,
) -> Plan:
    """Plan all goals together, in the order of the input. The same input always gives the same plan.

    `with_alternatives` says whether goals that can't be met get alternatives, or which of them do: the search
    takes longer than all the rest. `needs` may limit the effort. Without alternatives they may come from another
    plan on the same calendar, so that they aren't computed again.

    :raises TooMuchEffortError: the plan takes more effort than `needs` allow.
    """
    needs = needs or Needs(inputs.calendar)
    states = solve(inputs, needs)
    flow = CashFlow.of(inputs, states, needs)
    days = _days(inputs, states, needs, flow)
    days_of = partial(_days_of, inputs.calendar, days)
    alternatives = NO_ALTERNATIVES
    if with_alternatives:
        alternatives = find_alternatives(inputs, states, needs, with_alternatives)
    by_position = {}
    served = Queue()
    later: dict[int, list[GoalState]] = {state.position: [] for state in states}
    for state in states:
        if state.cycle:
            later[state.position].append(state)
    for state in states:
        if not state.cycle:
            cycles = [state, *later[state.position]]
            payday = _payday(state, inputs, days, days_of)
            is_cut = state.position in alternatives.cut
            explanation = explain(state, served, inputs, flow, payday=payday, is_cut=is_cut)
            found = alternatives.found.get(state.position, ())
            by_position[state.position] = _goal_plan(cycles, inputs.calendar, days_of, explanation, found)
        served.add(state)
    goals = tuple(by_position[position] for position in range(len(inputs.goals)))
    by_input = sorted((state for state in states if not state.cycle), key=lambda state: state.position)
    carried = flow.carried if inputs.is_dated else partial(_carried, inputs, states)
    return Plan(
        inputs.as_of,
        goals,
        _summary(inputs, goals, states, flow),
        carried=OnDemand(carried),
        cash_flow=OnDemand(flow.months),
        first_months=lambda count: CashFlow.of(inputs, states, needs, count).first(count),
        kept_for_debts=lambda count: [kept_for_debts(state, count) for state in by_input],
    )


def _days(
    inputs: PlanInput, states: list[GoalState], needs: Needs, flow: CashFlow
) -> Callable[[], PaymentDays] | None:
    """The days of all payments, found on first call; None if nothing has dates."""
    if not inputs.is_dated:
        return None

    @cache
    def days() -> PaymentDays:
        last = max([0, *(len(state.trajectory.amounts) for state in states)])
        paid = [Paid(state, state.trajectory.amounts, state.trajectory.by_day) for state in states]
        free = add_freed(free_money(inputs, needs, states, last), states, promised=False)
        taken = [flow.given[0] - flow.put_in, *flow.given[1 : len(free)]]
        return PaymentDays(needs.dated_money(inputs.finances), free, paid, taken)

    return days


def _days_of(
    calendar: Calendar, days: Callable[[], PaymentDays] | None, state: GoalState, months: Iterable[int]
) -> Iterable[date]:
    """On which day a goal on the calendar's dates is paid in each of these months."""
    return days().days(state, months) if days else state.first_days(calendar, months)


def _payday(
    state: GoalState, inputs: PlanInput, days: Callable[[], PaymentDays] | None, days_of: DaysOf
) -> dict[str, date] | None:
    """The next payment's day, and the day whose incomes it is made from; None if none of its month is that."""
    if not days or not inputs.finances.incomes or state.due:
        return None
    amounts = state.trajectory.amounts
    month = 0
    if amounts[0] <= state.need.credit:
        month = next(compress(count(1), islice(amounts, 1, None)), 0)
    first = next((day for day, left in _left(state, days_of, month) if left), None)
    if first is None:
        return None
    payment = max(first, inputs.as_of)
    arrives = days().payday(month, payment)
    return {"payment": payment, "arrives": arrives} if arrives else None


def _goal_plan(
    cycles: Sequence[GoalState],
    calendar: Calendar,
    days_of: DaysOf,
    explanation: Explanation,
    alternatives: tuple[Alternative, ...],
) -> GoalPlan:
    """What the plan says about the first of these cycles, with the payments of all of them."""
    state = cycles[0]
    goal, need = state.goal, state.need
    return GoalPlan(
        goal_id=goal.id,
        name=goal.name,
        type=goal.type,
        target_amount=goal.target_amount,
        target_date=goal.target_date,
        required_each=money(need.level),
        amount_each=money(_amount_each(state)),
        required_monthly=money(state.required_monthly),
        allocated_monthly=money(state.allocated_monthly),
        paid_this_month=money(state.paid_this_month),
        this_month=money(sum([each.this_month for each in cycles])),
        shortfall=money(state.missing),
        feasibility=state.feasibility,
        explanation=explanation,
        alternatives=alternatives,
        projected_completion_date=_completion_date(state, calendar, days_of),
        schedule=OnDemand(partial(_schedule, state, calendar, days_of)),
        pace=OnDemand(partial(_pace, state, calendar, days_of)),
        path=OnDemand(partial(_path, state, calendar, days_of)),
        payments=OnDemand(lambda: chain.from_iterable(_payments(each, calendar, days_of) for each in cycles)),
        cleared=money(_paid_off(goal, need, 0)) if isinstance(need, DebtPayoff) else None,
    )


def _summary(
    inputs: PlanInput, goals: tuple[GoalPlan, ...], states: list[GoalState], flow: CashFlow
) -> PlanSummary:
    # What is due today of a month that ends today doesn't come from the present month's money.
    given = inputs.paid_elsewhere + money(sum([state.trajectory.amounts[0] for state in states]))
    alike = max(ZERO, max(ZERO, inputs.finances.surplus) + inputs.kept - given)
    return PlanSummary(
        estimated_monthly_surplus=flow.average.surplus,
        total_required_contributions=sum((goal.required_monthly for goal in goals), ZERO),
        total_allocated_contributions=sum((goal.this_month for goal in goals), ZERO),
        buffer_remaining=flow.buffer() if inputs.is_dated else alike,
    )


def _carried(inputs: PlanInput, states: list[GoalState]) -> Iterator[tuple[date, Decimal]]:
    surplus = max(0, to_cents(inputs.finances.surplus))
    months = max([len(state.trajectory.amounts) for state in states], default=0)
    kept = [0] * (months + 1)
    for month in range(months - 1, 0, -1):
        given = sum([amounts[month] for state in states if month < len(amounts := state.trajectory.amounts)])
        kept[month] = max(0, kept[month + 1] + given - surplus)
    kept[0] = to_cents(inputs.carried_in)
    if any(kept):
        yield from ((inputs.calendar.day(month), money(amount)) for month, amount in enumerate(kept))


def _completion_date(state: GoalState, calendar: Calendar, days_of: DaysOf) -> date | None:
    done_on, need = state.trajectory.done_on, state.need
    if done_on is None or done_on > LATE_MONTHS or state.goal.is_full:
        return None
    if state.arrives and done_on == need.months and not isinstance(need, DebtPayoff):
        return _last_interest(state, calendar)
    last = [] if state.goal.debts else _dated(state, days_of, done_on)
    paid_on = [day for day, amount in last if amount]
    return max(calendar.as_of, paid_on[-1] if paid_on else calendar.day(done_on))


def _amount_each(state: GoalState) -> int:
    """The first payment that isn't 0, including the part of it that was made already."""
    if state.due:
        return state.this_month + state.paid_this_month
    trajectory = state.trajectory
    payments = chain.from_iterable(trajectory.by_day) if state.days else trajectory.amounts
    return next(filter(None, payments), 0)


def _dated(state: GoalState, days_of: DaysOf, month: int) -> list[tuple[date, int]]:
    """The payments of a month, each on the day on which it is due."""
    if state.own_days:
        # If the goal is met in time, nothing is planned for late days.
        return list(zip(state.own_days.in_month(month), state.trajectory.by_day[month], strict=False))
    return [(day, state.trajectory.amounts[month]) for day in days_of(state, [month])]


def _left(state: GoalState, days_of: DaysOf, month: int) -> Iterator[tuple[date, int]]:
    """What is still to be paid of a month's payments, each on the day on which it is due."""
    credit = 0 if month else state.need.credit
    in_time = state.own_days.counts[0] if state.own_days else 1
    for index, (day, share) in enumerate(_dated(state, days_of, month)):
        # What was put in beyond the days in time isn't taken off the payments of late days.
        made = min(credit, share) if index < in_time else 0
        credit -= made
        yield day, share - made


def _payments(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[Payment]:
    """What is still to be paid on each day; what is left of days that have passed is due now."""
    due_now = state.due
    for month in range(len(state.trajectory.amounts)):
        for day, left in _left(state, days_of, month):
            if day <= calendar.as_of:
                due_now += left
            elif left:
                if due_now:
                    yield Payment(calendar.as_of, money(due_now))
                    due_now = 0
                yield Payment(day, money(left))
    if due_now:
        yield Payment(calendar.as_of, money(due_now))


def _last_interest(state: GoalState, calendar: Calendar) -> date:
    """The date of the last month's interest: the goal's date or, if that has come, the next calendar date."""
    due = due_date(state.goal, calendar)
    return due if due > calendar.as_of else calendar.day(1)


def _schedule(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[Instalment]:
    trajectory = state.trajectory
    unpaid = trajectory.amounts[0] > state.need.credit
    days = days_of(state, range(len(trajectory.amounts)))
    for on, amount, balance in zip(days, trajectory.amounts, trajectory.balances, strict=True):
        yield Instalment(max(on, calendar.as_of) if unpaid else on, money(amount), money(balance))


def _pace(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[tuple[date, Decimal]]:
    """The amount expected today, and on each day of payment, before that day's payment.

    On the last day all is expected.
    """
    if isinstance(state.need, DebtPayoff):
        points = _debt_points(state, state.need, calendar)
    else:
        points = _saving_points(state, calendar, days_of)
    return _on_rising_dates(points)


def _path(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[tuple[date, Decimal]]:
    """The points of the pace, then those of the months after it, up to the day on which the target is reached."""
    completed_on = _completion_date(state, calendar, days_of)
    late = _late_points(state, calendar, days_of) if completed_on and not state.arrives else ()
    points = chain(((on, to_cents(amount)) for on, amount in _pace(state, calendar, days_of)), late)
    if completed_on is None:
        return _on_rising_dates(points)
    target = max(to_cents(state.goal.target_amount), to_cents(state.goal.present_amount))
    before = ((on, reached) for on, reached in points if on < completed_on)
    return _on_rising_dates(chain(before, [(completed_on, target)]))


def _late_points(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[tuple[date, int]]:
    months = range(state.need.months, len(state.trajectory.amounts))
    if isinstance(state.need, DebtPayoff):
        for month in months:
            yield calendar.day(month + 1), _paid_off(state.goal, state.need, state.trajectory.balances[month - 1])
    else:
        for month, day in zip(months, days_of(state, months), strict=True):
            before = state.trajectory.balances[month] - state.trajectory.amounts[month]
            yield calendar.day(month), before
            yield day, before


def _on_rising_dates(points: Iterable[tuple[date, int]]) -> Iterator[tuple[date, Decimal]]:
    last = None
    for on, reached in points:
        # Days of payment may have passed, and calendar dates repeat at the end of the year 9999.
        if last is None or on > last:
            yield on, money(reached)
            last = on


def _saving_points(state: GoalState, calendar: Calendar, days_of: DaysOf) -> Iterator[tuple[date, int]]:
    trajectory, present = state.in_time, to_cents(state.goal.present_amount)
    yield calendar.as_of, present
    months, days = range(state.need.months), state.own_days
    for month, paid_on in zip(months, repeat(None) if days else days_of(state, months), strict=False):
        reached = trajectory.balances[month] - trajectory.amounts[month]
        if month:
            yield calendar.day(month), reached
        if paid_on:
            yield paid_on, reached if month else max(present, reached)
        if days and month < _PACE_ON_DAYS:
            for day, amount in zip(days.in_month(month), trajectory.by_day[month], strict=False):
                yield day, reached if month else max(present, reached)
                reached += amount
    yield _last_interest(state, calendar), trajectory.end


def _debt_points(state: GoalState, need: DebtPayoff, calendar: Calendar) -> Iterator[tuple[date, int]]:
    reached = to_cents(state.goal.present_amount)
    yield calendar.as_of, reached
    most = max(reached, to_cents(state.goal.target_amount))
    reached = min(reached + to_cents(state.goal.due_principal), most)
    last, due = calendar.day(need.months), due_date(state.goal, calendar)
    for month, owed in enumerate(state.in_time.balances, 1):
        day = calendar.day(month)
        yield day - _DAY if day == last >= due else day, reached
        reached = _paid_off(state.goal, need, owed)
    yield max(last, due), reached


def _paid_off(goal: GoalInput, need: DebtPayoff, owed: int) -> int:
    """What is paid off when `owed` cents are still owed; at most the target."""
    first, target = to_cents(goal.already_there), to_cents(goal.target_amount)
    at_start = first + to_cents(goal.due_principal)
    return max(0, min(at_start + need.owed - owed, max(first, target)))
