"""Which kinds a goal can have, and what belongs to them."""

from __future__ import annotations

from typing import Final

from goals.vocabulary import GoalType, Kind

MOST_MONTHS: Final = 120
"""A recurring goal repeats every 1 to 120 months."""


def kind_faults(kind: str, goal_type: str, repeat_every_months: int | None) -> dict[str, str]:
    """What is wrong with the kind of a goal of this type, and with its months, by field; empty if nothing is."""
    faults = {}
    if kind != Kind.ONCE and goal_type == GoalType.DEBT_PAYOFF:
        faults["kind"] = f"A goal of paying off debts can't be of kind {kind}."
    if kind == Kind.RECURRING and repeat_every_months is None:
        faults["repeat_every_months"] = "A recurring goal needs the months after which it repeats."
    if kind != Kind.RECURRING and repeat_every_months is not None:
        faults["repeat_every_months"] = "Only a recurring goal repeats; null for others."
    return faults
