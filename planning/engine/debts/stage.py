"""Pay debts off in months in which no rate changes. All money is whole cents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import add, attrgetter, sub
from typing import NamedTuple

from planning.engine.effort import Effort
from planning.engine.money.cents import grown, growth_of, percent_of, share_of

Alone = tuple[list[int], list[int]]
"""How a debt develops by minimums alone: what is owed before each payment and after the last; the payments."""


_Followed = tuple[list["OpenDebt"], int, list[int]]


class OpenDebt(NamedTuple):
    """A debt that is owed, with its minimum as in `Terms`. Among the highest rates the smallest is paid first."""

    balance: int
    position: int
    least: int
    percent: int = 0

    @property
    def effort(self) -> int:
        """The steps that a month of minimums alone takes."""
        return 8 if self.percent else 4


@dataclass
class Group:
    """The debts with one rate, and `alone`: how each develops if only its minimums are paid.

    `waiting` are the groups with a lower rate.
    """

    rate: int
    debts: list[OpenDebt] = field(default_factory=list)
    alone: list[Alone] = field(default_factory=list)
    waiting: Sequence["Group"] = ()

    @cached_property
    def owed_beside(self) -> list[int]:
        """The sum that is owed before each payment on all debts with a lower rate."""
        return _sums([owed for group in self.waiting for owed, _ in group.alone]) or [0] * len(self.alone[0][0])

    @cached_property
    def paid_beside(self) -> list[int]:
        """The sum of each month's payments on them."""
        return _sums([paid for group in self.waiting for _, paid in group.alone]) or [0] * len(self.alone[0][1])

    def open_in(self, month: int) -> list[OpenDebt]:
        pairs = zip(self.debts, self.alone, strict=True)
        return [OpenDebt(owed[month], *debt[1:]) for debt, (owed, _) in pairs if owed[month]]

    def alone_from(self, month: int) -> dict[int, Alone]:
        """`alone` from a month on, by the debts' positions."""
        pairs = zip(self.debts, self.alone, strict=True)
        return {debt.position: (owed[month:], paid[month:]) for debt, (owed, paid) in pairs}


class Paid(NamedTuple):
    """As `Payments`, with the debts that are open."""

    balances: list[int]
    left: int = 0
    open: Sequence[OpenDebt] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Months in which no rate changes, the first of them 0 here; the groups with the highest rate first."""

    groups: Sequence[Group]
    effort: Effort
    has_percentages: bool

    def pay(self, budgets: Sequence[int], *, with_balances: bool) -> Paid:
        """Pay these budgets, or the minimums where they are more, until all is paid.

        Without `with_balances` only the number of balances is right.
        """
        balances: list[int] = []
        follow_one = _follow_one_for_minimums if self.has_percentages else _follow_one
        month = left = 0
        for group in self.groups:
            turn, left = _pay_down(group.open_in(month), left)
            if turn and month > len(balances):
                balances.append(_sum(turn) + (group.owed_beside[month] if with_balances else 0))
            while turn and month < len(budgets):
                free = map(sub, budgets[month:], group.paid_beside[month:]) if group.waiting else budgets[month:]
                if turn[1:]:
                    steps = 10 + 4 * len(turn)
                    turn, left, owed = _follow_many(group.rate, turn, group.alone_from(month), [*free])
                else:
                    steps = 2
                    turn, left, owed = follow_one(group.rate, turn, free)
                steps *= 2 if self.has_percentages else 1  # they take about twice as long
                self.effort.spend(steps * len(owed))
                balances += map(add, owed, group.owed_beside[month + 1 :]) if with_balances else owed
                month = len(balances) + (not turn)
            if turn:
                waiting = chain.from_iterable([each.open_in(month) for each in group.waiting])
                return Paid(balances, 0, [*turn, *waiting])
        return Paid([*balances, 0] if month else [], left)


def _sum(debts: Sequence[OpenDebt]) -> int:
    return sum([debt.balance for debt in debts])


def _sums(columns: Iterable[Sequence[int]]) -> list[int]:
    """The sums of the columns, place by place."""
    return [*map(sum, zip(*columns, strict=True))]


def minimums_alone(rate: int, debt: OpenDebt, months: int) -> Alone:
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


def _percentages_alone(rate: int, debt: OpenDebt, months: int) -> Alone:
    """As `minimums_alone`, for a minimum that follows from the balance."""
    owed, paid = [debt.balance], list[int]()
    balance, least = debt.balance, debt.least
    growth, half, year = growth_of(rate)
    share, half_of_all, all_ = share_of(debt.percent)
    while balance and len(paid) < months:
        balance = (balance * growth + half) // year  # same as `grown`
        payment = (balance * share + half_of_all) // all_  # same as `percent_of`
        payment = min(balance, max(least, payment))
        balance -= payment
        paid.append(payment)
        owed.append(balance)
    idle = months - len(paid)
    return owed + [0] * idle, paid + [0] * idle


def _pay_down(debts: list[OpenDebt], money: int) -> tuple[list[OpenDebt], int]:
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


def _follow_one(rate: int, debts: list[OpenDebt], budgets: Iterable[int]) -> _Followed:
    """Pay one debt month by month until it is cleared, or as long as there are budgets.

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


