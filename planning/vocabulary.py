"""The words that money and plans are described with, shared by models, serializers and the engine.

Debt types, pay frequencies and kinds of alternatives are stored in JSON, and kinds of entries not at all: a new
one needs no migration, as the others do. But the version before must be able to read what is stored: name it here,
and let clients send it (`planning.serializers`) a release later.
"""

from __future__ import annotations

from enum import StrEnum


class PayFrequency(StrEnum):
    """How often an income is paid, or a planned expense comes."""

    ONCE = "once"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


PLANNED_FREQUENCIES = (PayFrequency.ONCE, PayFrequency.MONTHLY, PayFrequency.QUARTERLY, PayFrequency.ANNUAL)
"""How often a planned expense comes."""


class DebtType(StrEnum):
    STUDENT_LOAN = "student_loan"
    CREDIT_CARD = "credit_card"
    PERSONAL_LOAN = "personal_loan"
    MORTGAGE = "mortgage"
    CAR_LOAN = "car_loan"
    OTHER = "other"


class ActionPlanType(StrEnum):
    AUTOMATED_TRANSFER = "automated_transfer"
    MANUAL_HABIT = "manual_habit"


class Frequency(StrEnum):
    """How often a plan's owner puts money in."""

    MONTHLY = "monthly"
    BIWEEKLY = "biweekly"
    WEEKLY = "weekly"


class Feasibility(StrEnum):
    """What a goal needs, compared with what the surplus can give it by its date."""

    COMFORTABLE = "Comfortable"
    TIGHT = "Tight"
    UNREALISTIC = "Unrealistic"


class AlternativeKind(StrEnum):
    """What would be changed to make an unrealistic goal reachable."""

    LATER_DATE = "later_date"
    SMALLER_AMOUNT = "smaller_amount"
    MORE_MONEY = "more_money"


class EntryKind(StrEnum):
    """What stands in a person's calendar, in the order in which a day has it."""

    INCOME = "income"
    PLANNED_EXPENSE = "planned_expense"
    MINIMUM_PAYMENT = "minimum_payment"
    GOAL_PAYMENT = "goal_payment"
    GOAL_DATE = "goal_date"


class Reason(StrEnum):
    """Why a plan has a new version."""

    CREATED = "created"
    REGENERATED = "regenerated"
    GOAL_CHANGED = "goal_changed"
    SNAPSHOT_CHANGED = "snapshot_changed"
    REPLAN_ACCEPTED = "replan_accepted"
