"""Solve a whole plan in cents: which goal gets how much in which month.

First come goals with a chosen amount, then the other goals up to their dates, then late goals after theirs.
`free` is a list with the cents still free in each month, counted from 0. If money has dates, a month can have
less than nothing, and takes that from the others. What was put in this month is part of the goals' amounts, and
not free in month 0.
"""

from collections.abc import Sequence
from operator import add, sub
from typing import Final

from planning.engine.allocation import plan_order
from planning.engine.chosen_amounts import ChosenAmounts, give_chosen
from planning.engine.claims import saved_by_paying_sooner
from planning.engine.cycles import most_cycles
from planning.engine.early_payments import EarlyPayments, keep_for_payments
from planning.engine.free_money import (
    add_freed,
    free_early,
    free_money,
    hold_back,
    look_ahead,
    spend,
    unkept,
)
from planning.engine.goal_state import GoalState
from planning.engine.late import go_on_late_in_order, go_on_late_in_turns
from planning.engine.late_money import LateMoney
from planning.engine.model import PlanInput
from planning.engine.needs import Needs, is_overdue, last_month
from planning.engine.payment_days import FirstDays
from planning.engine.sharing import allocate_sums, share_out

_AT_ONCE: Final = 60
"""Late chosen amounts are paid up to a multiple of this number of months."""


def solve(inputs: PlanInput, needs: Needs) -> list[GoalState]:
    """Solve the plan; returns the states in the order of serving.

    Goals with a chosen amount come first, then the others, both in plan order. Of the others, those with no
    payment day left before their date come last. Later cycles of a recurring goal come right behind it.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals))
    late_until = last_month(inputs.calendar.start)
    free = free_money(inputs, needs, chosen + sharing, late_until)
    unkept(chosen + sharing, len(free))
    _, days, early = ChosenAmounts().pay(chosen, free, late_until, needs.effort)
    kept = tuple(chosen[0].kept) if chosen else ()
    share_out(sharing, free, needs.effort, days, early)
    for state in sharing:
        state.kept_before = kept
        state.in_time = state.trajectory = state.simulated.simulate(state.offers)
    late_chosen, late = [state for state in chosen if state.reserved_late], _late_in_order(inputs, sharing)
    if late_chosen or late:
        horizon = max([max(state.horizon, len(state.in_time.amounts)) for state in chosen + sharing])
        money = LateMoney(_left_in_time(chosen, sharing, free), late_until, horizon)
        if inputs.is_dated:
            go_on_late_in_turns(late_chosen, late, money)
        else:
            go_on_late_in_order(late, money)
    return chosen + sharing


def solve_dates(
    inputs: PlanInput,
    needs: Needs,
    order: Sequence[int] | None = None,
    amounts: ChosenAmounts | None = None,
) -> list[GoalState]:
    """Solve the plan up to the goals' dates only; `order` (positions) replaces plan order.

    `needed`, `room` and `missing` are those of `solve`; there are no trajectories. Much faster if no goal without
    a chosen amount bears interest: only sums matter then. `amounts` know those of plans that were solved before.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    chosen, free, days, early = _free_by_dates(inputs, needs, chosen, sharing, amounts or ChosenAmounts())
    if any(state.need.bears_interest for state in sharing):
        share_out(sharing, free, needs.effort, days, early)
        return chosen + sharing
    allocate_sums(sharing, free, needs.effort, early)
    return chosen + sharing


def at_best(
    inputs: PlanInput, needs: Needs, order: Sequence[int], position: int, amounts: ChosenAmounts
) -> GoalState:
    """The state of the goal at `position`, if each goal could be paid evenly, or cents of it sooner.

    If it isn't met here, `solve_dates` doesn't meet it either: what is paid later than evenly earns less, so goals
    then claim more, which never leaves more room to others. Much faster, because only sums matter, and only those
    of the goals served before it.
    """
    chosen, sharing = _opening(inputs, needs, order)
    serving = chosen + sharing
    index = next(index for index, state in enumerate(serving) if state.position == position)
    first = min(index, len(chosen))
    served = serving[first : index + 1]
    _, free, days, early = _free_by_dates(inputs, needs, chosen[:first], served, amounts)
    if index < len(chosen):
        give_chosen(serving[index], free, needs.effort, days, early)
    else:
        allocate_sums(served, free, needs.effort, early)
        serving[index].missing = max(0, serving[index].missing - saved_by_paying_sooner(serving[index]))
    return serving[index]


def _free_by_dates(
    inputs: PlanInput,
    needs: Needs,
    chosen: list[GoalState],
    sharing: list[GoalState],
    amounts: ChosenAmounts,
) -> tuple[list[GoalState], list[int], FirstDays, EarlyPayments]:
    """The goals with a chosen amount, paid; and what they leave free in each month, up to the last date of all.

    Late chosen amounts are paid as far ahead as money is held back, because a month that then lacks something
    takes it from the months before; and one month further, because money may be kept for a payment in the month
    before it. Some months more make no difference, and let plans with nearly the same last date share `amounts`.
    """
    last = max(max(state.need.months, state.horizon) for state in chosen + sharing)
    late_until = min(last_month(inputs.calendar.start), last + 1 + -(last + 1) % _AT_ONCE)
    free = free_money(inputs, needs, chosen + sharing, late_until)
    unkept(chosen + sharing, len(free))
    paid, days, early = amounts.pay(chosen, free, late_until, needs.effort)
    return paid, free, days, early


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
            needs.effort.spend(150 if inputs.is_dated else 50)
            need = needs.of(goal)
            state = GoalState(position, goal, need, need.total, cycle=cycle)
            if goal.chosen_monthly is not None:
                chosen.append(state)
            else:
                (overdue if is_overdue(goal, inputs.calendar) else sharing).append(state)
    if inputs.is_dated:
        look_ahead([*chosen, *sharing, *overdue], inputs, needs.dated_money(inputs.finances))
    return chosen, sharing + overdue


def _left_in_time(chosen: list[GoalState], sharing: list[GoalState], free: Sequence[int]) -> list[int]:
    """What all goals leave free in each month up to their dates; `free` is what chosen amounts leave."""
    left = add_freed(free, sharing)
    for state in sharing:
        spend(left, state)
    for state in chosen:
        if state.reserved_late:  # paid anew, once it is known what all others are promised
            left[:] = map(add, left, state.reserved_late)
            state.kept[:] = map(sub, state.kept, state.kept_late)
            state.trajectory, state.late_offers = state.in_time, []
    for state in chosen + sharing:
        free_early(state, left)
    keep_for_payments(chosen + sharing, left)
    return hold_back(left, sharing)


def _late_in_order(inputs: PlanInput, states: Sequence[GoalState]) -> list[GoalState]:
    """The goals that aren't met by their dates, in plan order."""
    late = {state.position: state for state in states if state.goes_on_late}
    return [late[position] for position in plan_order(inputs.goals) if position in late] if late else []
