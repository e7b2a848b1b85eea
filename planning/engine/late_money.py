"""What one goal that isn't met by its date is paid after it. All money is whole cents."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from operator import sub

from planning.engine.dated_saving import DatedSaving
from planning.engine.free_money import keep_for_late_days
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_late
from planning.engine.money.cents import to_cents


@dataclass(slots=True)
class LateMoney:
    """The money that is left for goals after their dates."""

    free: list[int]  # in each month
    last_month: int  # in which a late goal is paid
    horizon: int  # where money has dates, what a month before this one lacks is held back
    # Late payments before this month count on what the months before them have left. That is held back too.
    counted_on_until: int = 0

    def months_of(self, state: GoalState) -> range:
        """The months with payments after the goal's date."""
        since = late_since(state)
        return range(since, max(since, self.last_month + 1 - state.need.first_payment))

    def pay(self, state: GoalState, months: range) -> None:
        """Pay a goal in these of its late months all that is free for it, or its chosen amount."""
        free, before, paid_before = self.free, self.free.copy(), state.trajectory.amounts[months.start :]
        _offer(state, months.start, self._offers(state, months))
        paid = zip_longest(state.trajectory.amounts[months.start :], paid_before, fillvalue=0)
        for month, (amount, amount_before) in enumerate(paid, months.start):
            free[month] -= amount - amount_before
        keep_for_late_days(state, free, before, months)
        if not takes_all(state):
            self.counted_on_until = max(self.counted_on_until, len(state.trajectory.amounts))

    def _offers(self, state: GoalState, months: range) -> Sequence[int]:
        """What there is for the goal in each of these months, or on each of its late days in them."""
        if not state.money:
            free = self.free[months.start : months.stop]
            return _on_first_days(state.dated, free) if state.dated else free
        most_by = given_late(self.free, months, self.horizon, self.counted_on_until)
        if not takes_all(state):
            return _as_it_arrives(state, self.free, months, most_by)
        by = list(accumulate(most_by, max, initial=0))
        return list(map(sub, by[1:], by))


def late_since(state: GoalState) -> int:
    """The first month with payments after the goal's date: with days of its own that of the date itself."""
    return state.need.months - 1 if state.dated else state.need.months


def takes_all(state: GoalState) -> bool:
    """Whether the goal takes all that it may have of each month until it is met.

    A chosen amount leaves the rest, and days of its own what arrives after them.
    """
    return not state.days and state.goal.chosen_amount is None


def _offer(state: GoalState, month: int, offers: Sequence[int]) -> None:
    """Offer a late goal so much from this month on; in late months before it in which it had no turn, nothing."""
    months = month - late_since(state)
    count = sum(state.dated.late_counts(months)) if state.dated else months
    nothing = [0] * (count - len(state.late_offers))
    state.late_offers = [*state.late_offers, *nothing, *offers]
    state.trajectory = state.simulated.simulate_late(state.in_time, state.late_offers)


def _on_first_days(need: DatedSaving, money: Sequence[int]) -> list[int]:
    """The money of each month on the first of its late days; without one it stays for the next month."""
    offers: list[int] = []
    there = 0
    for count, arrived in zip(need.late_counts(len(money)), money, strict=True):
        there += arrived
        if count:
            offers += [there, *[0] * (count - 1)]
            there = 0
    return offers


def _as_it_arrives(state: GoalState, free: Sequence[int], months: range, most_by: Sequence[int]) -> list[int]:
    """The goal's chosen amount, or all there is, in each month or on each of its late days, once it has arrived.

    `most_by` is the most that the goal may have by the end of each month. Nothing is offered to a saving goal once
    it was given what it lacks at its date.
    """
    chosen = None if state.goal.chosen_amount is None else to_cents(state.goal.chosen_amount)
    offers: list[int] = []
    made = 0 if chosen is None else state.made_late
    given, arrived = -made, list(accumulate(free, initial=0))
    for month, most in zip(months, most_by, strict=True):
        for late in _after_late_days(state, month):
            too_late = state.not_kept(month, late)
            there = max(0, min(most, arrived[month + 1] - too_late) - given)
            offers.append(there if chosen is None else min(chosen, there))
            given += offers[-1]
        if not month:  # only the present month's days were paid already
            offers, given = still_to_make(offers, made), max(0, given)
        if given >= state.in_time.missing and not state.goal.debts:
            break
    return offers


def still_to_make(offers: Sequence[int], made: int) -> list[int]:
    """The offers without what was made of them before: that is for the first ones."""
    by = [max(0, offered - made) for offered in accumulate(offers, initial=0)]
    return [*map(sub, by[1:], by)]


def _after_late_days(state: GoalState, month: int) -> list[int]:
    """What arrives in a month after each of the goal's late days in it."""
    return state.money.paydays.after_late_days(state.days, month) if state.days and state.money else [0]
