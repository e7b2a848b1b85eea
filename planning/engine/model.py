"""The plain values a plan is made from and made of.

Money is ``Decimal`` in cents, a month means a step of the planning calendar, rates are percent a year
(``Decimal("22.5")`` is 22.5 %). Everything is frozen: the same input gives the same plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from goals.vocabulary import Priority
from planning.vocabulary import Feasibility

AlternativeKind = Literal["later_date", "smaller_amount", "more_money"]


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt as it stands at the start of planning; ``min_payment`` is a month's."""

    label: str
    balance: Decimal
    annual_rate: Decimal
    min_payment: Decimal
    type: str = "other"


@dataclass(frozen=True, slots=True)
class GoalInput:
    """A goal to plan for. ``created_at`` is None for a goal that isn't stored.

    With ``debts`` their balances take the place of the target amount. ``chosen_monthly`` is what the person
    decided to put in each month (None: the engine decides).
    """

    id: str | None
    name: str
    type: str
    target_amount: Decimal
    already_there: Decimal
    target_date: date
    priority: Priority
    primary: bool = False
    created_at: datetime | None = None
    annual_rate: Decimal = Decimal(0)
    debts: tuple[Debt, ...] = ()
    chosen_monthly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Finances:
    """A month's money. ``minimum_payments`` are those of all debts, linked to a goal or not."""

    monthly_income: Decimal
    monthly_expenses: Decimal
    minimum_payments: Decimal

    @property
    def surplus(self) -> Decimal:
        """What a month leaves; negative when it leaves a gap."""
        return self.monthly_income - self.monthly_expenses - self.minimum_payments


@dataclass(frozen=True, slots=True)
class PlanInput:
    """All that a plan depends on."""

    as_of: date
    finances: Finances
    goals: tuple[GoalInput, ...]


@dataclass(frozen=True, slots=True)
class Instalment:
    """A payment on a date of the planning calendar, and the balance just after it.

    The balance is what is saved by then; for linked debts, what is still owed.
    """

    date: date
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a goal is labelled as it is: a stable code, the numbers used, and sentences made from them.

    ``facts`` hold Decimals, dates, ints, strings, None and lists and dicts of these.
    """

    code: str
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A change that makes the goal arrive. Only the field of its own kind is not None."""

    kind: AlternativeKind
    target_date: date | None = None
    target_amount: Decimal | None = None
    extra_monthly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GoalPlan:
    """What the plan says about one goal.

    ``required_monthly`` is the level need (for linked debts what it draws on the surplus, above the minimums),
    ``allocated_monthly`` the average given by the target date, ``this_month`` the first payment, ``shortfall``
    the money missing at the target date. ``schedule`` runs on past the target date for a goal that is late.
    ``pace`` are the cumulative amounts expected on dates, up to the target date. Both are made when first read.
    """

    goal_id: str | None
    name: str
    type: str
    target_amount: Decimal
    target_date: date
    required_monthly: Decimal
    allocated_monthly: Decimal
    this_month: Decimal
    shortfall: Decimal
    feasibility: Feasibility
    explanation: Explanation
    alternatives: tuple[Alternative, ...]
    projected_completion_date: date | None
    schedule: Sequence[Instalment]
    pace: Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A month of the whole plan: what comes in, what the goals ask, what they get first, what is left."""

    estimated_monthly_surplus: Decimal
    total_required_contributions: Decimal
    total_allocated_contributions: Decimal
    buffer_remaining: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer, with the goals in the order in which they were given."""

    as_of: date
    goals: tuple[GoalPlan, ...]
    summary: PlanSummary
