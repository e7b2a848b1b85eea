"""Pay off the same debts again and again, each time with other extras: `ledger`'s avalanche, many times faster.

Until its turn comes a debt gets its minimum and nothing else, whatever the extras are. So its balances until then
are computed once, and each simulation follows only the debts with the highest rate that is still open. When a
promotional rate ends the order can change, so a new stage begins with what is owed then. All money is whole cents,
and payment t is that of month t, counted from 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, pairwise
from operator import add, attrgetter, sub
from typing import Final, NamedTuple

from planning.engine.dates import Calendar
from planning.engine.debts.terms import Rates, terms_of
from planning.engine.effort import Effort
from planning.engine.model import Debt
from planning.engine.money.cents import grown, growth_of, monthly_interest, percent_of, share_of, to_cents

LOOKS: Final = (60, 120, 240, 480)
"""The months in which `Avalanche.end` looks whether a debt only grows, besides those in which rates change.

Where no rate and no minimum changes few extras are tried, and looking would cost more than it saves.
"""
AHEAD: Final = 24
"""So many months more than asked for are computed at once: those after a goal's date are asked for next."""

Alone = tuple[list[int], list[int]]
"""If minimums alone are paid: what is owed before each payment and after the last, and the payments."""


_Followed = tuple[list["_Open"], int, list[int]]


class _Open(NamedTuple):
    """A debt that is owed; of those whose turn it is, the smallest is paid first. See `Terms` for the minimum."""

    balance: int
    position: int
    least: int
    percent: int = 0

    @property
    def effort(self) -> int:
        """The steps that a month of minimums alone takes."""
        return 8 if self.percent else 4


@dataclass
class _Group:
    """The debts with one rate, and `alone`: how each develops if only its minimums are paid.

    `waiting` are the groups with a lower rate.
    """

    rate: int
    debts: list[_Open] = field(default_factory=list)
    alone: list[Alone] = field(default_factory=list)
    waiting: Sequence["_Group"] = ()

    @cached_property
    def owed_beside(self) -> list[int]:
        """The sum that is owed before each payment on all debts with a lower rate."""
        return _sums([owed for group in self.waiting for owed, _ in group.alone]) or [0] * len(self.alone[0][0])

    @cached_property
    def paid_beside(self) -> list[int]:
        """The sum of each month's payments on them."""
        return _sums([paid for group in self.waiting for _, paid in group.alone]) or [0] * len(self.alone[0][1])

    def open_in(self, month: int) -> list[_Open]:
        pairs = zip(self.debts, self.alone, strict=True)
        return [_Open(owed[month], *debt[1:]) for debt, (owed, _) in pairs if owed[month]]

    def alone_from(self, month: int) -> dict[int, Alone]:
        """`alone` from a month on, by the debts' positions."""
        pairs = zip(self.debts, self.alone, strict=True)
        return {debt.position: (owed[month:], paid[month:]) for debt, (owed, paid) in pairs}


@dataclass(frozen=True, slots=True)
class Payments:
    """How the debts develop.

    `balances` is what is owed after each payment, up to the one that clears all; `left` is the part of that
    payment's budget that isn't needed. `open` are the rates and balances of the debts that are owed at the end.
    """

    balances: list[int]
    left: int = 0
    open: Sequence[tuple[Rates, int]] = ()


class End(NamedTuple):
    """How the debts end: as in `Payments`, with the number of months paid instead of `balances`."""

    months: int
    left: int = 0
    open: Sequence[tuple[Rates, int]] = ()


class _Paid(NamedTuple):
    """As `Payments`, with the debts that are open."""

    balances: list[int]
    left: int = 0
    open: Sequence[_Open] = ()


@dataclass(frozen=True, slots=True)
class _Stage:
    """Months in which no rate changes, the first of them 0 here; the groups with the highest rate first."""

    groups: Sequence[_Group]
    effort: Effort
    has_percentages: bool

    def pay(self, budgets: Sequence[int], *, with_balances: bool) -> _Paid:
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
                return _Paid(balances, 0, [*turn, *waiting])
        return _Paid([*balances, 0] if month else [], left)