def _follow_one_for_minimums(rate: int, debts: list[OpenDebt], budgets: Iterable[int]) -> _Followed:
    """As `_follow_one`, if budgets can be less than the minimum payments, which are then paid instead."""
    (debt,) = debts
    balance, least = debt.balance, debt.least
    after: list[int] = []
    growth, half, year = growth_of(rate)
    share, half_of_all, all_ = share_of(debt.percent)
    for budget in budgets:
        balance = (balance * growth + half) // year  # same as `grown`
        minimum = max(least, (balance * share + half_of_all) // all_)  # same as `percent_of`
        balance -= max(budget, min(balance, minimum))
        if balance <= 0:
            return [], -balance, after
        after.append(balance)
    return [debt._replace(balance=balance)], 0, after


def _follow_many(rate: int, debts: list[OpenDebt], alone: dict[int, Alone], budgets: Sequence[int]) -> _Followed:
    """As `_follow_one`, for several debts until at most one is open. Balances are sums.

    `alone` is how each debt, by its position, develops if only its minimums are paid. Only the smallest debt (of
    equal ones the first) gets more, until it is cleared or another one is smaller.
    """
    after: list[int] = []
    while debts[1:] and len(after) < len(budgets):
        debts, left = _pay_month(rate, debts, budgets[len(after)])
        if not debts:
            return [], left, after
        after.append(_sum(debts))
        if debts[1:]:
            smallest = min(debts)
            others = [debt for debt in debts if debt is not smallest]
            since = len(after)
            for debt in others:
                owed, paid = alone[debt.position]
                if debt.balance != owed[since]:
                    later = minimums_alone(rate, debt, len(paid) - since)
                    alone[debt.position] = owed[:since] + later[0], paid[:since] + later[1]
            balances = [alone[debt.position][0][since + 1 :] for debt in others]
            beside = map(sum, zip(*[alone[debt.position][1][since:] for debt in others], strict=True))
            least = map(min, *balances) if balances[1:] else balances[0]
            followed = _follow_smallest(rate, smallest, map(sub, budgets[since:], beside), least)
            if followed:
                after += map(add, followed, map(sum, zip(*balances, strict=True)))
                now = len(followed) - 1
                debts = [debt._replace(balance=each[now]) for debt, each in zip(others, balances, strict=True)]
                debts = sorted([*debts, smallest._replace(balance=followed[now])], key=attrgetter("position"))
    return debts, 0, after


def _pay_month(rate: int, debts: Sequence[OpenDebt], budget: int) -> tuple[list[OpenDebt], int]:
    """Pay all minimums, and the smallest debts with the rest. Returns as `_pay_down`."""
    after: list[OpenDebt] = []
    for debt in debts:
        owed = grown(debt.balance, rate)
        balance = max(0, owed - max(debt.least, percent_of(owed, debt.percent)))
        budget -= owed - balance
        if balance:
            after.append(debt._replace(balance=balance))
    return _pay_down(after, max(0, budget))


def _follow_smallest(rate: int, debt: OpenDebt, budgets: Iterable[int], others: Iterable[int]) -> list[int]:
    """Pay one debt month by month, until it is cleared, or another one is as small or cleared.

    Returns its balances. `others` is the smallest balance of the other debts after each payment.
    """
    after: list[int] = []
    balance, least, percent = debt.balance, debt.least, debt.percent
    growth, half, year = growth_of(rate)
    share, half_of_all, all_ = share_of(percent)
    minimum = least
    for budget, other in zip(budgets, others, strict=False):
        balance = (balance * growth + half) // year  # same as `grown`
        if percent:
            minimum = max(least, (balance * share + half_of_all) // all_)  # same as `percent_of`
        if not other or (budget > minimum and balance - minimum >= other):
            break
        balance -= max(budget, minimum)
        if balance <= 0:
            break
        after.append(balance)
    return after
