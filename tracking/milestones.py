"""Milestones: quarters of the way to a goal."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

PERCENTS: Final = (25, 50, 75, 100)


def reached(current_amount: Decimal, target_amount: Decimal) -> tuple[int, ...]:
    """The milestones that an amount has reached, in rising order; nothing is rounded up."""
    return tuple(percent for percent in PERCENTS if current_amount * 100 >= target_amount * percent)


def milestone_text(percent: int, goal_name: str) -> str:
    """`Halfway: 50 % of "New bike".`"""
    if percent == 100:
        return f'Done: all of "{goal_name}".'
    word = {25: "A quarter", 50: "Halfway", 75: "Three quarters"}[percent]
    return f'{word}: {percent} % of "{goal_name}".'
