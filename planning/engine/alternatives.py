"""Changes that would make an unrealistic goal reachable: a later date, a smaller amount, more money a month.

Each alternative is found by solving changed plans. It is exact: with it the goal is met, and with one day or one
cent less of a change it isn't.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from fincred.money import MAX_MONEY
from planning.engine.allocation import plan_order
from planning.engine.model import Alternative, GoalInput, PlanInput
from planning.engine.money.cents import divided_up, exact_money, to_cents
from planning.engine.needs import Needs, date_with_months, last_month
from planning.engine.solver import GoalState, solve_dates
from planning.vocabulary import Feasibility

MAX_GOALS: Final = 20
"""The number of goals that get alternatives, first in order of serving."""
MAX_EFFORT: Final = 3_000_000
"""The search ends after this much effort, one to two seconds. Units: goals, or their months with interest."""
DEBT_EFFORT: Final = 5
"""The effort of a debt's month, if a month of savings is 1."""

Margin = Callable[[int], int]
"""From the size of a change to room less need, in cents: 0 or more if the goal is met."""


def find_alternatives(
    inputs: PlanInput, states: list[GoalState], needs: Needs
) -> dict[int, tuple[Alternative, ...]]:
    """Find alternatives for the first `MAX_GOALS` unrealistic goals, by the goal's position in `inputs`.

    Goals for which nothing works, or that the search didn't get to within `MAX_EFFORT`, are left out.
    """
    unrealistic = [state for state in states if state.feasibility is Feasibility.UNREALISTIC]
    trials = _Trials(needs)
    found: dict[int, tuple[Alternative, ...]] = {}
    with suppress(_TooMuchEffortError):
        for state in unrealistic[:MAX_GOALS]:
            for alternative in _Search(inputs, states, state, trials).alternatives():
                found[state.position] = (*found.get(state.position, ()), alternative)
    return found


class _TooMuchEffortError(Exception):
    """The search has reached `MAX_EFFORT`; the alternatives found so far are valid."""


@dataclass(slots=True)
class _Trials:
    """Solves changed plans and counts the effort.

    `solve` raises `_TooMuchEffortError` once the effort exceeds `MAX_EFFORT`.
    """

    needs: Needs
    effort: int = 0

    def solve(self, inputs: PlanInput, order: list[int] | None = None) -> list[GoalState]:
        if self.effort > MAX_EFFORT:
            raise _TooMuchEffortError
        states = solve_dates(inputs, self.needs, order)
        self.effort += sum([_effort(state) for state in states])
        return states


def _effort(state: GoalState) -> int:
    if not state.need.bears_interest:
        return 1
    return state.need.months * (DEBT_EFFORT * len(state.goal.debts) or 1)


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for one goal's alternatives."""

    inputs: PlanInput
    states: list[GoalState]
    state: GoalState
    trials: _Trials

    def alternatives(self) -> Iterator[Alternative]:
        for search in (self._later_date, self._smaller_amount, self._more_money):
            if found := search():
                yield found

    def _later_date(self) -> Alternative | None:
        """The earliest date by which the goal can be met.

        It is searched in the unchanged plan's order of serving. With a later date the goal may be served later, so
        the date counts only if it also works in its own order and makes no other goal worse.
        """
        months = self.state.need.months
        most = last_month(self.inputs.calendar.start) - months
        order = plan_order(self.inputs.goals)

        def margin(more: int) -> int:
            return self._margin(self._with_date(self._date_after(months + more)), order)

        more = _smallest(margin, first_guess=1, most=most)
        if more is None:
            return None
        day = self._date_after(months + more)
        if self._is_harmless(day) and self._margin(self._with_date(day - timedelta(days=1))) < 0:
            return Alternative("later_date", target_date=day)
        return None

    def _date_after(self, months: int) -> date:
        return date_with_months(self.state.goal, self.inputs.calendar, months)

    def _is_harmless(self, day: date) -> bool:
        """Whether the goal is met by that day and no other goal gets a larger shortfall or a worse label."""
        before = {state.position: state for state in self.states}
        for state in self.trials.solve(self._with_date(day)):
            old = before[state.position]
            if state.position == self.state.position:
                if not state.arrives:
                    return False
            elif state.trajectory.missing > old.trajectory.missing or _is_worse(state, old):
                return False
        return True

    def _smaller_amount(self) -> Alternative | None:
        """The largest target that can be met by the same date, at least what is already saved."""
        goal = self.state.goal
        if goal.debts:
            return None
        target = to_cents(goal.target_amount)

        def margin(less: int) -> int:
            return self._margin(self._with_goal(replace(goal, target_amount=exact_money(target - less))))

        most = target - max(1, to_cents(goal.present_amount))
        less = _smallest(margin, first_guess=self.state.trajectory.missing, most=most)
        return None if less is None else Alternative("smaller_amount", target_amount=exact_money(target - less))

    def _more_money(self) -> Alternative | None:
        """The smallest additional income a month with which the goal is met."""
        surplus = to_cents(self.inputs.finances.surplus)
        gap = max(0, -surplus)

        def margin(more: int) -> int:
            finances = self.inputs.finances
            income = finances.monthly_income + exact_money(more)
            return self._margin(replace(self.inputs, finances=replace(finances, monthly_income=income)))

        most = min(gap + sum(state.claim for state in self.states), to_cents(MAX_MONEY))
        first_guess = gap + divided_up(self.state.needed - self.state.room, self.state.binding_month)
        more = _smallest(margin, first_guess=first_guess, most=most)
        return None if more is None else Alternative("more_money", extra_monthly=exact_money(more))

    def _with_date(self, day: date) -> PlanInput:
        return self._with_goal(replace(self.state.goal, target_date=day))

    def _with_goal(self, changed: GoalInput) -> PlanInput:
        goals = list(self.inputs.goals)
        goals[self.state.position] = changed
        return replace(self.inputs, goals=tuple(goals))

    def _margin(self, inputs: PlanInput, order: list[int] | None = None) -> int:
        """The goal's room less its need, in cents; below 0 if it isn't met."""
        position = self.state.position
        state = next(each for each in self.trials.solve(inputs, order) if each.position == position)
        return state.room - state.needed


def _is_worse(state: GoalState, old: GoalState) -> bool:
    labels = list(Feasibility)
    return labels.index(state.feasibility) > labels.index(old.feasibility)


def _smallest(margin: Margin, *, first_guess: int, most: int) -> int | None:
    """Find a number from 1 to `most` with a margin of 0 or more, whose predecessor has a margin below 0.

    It is the smallest such number if margins rise. None if `most` itself has a margin below 0. The margin of 0 is
    known to be below 0. A range that contains the answer is found by doubling the first guess, then narrowed by
    interpolation; two of three steps halve it instead, which bounds their number.
    """
    low, low_margin = 0, -1
    high, high_margin = 0, -1
    while high_margin < 0:
        if high >= most:
            return None
        low, low_margin = high, high_margin
        high = min(max(2 * high, first_guess, 1), most)
        high_margin = margin(high)
    step = 0
    while high - low > 1:
        guess = high - 1  # `first_guess` is often exact
        if step % 3 == 1:
            guess = low + (high - low) * -low_margin // (high_margin - low_margin)
        elif step:
            guess = (low + high) // 2
        guess = min(max(guess, low + 1), high - 1)
        guess_margin = margin(guess)
        if guess_margin < 0:
            low, low_margin = guess, guess_margin
        else:
            high, high_margin = guess, guess_margin
        step += 1
    return high
