"""The words that goals are described with, shared by models, serializers and the planning engine."""

from __future__ import annotations

from enum import StrEnum


class GoalType(StrEnum):
    DEBT_PAYOFF = "debt_payoff"
    EMERGENCY_FUND = "emergency_fund"
    SHORT_TERM_SAVING = "short_term_saving"
    FIRE_STARTER = "fire_starter"


class Priority(StrEnum):
    """In the order of their importance."""

    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class Kind(StrEnum):
    """A goal is reached once, or again and again after so many months.

    A reserve stays when it is full, and is filled again when it was drained.
    """

    ONCE = "once"
    RECURRING = "recurring"
    RESERVE = "reserve"


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
