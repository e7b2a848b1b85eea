"""What would make an unrealistic goal arrive: a later date, a smaller amount, more money each month.

Each answer is tried on the engine itself, and so is its neighbour: put back into the plan it works, and the
next cent or the day before doesn't.
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
"""How many goals get alternatives, in the order of the plan."""
MAX_EFFORT: Final = 3_000_000
"""The search ends once so many goals and months with interest were reckoned through: a second or two."""
DEBT_EFFORT: Final = 5
"""A month of a debt takes that many times as long as one of savings."""

Margin = Callable[[int], int]


def find_alternatives(
    inputs: PlanInput, states: list[GoalState], needs: Needs
) -> dict[int, tuple[Alternative, ...]]:
    """The alternatives of the first unrealistic goals, by the goal's position in the inputs."""
    unrealistic = [state for state in states if state.feasibility is Feasibility.UNREALISTIC]
    trials = _Trials(needs)
    found: dict[int, tuple[Alternative, ...]] = {}
    with suppress(_TooMuchEffortError):
        for state in unrealistic[:MAX_GOALS]:
            for alternative in _Search(inputs, states, state, trials).alternatives():
                found[state.position] = (*found.get(state.position, ()), alternative)
    return found


class _TooMuchEffortError(Exception):
    """The search has gone on long enough; what it has found is true."""


@dataclass(slots=True)
class _Trials:
    """Puts changed plans into the engine, until that has taken too much effort."""

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
        """The earliest date that works with the order held, if it does in its own order and harms nobody."""
        months = self.state.need.months
        most = last_month(self.inputs.as_of) - months
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
        return date_with_months(self.state.goal, self.inputs.as_of, months)

    def _is_harmless(self, day: date) -> bool:
        """Whether the goal arrives by that day and no other does worse than before."""
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
        """The largest target that works by the same date, not below what is saved."""
        goal = self.state.goal
        if goal.debts:
            return None
        target = to_cents(goal.target_amount)

        def margin(less: int) -> int:
            return self._margin(self._with_goal(replace(goal, target_amount=exact_money(target - less))))

        most = target - max(1, to_cents(goal.already_there))
        less = _smallest(margin, first_guess=self.state.trajectory.missing, most=most)
        return None if less is None else Alternative("smaller_amount", target_amount=exact_money(target - less))

    def _more_money(self) -> Alternative | None:
        """The least that must come in more each month."""
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
        """What the goal has more than it needs, in cents; below 0 when it doesn't arrive."""
        position = self.state.position
        state = next(each for each in self.trials.solve(inputs, order) if each.position == position)
        return state.room - state.needed


def _is_worse(state: GoalState, old: GoalState) -> bool:
    labels = list(Feasibility)
    return labels.index(state.feasibility) > labels.index(old.feasibility)


def _smallest(margin: Margin, *, first_guess: int, most: int) -> int | None:
    """The smallest number up to `most` with a margin of 0 or more whose predecessor has less; None without any.

    It is known that 0 has less. A range around the answer is found from the first guess on, then narrowed by
    interpolation, with every third step halving the range so that their number stays bounded.
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
        guess = high - 1  # the first guess is often exact
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
