"""Pay off debts month by month: the one simulation behind all answers about debts.

In a month, interest accrues on each debt, each gets its minimum payment, and the rest of the budget goes to one
debt after the other in the strategy's order. Accounts hold whole cents, so that sums are exact and 50 debts over
a hundred years are fast; the ledger's methods take and return Decimals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents


class Strategy(StrEnum):
    """Which debt is paid first after the minimums: highest rate (avalanche) or smallest balance (snowball)."""

    AVALANCHE = "avalanche"
    SNOWBALL = "snowball"


@dataclass(slots=True)
class Account:
    """A debt that is being paid off, in cents. `rate` is in `rate_units`, `interest` the sum accrued so far.

    `closed_in` is the number of the month that cleared it, from 1; 0 if it had no balance, None while it is open.
    """

    debt: Debt
    position: int
    rate: int
    minimum: int
    balance: int
    interest: int = 0
    closed_in: int | None = None

    def accrue_and_pay_minimum(self) -> int:
        """Add the month's interest, pay the minimum (or all, if less is owed), and return the payment."""
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
    """Debts that are being paid off.

    `month` is the number of months paid; `closed` holds the cleared debts, in the order of clearing.
    """

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
        """The sum that is still owed."""
        return exact_money(sum(account.balance for account in self.open))

    @property
    def interest(self) -> Decimal:
        """The sum of all interest accrued so far."""
        return exact_money(sum(account.interest for account in (*self.open, *self.closed)))

    def pay_month(self, extra: Decimal) -> Decimal:
        """Accrue a month's interest, then pay the budget: the minimums of all debts, closed ones too, and `extra`.

        Returns the sum paid: the budget, or less if that clears everything.
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
