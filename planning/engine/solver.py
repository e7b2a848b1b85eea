"""Solve a whole plan in cents: which goal gets how much in which month.

First come goals with a chosen amount, then the other goals up to their dates, then late goals after theirs.
`free` is a list with the cents still free in each month, counted from 0. What was put in this month is part of the
goals' amounts, and of month 0's money it is not free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import sub
from typing import Final

from fincred.money import ZERO
from planning.engine.allocation import Claim, Portion, allocate, plan_order, spread
from planning.engine.feasibility import feasibility
from planning.engine.model import GoalInput, PlanInput
from planning.engine.money.cents import divided_up, to_cents
from planning.engine.needs import Needs, is_overdue, last_month
from planning.engine.own_days import DatedPortion, OwnDays, kept_for_later, spread_on_days
from planning.engine.trajectory import EMPTY, Need, Trajectory
from planning.vocabulary import Feasibility

_LAST_UNSCALED_ATTEMPT: Final = 2
"""Up to this attempt (from 0) a gap is added to a claim as it is; after it doubled, quadrupled and so on."""


@dataclass(slots=True)
class GoalState:
    """A goal in a plan that is being solved. Money is in cents.

    - `position`: the goal's index in the input.
    - `claim`: the sum that the goal asks for by its date.
    - `room`: the sum available to it by then, with what was put in this month.
    - `granted`: the part of `room` that it gets.
    - `binding_month`: the number of months by whose end no more than `room` is left (see `Grant`).
    - `offers`: `granted`, split over the months up to its date.
    """

    position: int
    goal: GoalInput
    need: Need
    claim: int
    room: int = 0
    granted: int = 0
    binding_month: int = 0
    offers: list[int] = field(default_factory=list)
    trajectory: Trajectory = EMPTY

    @property
    def arrives(self) -> bool:
        """Whether the goal is met by its date."""
        return not self.trajectory.missing

    @property
    def needed(self) -> int:
        """Cents needed by the date: at most `room` if the goal is met, more than `room` if not."""
        if self.arrives:
            return min(self.claim, self.room)
        return self.claim if self.claim > self.room else self.room + self.trajectory.missing

    @property
    def feasibility(self) -> Feasibility:
        return feasibility(self.needed, self.room)


def solve(inputs: PlanInput, needs: Needs) -> list[GoalState]:
    """Solve the plan; returns the states in the order of serving.

    Goals with a chosen amount come first, then the others, both in plan order.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals))
    late_until = last_month(inputs.calendar.start)
    free = _free(inputs, chosen + sharing, late_until)
    for state in chosen:
        _commit(state, free, late_until)
    _share_out(sharing, free)
    for state in sharing:
        _spend(free, state)
    if any(state.need.days for state in sharing):
        free[:] = kept_for_later(free)
    for state in sharing:
        _go_on_late(state, free, late_until)
    return chosen + sharing


