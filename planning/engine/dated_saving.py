"""Simulate savings that are paid on days of the goal's own, which are not the dates of the calendar.

Offers are one amount for each day. The balance earns interest by months of the calendar: of a month's payments
only one on its first day earns interest for the month.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from operator import and_

from planning.engine.money.cents import follow, growth_of, monthly_interest
from planning.engine.own_days import OwnDays
from planning.engine.remembered import RememberedSaving
from planning.engine.trajectory import Trajectory


@dataclass(slots=True)
class DatedSaving(RememberedSaving):
    """Money saved up on days of the goal's own.

    `level` is a payment on each day. `credit`, what was paid in month 0, counts for the month's first days first;
    what is left of it counts as paid too.
    """

    days: OwnDays
    level: int
    months: int = field(init=False)
    deadline: int = field(init=False)
    _begins: int = field(init=False)
    _total: int | None = field(init=False, default=None)
    _late_counts: list[int] = field(init=False, default_factory=list)
    _paid_first: "DatedSaving | None" = field(init=False, default=None)
    _idle: tuple[int, list[int], int] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.months, self.deadline, self._begins = len(self.days.counts), self.days.months, self.days.begins

    @property
    def total(self) -> int:
        """The sum of the payments, if the level one is paid on each day in time; once if there is none."""
        if self._total is None:
            days = sum(self.days.counts)
            paid = self.simulate([self.level] * days).amounts
            self._total = sum(paid) if days else max(self.level, self.credit)
        return self._total

    @property
    def bears_interest(self) -> bool:
        return self.rate > 0

    @property
    def first_payment(self) -> int:
        return 0

    def paid_first_in(self, months: Sequence[bool]) -> "DatedSaving":
        """The same, if the first payment of each month earns interest for it only where `months` says so."""
        on_start = tuple(map(and_, self.days.on_start, months))
        if self._paid_first is None or self._paid_first.days.on_start != on_start:
            self._paid_first = replace(self, days=replace(self.days, on_start=on_start))
            self._paid_first.level = self._paid_first.least_level()
        return self._paid_first

    @property
    def _payments(self) -> int:
        return sum(self.days.counts)

    def raised(self, claim: int, gap: int) -> int:
        # This sum is enough even without interest, so it is enough however late it is paid.
        return min(self.target - self.start, claim + gap)

    def late_counts(self, months: int) -> list[int]:
        """The number of late days in each of this many months; the first month is that of the goal's date."""
        known = self._late_counts
        if months > len(known):
            self.effort.spend(20 * (months - len(known)))
            known += [self.days.late_in(self.months - 1 + place) for place in range(len(known), months)]
        return known[:months]

    def _late_trajectory(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        """The first offers are for the late days of the month in which the goal's date is."""
        amounts, balances = trajectory.amounts.copy(), trajectory.balances.copy()
        by_day = [*trajectory.by_day]
        balance, used, paid_until, month = trajectory.end, 0, self.months, self.months - 1
        while used < len(offers):
            self.effort.spend(20)
            offered = offers[used : used + self.days.late_in(month)]
            used += len(offered)
            paid = _filled(offered, self.target - balance)
            balance += sum(paid)
            if month < self.months:
                amounts[month] += sum(paid)
                by_day[month] = [*by_day[month], *paid]
                if sum(paid):
                    balances[month] = balance  # the interest up to the date came before these payments
            else:
                amounts.append(sum(paid))
                by_day.append(paid)
                balances.append(balance)
            if balance >= self.target:
                balances[month] = self.target
                return Trajectory(amounts, balances, trajectory.end, trajectory.missing, month, by_day)
            if month >= self.months:
                balance += self._interest(month, balance, paid)
            month += 1
            if sum(paid):
                paid_until = max(paid_until, month)
        cut = slice(paid_until)
        return Trajectory(amounts[cut], balances[cut], trajectory.end, trajectory.missing, None, by_day[cut])

    def spare(self, level: int) -> int:
        counts, on_start = self._since_first()
        early = [level if starts else 0 for starts in on_start]
        return self._grow([level * count for count in counts], early, credit=0)[1] - self.target

    def _since_first(self) -> tuple[Sequence[int], Sequence[bool]]:
        """From the first month with a day on: each month's number of days, and whether one is its first day."""
        return self.days.counts[self._begins :], self.days.on_start[self._begins :]

    def _by_month(self, offers: Sequence[int]) -> list[list[int]]:
        counts, _ = self._since_first()
        by_month = [[*offers[end - count : end]] for end, count in zip(accumulate(counts), counts, strict=True)]
        return [*[[]] * self._begins, *by_month]

    def _after(self, offers: list[int]) -> tuple[list[int], int]:
        return self._grow(*self._sums(offers), self.credit)

    def _sums(self, offers: Sequence[int]) -> tuple[list[int], list[int]]:
        """From the first month with a day on: what each month is offered, and the part of it on its first day."""
        by, (counts, on_start) = [0, *accumulate(offers)], self._since_first()
        ends = [*accumulate(counts)]
        amounts = [by[end] - by[end - count] for end, count in zip(ends, counts, strict=True)]
        first = zip(ends, counts, on_start, strict=True)
        return amounts, [offers[end - count] if starts else 0 for end, count, starts in first]

    def _grow(self, amounts: list[int], early: list[int], credit: int) -> tuple[list[int], int]:
        """The balance just after each month's payments, and the one at the goal's date with all interest.

        `amounts` are the payments of each month from the first one with a day on, and `early` the part of them on
        the month's first day.
        """
        self.effort.spend(4 * self.months)
        growth, half, year = growth_of(self.rate)
        after, balance = self._idle_until_first(credit if self._begins else max(0, credit - amounts[0]))
        paid = zip(amounts, early, strict=True)
        if not after and self.first_interest is not None:
            amount, _ = next(paid)
            after.append(balance + amount)
            balance += amount + self.first_interest
        for amount, earning in paid:
            after.append(balance + amount)
            balance = ((balance + earning) * growth + half) // year + amount - earning  # same as `grown`
        return after, balance

    def _idle_until_first(self, more: int) -> tuple[list[int], int]:
        """The balance in each month before the first one with a day, and at the start of that month.

        `more` is added to what is there at the start.
        """
        if self._idle is None or self._idle[0] != more:
            balance, idle = self.start + more, [0] * self._begins
            if idle and self.first_interest is not None:
                after, balance = follow(balance + self.first_interest, self.rate, idle[1:])
                self._idle = more, [self.start + more, *after], balance
            else:
                self._idle = more, *follow(balance, self.rate, idle)
        _, after, balance = self._idle
        return after.copy(), balance

    def _interest(self, month: int, balance: int, paid: list[int]) -> int:
        """The interest of a month. `balance` is that at its end, before interest; `paid` are its payments."""
        if not month and self.first_interest is not None:
            return self.first_interest
        later = sum(paid[1:] if self.days.earns_from_start(month) else paid)
        return monthly_interest(balance - later, self.rate)

    def _trajectory(self, on_days: list[int]) -> Trajectory:
        present = self.start + self.credit
        if present >= self.target:
            return self._already_there(self._by_month(on_days), present)
        offers, (balances, end) = self._by_month(on_days), self._follow(on_days)
        if end < self.target:
            return Trajectory(self._amounts(offers), balances, end, self.target - end, None, offers)
        if end > self.target:
            offers = self._without_excess(offers, balances)
            balances, _ = self._follow([*chain.from_iterable(offers)])
        done = bisect_left(balances, self.target)
        balances = balances[:done] + [self.target] * (self.months - done)
        return Trajectory(self._amounts(offers), balances, self.target, 0, done, offers)

    def _already_there(self, offers: list[list[int]], present: int) -> Trajectory:
        made = self._filled_months(offers, 0, self.credit)
        return Trajectory(self._amounts(made), [present] * self.months, present, 0, 0, made)

    def _summed(self, offers: list[list[int]]) -> list[int]:
        return [*[0] * self._begins, *map(sum, offers[self._begins :])]

    def _amounts(self, offers: list[list[int]]) -> list[int]:
        amounts = self._summed(offers)
        amounts[0] = max(amounts[0], self.credit)
        return amounts

    def _without_excess(self, offers: list[list[int]], balances: list[int]) -> list[list[int]]:
        """The offers without what isn't needed: the last payment is smaller, later ones are 0.

        `balances` are those just after each month's offers.
        """
        if not self.rate:
            return self._without_excess_of_money(offers)
        month, before, enough = self._last_needed(self._summed(offers), balances)

        def suffices(amount: int) -> bool:
            paid = _filled(offers[month], amount)
            balance = before + max(0 if month else self.credit, sum(paid))
            return balance + self._interest(month, balance, paid) >= enough

        amount = bisect_left(range(sum(offers[month])), True, key=suffices)
        return self._filled_months(offers, month, amount)

    def _without_excess_of_money(self, offers: list[list[int]]) -> list[list[int]]:
        self.effort.spend(10 * self.months)
        left = self.target - self.start
        first = _filled(offers[0], left)
        later = _filled([*chain.from_iterable(offers[1:])], left - max(self.credit, sum(first)))
        return self._by_month([*first, *later])

    def _filled_months(self, offers: list[list[int]], month: int, amount: int) -> list[list[int]]:
        """The offers before `month`, `amount` of those in the month, and nothing after it."""
        nothing = [[0] * count for count in self.days.counts[month + 1 :]]
        return [*offers[:month], _filled(offers[month], amount), *nothing]


def _filled(offers: Sequence[int], amount: int) -> list[int]:
    """The offers, one after the other, as long as the amount lasts."""
    before = accumulate(offers, initial=0)
    return [max(0, min(offer, amount - so_far)) for offer, so_far in zip(offers, before, strict=False)]