class Avalanche:
    """Debts in the order in which they are paid off: the month's highest rate, smaller balance, the order given.

    Each month pays `minimums`, which is what the surplus keeps for minimum payments, and an extra; or the month's
    minimum payments, if these are more. `owed` is the sum of the balances, and `rates` are the rates of each debt.
    """

    def __init__(self, debts: Sequence[Debt], calendar: Calendar, effort: Effort | None = None) -> None:
        self.debts = debts
        self._effort = effort or Effort()
        self.minimums = sum([to_cents(debt.min_payment) for debt in debts])
        self.owed = sum([to_cents(debt.balance) for debt in debts])
        terms = [terms_of(debt, calendar) for debt in debts]
        self.rates = [each.rates for each in terms]
        self._open = [
            _Open(to_cents(debt.balance), position, each.least, each.percent)
            for position, (debt, each) in enumerate(zip(debts, terms, strict=True))
        ]
        self._changes = sorted({rates.promo_months for rates in self.rates if rates.promo_months})
        self._months = -1

    @property
    def time_matters(self) -> bool:
        """Whether it matters when a debt is paid: it bears interest, or its minimum follows from the balance."""
        return self._has_percentages or not all(rates.are_zero for rates in self.rates)

    @property
    def enough(self) -> int:
        """The smallest extra with which the first payment clears all debts."""
        owed = sum([grown(debt.balance, self.rates[debt.position].in_month(0)) for debt in self._open])
        return max(0, owed - self.minimums)

    def pay(self, extras: Sequence[int]) -> Payments:
        """Pay `minimums`, also once debts are closed, and extras by month, until all is paid.

        An extra can be less than 0, as long as the minimum payments due are paid.
        """
        balances: list[int] = []
        self.look_ahead(len(extras))
        budgets = [self.minimums + extra for extra in extras]
        for paid in self._stages(budgets, self._changes, with_balances=True):
            balances += paid.balances
        return Payments(balances, paid.left, self._rated(paid.open))

    def minimums_alone(self, months: int) -> list[list[int]]:
        """The payments of each debt in each of this many months, if only its minimums are paid."""
        self.look_ahead(months)
        return [paid[:months] for _, paid in self._alone]

    def owed_alone(self, months: int) -> int:
        """What is owed after this many months, if only minimums are paid."""
        self.look_ahead(months)
        return sum([owed[months] for owed, _ in self._alone])

    def end(self, extra: int, months: int) -> End:
        """Pay the same extra in this number of months. It ends early once a debt can only grow."""
        looks = sorted({*self._changes, *LOOKS}) if self._changes or self._has_percentages else []
        month = 0
        self.look_ahead(months)
        for paid in self._stages([self.minimums + extra] * months, looks):
            month += len(paid.balances)
            self._effort.spend(20 * len(paid.open) if looks else 0)
            if looks and any(self._only_grows(debt, month, self.minimums + extra) for debt in paid.open):
                break
        return End(month, paid.left, self._rated(paid.open))

    def look_ahead(self, months: int) -> None:
        """Pay the minimums alone for at least this number of months."""
        if months <= self._months:
            return
        self._months = months = max(months + AHEAD, 2 * self._months)
        self._effort.spend(sum([debt.effort for debt in self._open]) * months)
        self._alone = [self._follow_alone(debt, 0, months) for debt in self._open]
        self._first_stage = self._stage(self._open, 0, min([months, *self._changes]))

    def _only_grows(self, debt: _Open, month: int, budget: int) -> bool:
        """Whether the debt is never paid off from this month on, even if the whole budget went to it.

        True if a month's interest, at the lowest rate still to come, is more than the budget and more than the
        minimum payment. Then the debt grows, and its interest with it.
        """
        interest = monthly_interest(debt.balance, self.rates[debt.position].lowest_from(month))
        minimum = max(debt.least, percent_of(debt.balance + interest, debt.percent))
        return interest > max(budget, minimum) + 1  # for the rounding of later months

    def _rated(self, debts: Sequence[_Open]) -> list[tuple[Rates, int]]:
        return [(self.rates[debt.position], debt.balance) for debt in debts]

    def _stages(
        self, budgets: Sequence[int], changes: Iterable[int], *, with_balances: bool = False
    ) -> Iterator[_Paid]:
        """Pay by stages, which end in these months at the latest, until all is paid.

        Without `with_balances` only the number of balances is right.
        """
        months = len(budgets)
        self._effort.spend(months)
        ends = [*(month for month in changes if month < months), months]
        paid = self._first_stage.pay(budgets[: ends[0]], with_balances=with_balances)
        yield paid
        for since, until in pairwise(ends):
            if not paid.open:
                return
            stage = self._stage(paid.open, since, until)
            paid = stage.pay(budgets[since:until], with_balances=with_balances)
            yield paid

    @property
    def _has_percentages(self) -> bool:
        return any(debt.percent for debt in self._open)

    def _stage(self, debts: Sequence[_Open], since: int, until: int) -> _Stage:
        """The debts from month `since` on to month `until`, in which no rate changes."""
        self._effort.spend(40 * len(debts))
        groups: dict[int, _Group] = {}
        for debt in sorted(debts, key=attrgetter("position")):  # of equals the first is paid
            rate = self.rates[debt.position].in_month(since)
            group = groups.get(rate) or groups.setdefault(rate, _Group(rate))
            group.debts.append(debt)
            group.alone.append(self._alone_from(debt, since, until))
        ordered = [groups[rate] for rate in sorted(groups, reverse=True)]
        for index, group in enumerate(ordered, 1):
            group.waiting = ordered[index:]
        return _Stage(ordered, self._effort, self._has_percentages)

    def _alone_from(self, debt: _Open, since: int, until: int) -> Alone:
        """The debt if only its minimums are paid: known already, unless more has been paid on it."""
        owed, paid = self._alone[debt.position]
        if since:
            self._effort.spend(2 * (until - since))
        if debt.balance == owed[since]:
            return owed[since : until + 1], paid[since:until]
        self._effort.spend(debt.effort * (until - since))
        return self._follow_alone(debt, since, until - since)

    def _follow_alone(self, debt: _Open, since: int, months: int) -> Alone:
        rates = self.rates[debt.position]
        promo_months = min(months, max(0, rates.promo_months - since))
        owed, paid = _minimums_alone(rates.promo_rate, debt, promo_months)
        after, later = _minimums_alone(rates.rate, debt._replace(balance=owed[-1]), months - promo_months)
        return owed[:-1] + after, paid + later


