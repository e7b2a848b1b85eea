"""Try a later date of a goal, to compare with the one that the search for alternatives finds."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from planning.engine.model import GoalPlan, PlanInput
from planning.engine.plan import make_plan
from planning.vocabulary import Feasibility

LABELS = list(Feasibility)


def planned_with(plan_input: PlanInput, position: int, day: date) -> tuple[GoalPlan, ...]:
    goals = list(plan_input.goals)
    goals[position] = replace(goals[position], target_date=day)
    return make_plan(replace(plan_input, goals=tuple(goals)), with_alternatives=False).goals


@lru_cache(maxsize=1)  # days are tried one after the other
def _planned(plan_input: PlanInput) -> tuple[GoalPlan, ...]:
    return make_plan(plan_input, with_alternatives=False).goals


def works(plan_input: PlanInput, position: int, day: date) -> bool:
    """Whether the goal is met by that day and no other goal does worse."""
    before = _planned(plan_input)
    after = planned_with(plan_input, position, day)
    others = [(old, new) for other, (old, new) in enumerate(zip(before, after, strict=True)) if other != position]
    return not after[position].shortfall and all(
        new.shortfall <= old.shortfall and LABELS.index(new.feasibility) <= LABELS.index(old.feasibility)
        for old, new in others
    )
