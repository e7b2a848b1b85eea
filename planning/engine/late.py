"""Goals that aren't met by their dates: what they get after them."""

from collections.abc import Sequence
from itertools import accumulate
from operator import sub

from planning.engine.dated_saving import DatedSaving
from planning.engine.free_money import keep_for_late_days
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_late
from planning.engine.money.cents import to_cents


def go_on_late(state: GoalState, free: list[int], late_until: int, *, horizon: int) -> None:
    """Pay a goal that isn't met by its date all the money that is free after the date, or its chosen amount.

    Where money has dates, what a month before the horizon lacks is held back.
    """
    need, since = state.need, state.need.months
    if state.dated:
        since -= 1
    if state.money:
        months = range(since, late_until + 1 - need.first_payment)
        later = _late_by_money(state, free, months, horizon)
    elif state.dated:
        later = _late_on_days(state.dated, free[since : late_until + 1])
    else:
        later = free[since : late_until + 1 - need.first_payment]
    state.trajectory = state.simulated.simulate_late(state.in_time, later)
    in_time, before = state.in_time.amounts[since:], free.copy() if state.money else []
    for month, amount in enumerate(state.trajectory.amounts[since:]):
        free[since + month] -= amount - (in_time[month] if month < len(in_time) else 0)
    if before:
        keep_for_late_days(state, free, before)


def _late_on_days(need: DatedSaving, money: Sequence[int]) -> list[int]:
    """The money of each month on the first of its late days; without one it stays for the next month."""
    offers: list[int] = []
    there = 0
    for count, arrived in zip(need.late_counts(len(money)), money, strict=True):
        there += arrived
        if count:
            offers += [there, *[0] * (count - 1)]
            there = 0
    return offers


def _late_by_money(state: GoalState, free: Sequence[int], months: range, horizon: int) -> list[int]:
    """What a late goal may have in each month, or on each of its late days, where money has dates."""
    chosen = state.goal.chosen_amount
    if chosen is None and not state.days:
        by = list(accumulate([0, *given_late(free, months, horizon)], max))
        return list(map(sub, by[1:], by))
    offers: list[int] = []
    made = state.made_late if chosen is not None else 0
    given, arrived = -made, list(accumulate(free, initial=0))
    for month, most in zip(months, given_late(free, months, horizon), strict=True):
        for late in _after_late_days(state, month):
            too_late = state.not_kept(month, late)
            there = max(0, min(most, arrived[month + 1] - too_late) - given)
            offers.append(there if chosen is None else min(to_cents(chosen), there))
            given += offers[-1]
        if not month:
            offers, given = still_to_make(offers, made), max(0, given)
    return offers


def still_to_make(offers: Sequence[int], made: int) -> list[int]:
    """The offers without what was made of them before: that is for the first ones."""
    by = [max(0, offered - made) for offered in accumulate(offers, initial=0)]
    return [*map(sub, by[1:], by)]


def _after_late_days(state: GoalState, month: int) -> list[int]:
    """What arrives in a month after each of the goal's late days in it."""
    return state.money.paydays.after_late_days(state.days, month) if state.days and state.money else [0]
