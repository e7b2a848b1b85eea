"""Solve a whole plan in cents: which goal gets how much in which month.

First come goals with a chosen amount, then the other goals up to their dates, then late goals after theirs.
`free` is a list with the cents still free in each month, counted from 0. What was put in this month is part of the
goals' amounts, and of month 0's money it is not free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import gt, sub
from typing import Final

from fincred.money import ZERO
from planning.engine.allocation import Claim, Portion, allocate, plan_order, spread
from planning.engine.dated_saving import DatedSaving
from planning.engine.effort import Effort
from planning.engine.feasibility import feasibility
from planning.engine.model import GoalInput, PlanInput
from planning.engine.money.cents import average, divided_up, to_cents
from planning.engine.needs import Needs, is_overdue, last_month
from planning.engine.own_days import DatedPortion, OwnDays, kept_for_later, spread_on_days
from planning.engine.trajectory import EMPTY, Need, Trajectory
from planning.vocabulary import Feasibility, Frequency

_LAST_UNSCALED_ATTEMPT: Final = 2
"""Up to this attempt (from 0) a gap is added to a claim as it is; after it doubled, quadrupled and so on."""
_BEYOND_ANY_ROOM: Final = 64
_LAST_SCALED_ATTEMPT: Final = 12
"""After this attempt a claim is raised beyond any room. No plan is known that gets so far."""


@dataclass(slots=True)
class GoalState:
    """A goal in a plan that is being solved. Money is in cents.

    - `position`: the goal's index in the input.
    - `claim`: the sum that the goal asks for by its date.
    - `room`: the sum available to it by then, with what was put in this month.
    - `granted`: the part of `room` that it gets.
    - `binding_month`: the number of months by whose end no more than `room` is left (see `Grant`).
    - `offers`: `granted`, split over the months (or days of its own) up to its date.
    - `missing`: the cents missing at its date.
    - `in_time`: what happens up to its date; `solve_dates` leaves it out.
    - `trajectory`: the same, and for a late goal what happens after it.
    """

    position: int
    goal: GoalInput
    need: Need
    claim: int
    room: int = 0
    granted: int = 0
    binding_month: int = 0
    offers: list[int] = field(default_factory=list)
    missing: int = 0
    in_time: Trajectory = EMPTY
    trajectory: Trajectory = EMPTY

    @property
    def dated(self) -> DatedSaving | None:
        """The need of a goal with days of its own."""
        return self.need if isinstance(self.need, DatedSaving) else None

    @property
    def days(self) -> OwnDays | None:
        """The goal's own days of payment; None if these are the dates of the calendar."""
        return self.need.days if isinstance(self.need, DatedSaving) else None

    @property
    def required_monthly(self) -> int:
        """The level payment a month; with days of its own, see `allocated_monthly`."""
        return self._monthly(self.need.total) if self.days else self.need.level

    @property
    def allocated_monthly(self) -> int:
        """The average payment up to the date: a month, or with monthly days of its own on each of them."""
        return self._monthly(sum(self.in_time.amounts))

    def _monthly(self, total: int) -> int:
        if self.days and self.days.cadence.frequency == Frequency.MONTHLY:
            return average(total, sum(self.days.counts))
        return average(total, self.need.months)

    @property
    def due(self) -> int:
        """What is still to be paid today on debts, of the month that ends today."""
        return to_cents(self.goal.due)

    @property
    def paid_this_month(self) -> int:
        """The part of the present month's payment that was made; a month of debts is present until it is paid."""
        return to_cents(self.goal.due_made) if self.due else self.need.credit

    @property
    def this_month(self) -> int:
        """The part of the present month's payment that is still to be made."""
        return self.due or self.trajectory.amounts[0] - self.need.credit

    @property
    def arrives(self) -> bool:
        """Whether the goal is met by its date."""
        return not self.missing

    @property
    def needed(self) -> int:
        """Cents needed by the date: at most `room` if the goal is met, more than `room` if not."""
        if self.arrives:
            return min(self.claim, self.room)
        return self.claim if self.claim > self.room else self.room + self.missing

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
        _commit(state, free, late_until, needs.effort)
    _share_out(sharing, free, needs.effort)
    for state in sharing:
        state.in_time = state.trajectory = state.need.simulate(state.offers)
        _spend(free, state)
    for state in _late_in_order(inputs, sharing):
        if min(free) < 0:  # a month is paid from what the months before it leave
            free[:] = kept_for_later(free)
        _go_on_late(state, free, late_until)
    return chosen + sharing


