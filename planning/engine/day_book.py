"""A person's days: what arrives and is paid on each of them, and what is carried over after it.

The amounts are those of a plan. A month's first day has two things without an entry: money without a day of its
own, and what is kept of the month for the first day of the next (minimum payments and payments on linked debts).
So the last day of a month leaves what the plan's cash flow carries into the next month.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, groupby, takewhile
from operator import add, sub
from typing import NamedTuple

from fincred.money import ZERO
from planning.engine.cadence import Payment
from planning.engine.model import GoalInput, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.rhythm import turn, turn_of_flow, turn_of_payment
from planning.vocabulary import EntryKind, Frequency


class Minimum(NamedTuple):
    """The minimum payments of a debt, due on the first days of the months from the calendar's present one on."""

    label: str
    amounts: Sequence[Decimal]


class Names(NamedTuple):
    """Lasting names of the incomes and planned expenses with dates and of the debts, in the input's order."""

    incomes: Sequence[str]
    planned: Sequence[str]
    debts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An `amount` that arrives or is paid on a day or, of a goal's date, its target amount.

    `name` tells it from all other entries of its kind. It stays the same when the label or the amount changes. It
    also stays when the day of repeated money moves within its week, fortnight, half month, month, quarter or year.
    """

    kind: EntryKind
    label: str
    amount: Decimal
    name: str
    goal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day with entries, and the money that it leaves to later days; negative if these have to fill a gap."""

    date: date
    entries: Sequence[Entry]
    carried_over: Decimal


class _Entered(NamedTuple):
    """An entry on its day. `change` is what it adds to the money that is carried over."""

    day: date
    entry: Entry
    change: Decimal = ZERO


def day_book(
    inputs: PlanInput,
    plan: Plan,
    minimums: Sequence[Minimum],
    *,
    since: date,
    until: date,
    names: Names,
    asked: Sequence[Sequence[Payment]] | None = None,
) -> Iterator[Day]:
    """The days with entries from `since` to `until`, from the calendar's present month on.

    `plan` is that of `inputs`, or of `inputs` without goals: then the goals have dates, but no payments. `asked`,
    if given, is what each goal is paid instead of what the plan pays. The difference is carried over, or taken
    from what is.
    """
    calendar = inputs.calendar
    paid = [goal.payments for goal in plan.goals] if asked is None else asked
    first, last = calendar.payments(since), calendar.payments(until)
    start, end = calendar.day(first), calendar.day(last + 1)
    if until < start:
        return
    incomes = zip(names.incomes, inputs.finances.incomes, strict=True)
    planned = zip(names.planned, inputs.finances.planned, strict=True)
    entered = [
        *_flows(EntryKind.INCOME, "Income", incomes, start, end),
        *_flows(EntryKind.PLANNED_EXPENSE, "Planned expense", planned, start, end),
        *_minimum_payments(inputs, minimums, names.debts, first, last),
        *_goal_payments(inputs, paid, start, end),
        *_goal_dates(inputs.goals, start, end),
    ]
    by_day: defaultdict[date, list[_Entered]] = defaultdict(list)
    for each in entered:
        by_day[each.day].append(each)
    carried_into_next = _carried(inputs, plan, paid, last + 1)
    changes = {day: sum([each.change for each in by_day[day]], ZERO) for day in sorted(by_day)}
    for month, in_month in groupby(changes, calendar.payments):
        days = list(in_month)
        carried = carried_into_next[month] - sum([changes[day] for day in days], ZERO)
        for day in days:
            carried += changes[day]
            if since <= day <= until:
                yield Day(day, [each.entry for each in by_day[day]], carried)


def _carried(inputs: PlanInput, plan: Plan, paid: Sequence[Sequence[Payment]], months: int) -> list[Decimal]:
    """What each month leaves to the next one: as planned, and what was kept so far since goals are `paid` less."""
    as_planned = [month.carried for month in plan.first_months(months)]
    planned = _by_month(inputs, [goal.payments for goal in plan.goals], months)
    kept = accumulate(map(sub, planned, _by_month(inputs, paid, months)))
    return [*map(add, as_planned, kept)]


def _by_month(inputs: PlanInput, payments: Sequence[Sequence[Payment]], months: int) -> list[Decimal]:
    """What goals are paid in each month; a payment on linked debts is of the month that ends on its day."""
    calendar, given = inputs.calendar, [ZERO] * months
    end = calendar.day(months)
    for goal, of_goal in zip(inputs.goals, payments, strict=False):
        for payment in takewhile(lambda each: each.date <= end, of_goal):
            month = calendar.payments(payment.date)
            if goal.debts and payment.date == calendar.day(month):
                month -= 1
            if 0 <= month < months:
                given[month] += payment.amount
    return given


def _flows(
    kind: EntryKind, unnamed: str, flows: Iterable[tuple[str, Flow]], start: date, end: date
) -> Iterator[_Entered]:
    sign = 1 if kind is EntryKind.INCOME else -1
    for name, flow in flows:
        label = flow.label or unnamed
        if flow.amount:
            for day in flow.days_in(start, end):
                entry = Entry(kind, label, flow.amount, f"{name}/{turn_of_flow(flow, day)}")
                yield _Entered(day, entry, sign * flow.amount)


def _minimum_payments(
    inputs: PlanInput, minimums: Sequence[Minimum], names: Sequence[str], first: int, last: int
) -> Iterator[_Entered]:
    """What is due on the day that begins a month; none on the day that begins the calendar."""
    calendar = inputs.calendar
    days = [(month, calendar.day(month)) for month in range(first, last + 1)]
    for (label, amounts), name in zip(minimums, names, strict=True):
        for month, day in days:
            if amounts[month] and day != calendar.anchor:
                entry = Entry(
                    EntryKind.MINIMUM_PAYMENT, label, amounts[month], f"{name}/{turn(Frequency.MONTHLY, day)}"
                )
                yield _Entered(day, entry)


def _goal_payments(
    inputs: PlanInput, paid: Sequence[Sequence[Payment]], start: date, end: date
) -> Iterator[_Entered]:
    for goal, payments in zip(inputs.goals, paid, strict=False):
        for day, amount in ((payment.date, payment.amount) for payment in payments):
            if start <= day < end:
                name = f"{goal.id}/{turn_of_payment(goal, inputs.calendar, day)}"
                entry = Entry(EntryKind.GOAL_PAYMENT, goal.name, amount, name, goal.id)
                yield _Entered(day, entry, -amount)


def _goal_dates(goals: Iterable[GoalInput], start: date, end: date) -> Iterator[_Entered]:
    for goal in goals:
        if start <= goal.target_date < end:
            entry = Entry(EntryKind.GOAL_DATE, goal.name, goal.target_amount, str(goal.id), goal.id)
            yield _Entered(goal.target_date, entry)
