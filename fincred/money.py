"""Amounts of money: `Decimal` with two decimals, from the request to the database. Rates are percent a year."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
MAX_MONEY: Final = Decimal("999999999999.99")
MAX_RATE: Final = Decimal("1000")


def amount_in_words(amount: Decimal | str) -> str:
    """With thousands and two decimals, as explanations of plans have them: 1,250.00.

    In every currency, also in those without cents: the API keeps hundredths of all of them, and plans share them.
    """
    return f"{Decimal(amount) + 0:,.2f}"  # + 0, so that there is no -0.00


def money_in_words(amount: Decimal, currency: str) -> str:
    """Such as 1,250.00 EUR."""
    return f"{amount_in_words(amount)} {currency}"


def rate_in_words(rate: Decimal | str) -> str:
    """Percent without the zeros at the end: 22.9 %."""
    return f"{Decimal(rate).normalize():f} %"


def round_to_cents(amount: Decimal) -> Decimal:
    """The nearest cent; half a cent rounds away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def round_up_to_cents(amount: Decimal) -> Decimal:
    """The smallest whole number of cents that is not less than `amount`."""
    return amount.quantize(CENT, rounding=ROUND_CEILING)
