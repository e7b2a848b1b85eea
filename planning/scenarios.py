"""What-if scenarios: changed inputs for the engine, and the differences between two plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Final, cast

from fincred.money import ZERO
from goals.changes import GoalChanges
from goals.vocabulary import Priority, Status
from planning.engine.model import Finances, GoalInput, GoalPlan, MonthOfMoney, Plan, PlanInput
from planning.snapshot_contents import DebtEntry, Expenses, IncomeEntry, PlannedExpense, SnapshotContents


@dataclass(frozen=True, slots=True)
class GoalChange:
    """Other numbers for a goal, or the goal left out; None keeps a number."""

    target_amount: Decimal | None = None
    target_date: date | None = None
    priority: Priority | None = None
    annual_rate: Decimal | None = None
    exclude: bool = False

    @property
    def as_changes(self) -> GoalChanges:
        """The same as changes of the goal; a goal that is left out is paused."""
        if self.exclude:
            return {"status": Status.PAUSED}
        numbers = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "exclude"}
        return cast("GoalChanges", {name: number for name, number in numbers.items() if number is not None})


@dataclass(frozen=True, slots=True)
class OtherMoney:
    """Other sections of a snapshot, None where they stay, and incomes and planned expenses that come on top."""

    incomes: tuple[IncomeEntry, ...] | None = None
    expenses: Expenses | None = None
    debts: tuple[DebtEntry, ...] | None = None
    new_incomes: tuple[IncomeEntry, ...] = ()
    new_planned_expenses: tuple[PlannedExpense, ...] = ()

    def applied_to(self, contents: SnapshotContents) -> SnapshotContents:
        """The contents with this money. Its debts are as they are on the question's day."""
        incomes = contents.incomes if self.incomes is None else self.incomes
        expenses = self.expenses or contents.expenses or Expenses(ZERO)
        return replace(
            contents,
            incomes=incomes + self.new_incomes,
            expenses=replace(expenses, planned=expenses.planned + self.new_planned_expenses),
            debts=contents.debts if self.debts is None else self.debts,
        )


SAME_MONEY: Final = OtherMoney()


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


@dataclass(frozen=True, slots=True)
class ComparedMonth:
    """What a scenario changes in the month of the calendar that begins on `since`."""

    since: date
    before: MonthOfMoney
    after: MonthOfMoney


def scenario(inputs: PlanInput, *, deltas: Deltas, new: tuple[GoalInput, ...]) -> PlanInput:
    """The inputs with more or less money a month, and with new goals after the stored ones."""
    return replace(inputs, finances=deltas.applied_to(inputs.finances), goals=inputs.goals + new)


def compare_months(before: Plan, after: Plan) -> Iterator[ComparedMonth]:
    """Both plans month by month, as far as the longer cash flow goes. They are on the same calendar."""
    count = max(len(before.cash_flow), len(after.cash_flow))
    for was, becomes in zip(before.first_months(count), after.first_months(count), strict=True):
        yield ComparedMonth(was.since, was, becomes)


def differences(before: Plan, after: Plan) -> Iterator[Difference]:
    """For each stored goal in the order of `before`, then for each new goal in the order of `after`."""
    changed = {goal.goal_id: goal for goal in after.goals if goal.goal_id}
    for goal in before.goals:
        yield Difference(goal.goal_id, goal.name, goal, changed.get(goal.goal_id or ""))
    for goal in after.goals:
        if goal.goal_id is None:
            yield Difference(None, goal.name, None, goal)
