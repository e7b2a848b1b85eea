"""Goals that aren't met by their dates: what they get after them."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, starmap
from operator import sub

from planning.engine.dated_saving import DatedSaving
from planning.engine.free_money import keep_for_late_days
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_late
from planning.engine.money.cents import to_cents


def late_months(state: GoalState, late_until: int) -> range:
    """The months with payments after the goal's date."""
    since = _late_since(state)
    return range(since, max(since, late_until + 1 - state.need.first_payment))


def _late_since(state: GoalState) -> int:
    """The first month with payments after the goal's date: with days of its own that of the date itself."""
    return state.need.months - 1 if state.dated else state.need.months


def in_stretches(late: Sequence[GoalState], late_until: int) -> Iterator[range]:
    """All months, cut where a goal becomes late that comes, in plan order, before one which is late already."""
    cuts, before = set(), late_until
    for since in reversed([*map(_late_since, late)]):
        if since > before:
            cuts.add(since)
        before = min(before, since)
    yield from starmap(range, pairwise([0, *sorted(cuts), late_until + 1]))


def go_on_late(state: GoalState, free: list[int], months: range, *, horizon: int, paid_until: int = 0) -> None:
    """Pay a goal that isn't met by its date all the money that is free in these late months, or its chosen amount.

    Where money has dates, what a month before the horizon lacks is held back, and what others' late payments
    before the month `paid_until` count on. Late months before these, in which it wasn't paid, had nothing for it.
    """
    skipped = months.start - _late_since(state)
    counts = state.dated.late_counts(skipped) if state.dated else [1] * skipped
    if state.money:
        later = _late_by_money(state, free, months, given_late(free, months, horizon, paid_until))
    elif state.dated:
        later = _late_on_days(state.dated, free[months.start : months.stop])
    else:
        later = free[months.start : months.stop]
    before, paid = free.copy(), state.trajectory.amounts[months.start :]
    offered = state.late_offers
    state.late_offers = [*offered, *[0] * (sum(counts) - len(offered)), *later]
    state.trajectory = state.simulated.simulate_late(state.in_time, state.late_offers)
    for month, amount in enumerate(state.trajectory.amounts[months.start :]):
        free[months.start + month] -= amount - (paid[month] if month < len(paid) else 0)
    keep_for_late_days(state, free, before, months)


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


def _late_by_money(state: GoalState, free: Sequence[int], months: range, most_by: Sequence[int]) -> list[int]:
    """What a late goal may have in each month, or on each of its late days, where money has dates."""
    chosen = state.goal.chosen_amount
    if chosen is None and not state.days:
        by = list(accumulate([0, *most_by], max))
        return list(map(sub, by[1:], by))
    offers: list[int] = []
    made = state.made_late if chosen is not None else 0
    given, arrived = -made, list(accumulate(free, initial=0))
    for month, most in zip(months, most_by, strict=True):
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
