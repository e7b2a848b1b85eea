"""Changes that would make an unrealistic goal reachable: a later date, a smaller amount, more money a month.

Each alternative is found by solving changed plans. It is exact: with it the goal is met, and with one day or one
cent less of a change it isn't.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal

from fincred.money import MAX_MONEY
from planning.engine.allocation import plan_order
from planning.engine.chosen_amounts import ChosenAmounts
from planning.engine.claims import saved_by_paying_sooner
from planning.engine.effort import TooMuchEffortError
from planning.engine.free_money import money_by_month
from planning.engine.goal_state import GoalState
from planning.engine.held_back import LEAST_HORIZON
from planning.engine.model import Alternative, GoalInput, PlanInput
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents
from planning.engine.needs import Needs, date_with_months, last_month
from planning.engine.smallest import Margin, smallest_number
from planning.engine.solver import at_best, solve_dates
from planning.engine.target_dates import dates_on_days
from planning.vocabulary import AlternativeKind, Feasibility

MAX_GOALS: Final = 20
"""The most goals that get alternatives: the first in the order of serving."""
MAX_EFFORT: Final = 2_600_000
"""The steps after which the search for a plan's alternatives ends (see `Effort`), about a quarter of a second."""


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What the search found, by the goal's position in the input.

    `cut` are the positions of unrealistic goals for which the search reached its limit: there may be more.
    """

    found: Mapping[int, tuple[Alternative, ...]]
    cut: frozenset[int]


NO_ALTERNATIVES: Final = Alternatives({}, frozenset())


def find_alternatives(
    inputs: PlanInput,
    states: list[GoalState],
    needs: Needs,
    wanted: Literal[True] | Callable[[GoalInput], bool] = True,
) -> Alternatives:
    """Find alternatives for the first `MAX_GOALS` unrealistic goals, of those that are `wanted`.

    `needs` must be new and have solved these `states` only. What they remember costs no effort: if they knew more,
    a search that ends at `MAX_EFFORT` would get further, and the answer would depend on what was asked before.

    :raises TooMuchEffortError: it takes more than what is left of the effort that `needs` allow.
    """
    present = [state for state in states if not state.cycle]
    unrealistic = [
        state
        for state in present
        if state.feasibility is Feasibility.UNREALISTIC and (wanted is True or wanted(state.goal))
    ]
    trials = _Trials(needs)
    effort = needs.effort
    allowed, own = effort.most, effort.spent + MAX_EFFORT
    effort.most = own if allowed is None else min(allowed, own)
    order = plan_order(inputs.goals)
    found: dict[int, tuple[Alternative, ...]] = {}
    cut = {state.position for state in unrealistic}
    try:
        for state in unrealistic[:MAX_GOALS]:
            best = trials.at_best(inputs, order, state.position)
            search = _Search(inputs, states, state, order, trials, best)
            for alternative in search.alternatives():
                found[state.position] = (*found.get(state.position, ()), alternative)
            cut.remove(state.position)
    except TooMuchEffortError:  # what was found until then is valid
        if effort.most != own:
            raise
    effort.most = allowed
    return Alternatives(found, frozenset(cut))


@dataclass(slots=True)
class _Trials:
    """Solves changed plans. `last` is the last plan that was solved, with its order and states."""

    needs: Needs
    amounts: ChosenAmounts = field(default_factory=ChosenAmounts)
    last: tuple[PlanInput, list[int], list[GoalState]] | None = None

    def solve(self, inputs: PlanInput, order: list[int]) -> list[GoalState]:
        if self.last is None or self.last[:2] != (inputs, order):
            self.last = inputs, order, solve_dates(inputs, self.needs, order, self.amounts)
        return self.last[2]

    def at_best(self, inputs: PlanInput, order: list[int], position: int) -> GoalState:
        return at_best(inputs, self.needs, order, position, self.amounts)


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for one goal's alternatives.

    `best` is the goal's state if each goal could be paid evenly.
    """

    inputs: PlanInput
    states: list[GoalState]
    state: GoalState
    order: list[int]
    trials: _Trials
    best: GoalState

    def alternatives(self) -> Iterator[Alternative]:
        for search in (self._later_date, self._smaller_amount, self._more_money):
            if found := search():
                yield found

    def _later_date(self) -> Alternative | None:
        """The earliest date by which the goal can be met.

        It is searched in the unchanged plan's order of serving. With a later date the goal may be served later. So
        the date counts only if it also works in the order that it leads to, and makes no other goal worse. In that
        order an earlier date may work too.
        """
        goal, calendar, months = self.state.goal, self.inputs.calendar, self.state.need.months
        if goal.cadence:
            return self._later_date_on_days(dates_on_days(goal.cadence, calendar, after=goal.target_date))

        def date_after(more: int) -> date:
            return date_with_months(goal, calendar, months + more)

        if self.inputs.is_dated and not goal.debts:
            day = self._first_day(months)
        else:
            more = self._more_time(date_after, last_month(calendar.start) - months)
            day = None if more is None else date_after(more)
        if day is None or not self._is_harmless(self._with_date(day)):
            return None
        if self._is_met_before(day):
            day = self._earliest(day)
            if self._is_met_before(day):  # to the harm of another goal
                return None
        return Alternative(AlternativeKind.LATER_DATE, target_date=day)

    def _first_day(self, months: int) -> date | None:
        """A day by which the goal can be met, but not by the day before; each may be a payday.

        It is in a month by whose end the goal can be met, but not by its start.
        """
        calendar = self.inputs.calendar

        def end(more: int) -> date:
            return max(calendar.day(months - 1 + more), calendar.as_of + timedelta(days=1))

        more = self._more_time(end, last_month(calendar.start) - months + 1)
        if more is None:
            return None
        since = max(self.state.goal.target_date, calendar.as_of)
        if more > 1:
            since = max(since, end(more - 1))
        days = [since + timedelta(days=count) for count in range(1, (end(more) - since).days + 1)]
        first = bisect_left(
            days, 0, hi=len(days) - 1, key=lambda day: self._margin(self._with_date(day), self.order)
        )
        return days[first]

    def _more_time(self, date_after: Callable[[int], date], most: int) -> int | None:
        year = money_by_month(self.inputs, self.trials.needs, LEAST_HORIZON)[:LEAST_HORIZON]
        rise = max(1, sum(year) // LEAST_HORIZON)
        return self._smallest_change(lambda more: self._with_date(date_after(more)), rise=rise, most=most)

    def _later_date_on_days(self, dates: Sequence[date]) -> Alternative | None:
        """The first of the dates that works and makes no other goal worse.

        If a date harms another goal, a later one may not: with more days the goal takes less of the others' money.
        """
        days = [self.state.goal.target_date, *dates]
        more = self._more_time(days.__getitem__, len(dates))
        while more is not None and more < len(days):
            end = bisect_left(days, self._next_in_queue(days[more]), lo=more)
            found = self._first_harmless(days, more, end)
            if found is not None:
                return Alternative(AlternativeKind.LATER_DATE, target_date=self._earliest(days[found]))
            more = end
        return None

    def _earliest(self, day: date) -> date:
        """`day`, which works, or an earlier day that works, but not the day before it.

        In the order that the date leads to, the goal may be met earlier, because debts of a goal before it free
        their minimum payments sooner. And each day moves the later cycles of a recurring goal, even if its first
        one has the same payments.
        """
        since = max(self.state.goal.target_date, self.inputs.as_of)  # doesn't work

        def works(count: int) -> bool:
            return self._is_harmless(self._with_date(since + timedelta(days=count)))

        high, step = (day - since).days, 1
        while high > step and works(high - step):
            high, step = high - step, 2 * step
        return since + timedelta(days=bisect_left(range(high), True, lo=max(0, high - step) + 1, key=works))

    def _next_in_queue(self, day: date) -> date:
        """The first date after `day` with which the goal is served later."""
        goal = self.state.goal
        others = (each for each in self.inputs.goals if each is not goal)
        equals = (each for each in others if (each.priority, each.primary) == (goal.priority, goal.primary))
        return min((each.target_date for each in equals if each.target_date > day), default=date.max)

    def _first_harmless(self, days: Sequence[date], first: int, end: int) -> int | None:
        """The first index before `end` of a date that harms no goal; later dates harm the others less."""

        def is_harmless(index: int) -> bool:
            return self._is_harmless(self._with_date(days[index]))

        step, low = 1, first
        while not is_harmless(high := min(low + step, end) - 1):
            low, step = high + 1, 2 * step
            if low >= end:
                return None
        return bisect_left(range(high), True, lo=low, key=is_harmless)

    def _is_harmless(self, inputs: PlanInput) -> bool:
        """Whether the goal is met with these inputs and no other goal gets a larger shortfall or a worse label."""
        before = {state.position: state for state in self.states if not state.cycle}
        for state in self.trials.solve(inputs, plan_order(inputs.goals)):
            if state.cycle:
                continue
            old = before[state.position]
            if state.position == self.state.position:
                if not state.arrives:
                    return False
            elif state.missing > old.missing or _is_worse(state, old):
                return False
        return True

    def _is_met_before(self, day: date) -> bool:
        inputs = self._with_date(day - timedelta(days=1))
        order = plan_order(inputs.goals)
        return self._margin_at_best(inputs, order) >= 0 and self._margin(inputs, order) >= 0

    def _smaller_amount(self) -> Alternative | None:
        """The largest target that can be met by the same date; not less than what is already saved."""
        goal = self.state.goal
        if goal.debts:
            return None
        target = to_cents(goal.target_amount)

        def smaller(less: int) -> GoalInput:
            return replace(goal, target_amount=exact_money(target - less))

        room = self.best.room + _saved(self.state)  # it doesn't depend on what the goal asks for

        def at_best(less: int) -> int:
            return room - self.trials.needs.of(smaller(less)).total

        less = self._smallest_change(
            lambda less: self._with_goal(smaller(less)),
            at_best if goal.chosen_monthly is None else None,
            rise=1,
            most=target - max(1, to_cents(goal.present_amount)),
            guess=self.state.missing,
        )
        if less is None:
            return None
        return Alternative(AlternativeKind.SMALLER_AMOUNT, target_amount=exact_money(target - less))

    def _more_money(self) -> Alternative | None:
        """The smallest additional income a month with which the goal is met."""
        if not self.state.binding_month:  # no day is left before its date
            return None
        finances = self.inputs.finances
        gap = 0 if self.inputs.is_dated else max(0, -to_cents(finances.surplus))

        def change(more: int) -> PlanInput:
            income = finances.monthly_income + exact_money(gap + more)
            return replace(self.inputs, finances=replace(finances, monthly_income=income))

        more = self._smallest_change(
            change,
            rise=self.state.binding_month,
            most=min(sum(state.claim for state in self.states), to_cents(MAX_MONEY) - gap),
        )
        if more is None:
            return None
        return Alternative(AlternativeKind.MORE_MONEY, extra_monthly=exact_money(gap + more))

    def _smallest_change(
        self,
        change: Callable[[int], PlanInput],
        at_best: Margin | None = None,
        *,
        rise: int,
        most: int,
        guess: int = 1,
    ) -> int | None:
        """The size, from 1 to `most`, of the smallest change with which the goal is met; None if none is enough.

        First it finds the smallest change that is enough at best (if each goal is paid evenly), which is quick; no
        smaller one is enough. `at_best` may be a quicker way to the margin at best. `rise` is what a change of 1
        roughly adds to the margin. The order of serving stays.
        """
        if most < 1:
            return None
        change = cache(change)

        def exactly(size: int) -> int:
            return self._margin(change(size), self.order)

        least = 1
        if (lacking := -_margin_of(self.best)) > 0:
            margin = at_best or (lambda size: self._margin_at_best(change(size), self.order))
            found = smallest_number(margin, above=0, lacking=lacking, rise=rise, most=most)
            if found is None:
                return None
            least, rise = found
        lacking = rise * max(1, guess - least + 1)
        found = smallest_number(exactly, above=least - 1, lacking=lacking, rise=rise, most=most, is_flat=True)
        return found[0] if found else None

    def _with_date(self, day: date) -> PlanInput:
        return self._with_goal(replace(self.state.goal, target_date=day))

    def _with_goal(self, changed: GoalInput) -> PlanInput:
        goals = list(self.inputs.goals)
        goals[self.state.position] = changed
        return replace(self.inputs, goals=tuple(goals))

    def _margin_at_best(self, inputs: PlanInput, order: list[int]) -> int:
        """An upper bound of `_margin`; negative only if `_margin` is."""
        return _margin_of(self.trials.at_best(inputs, order, self.state.position))

    def _margin(self, inputs: PlanInput, order: list[int]) -> int:
        """The goal's room less its need, in cents; below 0 if it isn't met."""
        states = self.trials.solve(inputs, order)
        state = next(each for each in states if each.position == self.state.position)
        # A claim may have been raised too far for its room. What is missing says better how near the goal is.
        return state.room - state.needed if state.arrives else -state.missing


def _margin_of(best: GoalState) -> int:
    """The most that a goal's room may exceed its need, in cents, if each goal is paid evenly at best."""
    return best.room - best.needed + _saved(best)


def _saved(state: GoalState) -> int:
    """The most that a goal may need less than if it is paid evenly, in cents.

    Cents may be paid sooner. And on days of its own, what was put in beyond the first day's payment earns interest
    for the present month.
    """
    need, sooner = state.need, saved_by_paying_sooner(state)
    if not (state.days and need.bears_interest and need.credit):
        return sooner
    rate = rate_units(state.goal.annual_rate)
    earned = grown(need.credit, rate) - need.credit
    for _ in range(need.months):
        earned = grown(earned, rate) + 1  # each month may be rounded up
    return earned + sooner


def _is_worse(state: GoalState, old: GoalState) -> bool:
    labels = list(Feasibility)
    return labels.index(state.feasibility) > labels.index(old.feasibility)
