"""The arithmetic of a whole plan, in cents: chosen amounts first, then shares by date, then the late goals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import sub
from typing import Final

from fincred.money import ZERO
from planning.engine.allocation import Claim, Portion, allocate, plan_order, spread
from planning.engine.cents import divided_up, to_cents
from planning.engine.courses import NOWHERE, Course, Need
from planning.engine.feasibility import feasibility
from planning.engine.model import Feasibility, GoalInput, PlanInput
from planning.engine.needs import Needs, last_month

_PATIENCE: Final = 2
"""How often gaps are asked for as they are, before they count double, fourfold, and so on."""


@dataclass(slots=True)
class Standing:
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
    course: Course = NOWHERE

    @property
    def arrives(self) -> bool:
        """Whether nothing is missing at the goal's date."""
        return not self.course.missing

    @property
    def needed(self) -> int:
        """What it takes to arrive: never more than the room of a goal that does, always more else."""
        if self.arrives:
            return min(self.claim, self.room)
        return self.claim if self.claim > self.room else self.room + self.course.missing

    @property
    def feasibility(self) -> Feasibility:
        return feasibility(self.needed, self.room)


def settle(inputs: PlanInput, needs: Needs) -> list[Standing]:
    """Where each goal stands, in the order in which they are served: goals with a chosen amount come first."""
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals))
    late_until = last_month(inputs.as_of)
    free = _free(inputs, chosen + sharing, late_until)
    for standing in chosen:
        _commit(standing, free, late_until)
    _share_out(sharing, free)
    for standing in sharing:
        _spend(free, standing.course.amounts)
    for standing in sharing:
        _go_on_late(standing, free, late_until)
    return chosen + sharing


def settle_dates(inputs: PlanInput, needs: Needs, order: Sequence[int] | None = None) -> list[Standing]:
    """Like `settle`, but only what each goal has at its date counts, and the `order` can be given.

    Much faster where no goal bears interest: then it doesn't matter when money is paid, and courses are empty.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    late_until = last_month(inputs.as_of)
    free = _free(inputs, chosen + sharing, late_until)
    for standing in chosen:
        _commit(standing, free, late_until)
    if any(standing.need.bears_interest for standing in sharing):
        _share_out(sharing, free)
        return chosen + sharing
    _allocate(sharing, free)
    for standing in sharing:
        missing = standing.claim - standing.granted
        standing.course = Course([], [], 0, missing, None)
    return chosen + sharing


def _opening(inputs: PlanInput, needs: Needs, order: Sequence[int]) -> tuple[list[Standing], list[Standing]]:
    """The goals with a chosen amount, and those that share what these leave."""
    chosen: list[Standing] = []
    sharing: list[Standing] = []
    for position in order:
        goal = inputs.goals[position]
        need = needs.of(goal)
        group = sharing if goal.chosen_monthly is None else chosen
        group.append(Standing(position, goal, need, need.total))
    return chosen, sharing


def _free(inputs: PlanInput, standings: list[Standing], late_until: int) -> list[int]:
    months = max([late_until + 1, *(standing.need.months for standing in standings)])
    return [max(0, to_cents(inputs.finances.surplus))] * months


def _commit(standing: Standing, free: list[int], late_until: int) -> None:
    """Give a goal its chosen amount, capped at what is free; it is judged by the surplus if that suffices."""
    need, chosen = standing.need, to_cents(standing.goal.chosen_monthly or ZERO)
    offers = [min(chosen, money) for money in free]
    standing.course = need.given(offers[: need.months])
    standing.granted = sum(standing.course.amounts)
    standing.room = sum((free if standing.arrives else offers)[: need.months])
    standing.binding_month = need.months
    if not standing.arrives:
        later = offers[need.months : late_until + 1 - need.first_payment]
        standing.course = need.given_later(standing.course, later)
    _spend(free, standing.course.amounts)


def _share_out(standings: Sequence[Standing], free: Sequence[int]) -> None:
    """Allocate and spread until every goal that got all it asked for arrives.

    One that is paid later than evenly earns less interest, or owes more: it asks again for the gap as well.
    """
    attempt = 0
    while gaps := _share_once(standings, free, exact=attempt > 0):
        for standing, gap in gaps:
            standing.claim = standing.need.raised(standing.claim, gap << max(0, attempt - _PATIENCE))
        attempt += 1
    for standing in standings:
        standing.course = standing.need.given(standing.offers)


def _share_once(standings: Sequence[Standing], free: Sequence[int], *, exact: bool) -> list[tuple[Standing, int]]:
    """Allocate and spread; returns the goals that got all they asked for and don't arrive, and what is missing."""
    _allocate(standings, free)
    portions = [
        Portion(standing.need.months, standing.granted, _share(standing, exact=exact)) for standing in standings
    ]
    spread(portions, free)
    for standing, portion in zip(standings, portions, strict=True):
        standing.offers = portion.paid
    content = [standing for standing in standings if standing.granted == standing.claim]
    return [(standing, gap) for standing in content if (gap := standing.need.missing(standing.offers))]


def _allocate(standings: Sequence[Standing], free: Sequence[int]) -> None:
    grants = allocate([Claim(standing.need.months, standing.claim) for standing in standings], free)
    for standing, grant in zip(standings, grants, strict=True):
        standing.room, standing.granted = grant.room, grant.amount
        standing.binding_month = grant.binding_month


def _share(standing: Standing, *, exact: bool) -> int:
    """A month's share: the level payment of a goal that gets all of its even instalments.

    With interest these can come to some cents more than the level payment times the months, which the last
    one makes up for. That can be cents too late for a goal after it: `exact` shares are.
    """
    part = divided_up(standing.granted, standing.need.months)
    if standing.granted != standing.need.total or not standing.need.level:
        return part
    return max(part, standing.need.level) if exact else standing.need.level


def _spend(free: list[int], amounts: Sequence[int]) -> None:
    free[: len(amounts)] = map(sub, free, amounts)


def _go_on_late(standing: Standing, free: list[int], late_until: int) -> None:
    """Give a goal that isn't done by its date all that is left after it."""
    need = standing.need
    if standing.arrives:
        return
    later = free[need.months : late_until + 1 - need.first_payment]
    standing.course = need.given_later(standing.course, later)
    left_over = standing.course.amounts[need.months :]
    free[need.months : need.months + len(left_over)] = map(sub, later, left_over)
