"""Money as whole cents (`int`), for loops over months: exact, and many times faster than `Decimal`.

The interest rule of savings and debts is here: a month's interest is balance * rate / 1200 (rate in percent a
year), rounded half up to the cent. `grown` defines it. `follow`, `DatedSaving`, `PaydaySaving` and
`debts/stage.py` repeat it inline for speed; `needed_before`, `last_needed` and `RememberedSaving` invert it.
Change all of them together and raise `ENGINE_VERSION`.
"""

from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import accumulate, compress, count
from math import gcd
from typing import Final

from fincred.money import CENT, MAX_MONEY

# An unpaid debt that grows for decades at the highest rate has more than the 28 digits of the default context.
_EXACT: Final = Context(prec=1000)
_RATE_UNITS: Final = 10_000
# A month's interest is balance * rate / _YEAR, with the rate in ten-thousandths of a percent a year.
_YEAR: Final = 1200 * _RATE_UNITS
_HALF: Final = _YEAR // 2
_ALL: Final = 100 * _RATE_UNITS
_HALF_OF_ALL: Final = _ALL // 2
_MOST: Final = int(MAX_MONEY.scaleb(2))


def to_cents(money: Decimal) -> int:
    """Convert an amount with at most two decimals to cents."""
    return int(money.scaleb(2, _EXACT))


def exact_money(cents: int) -> Decimal:
    """Convert cents to an amount with two decimals, without a limit."""
    return Decimal(cents).scaleb(-2, _EXACT)


def money(cents: int) -> Decimal:
    """Convert cents to an amount for answers and storage, capped at `MAX_MONEY`, the most a money field holds."""
    return CENT * (cents if cents < _MOST else _MOST)  # min() takes as long as all the rest


def rate_units(percent: Decimal) -> int:
    """Convert percent, such as a rate a year (at most four decimals), to ten-thousandths of a percent."""
    return int(percent * _RATE_UNITS)


def annual_rate(units: int) -> Decimal:
    """Convert `rate_units` back to percent a year."""
    return Decimal(units) / _RATE_UNITS


def monthly_interest(balance: int, rate: int) -> int:
    """A month's interest in cents, rounded half up to the cent; `rate` in `rate_units`."""
    return (balance * rate + _HALF) // _YEAR


def grown(balance: int, rate: int) -> int:
    """The balance in cents after a month's interest."""
    return balance + monthly_interest(balance, rate)


def percent_of(cents: int, percent: int) -> int:
    """A percentage (in `rate_units`) of an amount, rounded half up to the cent."""
    return (cents * percent + _HALF_OF_ALL) // _ALL


def share_of(percent: int) -> tuple[int, int, int]:
    """`share`, `half` and `all` with which `percent_of` is (cents * share + half) // all, in lowest terms."""
    common = gcd(percent, _ALL)
    return percent // common, _ALL // common // 2, _ALL // common


def growth_of(rate: int) -> tuple[int, int, int]:
    """`growth`, `half` and `year` with which `grown` is (balance * growth + half) // year.

    In lowest terms, because smaller integers are faster in the innermost loops of a plan.
    """
    common = gcd(rate, _YEAR)
    year = _YEAR // common
    return (_YEAR + rate) // common, year // 2, year


def needed_before(balance: int, rate: int) -> int:
    """The smallest balance that grows to `balance` or more in a month: `grown`, inverted."""
    growth, half, year = growth_of(rate)
    return -((half - balance * year) // growth)


def follow(balance: int, rate: int, amounts: list[int]) -> tuple[list[int], int]:
    """Pay in each month's amount and let the balance grow.

    Returns the balance just after each payment, and the balance at the end of the last month with its interest.
    """
    if not rate:
        after = list(accumulate(amounts, initial=balance))
        return after[1:], after[-1]
    after = []
    growth, half, year = growth_of(rate)
    for amount in amounts:
        balance += amount
        after.append(balance)
        balance = (balance * growth + half) // year  # same as `grown`
    return after, balance


def last_needed(target: int, rate: int, amounts: list[int], after: list[int]) -> tuple[int, int]:
    """The last month whose amount is needed to reach `target`, and the balance needed just after that payment.

    `after` are the balances that `follow` returned for `amounts`. After the payment of the month found, interest
    alone leads to the target. If no amount is needed, the month is 0.
    """
    growth, half, year = growth_of(rate)
    enough, month = target, len(amounts)
    for amount, balance in zip(reversed(amounts), reversed(after), strict=True):
        month -= 1
        enough = -((half - enough * year) // growth)  # same as `needed_before`
        if balance - amount < enough:
            break
    return month, enough


def last_payment(amounts: Sequence[int]) -> int:
    """The number of amounts up to and including the last one that isn't 0."""
    return len(amounts) - next(compress(count(), reversed(amounts)), len(amounts))


def divided_up(cents: int, parts: int) -> int:
    """`cents / parts`, rounded up to a whole cent."""
    return -(-cents // parts)


def average(cents: int, parts: int) -> int:
    """`cents / parts`, rounded half up to a whole cent."""
    return (2 * cents + parts) // (2 * parts)
