"""Run a long search outside of all locks, then repeat the service that needs what it finds."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Generic, TypeVar

from fincred.db.retries import ComputeFirstError
from planning.engine.allocation import plan_order
from planning.engine.alternatives import QUICK_EFFORT, Alternatives, find_alternatives
from planning.engine.drift import Proposal, propose
from planning.engine.effort import TooMuchEffortError
from planning.engine.goal_state import GoalState
from planning.engine.model import PlanInput
from planning.engine.needs import Needs
from planning.engine.solver import solve

Found = TypeVar("Found")


class _Search(Generic[Found]):
    """What the last long search of its kind in this thread found, and for which question."""

    def __init__(self, kind: str) -> None:
        self._last: ContextVar[tuple[object, Found] | None] = ContextVar(kind, default=None)

    def find(self, question: object, *, quickly: Callable[[], Found], at_length: Callable[[], Found]) -> Found:
        """What was found last for this question, or what is found quickly.

        :raises ComputeFirstError: `quickly` raised `TooMuchEffortError`.
        """
        last = self._last.get()
        if last and last[0] == question:
            return last[1]
        try:
            return quickly()
        except TooMuchEffortError:
            pass

        def search() -> None:
            self._last.set((question, at_length()))

        raise ComputeFirstError(search)


_alternatives = _Search[Alternatives]("alternatives")
_proposal = _Search["Proposal | None"]("proposal")


def find_in_transaction(inputs: PlanInput, states: list[GoalState], needs: Needs) -> Alternatives:
    """What `find_alternatives` finds, in a service that is `repeatable`.

    :raises ComputeFirstError: the search isn't quick, and the last long one in this thread was for other inputs.
    """

    def at_length() -> Alternatives:
        afresh = Needs(inputs.calendar)
        return find_alternatives(inputs, solve(inputs, afresh), afresh)

    def quickly() -> Alternatives:
        return find_alternatives(inputs, states, needs, quick=True)

    return _alternatives.find(_question(inputs), quickly=quickly, at_length=at_length)


def propose_in_transaction(inputs: PlanInput, position: int, **expected: Any) -> Proposal | None:
    """What `propose` proposes, in a service that is `repeatable`.

    :raises ComputeFirstError: the search isn't quick, and the last long one in this thread was for something else.
    """
    return _proposal.find(
        (inputs, position, expected),
        quickly=lambda: propose(inputs, position, **expected, most_effort=QUICK_EFFORT),
        at_length=lambda: propose(inputs, position, **expected),
    )


def _question(inputs: PlanInput) -> object:
    """All that alternatives depend on. A goal that is created has another id at each attempt."""
    goals = tuple(replace(goal, id=None, name="") for goal in inputs.goals)
    return replace(inputs, goals=goals), plan_order(inputs.goals)
