"""Ways to pay off debts, side by side. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from accounts.models import User
from fincred.errors import FieldError
from planning.engine.debts.payoff import Comparison, compare, minimum_payments
from planning.engine.model import Debt
from planning.queries import NEWEST_SNAPSHOTS


def debt_payoff(
    *,
    owner: User,
    as_of: date,
    debts: Sequence[Debt] | None,
    extra_monthly: Decimal,
    monthly_budget: Decimal | None,
) -> Comparison:
    """Avalanche and snowball on one budget a month: the minimums and `extra_monthly`, or `monthly_budget`.

    `debts` None means those of the newest snapshot, none without a snapshot.

    :raises FieldError: the budget doesn't pay the minimums.
    """
    if debts is None:
        snapshot = NEWEST_SNAPSHOTS.bind(owner=owner.pk).first()
        debts = snapshot.contents.engine_debts() if snapshot else ()
    if monthly_budget is not None:
        extra_monthly = monthly_budget - minimum_payments(debts)
    if extra_monthly < 0:
        raise FieldError(
            field="monthly_budget",
            message=f"Must be at least the minimum payments, {minimum_payments(debts)}.",
            code="min_value",
        )
    return compare(debts, extra_monthly, as_of)
