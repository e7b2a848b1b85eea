"""Ways to pay off debts, side by side. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from accounts.models import User
from fincred.errors import FieldError
from planning.engine.dates import Calendar
from planning.engine.debts.budget import Budget
from planning.engine.debts.payoff import Comparison, compare
from planning.engine.debts.terms import first_minimums
from planning.engine.model import Debt
from planning.queries import NEWEST_SNAPSHOTS


def debt_payoff(*, owner: User, as_of: date, debts: Sequence[Debt] | None, budget: Budget) -> Comparison:
    """Avalanche and snowball on one budget, side by side.

    If `debts` is None, they are those of the newest snapshot; without a snapshot there are none.

    :raises FieldError: the budget doesn't pay the first month's minimums.
    """
    if debts is None:
        snapshot = NEWEST_SNAPSHOTS.bind(owner=owner.pk).first()
        debts = snapshot.contents.engine_debts() if snapshot else ()
    minimums = first_minimums(debts, Calendar(as_of, as_of))
    if budget.monthly is not None and budget.monthly < minimums:
        raise FieldError(
            field="monthly_budget", message=f"Must be at least the minimum payments, {minimums}.", code="min_value"
        )
    return compare(debts, budget, as_of)