def solve_dates(inputs: PlanInput, needs: Needs, order: Sequence[int] | None = None) -> list[GoalState]:
    """Solve the plan up to the goals' dates only; `order` (positions) replaces plan order.

    `needed`, `room` and `trajectory.missing` are those of `solve`; trajectories can lack months. Much faster if no
    goal without a chosen amount bears interest: only sums matter then, and the trajectories of these goals have no
    months at all.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    free = _free_by_dates(inputs, chosen, sharing)
    if any(state.need.bears_interest for state in sharing):
        _share_out(sharing, free)
        return chosen + sharing
    _allocate_sums(sharing, free)
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
    _allocate_sums(sharing, _free_by_dates(inputs, chosen, sharing))
    return serving[index]


def _free_by_dates(inputs: PlanInput, chosen: list[GoalState], sharing: list[GoalState]) -> list[int]:
    """The money that chosen amounts leave free in each month, up to the last date of these goals."""
    last = max(state.need.months for state in chosen + sharing)
    late_until = min(last_month(inputs.calendar.start), last)
    free = _free(inputs, chosen + sharing, late_until)
    for state in chosen:
        _commit(state, free, late_until)
    return free


def _opening(inputs: PlanInput, needs: Needs, order: Sequence[int]) -> tuple[list[GoalState], list[GoalState]]:
    """The states before solving: goals with a chosen amount, and the goals that share the rest.

    Among the latter, those that have no payment day left before their date come last: they can't be in time, and
    must not take the money of goals that can.
    """
    chosen: list[GoalState] = []
    sharing: list[GoalState] = []
    for position in order:
        goal = inputs.goals[position]
        need = needs.of(goal)
        group = sharing if goal.chosen_monthly is None else chosen
        group.append(GoalState(position, goal, need, need.total))
    calendar = inputs.calendar
    return chosen, sorted(sharing, key=lambda state: is_overdue(state.goal, calendar))


def _free(inputs: PlanInput, states: list[GoalState], late_until: int) -> list[int]:
    months = max([late_until + 1, *(state.need.months for state in states)])
    free = [max(0, to_cents(inputs.finances.surplus))] * months
    put_in = to_cents(inputs.paid_elsewhere) + sum(to_cents(goal.added) for goal in inputs.goals)
    free[0] = max(0, free[0] - put_in)
    return free


def _commit(state: GoalState, free: list[int], late_until: int) -> None:
    """Pay a goal its chosen amount every month, at most what is free.

    If the goal is met, its `room` is all the free money by its date; if not, the chosen amounts are.
    """
    need, chosen = state.need, to_cents(state.goal.chosen_monthly or ZERO)
    offers = [min(chosen, money) for money in free]
    offers[0] = need.credit + min(max(0, chosen - need.credit), free[0])
    if need.days:
        offers[: need.months] = _offers_on_days(state, need.days, free)
    state.trajectory = need.simulate(offers[: need.months])
    state.granted = sum(state.trajectory.amounts)
    state.room = need.credit + sum(free[: need.months]) if state.arrives else sum(offers[: need.months])
    state.binding_month = need.months
    if not state.arrives:
        later = offers[need.months : late_until + 1 - need.first_payment]
        state.trajectory = need.simulate_late(state.trajectory, later)
    _spend(free, state)
    if need.days:
        free[:] = kept_for_later(free)


def _offers_on_days(state: GoalState, days: OwnDays, free: list[int]) -> list[int]:
    """The chosen amount on each day, as far as the money of the months so far goes."""
    each = to_cents(state.goal.chosen_each or ZERO)
    arrived = spent = 0
    offers = []
    for month, count in enumerate(days.counts):
        arrived += free[month]
        credit = 0 if month else state.need.credit
        amount = min(max(0, each * count - credit), arrived - spent)
        spent += amount
        offers.append(amount + credit)
    return offers


def _share_out(states: Sequence[GoalState], free: Sequence[int]) -> None:
    """Allocate and spread until every goal that gets its whole claim is met.

    A goal that is paid later than evenly earns less interest (or owes more), so its claim can turn out too small.
    Then the claim is raised by the gap, and all goals are allocated and spread again.
    """
    attempt = 0
    while gaps := _share_once(states, free):
        for state, gap in gaps:
            state.claim = state.need.raised(state.claim, gap << max(0, attempt - _LAST_UNSCALED_ATTEMPT))
        attempt += 1
    for state in states:
        state.trajectory = state.need.simulate(state.offers)


def _share_once(states: Sequence[GoalState], free: Sequence[int]) -> list[tuple[GoalState, int]]:
    """Allocate and spread once.

    Returns the goals that got their whole claim and are still not met, each with the missing cents.
    """
    _allocate(states, free)
    for state, paid in zip(states, _spread(states, free), strict=True):
        state.offers = paid + [0] * (state.need.months - len(paid))
        state.offers[0] += state.need.credit
    satisfied = [state for state in states if state.granted == state.claim]
    return [(state, gap) for state in satisfied if (gap := state.need.missing(state.offers))]


def _spread(states: Sequence[GoalState], free: Sequence[int]) -> list[list[int]]:
    """What each goal is paid of the free money, by month."""
    if not any(state.need.days for state in states):
        even = [
            Portion(state.need.months, state.granted - state.need.credit, _share(state), state.need.credit)
            for state in states
        ]
        spread(even, free)
        return [portion.paid for portion in even]
    dated = [
        DatedPortion(_counts(state), state.granted - state.need.credit, _share(state), state.need.credit)
        for state in states
    ]
    spread_on_days(dated, free)
    return [portion.paid for portion in dated]


def _counts(state: GoalState) -> Sequence[int]:
    days = state.need.days
    return days.counts[: days.months] if days else [1] * state.need.months


def _allocate(states: Sequence[GoalState], free: Sequence[int]) -> None:
    grants = allocate([Claim(state.need.deadline, state.claim - state.need.credit) for state in states], free)
    for state, grant in zip(states, grants, strict=True):
        credit = state.need.credit
        state.room, state.granted = grant.room + credit, grant.amount + credit
        state.binding_month = grant.binding_month


def _allocate_sums(states: Sequence[GoalState], free: Sequence[int]) -> None:
    """Allocate as if the time of a payment made no difference: what isn't granted is missing."""
    _allocate(states, free)
    for state in states:
        state.trajectory = Trajectory([], [], 0, state.claim - state.granted, None)


def _share(state: GoalState) -> int:
    """The goal's share a month: its level payment if `granted` is `need.total`, otherwise an even part."""
    if state.granted == state.need.total and state.need.level:
        return state.need.level
    days = state.need.days
    return divided_up(state.granted, sum(days.counts) if days else state.need.months)


def _spend(free: list[int], state: GoalState) -> None:
    amounts = state.trajectory.amounts
    free[: len(amounts)] = map(sub, free, amounts)
    free[0] += state.need.credit


def _go_on_late(state: GoalState, free: list[int], late_until: int) -> None:
    """Pay a goal that isn't met by its date all the money that is free after the date."""
    need = state.need
    if state.arrives:
        return
    later = free[need.months : late_until + 1 - need.first_payment]
    state.trajectory = need.simulate_late(state.trajectory, later)
    paid_late = state.trajectory.amounts[need.months :]
    free[need.months : need.months + len(paid_late)] = map(sub, later, paid_late)
