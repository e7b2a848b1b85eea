"""What a debt costs and asks for in each month, as whole numbers for the simulations."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fincred.money import ZERO
from planning.engine.dates import Calendar
from planning.engine.model import Debt
from planning.engine.money.cents import (
    annual_rate,
    exact_money,
    grown,
    monthly_interest,
    percent_of,
    rate_units,
    to_cents,
)


class Rates(NamedTuple):
    """The rates of a debt, in `rate_units`: the first `promo_months` have `promo_rate`, the others `rate`."""

    rate: int
    promo_rate: int = 0
    promo_months: int = 0

    def in_month(self, month: int) -> int:
        """The rate of a month, counted from 0."""
        return self.promo_rate if month < self.promo_months else self.rate

    def lowest_from(self, month: int) -> int:
        """The lowest rate of this month and all later ones."""
        return min(self.rate, self.in_month(month))

    @property
    def are_zero(self) -> bool:
        return not self.rate and not self.promo_rate


class Terms(NamedTuple):
    """The rates of a debt, and its minimum payments.

    A month's minimum payment is `percent` (in `rate_units`) of the balance with the month's interest, and at least
    `least` cents; with `percent` 0 it is always `least`.
    """

    rates: Rates
    percent: int
    least: int

    def minimum(self, accrued: int) -> int:
        """The month's minimum payment for this balance with interest; it may be more than the balance."""
        return max(self.least, percent_of(accrued, self.percent)) if self.percent else self.least


def terms_of(debt: Debt, calendar: Calendar) -> Terms:
    """The terms of a debt; month 0 is the calendar's present month, and paid at its end."""
    percent = debt.min_payment_percent
    least = debt.min_payment if percent is None else debt.min_payment_floor or ZERO
    rates = Rates(rate_units(debt.annual_rate))
    if debt.promo_until and (months := calendar.payments(debt.promo_until)):
        rates = Rates(rates.rate, rate_units(debt.promo_rate or ZERO), months)
    return Terms(rates, rate_units(percent or ZERO), to_cents(least))


def first_minimum(debt: Debt, calendar: Calendar, *, is_capped: bool = True) -> Decimal:
    """The minimum payment at the end of the present month.

    One by percentage is capped at what is owed then, unless `is_capped` is False; a fixed one never is.
    """
    if debt.min_payment_percent is None:
        return debt.min_payment
    if not debt.balance:
        return ZERO
    terms = terms_of(debt, calendar)
    accrued = grown(to_cents(debt.balance), terms.rates.in_month(0))
    minimum = terms.minimum(accrued)
    return exact_money(min(accrued, minimum) if is_capped else minimum)


def first_interest(debt: Debt, calendar: Calendar) -> tuple[Decimal, Decimal]:
    """The interest that the present month adds, and its rate a year."""
    rate = terms_of(debt, calendar).rates.in_month(0)
    return exact_money(monthly_interest(to_cents(debt.balance), rate)), annual_rate(rate)


def first_minimums(debts: Sequence[Debt], calendar: Calendar, *, is_capped: bool = True) -> Decimal:
    """The sum of the minimum payments at the end of the present month, each as `first_minimum` has it."""
    return sum((first_minimum(debt, calendar, is_capped=is_capped) for debt in debts), ZERO)
