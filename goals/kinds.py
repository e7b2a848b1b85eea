"""Which kinds a goal can have."""

from __future__ import annotations

from goals.vocabulary import GoalType, Kind


def kind_fault(kind: str, goal_type: str) -> str | None:
    """What is wrong with a kind for a goal of this type; None if nothing is. Debts are paid off once."""
    if kind == Kind.ONCE or goal_type != GoalType.DEBT_PAYOFF:
        return None
    return f"A goal of paying off debts can't be a {kind}."
