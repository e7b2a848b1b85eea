"""Pay off the same debts again and again, each time with other extras: `ledger`'s avalanche, many times faster.

Until its turn comes a debt gets its minimum and nothing else, whatever the extras are. So what becomes of it until
then is computed once, and each simulation follows only the debts with the highest rate that is still open. When a
promotional rate ends the order can change, so a new stage begins with what is owed then. All money is whole cents,
and payment t is that of month t, counted from 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import add, sub
from typing import NamedTuple

from planning.engine.dates import Calendar
from planning.engine.debts.terms import terms_of
from planning.engine.effort import Effort
from planning.engine.model import Debt
from planning.engine.money.cents import grown, growth_of, percent_of, to_cents


class _Open(NamedTuple):
    """A debt of those whose turn it is; the smallest is paid first. `least` and `percent` are as in `Terms`."""

    balance: int
    position: int
    least: int
    percent: int = 0

    def minimum(self, accrued: int) -> int:
        """The minimum payment for this balance with the month's interest, at most that."""
        return min(accrued, max(self.least, percent_of(accrued, self.percent)))


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
    """Debts in the order in which they are paid off: the month's highest rate, smaller balance, the order given.

    Each month pays `minimums`, which is what the surplus keeps for minimum payments, and an extra; but never less
    than the minimum payments that would be due if they alone were paid. `owed` is the sum of the balances, and
    `rates` are the rates that some month can have, in `rate_units`.
    """

    def __init__(self, debts: Sequence[Debt], calendar: Calendar, effort: Effort | None = None) -> None:
        self.debts = debts
        self._effort = effort or Effort()
        self.minimums = sum([to_cents(debt.min_payment) for debt in debts])
        self.owed = sum([to_cents(debt.balance) for debt in debts])
        self._terms = [terms_of(debt, calendar) for debt in debts]
        promotional = [terms.promo_rate for terms in self._terms if terms.promo_months]
        self.rates = [terms.rate for terms in self._terms] + promotional
        self._open = [
            _Open(to_cents(debt.balance), position, terms.least, terms.percent)
            for position, (debt, terms) in enumerate(zip(debts, self._terms, strict=True))
        ]
        self._changes = sorted({terms.promo_months for terms in self._terms if terms.promo_months})
        self._first_stage = self._stage(self._open, 0)
        self._due: list[int] = []

    @property
    def has_percentages(self) -> bool:
        """Whether a minimum payment follows from the balance."""
        return any(debt.percent for debt in self._open)

    @property
    def enough(self) -> int:
        """The smallest extra with which the first payment clears all debts."""
        owed = sum([grown(debt.balance, self._terms[debt.position].rate_in(0)) for debt in self._open])
        return max(0, owed - self.minimums)

    def pay(self, extras: Sequence[int]) -> Payments:
        """Pay `minimums`, also once debts are closed, and extras (0 or more) by month, until all is paid."""
        months = len(extras)
        self._effort.spend(months)
        budgets = self._budgets(extras)
        since, stage, balances = 0, self._first_stage, list[int]()
        for until in self._changes:
            if until >= months:
                break
            paid = stage.pay(budgets[since:until])
            balances += paid.balances
            if not paid.open:
                return Payments(balances, paid.left)
            since, stage = until, self._stage([debt for _, debt in paid.open], until)
        paid = stage.pay(budgets[since:])
        return Payments(balances + paid.balances, paid.left, [(rate, debt.balance) for rate, debt in paid.open])

    def _stage(self, debts: Sequence[_Open], month: int) -> "_Stage":
        """The debts from a month on in which rates have changed."""
        return _Stage([(self._terms[debt.position].rate_in(month), debt) for debt in debts], self._effort)

    def _budgets(self, extras: Sequence[int]) -> list[int]:
        budgets = [self.minimums + extra for extra in extras]
        if not self.has_percentages:
            return budgets  # fixed minimums are never more than `minimums`
        self._look_ahead(len(extras))
        return [*map(max, budgets, self._due)]

    def _look_ahead(self, months: int) -> None:
        """Sum up the minimum payments of at least this number of months, if they alone are paid."""
        if months <= len(self._due):
            return
        months = max(months, 2 * len(self._due))
        self._effort.spend(4 * len(self._open) * months)
        self._due = [0] * months
        for debt in self._open:
            self._due = [*map(add, self._due, self._paid_alone(debt, months))]

    def _paid_alone(self, debt: _Open, months: int) -> list[int]:
        terms = self._terms[debt.position]
        promo_months = min(months, terms.promo_months)
        owed, paid = _minimums_alone(terms.promo_rate, debt, promo_months)
        _, later = _minimums_alone(terms.rate, debt._replace(balance=owed[-1]), months - promo_months)
        return paid + later