def solve_dates(inputs: PlanInput, needs: Needs, order: Sequence[int] | None = None) -> list[GoalState]:
    """Solve the plan up to the goals' dates only; `order` (positions) replaces plan order.

    `needed`, `room` and `missing` are those of `solve`; there are no trajectories. Much faster if no goal without
    a chosen amount bears interest: only sums matter then.
    """
    chosen, sharing = _opening(inputs, needs, plan_order(inputs.goals) if order is None else order)
    free = _free_by_dates(inputs, chosen, sharing, needs.effort)
    if any(state.need.bears_interest for state in sharing):
        _share_out(sharing, free, needs.effort)
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
    free = _free_by_dates(inputs, chosen, sharing, needs.effort)
    _allocate_sums(sharing, free, needs.effort)
    return serving[index]


def _free_by_dates(
    inputs: PlanInput, chosen: list[GoalState], sharing: list[GoalState], effort: Effort
) -> list[int]:
    """The money that chosen amounts leave free in each month, up to the last date of these goals."""
    last = max(state.need.months for state in chosen + sharing)
    late_until = min(last_month(inputs.calendar.start), last)
    free = _free(inputs, chosen + sharing, late_until)
    for state in chosen:
        _commit(state, free, late_until, effort)
    return free


def _opening(inputs: PlanInput, needs: Needs, order: Sequence[int]) -> tuple[list[GoalState], list[GoalState]]:
    """The states before solving: goals with a chosen amount, and the goals that share the rest.

    Among the latter, those that have no payment day left before their date come last: they can't be in time, and
    must not take the money of goals that can.
    """
    chosen: list[GoalState] = []
    sharing: list[GoalState] = []
    overdue: list[GoalState] = []
    for position in order:
        goal = inputs.goals[position]
        needs.effort.spend(30 + 20 * len(goal.debts))
        need = needs.of(goal)
        state = GoalState(position, goal, need, need.total)
        if goal.chosen_monthly is not None:
            chosen.append(state)
        else:
            (overdue if is_overdue(goal, inputs.calendar) else sharing).append(state)
    return chosen, sharing + overdue


def _free(inputs: PlanInput, states: list[GoalState], late_until: int) -> list[int]:
    months = max([late_until + 1, *(state.need.months for state in states)])
    free = [max(0, to_cents(inputs.finances.surplus))] * months
    put_in = sum([goal.added for goal in inputs.goals], inputs.paid_elsewhere)
    free[0] = max(0, free[0] - to_cents(put_in - inputs.kept))
    return free


def _commit(state: GoalState, free: list[int], late_until: int, effort: Effort) -> None:
    """Pay a goal its chosen amount every month (or day of its own), at most what is free.

    If the goal is met, its `room` is all the free money by its date; if not, the chosen amounts are.
    """
    effort.spend((15 if state.days else 5) * max(state.need.months, late_until))
    need, in_time = state.need, _chosen(state, free)
    state.in_time = state.trajectory = need.simulate(in_time)
    state.missing = state.in_time.missing
    state.granted = sum(state.in_time.amounts)
    state.room = need.credit + sum(free[: need.deadline]) if state.arrives else state.granted
    state.binding_month = need.deadline
    if not state.arrives:
        state.trajectory = need.simulate_late(state.in_time, _chosen_late(state, free, late_until))
    _spend(free, state)
    if state.days:
        free[:] = kept_for_later(free)


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


