"""What else changes when fields of a goal change, in storage and in a what-if."""

from __future__ import annotations

from copy import copy
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from goals.vocabulary import Kind

if TYPE_CHECKING:
    from goals.models import Goal


class GoalChanges(TypedDict, total=False):
    """What a person can change of a goal: the columns that `update_goal` stores. What is absent stays."""

    type: str
    name: str
    target_amount: Decimal
    target_date: date
    priority: str
    primary_flag: bool
    why_text: str | None
    annual_rate: Decimal
    status: str
    kind: str
    repeat_every_months: int | None


def what_changes(goal: Goal, changes: GoalChanges) -> set[str]:
    """The names of the fields that `changes` would give another value."""
    return {name for name, value in changes.items() if getattr(goal, name) != value}


def make_changes(goal: Goal, changes: GoalChanges, *, today: date) -> None:
    """Change the goal's fields, all but its status, and then what follows from them."""
    was_full, changed = goal.is_reached, what_changes(goal, changes)
    for name in changed - {"status"}:
        setattr(goal, name, changes[name])  # type: ignore[literal-required]
    if changed & {"kind", "repeat_every_months"}:
        _count_cycles_anew(goal)
    if "target_date" in changed:
        move_date(goal, goal.target_date)
    else:
        follow_reserve(goal, was_full=was_full, day=today)


def changed_copy(goal: Goal, changes: GoalChanges, *, today: date) -> Goal:
    """A copy of the goal with these changes, its status included. It is for questions: don't store it."""
    changed = copy(goal)
    make_changes(changed, changes, today=today)
    changed.status = changes.get("status", goal.status)
    return changed


def move_date(goal: Goal, target_date: date) -> None:
    """Set the date. Cycles of a recurring goal are counted from it, and a reserve no longer counts as drained."""
    goal.target_date, goal.drained_on = target_date, None
    _count_cycles_anew(goal)


def follow_reserve(goal: Goal, *, was_full: bool, day: date) -> None:
    """Note the day on which a reserve was drained. A full reserve has none, nor has a goal of another kind."""
    if goal.kind != Kind.RESERVE or goal.is_reached:
        goal.drained_on = None
    elif was_full:
        goal.drained_on = day


def _count_cycles_anew(goal: Goal) -> None:
    goal.first_date = goal.target_date if goal.kind == Kind.RECURRING else None
