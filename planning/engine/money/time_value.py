"""The time value of money, with the definitions of numpy-financial and without rounding to cents.

Rates are nominal percent a year, compounded monthly (i = rate / 1200); periods are months. Money paid in is
positive, so a loan is a negative `present`, and payments raise it to a `target` of 0. With `start_of_month`, a
payment earns interest in its own month (`when="begin"` in numpy-financial). Source of the formulas: the
documentation of numpy-financial's `pmt` and `fv`.
"""

from decimal import Context, Decimal, localcontext
from typing import Final

EXACT_ENOUGH: Final = Context(prec=60)
# Callers round payments up to the cent, so an error in the last of the 60 digits must not add a cent.
NOISELESS: Final = Context(prec=40)
NOISE: Final = Decimal("1e-40")


def level_payment(
    target: Decimal, present: Decimal, annual_rate: Decimal, periods: int, *, start_of_month: bool = True
) -> Decimal:
    """The equal payment a month that brings `present` to `target` in `periods` (1 or more) months.

    0 if `present` is at least `target`, or reaches it by interest alone.
    """
    with localcontext(EXACT_ENOUGH):
        i = annual_rate / 1200
        growth = (1 + i) ** periods
        missing = target - present * growth
        if target <= present or missing <= NOISE:
            return Decimal(0)
        annuity = (growth - 1) / i * (1 + i * start_of_month) if i else Decimal(periods)
        return NOISELESS.plus(missing / annuity)


def future_value(
    present: Decimal, payment: Decimal, annual_rate: Decimal, periods: int, *, start_of_month: bool = True
) -> Decimal:
    """The value of `present` and a `payment` each month after `periods` months."""
    with localcontext(EXACT_ENOUGH):
        i = annual_rate / 1200
        growth = (1 + i) ** periods
        annuity = (growth - 1) / i * (1 + i * start_of_month) if i else Decimal(periods)
        return present * growth + payment * annuity