class _Paid(NamedTuple):
    """As `Payments`; `open` are the rates and the debts."""

    balances: list[int]
    left: int = 0
    open: Sequence[tuple[int, _Open]] = ()


class _Stage:
    """Debts, each with its rate, in months in which no rate changes. The first of them is month 0 here."""

    def __init__(self, debts: Sequence[tuple[int, _Open]], effort: Effort) -> None:
        self._effort = effort
        self._months = -1
        self._debts = len(debts)
        by_rate = groupby(sorted(debts, key=lambda each: -each[0]), key=lambda each: each[0])
        self._groups = [_Group(rate, [debt for _, debt in group]) for rate, group in by_rate]

    def pay(self, budgets: Sequence[int]) -> _Paid:
        """Pay these budgets, each at least the minimums, until all is paid."""
        months = len(budgets)
        self._look_ahead(months)
        balances: list[int] = []
        month = left = 0
        for index, group in enumerate(self._groups):
            turn, left = _pay_down(group.open_in(month), left)
            if turn and month > len(balances):
                balances.append(_sum(turn) + group.owed_beside[month])
            while turn and month < months:
                free = map(sub, budgets[month:], group.paid_beside[month:])
                follow, steps = (_follow_many, 10 + 4 * len(turn)) if turn[1:] else (_follow_one, 2)
                turn, left, owed = follow(group.rate, turn, free)
                self._effort.spend(steps * len(owed))
                balances += map(add, owed, group.owed_beside[month + 1 :])
                month = len(balances) + (not turn)
            if turn:
                return _Paid(balances, 0, [*_rated(group.rate, turn), *self._waiting(index + 1, month)])
        return _Paid([*balances, 0] if month else [], left)

    def _waiting(self, index: int, month: int) -> Iterator[tuple[int, _Open]]:
        for group in self._groups[index:]:
            yield from _rated(group.rate, group.open_in(month))

    def _look_ahead(self, months: int) -> None:
        """Pay the minimums alone for at least this number of months."""
        if months <= self._months:
            return
        months = max(months, 2 * self._months)
        self._effort.spend(4 * self._debts * months)
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


def _rated(rate: int, debts: Sequence[_Open]) -> Iterator[tuple[int, _Open]]:
    return ((rate, debt) for debt in debts)


def _sum(debts: Sequence[_Open]) -> int:
    return sum([debt.balance for debt in debts])


def _minimums_alone(rate: int, debt: _Open, months: int) -> tuple[list[int], list[int]]:
    """What is owed in each month, and each payment, if the debt gets its minimum alone."""
    if debt.percent:
        return _percentages_alone(rate, debt, months)
    owed, minimum = [debt.balance], debt.least
    _, left, after = _follow_one(rate, [debt], [minimum] * months) if debt.balance else ([], 0, [])
    owed += after
    paid = [minimum] * len(after)
    idle = months - len(after)
    if idle and debt.balance:
        paid.append(minimum - left)
    return owed + [0] * idle, paid + [0] * (months - len(paid))


def _percentages_alone(rate: int, debt: _Open, months: int) -> tuple[list[int], list[int]]:
    """The same for a minimum that follows from the balance."""
    owed, paid = [debt.balance], list[int]()
    growth, half, year = growth_of(rate)
    while len(paid) < months and owed[-1]:
        accrued = (owed[-1] * growth + half) // year  # same as `grown`
        paid.append(debt.minimum(accrued))
        owed.append(accrued - paid[-1])
    idle = months - len(paid)
    return owed + [0] * idle, paid + [0] * idle


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
    minimums = [debt.least for debt in debts]
    is_fixed = not any(debt.percent for debt in debts)
    for budget in budgets:
        owed = [(balance * growth + half) // year for balance in balances]  # same as `grown`
        if is_fixed:
            balances = [
                balance - minimum if balance > minimum else 0
                for balance, minimum in zip(owed, minimums, strict=True)
            ]
        else:
            balances = [balance - debt.minimum(balance) for debt, balance in zip(debts, owed, strict=True)]
        left = budget - sum(owed) + sum(balances)
        smallest = min(balances)
        if 0 < left < smallest:
            balances[balances.index(smallest)] -= left
        elif left or not smallest:
            debts, left = _pay_down(_with(debts, balances), left)
            if not debts[1:]:
                return debts, left, [*after, *(debt.balance for debt in debts)]
            balances = [debt.balance for debt in debts]
            minimums = [debt.least for debt in debts]
        after.append(sum(balances))
    return _with(debts, balances), 0, after


def _with(debts: Sequence[_Open], balances: Sequence[int]) -> list[_Open]:
    """The debts with these balances, without those that are closed."""
    return [debt._replace(balance=balance) for debt, balance in zip(debts, balances, strict=True) if balance]
