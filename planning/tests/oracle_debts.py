"""Interest and debts by the planning rules, for `planning.tests.oracle`: cents are whole, rates are fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import floor
from typing import Final

HORIZON: Final = 600


def half_up(amount: Fraction) -> int:
    """Cents are rounded half up."""
    return floor(amount + Fraction(1, 2))


def interest(balance: int, rate: Fraction) -> int:
    """A month's interest is balance x rate / 1200, rounded once (in whole numbers: walks ask for millions)."""
    whole = 1200 * rate.denominator
    return (2 * balance * rate.numerator + whole) // (2 * whole)


@dataclass(frozen=True)
class Debt:
    balance: int
    rate: Fraction
    minimum: int


def pay_debts(debts: Sequence[Debt], total: int) -> list[Debt]:
    """Accrue; pay each debt its minimum; send the rest to the highest rate, ties to the smaller balance."""
    owed = [debt.balance + interest(debt.balance, debt.rate) for debt in debts]
    for place, debt in enumerate(debts):
        paid = min(debt.minimum, owed[place], total)
        owed[place] -= paid
        total -= paid
    for place in sorted(range(len(debts)), key=lambda at: (-debts[at].rate, owed[at], at)):
        paid = min(owed[place], total)
        owed[place] -= paid
        total -= paid
    return [Debt(balance, debt.rate, debt.minimum) for balance, debt in zip(owed, debts, strict=True)]


@cache
def kept_by_month(debts: tuple[Debt, ...], months: int) -> list[int]:
    """What each month keeps for the minimum payments of debts that a goal pays off in so many months.

    Up to its date the minimums, after it what is due by them alone; only that, if it clears all by the date.
    """
    alone: list[int] = []
    owed = debts
    while any(debt.balance for debt in owed) and len(alone) < HORIZON:
        before = sum(debt.balance + interest(debt.balance, debt.rate) for debt in owed)
        left = (max(0, each.balance + interest(each.balance, each.rate) - each.minimum) for each in owed)
        owed = tuple(replace(each, balance=balance) for each, balance in zip(owed, left, strict=True))
        alone.append(before - sum(debt.balance for debt in owed))
    alone += [0] * (HORIZON - len(alone))
    kept_until = months if any(alone[months:]) else 0
    return [sum(debt.minimum for debt in debts)] * kept_until + alone[kept_until:]


def less(debts: tuple[Debt, ...], amount: int) -> tuple[Debt, ...]:
    """What check-ins paid off since the snapshot was stored is owed no more, the highest rate first."""
    owed = [each.balance for each in debts]
    for place in sorted(range(len(debts)), key=lambda at: (-debts[at].rate, debts[at].balance, at)):
        part = min(owed[place], amount)
        owed[place] -= part
        amount -= part
    return tuple(replace(each, balance=balance) for each, balance in zip(debts, owed, strict=True))
