"""Snapshots, goals and plans for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.models import ActionPlan, Snapshot
from planning.services.action_plans import create_action_plan
from planning.services.snapshots import store_snapshot
from planning.snapshot_contents import DebtEntry, Expenses, IncomeEntry, SavingsEntry, SnapshotContents
from planning.versions import Terms
from planning.vocabulary import ActionPlanType, DebtType, Frequency, PayFrequency

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
CHOICE = Terms(ActionPlanType.MANUAL_HABIT, Frequency.BIWEEKLY, 5, Decimal("100.00"))


def contents(*, income: str = "3000.00", expenses: str | None = "2000.00", **more: Any) -> SnapshotContents:
    """A monthly income and expenses; 1 000 a month are left."""
    spent = None if expenses is None else Expenses(Decimal(expenses))
    return SnapshotContents(incomes=(IncomeEntry(Decimal(income), PayFrequency.MONTHLY),), expenses=spent, **more)


def debt(**fields: Any) -> DebtEntry:
    """5 000 at 12 %, minimum 100."""
    defaults = {
        "type": DebtType.CREDIT_CARD,
        "label": "Card",
        "balance": Decimal("5000.00"),
        "interest_rate_annual": Decimal("12.0000"),
        "min_payment": Decimal("100.00"),
    }
    return DebtEntry(**{**defaults, **fields})


def savings(balance: str) -> SavingsEntry:
    return SavingsEntry(Decimal(balance))


def snapshot_of(
    owner: User, stored: SnapshotContents | None = None, *, now: datetime = NOON, today: date = TODAY
) -> Snapshot:
    return store_snapshot(owner=owner, contents=stored or contents(), now=now, today=today)


def plan_for(goal: Goal, *, now: datetime = NOON, today: date = TODAY) -> ActionPlan:
    """A generated plan; the person needs a snapshot."""
    return create_action_plan(owner=goal.user, goal_id=goal.id, terms=None, now=now, today=today)


def chosen_plan_for(goal: Goal, terms: Terms = CHOICE) -> ActionPlan:
    """A plan on terms that the person chose; they need a snapshot."""
    return create_action_plan(owner=goal.user, goal_id=goal.id, terms=terms, now=NOON, today=TODAY)


def goal_of(owner: User, **fields: Any) -> Goal:
    """1 200 in a year, High: 100 a month."""
    defaults = {
        "target_amount": Decimal("1200.00"),
        "target_date": date(2027, 3, 10),
        "priority": "High",
        "created_at": NOON,
    }
    return GoalFactory.create(user=owner, **{**defaults, **fields})
