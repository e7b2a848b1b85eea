"""The time value of money, with the definitions of numpy-financial and without rounding to cents.

Rates are nominal percent a year, compounded monthly (i = rate / 1200); periods are months. Money paid in is
positive, so a loan is a negative `present`, and payments raise it to a `target` of 0. With `start_of_month`, a
payment earns interest in its own month (`when="begin"` in numpy-financial). Source of the formulas: the
documentation of numpy-financial's `pmt`, `nper`, `fv` and `ipmt`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Final

EXACT_ENOUGH: Final = Context(prec=60)
# Callers round payments up to the cent, so an error in the last of the 60 digits must not add a cent.
NOISELESS: Final = Context(prec=40)
NOISE: Final = Decimal("1e-40")


@dataclass(frozen=True, slots=True)
class Repayment:
    """A month of a loan: `payment` is `interest` plus `principal`, `balance` what is owed after it."""

    period: int
    payment: Decimal
    interest: Decimal
    principal: Decimal
    balance: Decimal


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


def periods_needed(
    target: Decimal, present: Decimal, payment: Decimal, annual_rate: Decimal, *, start_of_month: bool = True
) -> Decimal | None:
    """The months (with a fraction) that bring `present` to `target`; None if it never gets there."""
    with localcontext(EXACT_ENOUGH):
        if target <= present:
            return Decimal(0)
        if not annual_rate:
            return (target - present) / payment if payment else None
        # Multiply before dividing: a payment equal to a debt's interest must give exactly 0 below, and so None.
        perpetuity = payment * (1200 + annual_rate * start_of_month) / annual_rate
        if present + perpetuity <= 0:
            return None
        growths = (target + perpetuity) / (present + perpetuity)
        return growths.ln() / (1 + annual_rate / 1200).ln()


def debt_periods_needed(balance: Decimal, payment: Decimal, annual_rate: Decimal) -> Decimal | None:
    """The months (with a fraction) in which `payment` at each month's end pays off `balance`.

    None (never) if the payment is at most the first month's interest.
    """
    return periods_needed(Decimal(0), -balance, payment, annual_rate, start_of_month=False)


def future_value(
    present: Decimal, payment: Decimal, annual_rate: Decimal, periods: int, *, start_of_month: bool = True
) -> Decimal:
    """The value of `present` and a `payment` each month after `periods` months."""
    with localcontext(EXACT_ENOUGH):
        i = annual_rate / 1200
        growth = (1 + i) ** periods
        annuity = (growth - 1) / i * (1 + i * start_of_month) if i else Decimal(periods)
        return present * growth + payment * annuity


def amortise(loan: Decimal, annual_rate: Decimal, periods: int) -> Iterator[Repayment]:
    """Repay a `loan` in `periods` equal payments at each month's end; yields every month, unrounded."""
    payment = level_payment(Decimal(0), -loan, annual_rate, periods, start_of_month=False)
    balance = loan
    for period in range(1, periods + 1):
        with localcontext(EXACT_ENOUGH):
            interest = balance * annual_rate / 1200
            principal = payment - interest
            balance -= principal
        yield Repayment(period, payment, interest, principal, balance)
