"""On which day of a month a plan on the dates of the calendar is paid, if money has dates.

It is the month's first day if the money carried into the month and the month's money without dates are enough;
otherwise the payday on which there is enough. No payment is dated before its money. All money is whole cents.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import accumulate, compress
from operator import add, gt, sub
from typing import Self

from planning.engine.dated_money import DatedMoney
from planning.engine.effort import Effort
from planning.engine.free_money import add_freed
from planning.engine.goal_state import Cycle, GoalState
from planning.engine.needs import due_date
from planning.engine.on_demand import OnDemand


def place(
    first: date,
    opening: int,
    arrivals: Iterable[tuple[date, int]],
    fixed: Iterable[tuple[date, int]],
    amounts: Iterable[int],
) -> list[date]:
    """The day of each amount, all above 0, in the order in which they are served.

    `opening` is there on the `first` day, `arrivals` have each day once and in order, and `fixed` are payments on
    days of their own. An amount is paid on the first day from which on there is always enough for it, besides the
    amounts before it.
    """
    days, changes = map(list, zip((first, opening), *arrivals, strict=True))
    for day, paid in fixed:
        changes[bisect_right(days, day) - 1] -= paid
    # What can be spent on a day is the least that there is from then on. The last day pays what is left anyway.
    lasting = [*accumulate(reversed([*accumulate(changes[:-1])]), min)][::-1]
    rises = [*map(sub, lasting, [0, *lasting])]
    # The money of a day covers amounts in their order. An amount that it can't cover takes none of it. So a
    # smaller one after it may still be paid on that day, and the larger one isn't paid later because of that.
    placed = []
    for amount in amounts:
        index = there = 0
        for there in accumulate(rises):
            if there >= amount:
                break
            index += 1
        placed.append(days[index])
        if there < amount:
            continue
        since, left = index, amount
        while since and rises[since] <= left:
            left -= rises[since]
            since -= 1
        rises[since] -= left
        if since < index:
            del rises[since + 1 : index + 1], days[since + 1 : index + 1]
    return placed


@dataclass(frozen=True, slots=True)
class Paid:
    """The payments of a goal: for each month, and for each day if it has days of its own."""

    state: GoalState
    amounts: Sequence[int]
    by_day: Sequence[Sequence[int]] = ()

    @classmethod
    def of_offers(cls, state: GoalState, offers: Sequence[int]) -> Self:
        """The payments if all of `offers` are taken: one for each month, or own day, up to the goal's date."""
        days = state.own_days
        if not days:  # the payments of a later cycle begin in a later month
            return cls(state, [*[0] * (state.need.months - len(offers)), *offers])
        ends, sums = [*accumulate(days.counts, initial=0)], [*accumulate(offers, initial=0)]
        by_end = [sums[end] for end in ends]
        by_day = OnDemand(lambda: map(offers.__getitem__, map(slice, ends, ends[1:])))
        return cls(state, [*map(sub, by_end[1:], by_end)], by_day)

    def in_month(self, month: int) -> int:
        """What is still to be paid in a month."""
        amount = self.amounts[month] if month < len(self.amounts) else 0
        return amount if month else max(0, amount - self.state.need.credit)

    @property
    def is_placed(self) -> bool:
        """Whether its payments are placed on a day of their month: it has neither debts nor own days."""
        return not self.state.own_days and not self.state.goal.debts

    def fixed_in(self, month: int) -> list[tuple[date, int]]:
        """The payments of a month on days of the goal's own."""
        days = self.state.own_days
        if not days or month >= len(self.by_day) or not any(self.by_day[month]):
            return []
        amounts = self.by_day[month]
        if not month:  # what was put in has paid the days in time first
            in_time = days.counts[0]
            by = [max(0, paid - self.state.need.credit) for paid in accumulate(amounts[:in_time], initial=0)]
            amounts = [*map(sub, by[1:], by), *amounts[in_time:]]
        return [(day, amount) for day, amount in zip(days.in_month(month), amounts, strict=False) if amount]


def taken_of(payments: Iterable[Paid], others: Sequence[int]) -> list[int]:
    """What these payments and `others` take of each month's money."""
    taken = [*others]
    for paid in payments:
        taken[: len(paid.amounts)] = map(add, taken, paid.amounts)
        taken[0] -= min(paid.state.need.credit, paid.amounts[0])
    return taken