def _share_out(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    """Allocate and spread until every goal that gets its whole claim is met.

    A goal that is paid later than evenly earns less interest (or owes more), so its claim can turn out too small.
    Then the claim is raised by the gap, and all goals are allocated and spread again. It ends when no claim rises.
    """
    attempt = 0
    while _raise_claims(_share_once(states, free, effort), attempt):
        attempt += 1
    for state in states:
        state.missing = state.need.missing(state.offers)


def _raise_claims(gaps: list[tuple[GoalState, int]], attempt: int) -> bool:
    """Raise the claims that turned out too small; whether one of them rose."""
    before = [state.claim for state, _ in gaps]
    scale = max(0, attempt - _LAST_UNSCALED_ATTEMPT) if attempt <= _LAST_SCALED_ATTEMPT else _BEYOND_ANY_ROOM
    for state, gap in gaps:
        state.claim = state.need.raised(state.claim, gap << scale)
    return before != [state.claim for state, _ in gaps]


def _share_once(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> list[tuple[GoalState, int]]:
    """Allocate and spread once.

    Returns the goals that got their whole claim and are still not met, each with the missing cents.
    """
    _allocate(states, free, effort)
    _spread(states, free, effort)
    satisfied = [state for state in states if state.granted == state.claim]
    return [(state, gap) for state in satisfied if (gap := state.need.missing(state.offers))]


def _spread(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    """Split what each goal is granted over its months, or its days; what was put in already is part of it.

    Where a month has less money than the one before, or days don't fit the months, money is kept for later months.
    """
    if any(state.days for state in states) or _is_money_kept(states, free):
        effort.spend(12 * sum([state.need.months for state in states]))
        dated = [_dated_portion(state) for state in states]
        spread_on_days(dated, free)
        for state, portion in zip(states, dated, strict=True):
            state.offers = portion.paid
            if not state.days:
                state.offers[0] = max(state.offers[0], state.need.credit)
        return
    even = [
        Portion(state.need.months, state.granted - state.need.credit, _share(state), state.need.credit)
        for state in states
    ]
    effort.spend(50 * len(states) + 20 * spread(even, free))
    for state, shares in zip(states, even, strict=True):
        state.offers = shares.paid
        state.offers[0] += state.need.credit


def _is_money_kept(states: Sequence[GoalState], free: Sequence[int]) -> bool:
    """Whether a month has less money than the one before; what these goals were given in month 0 counts."""
    given = sum([state.need.credit for state in states]) if free[0] else 0
    return any(map(gt, [free[0] + given, *free[1:]], free[1:]))


def _dated_portion(state: GoalState) -> DatedPortion:
    days, need = state.days, state.need
    counts = days.counts[: need.deadline] if days else [1] * need.months
    return DatedPortion(counts, state.granted, _share(state), need.credit, skips=days is not None)


def _allocate(states: Sequence[GoalState], free: Sequence[int], effort: Effort) -> None:
    effort.spend(len(states) * (15 + len(states) // 4))
    grants = allocate([Claim(state.need.deadline, state.claim - state.need.credit) for state in states], free)
    for state, grant in zip(states, grants, strict=True):
        credit = state.need.credit
        state.room, state.granted = grant.room + credit, grant.amount + credit
        state.binding_month = grant.binding_month


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


def _spend(free: list[int], state: GoalState) -> None:
    amounts = state.trajectory.amounts
    free[: len(amounts)] = map(sub, free, amounts)
    free[0] += state.need.credit


def _late_in_order(inputs: PlanInput, states: Sequence[GoalState]) -> list[GoalState]:
    """The goals that aren't met by their dates, in plan order."""
    late = {state.position: state for state in states if not state.arrives}
    return [late[position] for position in plan_order(inputs.goals) if position in late] if late else []


def _go_on_late(state: GoalState, free: list[int], late_until: int) -> None:
    """Pay a goal that isn't met by its date all the money that is free after the date."""
    need, since = state.need, state.need.months
    if state.dated:
        since -= 1
        later = _late_on_days(state.dated, free[since : late_until + 1])
    else:
        later = free[since : late_until + 1 - need.first_payment]
    state.trajectory = need.simulate_late(state.in_time, later)
    in_time = state.in_time.amounts[since:]
    for month, amount in enumerate(state.trajectory.amounts[since:]):
        free[since + month] -= amount - (in_time[month] if month < len(in_time) else 0)


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
