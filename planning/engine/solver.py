"""Solve a whole plan in cents: which goal gets how much in which month.

First come goals with a chosen amount, then the other goals up to their dates, then late goals after theirs.
`free` is a list with the cents still free in each month, counted from 0; where money has dates, a month can have
less than nothing, and takes from the others. What was put in this month is part of the goals' amounts, and of
month 0's money it is not free.
"""

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from operator import add, gt, sub
from typing import Final

from fincred.money import ZERO
from planning.engine.allocation import Claim, Portion, allocate, plan_order, spread
from planning.engine.cycles import most_cycles
from planning.engine.effort import Effort
from planning.engine.free_money import add_freed, free_money, keep_for_payments, look_ahead
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_by
from planning.engine.late import go_on_late
from planning.engine.model import PlanInput
from planning.engine.money.cents import divided_up, to_cents
from planning.engine.needs import Needs, is_overdue, last_month
from planning.engine.own_days import DatedPortion, kept_for_later, spread_on_days
from planning.engine.payment_days import FirstDays
from planning.engine.trajectory import DebtPayoff

_LAST_UNSCALED_ATTEMPT: Final = 2
"""Up to this attempt (from 0) a gap is added to a claim as it is; after it doubled, quadrupled and so on."""
_BEYOND_ANY_ROOM: Final = 64
_LAST_SCALED_ATTEMPT: Final = 12
"""After this attempt a claim is raised above any room. We know no plan that needs this."""


def solve(inputs: PlanInput, needs: Needs) -> list[GoalState]:
    """Solve the plan; returns the states in the order of serving.

    Goals with a chosen amount come first, then the others, both in plan order. Later cycles of a recurring
    goal come right behind it.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals))
    late_until = last_month(inputs.calendar.start)
    free = free_money(inputs, needs, chosen + sharing, late_until)
    days = FirstDays(free, needs.effort)
    for state in chosen:
        _commit(state, free, late_until, needs.effort, days)
    _share_out(sharing, free, needs.effort, days)
    free[:] = add_freed(free, sharing)
    for state in sharing:
        state.in_time = state.trajectory = state.simulated.simulate(state.offers)
        _spend(free, state)
    late_chosen = [state for state in chosen if state.reserved_late]
    for state in late_chosen:  # paid anew below, once it is known what all others are promised
        free[:] = map(add, free, state.reserved_late)
        state.trajectory = state.in_time
    for state in chosen + sharing:
        _free_early(state, free)
    keep_for_payments(chosen + sharing, free)
    for state in (*late_chosen, *_late_in_order(inputs, sharing)):
        if not inputs.is_dated and min(free) < 0:  # a month is paid from what the months before it leave
            free[:] = kept_for_later(free)
        # What others are paid later is not the late goal's, so it looks ahead beyond its own horizon.
        paid_until = max([max(each.horizon, len(each.trajectory.amounts)) for each in chosen + sharing])
        go_on_late(state, free, late_until, horizon=paid_until)
        _free_early(state, free)
    return chosen + sharing


def solve_dates(inputs: PlanInput, needs: Needs, order: Sequence[int] | None = None) -> list[GoalState]:
    """Solve the plan up to the goals' dates only; `order` (positions) replaces plan order.

    `needed`, `room` and `missing` are those of `solve`; there are no trajectories. Much faster if no goal without
    a chosen amount bears interest: only sums matter then.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    free, days = _free_by_dates(inputs, needs, chosen, sharing)
    if any(state.need.bears_interest for state in sharing):
        _share_out(sharing, free, needs.effort, days)
        return chosen + sharing
    _allocate_sums(sharing, free, needs.effort)
    return chosen + sharing


def at_best(inputs: PlanInput, needs: Needs, order: Sequence[int], position: int) -> GoalState:
    """The state of the goal at `position`, if each goal could be paid evenly.

    If it isn't met here, `solve_dates` doesn't meet it either: what is paid later than evenly earns less, so goals
    then claim more, which never leaves more room to others. Much faster, because only sums matter, and only those
    of the goals served before it.
    """
    chosen, sharing = _opening(inputs, needs, order)
    serving = chosen + sharing
    index = next(index for index, state in enumerate(serving) if state.position == position)
    sharing = serving[len(chosen) : index + 1]
    free, _ = _free_by_dates(inputs, needs, chosen, sharing)
    _allocate_sums(sharing, free, needs.effort)
    return serving[index]