@dataclass(slots=True)
class PaymentDays:
    """The days of all payments of a plan.

    `free` is the money of each month before any goal is paid, and `taken` what all payments take of it.
    """

    money: DatedMoney
    free: Sequence[int]
    paid: Sequence[Paid]
    taken: Sequence[int]
    _openings: list[int] = field(init=False)
    _on_calendar: list[Paid] = field(init=False)
    _on_own_days: list[Paid] = field(init=False)
    _placed: dict[int, dict[Cycle, date]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._on_calendar = [paid for paid in self.paid if paid.is_placed]
        self._on_own_days = [paid for paid in self.paid if paid.state.own_days]
        carried = accumulate(map(sub, self.free, self.taken), initial=0)
        incomes = self.money.incomes(len(self.free))
        self._openings = [*map(sub, map(add, carried, self.free), incomes)]

    def days(self, state: GoalState, months: Iterable[int]) -> Iterator[date]:
        """The day on which a goal is paid in each of these months.

        A payment that earns no interest for its month waits for a payday. It keeps this payday even if late
        payments of others, which are known only later, leave more on the first day: what the goal lacks was
        computed with it.
        """
        paydays, cycle = self.money.paydays, state.of_cycle
        calendar, due = paydays.calendar, due_date(state.goal, paydays.calendar)
        has_begun, earns = calendar.month_has_begun, state.on_first_day if state.need.bears_interest else ()
        for month, first in zip(months, state.first_days(calendar, months), strict=True):
            placed = self._placed.get(month)
            if placed is None:
                placed = self._placed[month] = self._place(month)
            day = placed.get(cycle, first)
            if day <= first and month < len(earns) and not earns[month] and (month or not has_begun):
                payday = paydays.next_in(month)
                day = payday if payday and payday < due else first
            yield day if day > first else first

    def payday(self, month: int, on: date) -> date | None:
        """The day whose incomes pay for a payment on a day of a month; None if they came before the month."""
        if self.taken[month] <= self._openings[month]:
            return None
        arrived = [day for day, _ in self.money.paydays.arrivals(month) if day <= on]
        return arrived[-1] if arrived else None

    def not_all_first(self, months: int) -> list[int]:
        """The months, of the first `months`, in which not all payments are on the first day."""
        return [*compress(range(months), map(gt, self.taken, self._openings))]

    def paid_first(self, months: Iterable[int]) -> Iterator[tuple[int, Cycle]]:
        """The cycles that are paid on the first day of each of these months, in which not all are."""
        incomes = self.money.incomes(len(self.free))
        for month in months:
            arriving = incomes[month] - self.money.paydays.after_first_day(month)
            if self._openings[month] + arriving > 0:  # otherwise nothing can be paid on the first day
                first = self.money.paydays.calendar.day(month)
                yield from ((month, cycle) for cycle, day in self._place(month).items() if day == first)

    def _place(self, month: int) -> dict[Cycle, date]:
        opening = self._openings[month]
        if self.taken[month] <= opening:
            return {}
        placed = [paid for paid in self._on_calendar if month < len(paid.amounts) and paid.amounts[month]]
        if not month:
            placed = [paid for paid in placed if paid.in_month(0)]
        if not placed:
            return {}
        fixed = [payment for paid in self._on_own_days for payment in paid.fixed_in(month)]
        placed.sort(key=partial(_place_in_queue, month))
        amounts = [paid.amounts[month] for paid in placed] if month else [paid.in_month(0) for paid in placed]
        arrivals = self.money.paydays.arrivals(month)
        days = place(self.money.paydays.calendar.day(month), opening, arrivals, fixed, amounts)
        return {paid.state.of_cycle: day for paid, day in zip(placed, days, strict=True)}


def _place_in_queue(month: int, paid: Paid) -> tuple[int, int]:
    """A key that sorts the payments of a month.

    First come those that earn interest from the first day, then goals for which money arrives too late, then the
    others in time, and late ones last.
    """
    state = paid.state
    months = state.need.months
    is_first = month < len(state.on_first_day) and state.on_first_day[month]
    if is_first and state.need.bears_interest:
        return -1, 0
    if month == months - 1 and state.late_income:
        return 0, -state.late_income
    return (1 if month < months else 2), 0


class FirstDays:
    """Find in which months savings are paid on the first day, if money has dates and some of them bear interest.

    `free` is the money of each month before any goal is paid, and `committed` the goals that are paid already.
    """

    def __init__(self, free: Sequence[int], effort: Effort) -> None:
        self._free, self._effort = tuple(free), effort
        self.committed: list[GoalState] = []

    def find(
        self, states: Sequence[GoalState], offers: Sequence[Sequence[int]], taken: Sequence[int] = ()
    ) -> None:
        """Set `on_first_day` of the `states`; `offers` are the amounts that each is offered up to its date.

        `taken` is what all of these offers take of each month's money, if that is known.
        """
        bearing = [state.need for state in states if state.need.bears_interest and not state.goal.debts]
        money = states[0].money if bearing else None
        if money is None:
            return
        for state in states:
            state.on_first_day = ()
        before = [Paid(state, state.in_time.amounts, state.in_time.by_day) for state in self.committed]
        paid = [Paid.of_offers(state, offered) for state, offered in zip(states, offers, strict=True)]
        free = add_freed(self._free, [*self.committed, *states])
        all_paid = [*before, *paid]
        all_taken = taken_of(before if taken else all_paid, [*taken, *[0] * (len(free) - len(taken))])
        until = max([need.months for need in bearing])
        days = PaymentDays(money, free, all_paid, all_taken)
        others = days.not_all_first(until)
        steps = [(4 if each.is_placed else 10) * len(each.amounts) for each in paid]
        self._effort.spend(sum(steps) + 10 * len(others) * len(paid))
        placed = [each for each in paid if each.is_placed]
        if not placed:
            return
        all_first = [True] * until
        for month in others:
            all_first[month] = False
        also_first = defaultdict(list)
        for month, cycle in days.paid_first(others):
            also_first[cycle].append(month)
        for each in placed:
            # After the last month with interest it doesn't matter, and might put it before a goal that is due.
            is_first = all_first[: each.state.need.months]
            for month in also_first[each.state.of_cycle]:
                is_first[month] = True
            if each.amounts[0] and not each.in_month(0):
                is_first[0] = each.state.goal.is_earning_first
            each.state.on_first_day = tuple(is_first)
