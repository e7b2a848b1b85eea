"""Share free money among the goals without a chosen amount, up to their dates. All money is whole cents."""

from collections.abc import Sequence
from functools import partial
from operator import and_, gt
from typing import Final

from planning.engine.allocation import Claim, Portion, allocate, spread
from planning.engine.claims import Claims
from planning.engine.early_payments import EarlyPayments
from planning.engine.effort import Effort
from planning.engine.free_money import add_freed, hold_back
from planning.engine.goal_state import GoalState
from planning.engine.held_back import given_by
from planning.engine.money.cents import divided_up
from planning.engine.payment_days import FirstDays
from planning.engine.portions import DatedPortion, MonthlyPortion, spread_on_days, still_to_be_paid
from planning.engine.trajectory import DebtPayoff

_LAST_FREE_ATTEMPT: Final = 1
"""After this attempt (from 0) a payment that wasn't on its month's first day doesn't count as if it were."""


def share_out(
    states: Sequence[GoalState], free: Sequence[int], effort: Effort, days: FirstDays, early: EarlyPayments
) -> None:
    """Allocate and spread until every goal that gets its whole claim is met.

    A goal that is paid later than evenly earns less interest (or owes more), so its claim can turn out too small.
    Then it claims more (see `Claims`), and all goals are allocated and spread again. It ends when no claim
    changes. `days` and `early` have the goals that were paid before.
    """
    claims, attempt, is_settled = Claims(states), 0, False
    while not is_settled:
        counted = [state.on_first_day for state in states]
        _share_once(states, free, effort, days, early)
        if attempt > _LAST_FREE_ATTEMPT:
            for state, first_days in zip(states, counted, strict=True):
                state.on_first_day = tuple(map(and_, first_days, state.on_first_day))
        is_settled = not claims.change() and not _free_later(states, len(free))
        attempt += 1
    for state in states:
        state.missing = state.simulated.missing(state.offers)


def _free_later(states: Sequence[GoalState], months: int) -> bool:
    """Postpone when what is kept for debts is free, if paying them earlier clears them later. Whether it did.

    It happens if the rate of one is about to rise, and the payments went to another one.
    """
    for state in states:
        if state.payoff and state.frees_from is not None and state.granted < state.claim:
            cleared = state.payoff.cleared_by(state.offers, months)
            state.not_before = max(state.not_before, months if cleared is None else cleared)
    return any(state.not_before > (state.frees_from or 0) for state in states)


def _share_once(
    states: Sequence[GoalState], free: Sequence[int], effort: Effort, days: FirstDays, early: EarlyPayments
) -> None:
    """Allocate and spread once."""
    _allocate(states, free, effort, early)
    taken = _spread(states, free, effort, days.committed, early)
    days.find(states, [state.offers for state in states], taken)


def allocate_sums(states: Sequence[GoalState], free: Sequence[int], effort: Effort, early: EarlyPayments) -> None:
    """Allocate as if the time of a payment made no difference: what isn't granted is missing."""
    _allocate(states, free, effort, early)
    for state in states:
        state.missing = state.claim - state.granted


