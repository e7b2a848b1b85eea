"""What a debt costs and asks for in each month, as whole numbers for the simulations."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fincred.money import ZERO
from planning.engine.dates import Calendar
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, percent_of, rate_units, to_cents


class Terms(NamedTuple):
    """Rates and percentages are in `rate_units`, amounts in cents; months are counted from 0.

    The first `promo_months` have `promo_rate`, the others `rate`. A month's minimum payment is `percent` of the
    balance with the month's interest, and at least `least`; with `percent` 0 it is always `least`.
    """

    rate: int
    promo_rate: int
    promo_months: int
    percent: int
    least: int

    def rate_in(self, month: int) -> int:
        return self.promo_rate if month < self.promo_months else self.rate

    def minimum(self, accrued: int) -> int:
        """The month's minimum payment for this balance with interest; it may be more than the balance."""
        return max(self.least, percent_of(accrued, self.percent)) if self.percent else self.least


def terms_of(debt: Debt, calendar: Calendar) -> Terms:
    """The terms of a debt; month 0 is the calendar's present month, and paid at its end."""
    percent = debt.min_payment_percent
    least = debt.min_payment if percent is None else debt.min_payment_floor or ZERO
    return Terms(
        rate=rate_units(debt.annual_rate),
        promo_rate=rate_units(debt.promo_rate or ZERO),
        promo_months=calendar.payments(debt.promo_until) if debt.promo_until else 0,
        percent=rate_units(percent or ZERO),
        least=to_cents(least),
    )


def first_minimum(debt: Debt, calendar: Calendar, *, is_capped: bool = True) -> Decimal:
    """The minimum payment at the end of the present month.

    One by percentage is capped at what is owed then, unless `is_capped` is False; a fixed one never is.
    """
    if debt.min_payment_percent is None:
        return debt.min_payment
    if not debt.balance:
        return ZERO
    terms = terms_of(debt, calendar)
    accrued = grown(to_cents(debt.balance), terms.rate_in(0))
    minimum = terms.minimum(accrued)
    return exact_money(min(accrued, minimum) if is_capped else minimum)


def first_minimums(debts: Sequence[Debt], calendar: Calendar, *, is_capped: bool = True) -> Decimal:
    """The sum of the minimum payments at the end of the present month, each as `first_minimum` has it."""
    return sum((first_minimum(debt, calendar, is_capped=is_capped) for debt in debts), ZERO)
