"""Money kept for payments that come before all money of their month has arrived. All money is whole cents."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from operator import add, and_, mul, or_, sub
from typing import Self

from planning.engine.dated_money import DatedMoney
from planning.engine.free_money import keep
from planning.engine.goal_state import GoalState
from planning.engine.own_days import OwnDays

Early = tuple[int, int]
"""What arrives after a payment in its month, and the payment's amount."""


def lacking(late: int, payments: Iterable[Early]) -> int:
    """How much of the money left at a month's end isn't there yet on a day after which `late` arrives in it.

    It is `late`, less the `payments` that are made once a part of that is there. But a payment can't use what
    arrives after it, so it is at least what isn't there yet on the day of each of them.
    """
    most = waiting = 0
    for arriving_later, amount in sorted(payments):
        if arriving_later >= late:
            break
        most = max(most, arriving_later - waiting)
        waiting += amount
    return max(most, late - waiting)


def paid_in_time(state: GoalState, months: Iterable[int]) -> Iterator[tuple[int, Early]]:
    """What a goal is paid in these months up to its date, each payment with its month.

    A payment without a day of its own can wait until the month ends, or until the last day before the goal's date.
    But on the month's first day it is early if it earns interest for the month. Debts are paid on the next month's
    first day.
    """
    if not state.money:
        return
    amounts, own, paydays = state.in_time.amounts, state.own_days, state.money.paydays
    paid = ((month, amounts[month]) for month in months if month < len(amounts) and amounts[month])
    if own:
        after = paydays.after_days(own)
        for month, _ in paid:
            pairs = zip(after[month], state.in_time.by_day[month], strict=False)
            yield from ((month, pair) for pair in pairs if pair[1])
        return
    earns = state.on_first_day if state.need.bears_interest and not state.goal.debts else ()
    last = state.need.months - 1
    for month, amount in paid:
        if month < len(earns) and earns[month]:
            yield month, (paydays.after_start(month), amount)
        else:
            yield month, (state.late_income if month == last else 0, amount)


class EarlyPayments:
    """The payments of goals in the first `months` months; each goal is added once it is paid.

    `_waiting` is the sum of those that can wait until their month ends (`paid_in_time`), `_early` are the others.
    Of those that can wait, the ones on the first day are early too if a goal earns interest for the month.
    """

    def __init__(self, months: int) -> None:
        self._until = 0
        self._paid, self._waiting, self._on_first_day = [0] * months, [0] * months, [0] * months
        self._is_earning = [False] * months
        self._early: defaultdict[int, list[Early]] = defaultdict(list)

    def copy(self) -> Self:
        """The same payments, to which others can be added."""
        same = copy(self)
        same._paid, same._waiting, same._on_first_day = [*self._paid], [*self._waiting], [*self._on_first_day]
        same._is_earning, same._early = [*self._is_earning], defaultdict(list)
        same._early.update((month, [*early]) for month, early in self._early.items())
        return same

    def add(self, state: GoalState) -> None:
        """Add a goal's payments up to its date."""
        amounts = state.in_time.amounts
        self._until = max(self._until, len(amounts))
        self._paid[: len(amounts)] = map(add, self._paid, amounts)
        self._add(paid_in_time(state, range(len(amounts))))
        if state.own_days or state.goal.debts:
            return
        is_first = state.on_first_day or (True,) * (state.need.months - bool(state.late_income))
        if state.need.bears_interest:
            is_paid_first = map(and_, is_first, map(bool, amounts))
            self._is_earning[: len(is_first)] = map(or_, self._is_earning, is_paid_first)
        else:
            self._on_first_day[: len(is_first)] = map(add, self._on_first_day, map(mul, amounts, is_first))

    def add_late(self, state: GoalState) -> list[tuple[int, Early]]:
        """Add what a goal that was added is paid after its date. Returns these payments, by month."""
        in_time, amounts = state.in_time.amounts, state.trajectory.amounts
        self._paid[: len(in_time)] = map(sub, self._paid, in_time)
        self._paid[: len(amounts)] = map(add, self._paid, amounts)
        if state.own_days and state.money:
            late = [*self._on_late_days(state, state.own_days, state.money)]
        else:
            late = [(month, (0, amount)) for month, amount in enumerate(amounts) if month >= len(in_time)]
        self._add(late)
        return late

    def _add(self, payments: Iterable[tuple[int, Early]]) -> None:
        for month, pair in payments:
            if pair[0]:
                self._early[month].append(pair)
            else:
                self._waiting[month] += pair[1]

    def lacking(self, state: GoalState, month: int, late: int) -> int:
        """What the money that is free by a month's end lacks on a day after which `late` arrives in the month.

        What `state` has kept for the next month is there on that day, and so is what is paid later in the month.
        """
        if not late:
            return 0
        payments = [(0, self._waiting[month]), *self._early.get(month, ())]
        return max(0, lacking(late, payments) - state.kept[month])

    def lacking_after(self, state: GoalState, arriving: Iterable[Sequence[int]]) -> list[Sequence[int]]:
        """The same by months, each with what is `arriving` in it after some of its days."""
        by_month = enumerate(zip(arriving, self._waiting, state.kept, strict=False))
        return [
            [self.lacking(state, month, late) for late in each]
            if waiting or kept or month in self._early
            else each
            for month, (each, waiting, kept) in by_month
        ]

    def keep(self, state: GoalState, money: DatedMoney, free: list[int]) -> None:
        """Keep money for these payments up to the last of the goals' dates; all goals share what `state` has kept.

        What is kept counts as free in the month of the payment, and no longer in the one before. `free` is what
        is left after all payments, also those after the goals' dates.
        """
        for month in range(1, self._until):
            early = self._early.get(month, [])
            if self._is_earning[month] and self._on_first_day[month]:
                early = [*early, (money.paydays.after_first_day(month), self._on_first_day[month])]
            if not early:
                continue
            there, needed, lacking = free[month] + self._paid[month], 0, 0
            for arriving_later, amount in sorted(early, reverse=True):
                needed += amount
                lacking = max(lacking, needed + state.not_kept(month, arriving_later) - there)
            if lacking:
                keep(state, free, month, lacking)

    def _on_late_days(self, state: GoalState, days: OwnDays, money: DatedMoney) -> Iterator[tuple[int, Early]]:
        """The payments on late days, each with its month."""
        for month, paid in enumerate(state.trajectory.by_day[: len(self._paid)]):
            late = paid[days.counts[month] if month < len(days.counts) else 0 :]
            if any(late):
                pairs = zip(money.paydays.after_late_days(days, month), late, strict=False)
                yield from ((month, pair) for pair in pairs if pair[1])


def keep_for_payments(states: Sequence[GoalState], free: list[int]) -> None:
    """Keep money for the early payments of these goals, as `EarlyPayments.keep` does."""
    money = states[0].money if states else None
    if money is None:
        return
    payments = EarlyPayments(len(free))
    for state in states:
        payments.add(state)
    payments.keep(states[0], money, free)
