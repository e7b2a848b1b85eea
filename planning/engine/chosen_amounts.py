"""Pay goals the amount that was chosen for them. All money is whole cents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub

from fincred.money import ZERO
from planning.engine.dated_money import DatedMoney
from planning.engine.early_payments import EarlyPayments
from planning.engine.effort import Effort
from planning.engine.free_money import add_freed, hold_back, spend
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_by, kept_for_later
from planning.engine.late_money import LateMoney, still_to_make
from planning.engine.money.cents import last_payment, to_cents
from planning.engine.payment_days import FirstDays
from planning.engine.sharing import dated_portion, paid_ahead


@dataclass(frozen=True, slots=True)
class _Paid:
    """A goal that got its chosen amount, with the money that is `free` and `kept` of each month after it.

    `early` are the early payments of the goals so far, where money has dates.
    """

    state: GoalState
    free: Sequence[int]
    kept: Sequence[int]
    early: EarlyPayments

    def is_of(self, state: GoalState) -> bool:
        """Whether it is the same goal, behind which others were put in the same, with the same money."""
        its = self.state
        if its.need is not state.need or its.money is not state.money or its.goal != state.goal:
            return False
        return its.of_cycle == state.of_cycle and its.behind == state.behind


@dataclass(slots=True)
class ChosenAmounts:
    """Pays chosen amounts in one changed plan after the other, and of each only what the change can have moved.

    Goals are paid in turn: those before the first changed one get what they got before, which is no effort.
    """

    _paid: dict[tuple[int, ...], list[_Paid]] = field(default_factory=dict)

    def pay(
        self, states: Sequence[GoalState], free: list[int], late_until: int, effort: Effort
    ) -> tuple[list[GoalState], FirstDays, EarlyPayments]:
        """Pay these goals in turn from what is `free`, and take it from that.

        Returns the goals as they were paid, with what else is known of their payment days and early payments.
        """
        days = FirstDays(free, effort)
        before = self._paid.setdefault((late_until, *free), [])
        same = 0
        while same < min(len(before), len(states)) and before[same].is_of(states[same]):
            same += 1
        del before[same:]
        days.committed += [each.state for each in before]
        early = before[-1].early if before else EarlyPayments(len(free))
        if before:
            free[:], states[0].kept[:] = before[-1].free, before[-1].kept
        for state in states[same:]:
            give_chosen(state, free, effort, days, early)
            early = early.copy()
            days.committed.append(state)
            months = max(state.need.months, late_until if state.goes_on_late else 0)
            effort.spend(((70 if state.own_days else 40) if state.money else 5) * months + 10 * len(free))
            if state.money:
                _take_dated(state, state.money, free, late_until, early)
            else:
                _take(state, free, late_until)
            before.append(_Paid(state, tuple(free), tuple(state.kept), early))
        return days.committed, days, early


def give_chosen(
    state: GoalState, free: Sequence[int], effort: Effort, days: FirstDays, early: EarlyPayments
) -> None:
    """Set what a goal gets by its date with its chosen amount, at most what is free.

    `days` and `early` have the goals that were paid before it. If its payments meet the goal, its `room` is all
    the free money by its date; otherwise their sum.
    """
    each_month = (30 if state.own_days else 15) if state.money else 5
    effort.spend(500 + each_month * state.need.months + 2 * len(free))
    state.kept_before = tuple(state.kept)
    need, in_time = state.need, _chosen_by_money(state, free, days, early) if state.money else _chosen(state, free)
    _find_first_days(state, in_time, days)
    state.in_time = state.trajectory = state.simulated.simulate(in_time)
    state.missing = state.in_time.missing
    state.granted = sum(state.in_time.amounts)
    state.room = need.credit + _free_by_date(state, free, early) if state.arrives else state.granted
    state.binding_month, state.binding_late_income = need.deadline, state.late_income


def _find_first_days(state: GoalState, in_time: list[int], days: FirstDays) -> None:
    """Find on which first days the goal is paid what it needs of its chosen amount, `in_time`.

    The last payment can be smaller than the amount, so it may be there on the first day when the amount isn't.
    """
    days.find([state], [in_time])
    first = state.on_first_day
    if state.days or all(first):
        return
    amounts = state.simulated.simulate(in_time).amounts
    last = last_payment(amounts) - 1
    if 0 <= last < len(first) and amounts[last] < in_time[last] and not first[last]:
        state.on_first_day = (*first[:last], True, *first[last + 1 :])
        days.find([state], [state.simulated.simulate(in_time).amounts])


def _take(state: GoalState, free: list[int], late_until: int) -> None:
    """Take from what is `free` all that a goal gets, after its date too."""
    if state.goes_on_late:
        state.trajectory = state.need.simulate_late(state.in_time, _chosen_late(state, free, late_until))
    spend(free, state)
    if state.days:
        free[:] = kept_for_later(free)


def _take_dated(
    state: GoalState, money: DatedMoney, free: list[int], late_until: int, early: EarlyPayments
) -> None:
    """The same where money has dates, with what has to be kept for the payments. `early` has those before."""
    spend(free, state)
    if state.payoff:
        state.frees_from = state.payoff.cleared_after(state.in_time, len(free))
        state.hold(free)
        free[:] = hold_back(add_freed(free, [state]), [state])
    # There are many later cycles. Each of them counts what others take of a month as gone already.
    payments = EarlyPayments(len(free)) if state.cycle else early
    payments.add(state)
    payments.keep(state, money, free)
    if state.goes_on_late:
        before, kept = free.copy(), state.kept.copy()
        late = LateMoney(free, late_until, state.horizon)
        late.pay(state, late.months_of(state))
        state.reserved_late = list(map(sub, before, free))
        state.kept_late = list(map(sub, state.kept, kept))
        state.reserved_days = payments.add_late(state)


def _free_by_date(state: GoalState, free: Sequence[int], early: EarlyPayments) -> int:
    """The most that may be given to the goal by its date."""
    deadline = state.need.deadline
    if not state.money:
        return sum(free[:deadline])
    by_date = sum(free[:deadline]) - early.lacking(state, deadline - 1, state.late_income)
    return max(0, min(by_date, given_by(free, state.horizon)[deadline]))


def _chosen_by_money(state: GoalState, free: Sequence[int], days: FirstDays, early: EarlyPayments) -> list[int]:
    """The chosen amount of each month, or on each day, up to the goal's date, where money has dates."""
    portion = dated_portion(state, given_by(free, state.horizon), early)
    portion.behind, portion.ahead = state.behind, paid_ahead(days.committed)
    portion.follow([0, *accumulate(free)])
    return portion.pay_chosen(to_cents(state.goal.chosen_amount or ZERO))