def _free_by_dates(
    inputs: PlanInput, needs: Needs, chosen: list[GoalState], sharing: list[GoalState]
) -> tuple[list[int], FirstDays]:
    """The money that chosen amounts leave free in each month, up to the last date of these goals."""
    last = max(state.need.months for state in chosen + sharing)
    late_until = min(last_month(inputs.calendar.start), last)
    free = free_money(inputs, needs, chosen + sharing, late_until)
    days = FirstDays(free, needs.effort)
    for state in chosen:
        _commit(state, free, late_until, needs.effort, days)
    return free, days


def _opening(inputs: PlanInput, needs: Needs, order: Sequence[int]) -> tuple[list[GoalState], list[GoalState]]:
    """The states before solving: goals with a chosen amount, and the goals that share the rest.

    Among the latter, those that have no payment day left before their date come last: they can't be in time, and
    must not take the money of goals that can.
    """
    chosen: list[GoalState] = []
    sharing: list[GoalState] = []
    overdue: list[GoalState] = []
    most = most_cycles(inputs.goals)
    for position in order:
        for cycle, goal in enumerate(needs.cycles(inputs.goals[position], most)):
            needs.effort.spend(30)
            need = needs.of(goal)
            state = GoalState(position, goal, need, need.total, cycle=cycle)
            if goal.chosen_monthly is not None:
                chosen.append(state)
            else:
                (overdue if is_overdue(goal, inputs.calendar) else sharing).append(state)
    if inputs.is_dated:
        look_ahead([*chosen, *sharing, *overdue], inputs, needs.dated_money(inputs.finances))
    return chosen, sharing + overdue


def _commit(state: GoalState, free: list[int], late_until: int, effort: Effort, days: FirstDays) -> None:
    """Pay a goal its chosen amount every month (or day of its own), at most what is free.

    If the goal is met, its `room` is all the free money by its date; if not, the chosen amounts are.
    """
    effort.spend((15 if state.days else 30 if state.money else 5) * max(state.need.months, late_until))
    need, in_time = state.need, _chosen_by_money(state, free) if state.money else _chosen(state, free)
    days.find([state], [in_time])
    state.in_time = state.trajectory = state.simulated.simulate(in_time)
    days.committed.append(state)
    state.missing = state.in_time.missing
    state.granted = sum(state.in_time.amounts)
    state.room = need.credit + _free_by_date(state, free) if state.arrives else state.granted
    state.binding_month, state.binding_late_income = need.deadline, state.late_income
    if state.money:
        _spend(free, state)
        if state.payoff:
            state.frees_from = state.payoff.cleared_after(state.in_time, len(free))
            free[:] = add_freed(free, [state])
        keep_for_payments([state], free)
        if state.goes_on_late:
            before = free.copy()
            go_on_late(state, free, late_until, horizon=state.horizon)
            state.reserved_late = list(map(sub, before, free))
        return
    if state.goes_on_late:
        state.trajectory = need.simulate_late(state.in_time, _chosen_late(state, free, late_until))
    _spend(free, state)
    if state.days:
        free[:] = kept_for_later(free)


def _free_by_date(state: GoalState, free: Sequence[int]) -> int:
    """The most that may be given to the goal by its date."""
    deadline = state.need.deadline
    if not state.money:
        return sum(free[:deadline])
    by_date = sum(free[:deadline]) - state.late_income
    return max(0, min(by_date, given_by(free, state.horizon)[deadline]))


def _chosen_by_money(state: GoalState, free: Sequence[int]) -> list[int]:
    """The chosen amount of each month, or on each day, up to the goal's date, where money has dates."""
    portion = _dated_portion(state, given_by(free, state.horizon))
    portion.follow([0, *accumulate(free)])
    return portion.pay_chosen(to_cents(state.goal.chosen_each or state.goal.chosen_monthly or ZERO))


def _chosen(state: GoalState, free: Sequence[int]) -> list[int]:
    """The chosen amount of each month, or on each day, up to the goal's date."""
    need, credit = state.need, state.need.credit
    if state.days:
        each, counts = to_cents(state.goal.chosen_each or ZERO), state.days.counts
        return _each_on_days(each, counts, [free[0] + min(credit, each * counts[0]), *free[1 : need.months]])
    chosen = to_cents(state.goal.chosen_monthly or ZERO)
    first = credit + min(max(0, chosen - credit), free[0])
    return [first, *(min(chosen, money) for money in free[1 : need.months])]


