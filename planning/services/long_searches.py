"""Run a long search for alternatives outside of all locks, then repeat the service that needs it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import NamedTuple

from fincred.db.retries import ComputeFirstError
from planning.engine.allocation import plan_order
from planning.engine.alternatives import Alternatives, find_alternatives
from planning.engine.effort import TooMuchEffortError
from planning.engine.goal_state import GoalState
from planning.engine.model import PlanInput
from planning.engine.needs import Needs
from planning.engine.solver import solve


class _Found(NamedTuple):
    question: object
    alternatives: Alternatives


_last: ContextVar[_Found | None] = ContextVar("last", default=None)


def find_in_transaction(inputs: PlanInput, states: list[GoalState], needs: Needs) -> Alternatives:
    """What `find_alternatives` finds, in a service that is `repeatable`.

    :raises ComputeFirstError: the search isn't quick, and the last long one in this thread was for other inputs.
    """
    question = _question(inputs)
    last = _last.get()
    if last and last.question == question:
        return last.alternatives
    try:
        return find_alternatives(inputs, states, needs, quick=True)
    except TooMuchEffortError:
        pass

    def search() -> None:
        afresh = Needs(inputs.calendar)
        _last.set(_Found(question, find_alternatives(inputs, solve(inputs, afresh), afresh)))

    raise ComputeFirstError(search)


def _question(inputs: PlanInput) -> object:
    """All that alternatives depend on. A goal that is created has another id at each attempt."""
    goals = tuple(replace(goal, id=None, name="") for goal in inputs.goals)
    return replace(inputs, goals=goals), plan_order(inputs.goals)