def _allocate(states: Sequence[GoalState], free: Sequence[int], effort: Effort, early: EarlyPayments) -> None:
    effort.spend(len(states) * (15 + len(states) // 4) * (4 if states[0].money else 1) if states else 0)
    until = max([state.horizon for state in states], default=0)
    claims = [
        Claim(
            state.need.deadline,
            state.claim - state.need.credit,
            state.late_income,
            state.horizon,
            partial(_frees, state, state.payoff, until=until, effort=effort) if state.payoff else None,
        )
        for state in states
    ]
    lacking = partial(early.lacking, states[0]) if states and states[0].money else None
    grants = allocate(claims, free, lacking)
    for state, grant in zip(states, grants, strict=True):
        credit = state.need.credit
        state.room, state.granted = grant.room + credit, grant.amount + credit
        state.binding_month, state.binding_late_income = grant.binding_month, grant.late_income


def _frees(
    state: GoalState, payoff: DebtPayoff, amount: int, free: Sequence[int], *, until: int, effort: Effort
) -> list[int]:
    """How much more the last months have for goals served later, once the goal is granted `amount`.

    Empty if that is nothing before the month `until`. Its credit isn't part of the amount.
    """
    state.free_if_granted(payoff, amount + payoff.credit, until)
    state.held = 0
    if state.frees_from is None or state.frees_from >= until:
        return []
    effort.spend(40 + 2 * (len(free) - state.frees_from))
    state.hold(free)
    if state.held:
        return hold_back(state.promised(len(free)), [state])[state.held_until - 1 :]
    return payoff.kept(len(free))[state.frees_from :]


def _spread(
    states: Sequence[GoalState],
    free: Sequence[int],
    effort: Effort,
    committed: Sequence[GoalState],
    early: EarlyPayments,
) -> Sequence[int]:
    """Split what each goal is granted, with what was put in already, over its months or own days.

    `committed` are the goals that are paid before them, and `early` their early payments.

    If a month has less money than the one before, or goals have own days, money is kept for later months. Then it
    returns what all of them take of each month's money, otherwise an empty sequence.
    """
    with_freed = add_freed(free, states)
    if any(state.days for state in states) or _is_money_kept(states, with_freed):
        effort.spend(sum([(35 if state.days else 8) * state.need.months for state in states]))
        is_lacking = min(with_freed) < 0  # otherwise all that has arrived may be given
        horizons = {state.horizon for state in states if state.money} if is_lacking else ()
        most = {horizon: given_by(with_freed, horizon) for horizon in horizons}
        dated = [dated_portion(state, most.get(state.horizon, ()), early) for state in states]
        _keep_promises(states, dated, free, effort)
        ahead = paid_ahead(committed)
        for portion in dated:
            portion.ahead = ahead
        taken = spread_on_days(dated, with_freed)
        for state, portion in zip(states, dated, strict=True):
            state.offers = portion.paid
            if not state.days:
                state.offers[0] = max(state.offers[0], state.need.credit)
        return taken
    even = [
        Portion(state.need.months, state.granted - state.need.credit, _share(state), state.need.credit)
        for state in states
    ]
    effort.spend(50 * len(states) + 20 * spread(even, with_freed))
    for state, shares in zip(states, even, strict=True):
        state.offers = shares.paid
        state.offers[0] += state.need.credit
    return ()


def dated_portion(state: GoalState, most: Sequence[int], early: EarlyPayments) -> DatedPortion:
    days, need, money = state.days, state.need, state.money
    counts = days.counts[: max(1, need.deadline)] if days else [1] * need.months
    kind = DatedPortion if state.own_days else MonthlyPortion
    portion = kind(counts, state.granted, _share(state), need.credit)
    if money:
        portion.most = most
        portion.late_income = state.arriving_late
        portion.too_late = early.lacking(state, need.deadline - 1, state.late_income)
        if state.own_days:
            arriving = money.paydays.after_days(state.own_days)
            portion.later = early.lacking_after(state, arriving)
            (after_today,) = money.paydays.after(0, [money.paydays.calendar.as_of])
            portion.later_now, portion.kept = [min(late, after_today) for late in arriving[0]], state.kept[0]
    return portion


def paid_ahead(committed: Sequence[GoalState]) -> list[tuple[int, int]]:
    """What month 0 still pays these goals, as in `DatedPortion.ahead`."""
    ahead: list[tuple[int, int]] = []
    for state in committed:
        days, money, later, paid = state.own_days, state.money, [-1], state.trajectory.amounts
        if days and money:
            later = [*money.paydays.after_days(days)[0], *money.paydays.after_late_days(days, 0)]
            paid = state.trajectory.by_day[0]
        ahead += still_to_be_paid(later, paid, state.need.credit)
    return ahead


def _share(state: GoalState) -> int:
    """The goal's share of each month (or own day).

    It is the level payment if `granted` is what that comes to, otherwise an even part of `granted`.
    """
    counted = state.counted
    if state.granted == counted.total and counted.level:
        return counted.level
    payments = max(1, sum(state.days.counts)) if state.days else state.need.months
    return divided_up(state.granted, payments) + state.sooner


def _keep_promises(
    states: Sequence[GoalState], portions: Sequence[DatedPortion], free: Sequence[int], effort: Effort
) -> None:
    """Keep each goal's money as if its own debts, and those of goals served after it, freed nothing.

    A plan that is made again must not count on that money either.
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
            free, before = hold_back(add_freed(free, [state]), [state]), {}


def _is_money_kept(states: Sequence[GoalState], free: Sequence[int]) -> bool:
    """Whether money has to be kept for later months.

    That is so if a month has less money than the one before (in month 0 with what was put in), if it has less than
    nothing, or if money arrives too late for a date.
    """
    given = sum([state.need.credit for state in states]) if free[0] else 0
    falls = any(map(gt, [free[0] + given, *free[1:]], free[1:]))
    return falls or free[0] < 0 or any(state.late_income for state in states)
