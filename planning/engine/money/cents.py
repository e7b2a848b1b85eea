"""Whole cents, for loops that run over every month: exact, and many times faster than `Decimal`."""

from decimal import Context, Decimal
from itertools import accumulate
from math import gcd
from typing import Final

from fincred.money import MAX_MONEY

# An unpaid debt that grows for decades at the highest rate has more digits than the default context keeps.
_EXACT: Final = Context(prec=1000)
_RATE_UNITS: Final = 10_000
# balance * rate / 1200, the rate in ten-thousandths of a percent.
_YEAR: Final = 1200 * _RATE_UNITS
_HALF: Final = _YEAR // 2
_MOST: Final = int(MAX_MONEY.scaleb(2))


def to_cents(money: Decimal) -> int:
    """The cents of an amount that has no more than two decimals."""
    return int(money.scaleb(2, _EXACT))


def exact_money(cents: int) -> Decimal:
    """The amount with its two decimals."""
    return Decimal(cents).scaleb(-2, _EXACT)


def money(cents: int) -> Decimal:
    """The amount as it is told and stored: what no money field holds is given as the most one holds."""
    return Decimal(min(cents, _MOST)).scaleb(-2, _EXACT)


def rate_units(annual_rate: Decimal) -> int:
    """Percent a year in ten-thousandths of a percent."""
    return int(annual_rate * _RATE_UNITS)


def grown(balance: int, rate: int) -> int:
    """A balance after a month: with its interest, rounded half up to the cent."""
    return balance + (balance * rate + _HALF) // _YEAR


def grows_to(balance: int, rate: int) -> int:
    """The smallest balance that a month brings to at least `balance`."""
    return max(0, -((_HALF - balance * _YEAR) // (_YEAR + rate)))


def follow(balance: int, rate: int, amounts: list[int]) -> tuple[list[int], int]:
    """The balance just after each month's amount, and the one at the end of the last month."""
    if not rate:
        after = list(accumulate(amounts, initial=balance))
        return after[1:], after[-1]
    after = []
    common = gcd(rate, _YEAR)  # smaller numbers are faster: this is the innermost loop of a plan
    year, growth = _YEAR // common, (_YEAR + rate) // common
    half = year // 2
    for amount in amounts:
        balance += amount
        after.append(balance)
        balance = (balance * growth + half) // year  # `grown`
    return after, balance


def last_needed(target: int, rate: int, amounts: list[int], after: list[int]) -> tuple[int, int]:
    """The last month without whose amount the target isn't reached, and the balance it must bring about.

    `after` are the balances that `follow` gave for these amounts. The first month, when none is needed.
    """
    common = gcd(rate, _YEAR)
    year, growth = _YEAR // common, (_YEAR + rate) // common
    half = year // 2
    enough, month = target, len(amounts)
    for amount, balance in zip(reversed(amounts), reversed(after), strict=True):
        month -= 1
        enough = -((half - enough * year) // growth)  # `grows_to`
        if balance - amount < enough:
            break
    return month, enough


def divided_up(cents: int, parts: int) -> int:
    """A part of the amount, rounded up."""
    return -(-cents // parts)


def average(cents: int, parts: int) -> int:
    """A part of the amount, rounded half up."""
    return (2 * cents + parts) // (2 * parts)