def _chosen(state: GoalState, free: Sequence[int]) -> list[int]:
    """The chosen amount of each month, or on each day, up to the goal's date."""
    need, credit = state.need, state.need.credit
    if state.days:
        each, counts = to_cents(state.goal.chosen_amount or ZERO), state.days.counts
        return _each_on_days(each, counts, [free[0] + min(credit, each * counts[0]), *free[1 : need.months]])
    chosen = to_cents(state.goal.chosen_monthly or ZERO)
    first = credit + min(max(0, chosen - credit), free[0])
    return [first, *(min(chosen, money) for money in free[1 : need.months])]


def _chosen_late(state: GoalState, free: Sequence[int], late_until: int) -> list[int]:
    """The chosen amount of each month, or on each day, after the goal's date."""
    need = state.need
    if state.dated:
        left = need.credit + sum(free[: need.months]) - sum(state.in_time.amounts)
        each, later = to_cents(state.goal.chosen_amount or ZERO), free[need.months : late_until + 1]
        first, *counts = state.dated.late_counts(1 + len(later))
        offers = still_to_make(_each_on_days(each, [first], [left + state.made_late]), state.made_late)
        return offers + _each_on_days(each, [0, *counts], [left - sum(offers), *later])
    chosen = to_cents(state.goal.chosen_monthly or ZERO)
    return [min(chosen, money) for money in free[need.months : late_until + 1 - need.first_payment]]


def _each_on_days(each: int, counts: Sequence[int], money: Sequence[int]) -> list[int]:
    """`each` on every day of the months, as far as the money of the months so far goes."""
    offers, there = [], 0
    for days, arrived in zip(counts, money, strict=True):
        there += arrived
        for _ in range(days):
            offers.append(min(each, there))
            there -= offers[-1]
    return offers
