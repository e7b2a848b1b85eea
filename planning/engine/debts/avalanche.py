"""Pay off the same debts again and again, each time with other extras: `ledger`'s avalanche, many times faster.

Until its turn comes a debt gets its minimum and nothing else, whatever the extras are. So its balances until then
are computed once, and each simulation follows only the debts with the highest rate that is still open. When a
promotional rate ends the order can change, so a new stage begins with what is owed then. All money is whole cents,
and payment t is that of month t, counted from 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from planning.engine.dates import Calendar
from planning.engine.debts.stage import Alone, Group, OpenDebt, Paid, Stage, minimums_alone
from planning.engine.debts.terms import Rates, terms_of
from planning.engine.effort import Effort
from planning.engine.model import Debt
from planning.engine.money.cents import grown, last_payment, monthly_interest, percent_of, to_cents

LOOKS: Final = (60, 120, 240, 480)
"""The months in which `Avalanche.end` looks whether a debt only grows, besides those in which rates change.

Where no rate and no minimum changes few extras are tried, and looking would cost more than it saves.
"""
AHEAD: Final = 24
"""The months computed beyond those asked for, because those after a goal's date are asked for next."""


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


class Avalanche:
    """Debts in the order in which they are paid off: the month's highest rate, smaller balance, the order given.

    Each month pays `minimums`, which is what the surplus keeps for minimum payments, and an extra; or the minimum
    payments due, if these are more. `owed` is the sum of the balances, and `rates` are the rates of each debt.
    """

    def __init__(self, debts: Sequence[Debt], calendar: Calendar, effort: Effort | None = None) -> None:
        self.debts = debts
        self._effort = effort or Effort()
        self.minimums = sum([to_cents(debt.min_payment) for debt in debts])
        self.owed = sum([to_cents(debt.balance) for debt in debts])
        terms = [terms_of(debt, calendar) for debt in debts]
        self.rates = [each.rates for each in terms]
        self._open = [
            OpenDebt(to_cents(debt.balance), position, each.least, each.percent)
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

    def last_alone(self, months: int) -> list[int]:
        """The month of each debt's last payment, from 1, if only minimums are paid; it may be after `months`."""
        self.look_ahead(months)
        return self._last_alone

    def owed_alone(self, months: int) -> int:
        """What is owed after this many months, if only minimums are paid."""
        self.look_ahead(months)
        return sum([owed[months] for owed, _ in self._alone])

    def keeps_due(self, payments: int) -> bool:
        """Whether a goal with this number of payments up to its date keeps what is due each month, not `minimums`.

        It does if minimums alone clear the debts by the date, and if no payment is left up to it.
        """
        return not payments or not self.owed_alone(payments)

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
        self._last_alone = [last_payment(paid) for _, paid in self._alone]
        self._first_stage = self._stage(self._open, 0, min([months, *self._changes]))

    def _only_grows(self, debt: OpenDebt, month: int, budget: int) -> bool:
        """Whether the debt is never paid off from this month on, even if the whole budget went to it.

        True if a month's interest, at the lowest rate still to come, is more than the budget and more than the
        minimum payment. Then the debt grows, and its interest with it.
        """
        interest = monthly_interest(debt.balance, self.rates[debt.position].lowest_from(month))
        minimum = max(debt.least, percent_of(debt.balance + interest, debt.percent))
        return interest > max(budget, minimum) + 1  # for the rounding of later months

    def _rated(self, debts: Sequence[OpenDebt]) -> list[tuple[Rates, int]]:
        return [(self.rates[debt.position], debt.balance) for debt in debts]

    def _stages(
        self, budgets: Sequence[int], changes: Iterable[int], *, with_balances: bool = False
    ) -> Iterator[Paid]:
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

    def _stage(self, debts: Sequence[OpenDebt], since: int, until: int) -> Stage:
        """The debts from month `since` on to month `until`, in which no rate changes."""
        self._effort.spend(40 * len(debts))
        groups: dict[int, Group] = {}
        for debt in sorted(debts, key=attrgetter("position")):  # of equal debts the first is paid
            rate = self.rates[debt.position].in_month(since)
            group = groups.get(rate) or groups.setdefault(rate, Group(rate))
            group.debts.append(debt)
            group.alone.append(self._alone_from(debt, since, until))
        ordered = [groups[rate] for rate in sorted(groups, reverse=True)]
        for index, group in enumerate(ordered, 1):
            group.waiting = ordered[index:]
        return Stage(ordered, self._effort, self._has_percentages)

    def _alone_from(self, debt: OpenDebt, since: int, until: int) -> Alone:
        """The debt if only its minimums are paid: known already, unless more has been paid on it."""
        owed, paid = self._alone[debt.position]
        if since:
            self._effort.spend(2 * (until - since))
        if debt.balance == owed[since]:
            return owed[since : until + 1], paid[since:until]
        self._effort.spend(debt.effort * (until - since))
        return self._follow_alone(debt, since, until - since)

    def _follow_alone(self, debt: OpenDebt, since: int, months: int) -> Alone:
        rates = self.rates[debt.position]
        promo_months = min(months, max(0, rates.promo_months - since))
        owed, paid = minimums_alone(rates.promo_rate, debt, promo_months)
        after, later = minimums_alone(rates.rate, debt._replace(balance=owed[-1]), months - promo_months)
        return owed[:-1] + after, paid + later
