"""Compute plans that take long outside of all locks, then repeat the service that needs them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from fincred.db.retries import ComputeFirstError
from planning.engine.drift import Proposal, propose
from planning.engine.effort import QUICK, Effort, TooMuchEffortError
from planning.engine.model import Plan, PlanInput
from planning.engine.needs import Needs
from planning.engine.plan import make_plan

Answer = TypeVar("Answer")


class _Kept(Generic[Answer]):
    """The last answer in this thread that took long to compute, with its question; one for each kind."""

    def __init__(self, kind: str) -> None:
        self._last: ContextVar[tuple[object, Answer] | None] = ContextVar(kind, default=None)

    def answer(self, question: object, *, quickly: Callable[[], Answer], slowly: Callable[[], Answer]) -> Answer:
        """The kept answer if it is to this question, otherwise what `quickly` returns.

        :raises ComputeFirstError: `quickly` raised `TooMuchEffortError`. It has what to compute before a repeat.
        """
        last = self._last.get()
        if last and last[0] == question:
            return last[1]
        try:
            return quickly()
        except TooMuchEffortError:
            pass

        def compute() -> None:
            self._last.set((question, slowly()))

        raise ComputeFirstError(compute)


_plan = _Kept[Plan]("plan")
_proposal = _Kept["Proposal | None"]("proposal")


def make_plan_in_transaction(inputs: PlanInput) -> Plan:
    """`make_plan` for services that are `repeatable`.

    :raises ComputeFirstError: the plan takes long, and the one that is kept was of other inputs.
    """
    return _plan.answer(
        inputs,
        quickly=lambda: make_plan(inputs, needs=Needs(inputs.calendar, Effort(most=QUICK))),
        slowly=lambda: make_plan(inputs),
    )


def propose_in_transaction(inputs: PlanInput, position: int, **expected: Any) -> Proposal | None:
    """`propose` for services that are `repeatable`.

    :raises ComputeFirstError: the proposal takes long, and the one that is kept was of other inputs.
    """
    return _proposal.answer(
        (inputs, position, expected),
        quickly=lambda: propose(inputs, position, **expected, most_effort=QUICK),
        slowly=lambda: propose(inputs, position, **expected),
    )
