"""The cycles of a recurring goal: the same amount again and again, each by its own date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fincred.money import ZERO
from goals.cycles import cycle_end, cycle_number, left_over
from planning.engine.dates import Calendar
from planning.engine.model import GoalInput

MOST_LATER_CYCLES: Final = 12
"""The most later cycles of a goal that are planned."""
_MOST_OF_A_PLAN: Final = 60
"""The most later cycles of all goals of a plan together, shared evenly: up to five goals get all of theirs."""


def most_cycles(goals: Sequence[GoalInput]) -> int:
    """The number of later cycles that each recurring goal of a plan gets."""
    recurring = sum([goal.repeat_every_months is not None for goal in goals])
    return min(MOST_LATER_CYCLES, _MOST_OF_A_PLAN // max(1, recurring))


def cycles_of(goal: GoalInput, calendar: Calendar, most: int, end: date) -> tuple[GoalInput, ...]:
    """The present cycle of a recurring goal and at most `most` later ones, as goals; no later one after `end`.

    The present one is the first whose date is after today. Each begins with what those before it leave over.
    """
    repeat = goal.repeat_every_months or 0
    first, own = _place(goal, repeat)
    present = max(own, cycle_number(first, repeat, calendar.as_of))
    cycles = [goal if present == own else _cycle(goal, first, present, passed=present - own)]
    for number in range(present + 1, present + most + 1):
        if cycle_end(first, repeat, number) > end:
            break
        cycles.append(_cycle(goal, first, number, passed=number - own))
    return tuple(cycles)


def cycle_began(goal: GoalInput, day: date) -> date | None:
    """The day on which the cycle began in which `day` is; None for the first cycle and goals that don't recur."""
    repeat = goal.repeat_every_months
    if not repeat:
        return None
    first, own = _place(goal, repeat)
    number = cycle_number(first, repeat, day)
    return goal.starts if number <= own else cycle_end(first, repeat, number - 1)


def _place(goal: GoalInput, repeat: int) -> tuple[date, int]:
    """The date of the first cycle, and the number of the one that ends on the goal's date.

    If the goal's date was moved (as an alternative does it), its cycles begin anew with this date.
    """
    if goal.first_date:
        number = cycle_number(goal.first_date, repeat, goal.target_date) - 1
        if number >= 0 and cycle_end(goal.first_date, repeat, number) == goal.target_date:
            return goal.first_date, number
    return goal.target_date, 0


def _cycle(goal: GoalInput, first: date, number: int, *, passed: int) -> GoalInput:
    repeat = goal.repeat_every_months or 0
    return replace(
        goal,
        target_date=cycle_end(first, repeat, number),
        starts=cycle_end(first, repeat, number - 1),
        already_there=left_over(goal.present_amount, goal.target_amount, passed),
        added=ZERO,
        earning=None,
    )
