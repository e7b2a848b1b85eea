"""What-if scenarios: changed inputs for the engine, and the differences between two plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from goals.vocabulary import Priority
from planning.engine.model import Finances, GoalInput, GoalPlan, Plan, PlanInput


@dataclass(frozen=True, slots=True)
class GoalChange:
    """Other numbers for a goal, or the goal left out; None keeps a number."""

    target_amount: Decimal | None = None
    target_date: date | None = None
    priority: Priority | None = None
    annual_rate: Decimal | None = None
    exclude: bool = False

    def applied_to(self, goal: GoalInput) -> GoalInput:
        names = ("target_amount", "target_date", "priority", "annual_rate")
        given = {name: getattr(self, name) for name in names}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return replace(goal, **changes)


@dataclass(frozen=True, slots=True)
class Deltas:
    """More or less money a month. `extra` counts as income."""

    income: Decimal
    expenses: Decimal
    extra: Decimal

    def applied_to(self, finances: Finances) -> Finances:
        return replace(
            finances,
            monthly_income=finances.monthly_income + self.income + self.extra,
            monthly_expenses=finances.monthly_expenses + self.expenses,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """What a scenario changes for one goal; a side is None where the goal isn't in that plan."""

    goal_id: str | None
    name: str
    before: GoalPlan | None
    after: GoalPlan | None


def scenario(
    baseline: PlanInput, *, deltas: Deltas, changes: dict[str, GoalChange], new: tuple[GoalInput, ...]
) -> PlanInput:
    """The baseline with other finances, stored goals changed by id, and new goals after them."""
    unchanged = GoalChange()
    stored = [(goal, changes.get(goal.id or "", unchanged)) for goal in baseline.goals]
    kept = tuple(change.applied_to(goal) for goal, change in stored if not change.exclude)
    return replace(baseline, finances=deltas.applied_to(baseline.finances), goals=kept + new)


def differences(before: Plan, after: Plan) -> Iterator[Difference]:
    """For each stored goal in the order of `before`, then for each new goal in the order of `after`."""
    changed = {goal.goal_id: goal for goal in after.goals if goal.goal_id}
    for goal in before.goals:
        yield Difference(goal.goal_id, goal.name, goal, changed.get(goal.goal_id or ""))
    for goal in after.goals:
        if goal.goal_id is None:
            yield Difference(None, goal.name, None, goal)