def _sum(debts: Sequence[_Open]) -> int:
    return sum([debt.balance for debt in debts])


def _sums(columns: Iterable[Sequence[int]]) -> list[int]:
    """The sum of each place."""
    return [*map(sum, zip(*columns, strict=True))]


def _minimums_alone(rate: int, debt: _Open, months: int) -> Alone:
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


def _percentages_alone(rate: int, debt: _Open, months: int) -> Alone:
    """As `_minimums_alone`, for a minimum that follows from the balance."""
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


def _follow_one(rate: int, debts: list[_Open], budgets: Iterable[int]) -> _Followed:
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


def _follow_one_for_minimums(rate: int, debts: list[_Open], budgets: Iterable[int]) -> _Followed:
    """As `_follow_one`, where budgets can be less than the minimum payments, which are then paid."""
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


def _follow_many(rate: int, debts: list[_Open], alone: dict[int, Alone], budgets: Sequence[int]) -> _Followed:
    """As `_follow_one`, for several debts until at most one is open; of equals the first. Balances are sums.

    `alone` is how each of them, by its position, develops if only its minimums are paid. The smallest alone gets
    more, until it is cleared or another one is smaller.
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
                    later = _minimums_alone(rate, debt, len(paid) - since)
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


def _pay_month(rate: int, debts: Sequence[_Open], budget: int) -> tuple[list[_Open], int]:
    """Pay all minimums, and the smallest debts with the rest. Returns as `_pay_down`."""
    after: list[_Open] = []
    for debt in debts:
        owed = grown(debt.balance, rate)
        balance = max(0, owed - max(debt.least, percent_of(owed, debt.percent)))
        budget -= owed - balance
        if balance:
            after.append(debt._replace(balance=balance))
    return _pay_down(after, max(0, budget))


def _follow_smallest(rate: int, debt: _Open, budgets: Iterable[int], others: Iterable[int]) -> list[int]:
    """Pay one debt by month, until that clears it or the smallest of the `others` is as small, or is cleared.

    Returns the balances. `others` are the smallest balances of these after each payment.
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
