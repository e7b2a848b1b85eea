"""The time value of money, with numpy-financial's meanings and nothing rounded to cents.

Rates are percent a year, nominal, compounded monthly (i = rate / 1200); periods are months. Money put in
counts as positive, so a loan is a negative `present` that payments bring up to a `target` of 0. With
`start_of_month` a payment earns its month's interest (numpy-financial's `when="begin"`). Formulas: docs of
numpy-financial's `pmt`, `nper`, `fv` and `ipmt`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Final

EXACT_ENOUGH: Final = Context(prec=60)
# Payments are rounded up to the cent next: noise in the last of the 60 digits must not become a cent.
NOISELESS: Final = Context(prec=40)
NOISE: Final = Decimal("1e-40")


@dataclass(frozen=True, slots=True)
class Repayment:
    """A month of a loan: `payment` = `interest` + `principal`, and the `balance` left after it."""

    period: int
    payment: Decimal
    interest: Decimal
    principal: Decimal
    balance: Decimal


def level_payment(
    target: Decimal, present: Decimal, annual_rate: Decimal, periods: int, *, start_of_month: bool = True
) -> Decimal:
    """The same payment each month that brings `present` to `target` in `periods` (1 or more) months.

    0 when `present` is there already or gets there by growth alone.
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
    """How many months bring `present` to `target`, with fractions; None when it never gets there."""
    with localcontext(EXACT_ENOUGH):
        if target <= present:
            return Decimal(0)
        if not annual_rate:
            return (target - present) / payment if payment else None
        # Multiplied first: a payment of exactly a debt's interest must come out as never.
        perpetuity = payment * (1200 + annual_rate * start_of_month) / annual_rate
        if present + perpetuity <= 0:
            return None
        growths = (target + perpetuity) / (present + perpetuity)
        return growths.ln() / (1 + annual_rate / 1200).ln()


def debt_periods_needed(balance: Decimal, payment: Decimal, annual_rate: Decimal) -> Decimal | None:
    """How many months `payment` at each month's end takes to clear `balance`, with fractions.

    None (never) when the payment is no more than the month's interest.
    """
    return periods_needed(Decimal(0), -balance, payment, annual_rate, start_of_month=False)


def future_value(
    present: Decimal, payment: Decimal, annual_rate: Decimal, periods: int, *, start_of_month: bool = True
) -> Decimal:
    """What `present` and a `payment` each month come to after `periods` months."""
    with localcontext(EXACT_ENOUGH):
        i = annual_rate / 1200
        growth = (1 + i) ** periods
        annuity = (growth - 1) / i * (1 + i * start_of_month) if i else Decimal(periods)
        return present * growth + payment * annuity


def amortise(loan: Decimal, annual_rate: Decimal, periods: int) -> Iterator[Repayment]:
    """The months of a `loan` repaid at each month's end by a level payment, unrounded."""
    payment = level_payment(Decimal(0), -loan, annual_rate, periods, start_of_month=False)
    balance = loan
    for period in range(1, periods + 1):
        with localcontext(EXACT_ENOUGH):
            interest = balance * annual_rate / 1200
            principal = payment - interest
            balance -= principal
        yield Repayment(period, payment, interest, principal, balance)