def _chosen_late(state: GoalState, free: Sequence[int], late_until: int) -> list[int]:
    """The chosen amount of each month, or on each day, after the goal's date."""
    need = state.need
    if state.dated:
        left = need.credit + sum(free[: need.months]) - sum(state.in_time.amounts)
        money = [left, *free[need.months : late_until + 1]]
        return _each_on_days(to_cents(state.goal.chosen_each or ZERO), state.dated.late_counts(len(money)), money)
    chosen = to_cents(state.goal.chosen_monthly or ZERO)
    return [min(chosen, money) for money in free[need.months : late_until + 1 - need.first_payment]]


def _each_on_days(each: int, counts: Sequence[int], money: Sequence[int]) -> list[int]:
    """An amount on each of the days that months have, as far as the money of the months so far goes."""
    offers, there = [], 0
    for days, arrived in zip(counts, money, strict=True):
        there += arrived
        for _ in range(days):
            offers.append(min(each, there))
            there -= offers[-1]
    return offers


def _share_out(states: Sequence[GoalState], free: Sequence[int], effort: Effort, days: FirstDays) -> None:
    """Allocate and spread until every goal that gets its whole claim is met.

    A goal that is paid later than evenly earns less interest (or owes more), so its claim can turn out too small.
    Then the claim is raised by the gap, and all goals are allocated and spread again. It ends when no claim rises.
    """
    attempt = 0
    while _raise_claims(_share_once(states, free, effort, days), attempt) or _free_later(states, len(free)):
        attempt += 1
    for state in states:
        state.missing = state.simulated.missing(state.offers)


def _raise_claims(gaps: list[tuple[GoalState, int]], attempt: int) -> bool:
    """Raise the claims that turned out too small; whether one of them rose."""
    before = [state.claim for state, _ in gaps]
    scale = max(0, attempt - _LAST_UNSCALED_ATTEMPT) if attempt <= _LAST_SCALED_ATTEMPT else _BEYOND_ANY_ROOM
    for state, gap in gaps:
        state.claim = state.need.raised(state.claim, gap << scale)
    return before != [state.claim for state, _ in gaps]


def _free_later(states: Sequence[GoalState], months: int) -> bool:
    """Free what is kept for debts later, where paying them earlier clears them later; whether that was so.

    It is so where the rate of one is about to rise, and the payments went to another one.
    """
    for state in states:
        if state.payoff and state.frees_from is not None and state.granted < state.claim:
            cleared = state.payoff.cleared_by(state.offers, months)
            state.not_before = max(state.not_before, months if cleared is None else cleared)
    return any(state.not_before > (state.frees_from or 0) for state in states)


def _share_once(
    states: Sequence[GoalState], free: Sequence[int], effort: Effort, days: FirstDays
) -> list[tuple[GoalState, int]]:
    """Allocate and spread once.

    Returns the goals that got their whole claim and are still not met, each with the missing cents.
    """
    _allocate(states, free, effort)
    _spread(states, free, effort)
    days.find(states, [state.offers for state in states])
    satisfied = [state for state in states if state.granted == state.claim]
    return [(state, gap) for state in satisfied if (gap := state.simulated.missing(state.offers))]


