"""The words of education and the coach, shared by models and serializers."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """What an education text is about."""

    DEBT_METHODS = "debt_methods"
    EMERGENCY_FUND = "emergency_fund"
    FIRE_BASICS = "fire_basics"
    SAVINGS_STRATEGIES = "savings_strategies"
    INVESTING_BASICS = "investing_basics"


class Intent(StrEnum):
    """What a person wants to hear from the coach."""

    PROGRESS = "progress"
    EXPLAIN_PLAN = "explain_plan"
    NEXT_STEP = "next_step"
    DEBTS = "debts"
    AFFORD = "afford"
    EXPLAIN_TERM = "explain_term"
    PULSE = "pulse"
    HELP = "help"
