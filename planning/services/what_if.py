"""What-if: the plan as it is, and as it would be with changed numbers. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from accounts.models import User
from fincred.errors import FieldError
from fincred.money import MAX_MONEY
from goals.changes import changed_copy, what_changes
from planning.engine.levels import Levels
from planning.engine.model import GoalInput, Plan, PlanInput
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.scenarios import (
    SAME_MONEY,
    ComparedMonth,
    Deltas,
    Difference,
    GoalChange,
    OtherMoney,
    compare_months,
    differences,
    scenario,
)
from planning.services.planning_context import PlanningContext, read_context
from planning.services.snapshots import require_debt_goals
from planning.snapshot_contents import MAX_ENTRIES, SnapshotContents

MAX_GOALS: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `contents` replace the snapshot in both plans, `money` parts of it in the scenario alone.

    `changes` are by goal, in the order given. `reaches_back` says that `as_of` is before today. `alternatives`
    says which goals get them: all, or only the new ones.
    """

    as_of: date
    contents: SnapshotContents | None
    deltas: Deltas
    changes: Sequence[tuple[UUID, GoalChange]]
    new_goals: tuple[GoalInput, ...]
    money: OtherMoney = SAME_MONEY
    reaches_back: bool = False
    alternatives: Literal["all", "new_goals"] = "all"


@dataclass(frozen=True, slots=True)
class Answer:
    as_of: date
    baseline: Plan
    scenario: Plan
    differences: tuple[Difference, ...]
    cash_flow: tuple[ComparedMonth, ...]


def what_if(*, owner: User, question: Question, baseline: Plan | None = None) -> Answer:
    """The plan as it is and as it would be, both as of the question's day. Nothing is stored.

    `baseline` is the plan as it is, if an answer to another question of the same request has it already.

    :raises SnapshotRequiredError: no contents are given and the stored ones lack income or expenses.
    :raises FieldError: a goal isn't an active one of the person; a date isn't after `as_of`; there would be more
        than 100 goals, 50 incomes or 50 planned expenses; income or expenses would be less than 0, or more than
        the largest amount.
    """
    context = _context(owner, question)
    _require_known_goals(context, question)
    _require_later_dates(question)
    changed_context = _with_other_goals(_with_other_money(context, question), question)
    _require_not_negative(changed_context, question)
    inputs = context.plan_input()
    others = inputs if changed_context is context else changed_context.plan_input()
    changed = scenario(others, deltas=question.deltas, new=question.new_goals)
    wanted, levels = question.alternatives == "all" or _is_new, Levels()
    before = baseline or _plan(inputs, wanted, levels)
    after = before if changed == inputs else _plan(changed, wanted, levels)
    compared = tuple(differences(before, after)), tuple(compare_months(before, after))
    return Answer(question.as_of, before, after, *compared)


def _is_new(goal: GoalInput) -> bool:
    return goal.id is None


def _plan(inputs: PlanInput, wanted: bool | Callable[[GoalInput], bool], levels: Levels) -> Plan:
    return make_plan(inputs, with_alternatives=wanted, needs=Needs(inputs.calendar, levels=levels))


def _context(owner: User, question: Question) -> PlanningContext:
    stored = read_context(owner=owner, today=question.as_of, reaches_back=question.reaches_back)
    if question.contents is None:
        stored.require_snapshot()
        return stored
    require_debt_goals(context=stored, debts=question.contents.debts, path="snapshot.debts")
    return stored.with_contents(question.contents)


def _with_other_goals(context: PlanningContext, question: Question) -> PlanningContext:
    """The context with the scenario's changes to goals, made on the question's day."""
    stored = {goal.id: goal for goal in context.goals}
    asked = [(stored[goal_id], change.as_changes) for goal_id, change in question.changes]
    return context.with_goals(
        [changed_copy(goal, each, today=question.as_of) for goal, each in asked if what_changes(goal, each)]
    )


def _with_other_money(context: PlanningContext, question: Question) -> PlanningContext:
    """The context with the scenario's own money."""
    money = question.money
    if money == SAME_MONEY:
        return context
    contents = money.applied_to(context.contents)
    _require_few_entries(contents)
    for section in contents.immense:
        more = {"incomes": money.new_incomes, "expenses": money.new_planned_expenses}.get(section)
        field = {"incomes": "new_incomes", "expenses": "new_planned_expenses"}[section] if more else section
        raise FieldError(field=field, message=f"Must come to at most {MAX_MONEY} in all.", code="max_value")
    if money.debts is None:
        return replace(context, contents=contents)
    require_debt_goals(context=context, debts=money.debts)
    return context.with_contents(contents)


def _require_few_entries(contents: SnapshotContents) -> None:
    """What comes on top counts together with what is there; each alone was checked when it was read."""
    planned = contents.expenses.planned if contents.expenses else ()
    for field, entries in (("new_incomes", contents.incomes), ("new_planned_expenses", planned)):
        if len(entries) > MAX_ENTRIES:
            raise FieldError(
                field=field, message=f"At most {MAX_ENTRIES}, with those that are there.", code="max_length"
            )


def _require_known_goals(context: PlanningContext, question: Question) -> None:
    known = {goal.id for goal in context.goals}
    for index, (goal_id, _) in enumerate(question.changes):
        if goal_id not in known:
            raise FieldError(
                field=f"goals.{index}.id", message="Must be one of your active goals.", code="unknown_goal"
            )
    if len(known) + len(question.new_goals) > MAX_GOALS:
        raise FieldError(
            field="new_goals", message=f"At most {MAX_GOALS} goals, with those you have.", code="max_length"
        )


def _require_later_dates(question: Question) -> None:
    dates = [(f"goals.{index}", change.target_date) for index, (_, change) in enumerate(question.changes)]
    dates += [(f"new_goals.{index}", goal.target_date) for index, goal in enumerate(question.new_goals)]
    for path, day in dates:
        if day is not None and day <= question.as_of:
            raise FieldError(field=f"{path}.target_date", message="Must be after as_of.", code="not_after_as_of")


def _require_not_negative(context: PlanningContext, question: Question) -> None:
    finances, deltas = context.contents.average_finances(question.as_of), question.deltas
    for name, amount, delta in (
        ("income_delta", finances.monthly_income, deltas.income),
        ("expenses_delta", finances.monthly_expenses, deltas.expenses),
    ):
        if amount + delta < Decimal(0):
            raise FieldError(field=name, message=f"Takes away more than there is: {amount}.", code="min_value")