def _spread(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    """Split what each goal is granted over its months, or its days; what was put in already is part of it.

    Where a month has less money than the one before, or days don't fit the months, money is kept for later months.
    """
    with_freed = add_freed(free, states)
    if any(state.days for state in states) or _is_money_kept(states, with_freed):
        effort.spend(12 * sum([state.need.months for state in states]))
        most = {h: given_by(with_freed, h) for h in {state.horizon for state in states if state.money}}
        dated = [_dated_portion(state, most.get(state.horizon, ())) for state in states]
        _keep_promises(states, dated, free, effort)
        spread_on_days(dated, with_freed)
        for state, portion in zip(states, dated, strict=True):
            state.offers = portion.paid
            if not state.days:
                state.offers[0] = max(state.offers[0], state.need.credit)
        return
    even = [
        Portion(state.need.months, state.granted - state.need.credit, _share(state), state.need.credit)
        for state in states
    ]
    effort.spend(50 * len(states) + 20 * spread(even, with_freed))
    for state, shares in zip(states, even, strict=True):
        state.offers = shares.paid
        state.offers[0] += state.need.credit


def _keep_promises(
    states: Sequence[GoalState], portions: Sequence[DatedPortion], free: Sequence[int], effort: Effort
) -> None:
    """Have each goal's money kept as if its own debts, and those of goals served after it, freed nothing.

    When it is planned again, it must not count on that either.
    """
    if not any(state.payoff and state.frees_from is not None for state in states):
        return
    before: dict[int, list[int]] = {}
    for state, portion in zip(states, portions, strict=True):
        if state.horizon not in before:
            effort.spend(len(free) // 2)
            before[state.horizon] = given_by(free, state.horizon)
        portion.most_before = before[state.horizon]
        if state.payoff and state.frees_from is not None:
            free, before = add_freed(free, [state]), {}


def _is_money_kept(states: Sequence[GoalState], free: Sequence[int]) -> bool:
    """Whether a month has less money than the one before; what these goals were given in month 0 counts.

    So it is, too, if a month has less than nothing, or if money arrives too late for a date.
    """
    given = sum([state.need.credit for state in states]) if free[0] else 0
    falls = any(map(gt, [free[0] + given, *free[1:]], free[1:]))
    return falls or free[0] < 0 or any(state.late_income for state in states)


def _dated_portion(state: GoalState, most: Sequence[int]) -> DatedPortion:
    days, need, money = state.days, state.need, state.money
    counts = days.counts[: need.deadline] if days else [1] * need.months
    portion = DatedPortion(counts, state.granted, _share(state), need.credit, skips=days is not None)
    if money:
        portion.most = most
        portion.late_income = state.late_income
        portion.later = money.paydays.after_days(days) if days else ()
    return portion


def _allocate(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    effort.spend(len(states) * (15 + len(states) // 4))
    until = max([state.horizon for state in states], default=0)
    claims = [
        Claim(
            state.need.deadline,
            state.claim - state.need.credit,
            state.late_income,
            state.horizon,
            partial(_frees, state, state.payoff, until=until, months=len(free), effort=effort)
            if state.payoff
            else None,
        )
        for state in states
    ]
    grants = allocate(claims, free)
    for state, grant in zip(states, grants, strict=True):
        credit = state.need.credit
        state.room, state.granted = grant.room + credit, grant.amount + credit
        state.binding_month, state.binding_late_income = grant.binding_month, grant.late_income


def _frees(
    state: GoalState, payoff: DebtPayoff, amount: int, *, until: int, months: int, effort: Effort
) -> list[int]:
    """What the last of the months have more for the goals served later, once a goal is granted so much.

    Empty if that is nothing before the month `until`. The amount is beside its credit.
    """
    state.free_if_granted(payoff, amount + payoff.credit, until)
    if state.frees_from is None or state.frees_from >= until:
        return []
    effort.spend(40 + 2 * (months - state.frees_from))
    return payoff.kept(months)[state.frees_from :]


def _allocate_sums(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    """Allocate as if the time of a payment made no difference: what isn't granted is missing."""
    _allocate(states, free, effort)
    for state in states:
        state.missing = state.claim - state.granted


def _share(state: GoalState) -> int:
    """The goal's share a month (or on a day of its own).

    It is its level payment if `granted` is `need.total`, otherwise an even part.
    """
    if state.granted == state.need.total and state.need.level:
        return state.need.level
    return divided_up(state.granted, sum(state.days.counts) if state.days else state.need.months)


def _free_early(state: GoalState, free: list[int]) -> None:
    """Free what isn't kept any more for debts that are cleared before others count on it: for late goals only."""
    if state.payoff:
        more = map(sub, state.freed(len(free)), state.promised(len(free)))
        free[:] = map(add, free, more)


def _spend(free: list[int], state: GoalState) -> None:
    amounts = state.trajectory.amounts
    free[: len(amounts)] = map(sub, free, amounts)
    free[0] += state.need.credit


def _late_in_order(inputs: PlanInput, states: Sequence[GoalState]) -> list[GoalState]:
    """The goals that aren't met by their dates, in plan order."""
    late = {state.position: state for state in states if state.goes_on_late}
    return [late[position] for position in plan_order(inputs.goals) if position in late] if late else []
