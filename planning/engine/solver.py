"""The arithmetic of a whole plan, in cents: chosen amounts first, then shares by date, then the late goals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import sub
from typing import Final

from fincred.money import ZERO
from planning.engine.allocation import Claim, Portion, allocate, plan_order, spread
from planning.engine.feasibility import feasibility
from planning.engine.model import GoalInput, PlanInput
from planning.engine.money.cents import divided_up, to_cents
from planning.engine.needs import Needs, last_month
from planning.engine.trajectory import EMPTY, Need, Trajectory
from planning.vocabulary import Feasibility

_PATIENCE: Final = 2
"""How often gaps are asked for as they are, before they count double, fourfold, and so on."""


@dataclass(slots=True)
class GoalState:
    """Where a goal stands in a plan; money in cents.

    `claim` is what it asks for by its date, `room` what can be given to it by then, `binding_month` the month
    by which no more is left, `granted` what of that is held for it and `offers` how it is spread over the months.
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
        """Whether nothing is missing at the goal's date."""
        return not self.trajectory.missing

    @property
    def needed(self) -> int:
        """What it takes to arrive: never more than the room of a goal that does, always more else."""
        if self.arrives:
            return min(self.claim, self.room)
        return self.claim if self.claim > self.room else self.room + self.trajectory.missing

    @property
    def feasibility(self) -> Feasibility:
        return feasibility(self.needed, self.room)


def solve(inputs: PlanInput, needs: Needs) -> list[GoalState]:
    """Where each goal stands, in the order in which they are served: goals with a chosen amount come first."""
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals))
    late_until = last_month(inputs.as_of)
    free = _free(inputs, chosen + sharing, late_until)
    for state in chosen:
        _commit(state, free, late_until)
    _share_out(sharing, free)
    for state in sharing:
        _spend(free, state.trajectory.amounts)
    for state in sharing:
        _go_on_late(state, free, late_until)
    return chosen + sharing


def solve_dates(inputs: PlanInput, needs: Needs, order: Sequence[int] | None = None) -> list[GoalState]:
    """Like `solve`, but only what each goal has at its date counts, and the `order` can be given.

    Much faster where no goal bears interest: when money is paid doesn't matter then, and trajectories are empty.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    late_until = last_month(inputs.as_of)
    free = _free(inputs, chosen + sharing, late_until)
    for state in chosen:
        _commit(state, free, late_until)
    if any(state.need.bears_interest for state in sharing):
        _share_out(sharing, free)
        return chosen + sharing
    _allocate(sharing, free)
    for state in sharing:
        missing = state.claim - state.granted
        state.trajectory = Trajectory([], [], 0, missing, None)
    return chosen + sharing


def _opening(inputs: PlanInput, needs: Needs, order: Sequence[int]) -> tuple[list[GoalState], list[GoalState]]:
    """The goals with a chosen amount, and those that share what these leave."""
    chosen: list[GoalState] = []
    sharing: list[GoalState] = []
    for position in order:
        goal = inputs.goals[position]
        need = needs.of(goal)
        group = sharing if goal.chosen_monthly is None else chosen
        group.append(GoalState(position, goal, need, need.total))
    return chosen, sharing


def _free(inputs: PlanInput, states: list[GoalState], late_until: int) -> list[int]:
    months = max([late_until + 1, *(state.need.months for state in states)])
    return [max(0, to_cents(inputs.finances.surplus))] * months


def _commit(state: GoalState, free: list[int], late_until: int) -> None:
    """Give a goal its chosen amount, capped at what is free; it is judged by the surplus if that suffices."""
    need, chosen = state.need, to_cents(state.goal.chosen_monthly or ZERO)
    offers = [min(chosen, money) for money in free]
    state.trajectory = need.simulate(offers[: need.months])
    state.granted = sum(state.trajectory.amounts)
    state.room = sum((free if state.arrives else offers)[: need.months])
    state.binding_month = need.months
    if not state.arrives:
        later = offers[need.months : late_until + 1 - need.first_payment]
        state.trajectory = need.simulate_late(state.trajectory, later)
    _spend(free, state.trajectory.amounts)


def _share_out(states: Sequence[GoalState], free: Sequence[int]) -> None:
    """Allocate and spread until every goal that got all it asked for arrives.

    One that is paid later than evenly earns less interest, or owes more: it asks again for the gap as well.
    """
    attempt = 0
    while gaps := _share_once(states, free, exact=attempt > 0):
        for state, gap in gaps:
            state.claim = state.need.raised(state.claim, gap << max(0, attempt - _PATIENCE))
        attempt += 1
    for state in states:
        state.trajectory = state.need.simulate(state.offers)


def _share_once(states: Sequence[GoalState], free: Sequence[int], *, exact: bool) -> list[tuple[GoalState, int]]:
    """Allocate and spread; returns the goals that got all they asked for and don't arrive, and what is missing."""
    _allocate(states, free)
    portions = [Portion(state.need.months, state.granted, _share(state, exact=exact)) for state in states]
    spread(portions, free)
    for state, portion in zip(states, portions, strict=True):
        state.offers = portion.paid
    content = [state for state in states if state.granted == state.claim]
    return [(state, gap) for state in content if (gap := state.need.missing(state.offers))]


def _allocate(states: Sequence[GoalState], free: Sequence[int]) -> None:
    grants = allocate([Claim(state.need.months, state.claim) for state in states], free)
    for state, grant in zip(states, grants, strict=True):
        state.room, state.granted = grant.room, grant.amount
        state.binding_month = grant.binding_month


def _share(state: GoalState, *, exact: bool) -> int:
    """A month's share: the level payment of a goal that gets all of its even instalments.

    With interest these can come to some cents more than the level payment times the months, which the last
    one makes up for. That can be cents too late for a goal after it: `exact` shares are.
    """
    part = divided_up(state.granted, state.need.months)
    if state.granted != state.need.total or not state.need.level:
        return part
    return max(part, state.need.level) if exact else state.need.level


def _spend(free: list[int], amounts: Sequence[int]) -> None:
    free[: len(amounts)] = map(sub, free, amounts)


def _go_on_late(state: GoalState, free: list[int], late_until: int) -> None:
    """Give a goal that isn't done by its date all that is left after it."""
    need = state.need
    if state.arrives:
        return
    later = free[need.months : late_until + 1 - need.first_payment]
    state.trajectory = need.simulate_late(state.trajectory, later)
    left_over = state.trajectory.amounts[need.months :]
    free[need.months : need.months + len(left_over)] = map(sub, later, left_over)
