"""Pay off debts month by month: the rules. Plans use `avalanche`, which gives the same answers faster.

In a month, interest accrues on each debt at the month's rate, each gets its minimum payment, and the rest of the
budget goes to one debt after the other in the strategy's order. Accounts hold whole cents, so that sums are exact
and 50 debts over a hundred years are fast; the ledger's methods take and return Decimals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from planning.engine.dates import Calendar
from planning.engine.debts.terms import Terms, terms_of
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, to_cents


class Strategy(StrEnum):
    """Which debt is paid first after the minimums: highest rate (avalanche) or smallest balance (snowball)."""

    AVALANCHE = "avalanche"
    SNOWBALL = "snowball"


@dataclass(slots=True)
class Account:
    """A debt that is being paid off, in cents. `interest` is the sum accrued so far.

    `rate` is that of the present month, in `rate_units`, and `minimum` its minimum payment, once interest has
    accrued; it may be more than is owed. `closed_in` is the number of the month that cleared the debt, from 1; 0
    if it had no balance, None while it is open.
    """

    debt: Debt
    position: int
    terms: Terms
    rate: int
    balance: int
    minimum: int = 0
    interest: int = 0
    closed_in: int | None = None

    def accrue(self) -> None:
        """Add the month's interest."""
        owed = grown(self.balance, self.rate)
        self.interest += owed - self.balance
        self.balance, self.minimum = owed, self.terms.minimum(owed)


def _account(debt: Debt, position: int, terms: Terms) -> Account:
    return Account(debt, position, terms, terms.rates.in_month(0), to_cents(debt.balance))


def _highest_rate_first(account: Account) -> tuple[int, int, int]:
    return -account.rate, account.balance, account.position


def _smallest_first(account: Account) -> tuple[int, int, int]:
    return account.balance, -account.rate, account.position


_ORDER: Final[dict[Strategy, Callable[[Account], tuple[int, int, int]]]] = {
    Strategy.AVALANCHE: _highest_rate_first,
    Strategy.SNOWBALL: _smallest_first,
}


class DebtLedger:
    """Debts that are being paid off at the ends of a calendar's months, from the present one on.

    `month` is the number of months paid; `closed` holds the cleared debts, in the order of clearing.
    """

    def __init__(self, debts: Sequence[Debt], calendar: Calendar, strategy: Strategy = Strategy.AVALANCHE) -> None:
        self.month = 0
        self.closed: list[Account] = []
        self.open = [_account(debt, position, terms_of(debt, calendar)) for position, debt in enumerate(debts)]
        self._fixed = sum(account.terms.least for account in self.open if not account.terms.percent)
        self._changes = {account.terms.rates.promo_months for account in self.open}
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
        """Accrue a month's interest, then pay the minimums and `extra`.

        Fixed minimums count in full for closed debts, too. Those by percentage count for open debts, before they
        are capped at what is owed. Returns the sum paid: the budget, or less if that clears everything.
        """
        self._accrue()
        by_percentage = sum(account.minimum for account in self.open if account.terms.percent)
        return self._pay(self._fixed + by_percentage + to_cents(extra))

    def pay_in_all(self, budget: Decimal) -> Decimal:
        """Accrue a month's interest, then pay `budget`, and return the sum paid.

        If it is less than the minimums, these are paid in the order given as far as it goes.
        """
        self._accrue()
        return self._pay(to_cents(budget))

    def _accrue(self) -> None:
        if self.month in self._changes:
            for account in self.open:
                account.rate = account.terms.rates.in_month(self.month)
        for account in self.open:
            account.accrue()
        self.month += 1

    def _pay(self, budget: int) -> Decimal:
        left = budget
        for account in self.open:
            paid = min(account.minimum, account.balance, left)
            account.balance -= paid
            left -= paid
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
