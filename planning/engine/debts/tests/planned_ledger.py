"""The oracle of what a plan pays on debts: one month after the other, with the ledger that compares strategies."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from planning.engine.dates import Calendar
from planning.engine.debts.ledger import DebtLedger
from planning.engine.model import Debt
from planning.engine.money.cents import to_cents


class PlannedLedger(DebtLedger):
    def __init__(self, debts: Sequence[Debt], calendar: Calendar) -> None:
        super().__init__(debts, calendar)
        self._kept = sum(to_cents(debt.min_payment) for debt in debts)

    def pay_as_planned(self, extra: Decimal) -> Decimal:
        """Accrue a month's interest, then pay what the surplus keeps for minimum payments, and `extra`.

        If it is less than the minimums, these are paid in full all the same. Returns the sum paid.
        """
        self._accrue()
        due = sum(min(account.minimum, account.balance) for account in self.open)
        return self._pay(max(due, self._kept + to_cents(extra)))
