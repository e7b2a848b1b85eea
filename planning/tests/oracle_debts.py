"""Interest and debts by the planning rules, for `planning.tests.oracle`: cents are whole, rates are fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor


def half_up(amount: Fraction) -> int:
    """Cents are rounded half up."""
    return floor(amount + Fraction(1, 2))


def interest(balance: int, rate: Fraction) -> int:
    """A month's interest is balance x rate / 1200, rounded once."""
    return half_up(balance * rate / 1200)


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


def less(debts: tuple[Debt, ...], amount: int) -> tuple[Debt, ...]:
    """What check-ins paid off since the snapshot was stored is owed no more, the highest rate first."""
    owed = [each.balance for each in debts]
    for place in sorted(range(len(debts)), key=lambda at: (-debts[at].rate, debts[at].balance, at)):
        part = min(owed[place], amount)
        owed[place] -= part
        amount -= part
    return tuple(replace(each, balance=balance) for each, balance in zip(debts, owed, strict=True))
