"""Debts going down month by month: the one simulation that every answer about debts comes from.

A month: interest accrues on each debt, each gets its minimum, and all that is left of the budget goes to one
debt after the other in the strategy's order. Inside, money is whole cents, so that sums are exact and 50
debts over a hundred years stay fast; methods take and return Decimals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents


class Strategy(StrEnum):
    """Which debt gets what is left after the minimums: the highest_rate, or the smallest."""

    AVALANCHE = "avalanche"
    SNOWBALL = "snowball"


@dataclass(slots=True)
class Account:
    """A debt on its way down, in cents; `closed_in` is the month that cleared it (0: it was never owed)."""

    debt: Debt
    position: int
    rate: int
    minimum: int
    balance: int
    interest: int = 0
    closed_in: int | None = None

    def accrue_and_pay_minimum(self) -> int:
        """Add the month's interest, pay the minimum (or all, if that is less), and return what was paid."""
        owed = grown(self.balance, self.rate)
        paid = min(self.minimum, owed)
        self.interest += owed - self.balance
        self.balance = owed - paid
        return paid


def _highest_rate_first(account: Account) -> tuple[int, int, int]:
    return -account.rate, account.balance, account.position


def _smallest_first(account: Account) -> tuple[int, int, int]:
    return account.balance, -account.rate, account.position


_ORDER: Final[dict[Strategy, Callable[[Account], tuple[int, int, int]]]] = {
    Strategy.AVALANCHE: _highest_rate_first,
    Strategy.SNOWBALL: _smallest_first,
}


class DebtLedger:
    """Debts being paid off. `month` counts the months paid, `closed` lists the debts as they are cleared."""

    def __init__(self, debts: Sequence[Debt], strategy: Strategy = Strategy.AVALANCHE) -> None:
        self.month = 0
        self.closed: list[Account] = []
        self.open = [
            Account(
                debt,
                position,
                rate=rate_units(debt.annual_rate),
                minimum=to_cents(debt.min_payment),
                balance=to_cents(debt.balance),
            )
            for position, debt in enumerate(debts)
        ]
        self._minimums = sum(account.minimum for account in self.open)
        self._order = _ORDER[strategy]
        self._close_the_paid()

    @property
    def is_cleared(self) -> bool:
        """Whether nothing is owed any more."""
        return not self.open

    @property
    def balance(self) -> Decimal:
        """What is still owed."""
        return exact_money(sum(account.balance for account in self.open))

    @property
    def interest(self) -> Decimal:
        """All interest so far."""
        return exact_money(sum(account.interest for account in (*self.open, *self.closed)))

    def pay_month(self, extra: Decimal) -> Decimal:
        """Let interest accrue for a month, then pay the minimums of all debts, closed ones too, and `extra`.

        Returns what was paid: less than that only when it clears everything.
        """
        self.month += 1
        budget = left = self._minimums + to_cents(extra)
        for account in self.open:
            left -= account.accrue_and_pay_minimum()
        self._close_the_paid()
        while left and self.open:
            target = min(self.open, key=self._order)
            paid = min(left, target.balance)
            target.balance -= paid
            left -= paid
            self._close_the_paid()
        return exact_money(budget - left)

    def _close_the_paid(self) -> None:
        paid_off = [account for account in self.open if not account.balance]
        if paid_off:
            for account in paid_off:
                account.closed_in = self.month
            self.closed += paid_off
            self.open = [account for account in self.open if account.balance]
