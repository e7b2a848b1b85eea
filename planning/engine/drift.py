"""Detect that a goal has drifted from its plan, and propose a new contribution or a new date."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from planning.engine.cadence import period_amount
from planning.engine.effort import Effort
from planning.engine.model import Explanation, GoalInput, GoalPlan, PlanInput
from planning.engine.money.cents import to_cents
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.target_dates import date_with
from planning.vocabulary import Feasibility

DRIFT: Final = Decimal("0.1")
"""The tolerated distance from the expected amount, as a fraction of the target."""


class Direction(StrEnum):
    """How a goal has drifted. PAST_DATE: its date has passed, and its target isn't reached."""

    BEHIND = "BEHIND"
    AHEAD = "AHEAD"
    PAST_DATE = "PAST_DATE"


@dataclass(frozen=True, slots=True)
class WayBack:
    """One way back to the plan: a contribution a month until a date, and the plan's label and shortfall for it.

    `each_day` is the contribution on each of the goal's own days of payment, if it has some.
    """

    contribution: Decimal
    target_date: date
    feasibility: Feasibility
    shortfall: Decimal
    each_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The two ways back: keep the date, or keep the contribution.

    `same_date` is None if the date is today or has passed, or no own day of the goal is left before it.
    `same_contribution` is None if it takes longer than `last_month` allows.
    """

    direction: Direction
    same_date: WayBack | None
    same_contribution: WayBack | None
    why: Explanation


def drift(
    *, expected: Decimal, once_paid: Decimal, actual: Decimal, target: Decimal, past_date: bool
) -> Direction | None:
    """How the `actual` amount has drifted; None if the target is reached or the distance is within `DRIFT`.

    Behind is counted from what is `expected` today, ahead from what is expected `once_paid`: once all payments
    that are due by today are made.
    """
    if actual >= target:
        return None
    if past_date:
        return Direction.PAST_DATE
    if expected - actual > target * DRIFT:
        return Direction.BEHIND
    return Direction.AHEAD if actual - max(expected, once_paid) > target * DRIFT else None


def propose(
    inputs: PlanInput,
    position: int,
    *,
    expected: Decimal,
    once_paid: Decimal,
    contribution: Decimal,
    each_day: Decimal | None = None,
    most_effort: int | None = None,
) -> Proposal | None:
    """Propose ways back for the goal at `position` of `inputs`; None if it hasn't drifted.

    `inputs` are as of today. `expected` and `once_paid` are what the goal's plan expects (see `drift`),
    `contribution` is the plan's payment a month, and `each_day` the one on each of the goal's own days, if it has
    some.

    :raises TooMuchEffortError: it takes more than `most_effort` steps.
    """
    goal = inputs.goals[position]
    direction = drift(
        expected=expected,
        once_paid=once_paid,
        actual=goal.present_amount,
        target=goal.target_amount,
        past_date=goal.target_date < inputs.as_of,
    )
    if direction is None:
        return None
    compared = max(expected, once_paid) if direction is Direction.AHEAD else expected
    plans = _Plans(inputs, position, Effort(most=most_effort))
    same_date = _same_date(plans) if goal.target_date > inputs.as_of else None
    same_contribution = _same_contribution(plans, contribution, each_day)
    facts = {
        "as_of": inputs.as_of,
        "target_amount": goal.target_amount,
        "target_date": goal.target_date,
        "expected": compared,
        "actual": goal.present_amount,
        "difference": goal.present_amount - compared,
        "tolerance": goal.target_amount * DRIFT,
        "contribution": contribution,
        "same_date_contribution": same_date and same_date.contribution,
        "same_contribution_date": same_contribution and same_contribution.target_date,
    }
    why = Explanation(direction.value, _SENTENCES[direction](facts), facts)
    return Proposal(direction, same_date, same_contribution, why)


class _Plans:
    """Plans with a changed goal at `position`. Needs of goals and finished plans are kept, not computed again."""

    def __init__(self, inputs: PlanInput, position: int, effort: Effort) -> None:
        self.goal, self.calendar = inputs.goals[position], inputs.calendar
        self._inputs, self._position = inputs, position
        self.effort, self._needs = effort, Needs(inputs.calendar, effort)
        self._made: dict[GoalInput, GoalPlan] = {}

    def with_goal(self, goal: GoalInput) -> GoalPlan:
        """What the plan says about this goal if it takes the place at `position`."""
        if goal not in self._made:
            others, after = self._inputs.goals, self._position + 1
            inputs = replace(self._inputs, goals=(*others[: self._position], goal, *others[after:]))
            self._made[goal] = make_plan(inputs, with_alternatives=False, needs=self._needs).goals[self._position]
        return self._made[goal]


def _same_date(plans: _Plans) -> WayBack | None:
    goal = plans.goal
    needed = plans.with_goal(goal)
    if not needed.explanation.facts["binding_month"]:
        return None
    each_day = needed.required_each if goal.cadence else None
    return _way_back(plans, needed.required_monthly, goal.target_date, each_day)


def _same_contribution(plans: _Plans, contribution: Decimal, each_day: Decimal | None) -> WayBack | None:
    paid = contribution if each_day is None else each_day
    day = date_with(plans.goal, plans.calendar, to_cents(paid), plans.effort)
    return None if day is None else _way_back(plans, contribution, day, each_day)


def _way_back(plans: _Plans, contribution: Decimal, target_date: date, each_day: Decimal | None = None) -> WayBack:
    """Plan the goal with that date; if it has a chosen amount, `contribution` (or `each_day`) replaces it."""
    goal = replace(plans.goal, target_date=target_date)
    if goal.chosen_monthly is not None:
        each = period_amount(contribution, goal.cadence.frequency) if goal.cadence else None
        goal = replace(goal, chosen_monthly=contribution, chosen_each=each if each_day is None else each_day)
    made = plans.with_goal(goal)
    return WayBack(contribution, target_date, made.feasibility, made.shortfall, each_day)


Facts = dict[str, Any]


def _behind(facts: Facts) -> str:
    return f"{_amounts(facts)}, {-facts['difference']:,} less than planned.{_ways(facts)}"


def _ahead(facts: Facts) -> str:
    return f"{_amounts(facts)}, {facts['difference']:,} more than planned.{_ways(facts)}"


def _past_date(facts: Facts) -> str:
    missing = facts["target_amount"] - facts["actual"]
    return f"The date {facts['target_date']} has passed and {missing:,} is missing.{_ways(facts)}"


def _amounts(facts: Facts) -> str:
    return f"{facts['actual']:,} is there on {facts['as_of']} where the plan has {facts['expected']:,}"


def _ways(facts: Facts) -> str:
    choices = [
        (facts["same_date_contribution"], facts["target_date"]),
        (facts["contribution"], facts["same_contribution_date"]),
    ]
    ways = [f"{amount:,} a month gets there by {day}" for amount, day in choices if None not in (amount, day)]
    return f" {', '.join(ways)}." if ways else ""


_SENTENCES: Final[dict[Direction, Callable[[Facts], str]]] = {
    Direction.BEHIND: _behind,
    Direction.AHEAD: _ahead,
    Direction.PAST_DATE: _past_date,
}
