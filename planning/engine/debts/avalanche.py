"""Pay off the same debts again and again, each time with other extras: `ledger`'s avalanche, many times faster.

Until its turn comes a debt gets its minimum and nothing else, whatever the extras are. So what becomes of it until
then is computed once, and each simulation follows only the debts with the highest rate that is still open. All
money is whole cents, and payment t is that of month t, counted from 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import add, sub
from typing import NamedTuple

from planning.engine.effort import Effort
from planning.engine.model import Debt
from planning.engine.money.cents import growth_of, rate_units, to_cents


class _Open(NamedTuple):
    """A debt of those whose turn it is; the smallest is paid first."""

    balance: int
    position: int
    minimum: int


@dataclass(slots=True)
class _Group:
    """The debts with one rate.

    If the minimums alone are paid, `owed` is what is owed on each of them before each payment. `owed_beside` is
    that of all debts with a lower rate together, and `paid_beside` is what they are paid.
    """

    rate: int
    debts: list[_Open]
    owed: list[list[int]] = field(default_factory=list)
    owed_beside: list[int] = field(default_factory=list)
    paid_beside: list[int] = field(default_factory=list)

    def open_in(self, month: int) -> list[_Open]:
        pairs = zip(self.debts, self.owed, strict=True)
        return [debt._replace(balance=owed[month]) for debt, owed in pairs if owed[month]]


@dataclass(frozen=True, slots=True)
class Payments:
    """What becomes of the debts.

    `balances` is what is owed after each payment, up to the one that clears all; `left` is what that one leaves of
    its budget. `open` are the rates (in `rate_units`) and balances of the debts that are owed at the end.
    """

    balances: list[int]
    left: int = 0
    open: Sequence[tuple[int, int]] = ()


class Avalanche:
    """Debts in the order in which they are paid off: the highest rate, the smaller balance, the order given.

    `minimums` is the sum of the minimum payments a month, `owed` the sum of the balances, and `rates` are their
    rates, in `rate_units`.
    """

    def __init__(self, debts: Sequence[Debt], effort: Effort | None = None) -> None:
        self.debts = debts
        self._effort = effort or Effort()
        self.minimums = sum([to_cents(debt.min_payment) for debt in debts])
        self.owed = sum([to_cents(debt.balance) for debt in debts])
        self.rates = [rate_units(debt.annual_rate) for debt in debts]
        self._months = -1
        positions = sorted(range(len(debts)), key=lambda position: -self.rates[position])
        self._groups = [
            _Group(rate, [_Open(to_cents(debts[n].balance), n, to_cents(debts[n].min_payment)) for n in members])
            for rate, members in groupby(positions, key=self.rates.__getitem__)
        ]

    def pay(self, extras: Sequence[int]) -> Payments:
        """Pay the minimums of all debts, closed ones too, and extras (0 or more) by month, until all is paid."""
        self._look_ahead(len(extras))
        self._effort.spend(len(extras))
        budgets = [self.minimums + extra for extra in extras]
        balances: list[int] = []
        month = left = 0
        for index, group in enumerate(self._groups):
            turn, left = _pay_down(group.open_in(month), left)
            if turn and month > len(balances):
                balances.append(_sum(turn) + group.owed_beside[month])
            while turn and month < len(extras):
                free = map(sub, budgets[month:], group.paid_beside[month:])
                follow, steps = (_follow_many, 10 + 4 * len(turn)) if turn[1:] else (_follow_one, 2)
                turn, left, owed = follow(group.rate, turn, free)
                self._effort.spend(steps * len(owed))
                balances += map(add, owed, group.owed_beside[month + 1 :])
                month = len(balances) + (not turn)
            if turn:
                return Payments(balances, 0, [*_owed(group.rate, turn), *self._waiting(index + 1, month)])
        return Payments([*balances, 0] if month else [], left)

    def _waiting(self, index: int, month: int) -> Iterator[tuple[int, int]]:
        for group in self._groups[index:]:
            yield from _owed(group.rate, group.open_in(month))

    def _look_ahead(self, months: int) -> None:
        """Pay the minimums alone for at least this number of months."""
        if months <= self._months:
            return
        months = max(months, 2 * self._months)
        self._effort.spend(4 * len(self.debts) * months)
        self._months = months
        owed_beside, paid_beside = [0] * (months + 1), [0] * months
        for group in reversed(self._groups):
            group.owed_beside, group.paid_beside = owed_beside, paid_beside
            group.owed.clear()
            for debt in group.debts:
                owed, paid = _minimums_alone(group.rate, debt, months)
                group.owed.append(owed)
                owed_beside = [*map(add, owed_beside, owed)]
                paid_beside = [*map(add, paid_beside, paid)]


def _owed(rate: int, debts: Sequence[_Open]) -> Iterator[tuple[int, int]]:
    return ((rate, debt.balance) for debt in debts)


def _sum(debts: Sequence[_Open]) -> int:
    return sum([debt.balance for debt in debts])


def _minimums_alone(rate: int, debt: _Open, months: int) -> tuple[list[int], list[int]]:
    """What is owed in each month, and each payment, if the debt gets its minimum alone."""
    owed, minimum = [debt.balance], debt.minimum
    _, left, after = _follow_one(rate, [debt], [minimum] * months) if debt.balance else ([], 0, [])
    owed += after
    paid = [minimum] * len(after)
    idle = months - len(after)
    if idle and debt.balance:
        paid.append(minimum - left)
    return owed + [0] * idle, paid + [0] * (months - len(paid))


def _pay_down(debts: list[_Open], money: int) -> tuple[list[_Open], int]:
    """Pay the smallest debt, then the next. Returns those that are still open, and the money that is left."""
    while money and debts:
        smallest = min(debts)
        index = debts.index(smallest)
        if money < smallest.balance:
            debts[index] = smallest._replace(balance=smallest.balance - money)
            return debts, 0
        del debts[index]
        money -= smallest.balance
    return debts, money


def _follow_one(rate: int, debts: list[_Open], budgets: Iterable[int]) -> tuple[list[_Open], int, list[int]]:
    """Pay one debt by month until it is cleared, or as long as there are budgets.

    Returns it if it is still open, what is left of the budget that clears it, and the balances before that.
    """
    (debt,) = debts
    balance = debt.balance
    after: list[int] = []
    growth, half, year = growth_of(rate)
    for budget in budgets:
        balance = (balance * growth + half) // year - budget  # same as `grown`
        if balance <= 0:
            return [], -balance, after
        after.append(balance)
    return [debt._replace(balance=balance)], 0, after


def _follow_many(rate: int, debts: list[_Open], budgets: Iterable[int]) -> tuple[list[_Open], int, list[int]]:
    """The same for several debts, in the order given, until one of them is open at most. The balances are sums."""
    after: list[int] = []
    growth, half, year = growth_of(rate)
    balances = [debt.balance for debt in debts]
    minimums = [debt.minimum for debt in debts]
    for budget in budgets:
        owed = [(balance * growth + half) // year for balance in balances]  # same as `grown`
        balances = [
            balance - minimum if balance > minimum else 0 for balance, minimum in zip(owed, minimums, strict=True)
        ]
        left = budget - sum(owed) + sum(balances)
        smallest = min(balances)
        if 0 < left < smallest:
            balances[balances.index(smallest)] -= left
        elif left or not smallest:
            debts, left = _pay_down(_with(debts, balances), left)
            if not debts[1:]:
                return debts, left, [*after, *(debt.balance for debt in debts)]
            balances = [debt.balance for debt in debts]
            minimums = [debt.minimum for debt in debts]
        after.append(sum(balances))
    return _with(debts, balances), 0, after


def _with(debts: Sequence[_Open], balances: Sequence[int]) -> list[_Open]:
    """The debts with these balances, without those that are closed."""
    return [debt._replace(balance=balance) for debt, balance in zip(debts, balances, strict=True) if balance]
