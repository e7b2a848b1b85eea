"""Simulate savings by months of the calendar, some of which are paid after their first day."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from planning.engine.money.cents import follow, grown, growth_of, last_payment, monthly_interest, needed_before
from planning.engine.remembered import RememberedSaving
from planning.engine.trajectory import Trajectory


@dataclass(slots=True)
class PaydaySaving(RememberedSaving):
    """Money saved up by months of the calendar, at a rate above 0.

    `on_first_day` says of each month up to the goal's date whether its payment is on its first day, so that it
    earns interest for the month; payments after the date earn from the next month on.
    """

    on_first_day: Sequence[bool]
    months: int = field(init=False)
    _level: int | None = field(init=False, default=None)
    _total: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.months = len(self.on_first_day)

    @property
    def level(self) -> int:
        """The smallest payment a month that reaches the target."""
        if self._level is None:
            self._level = self.least_level()
        return self._level

    @property
    def total(self) -> int:
        """The sum of the payments, if the level one is paid every month."""
        if self._total is None:
            self._total = sum(self.simulate([self.level] * self.months).amounts)
        return self._total

    @property
    def _payments(self) -> int:
        return self.months

    def spare(self, level: int) -> int:
        return self._grow([level] * self.months, credit=0)[1] - self.target

    def _late_trajectory(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        amounts, balances, balance = [*trajectory.amounts], [*trajectory.balances], trajectory.end
        for offer in offers:
            self.effort.spend(20)
            paid = max(0, min(offer, self.target - balance))
            interest = monthly_interest(balance, self.rate)
            balance += paid
            amounts.append(paid)
            balances.append(balance)
            if balance >= self.target:
                balances[-1], done_on = self.target, len(amounts) - 1
                return Trajectory(amounts, balances, trajectory.end, trajectory.missing, done_on)
            balance += interest
        cut = slice(self.months + last_payment(amounts[self.months :]))
        return Trajectory(amounts[cut], balances[cut], trajectory.end, trajectory.missing, None)

    def _after(self, offers: list[int]) -> tuple[list[int], int]:
        return self._grow(offers, self.credit)

    def _grow(self, offers: list[int], credit: int) -> tuple[list[int], int]:
        self.effort.spend(4 * self.months)
        growth, half, year = growth_of(self.rate)
        balance, after = self.start + max(0, credit - offers[0]), []
        earning = iter(zip(offers, self.on_first_day, strict=True))
        if self.first_interest is not None:
            next(earning)
            after.append(balance + offers[0])
            balance = after[0] + self.first_interest
        for amount, is_first in earning:
            paid = balance + amount
            after.append(paid)
            # same as `grown`
            balance = (paid * growth + half) // year if is_first else (balance * growth + half) // year + amount
        return after, balance

    def _trajectory(self, offers: list[int]) -> Trajectory:
        present = self.start + self.credit
        if present >= self.target:
            return Trajectory([self.credit, *[0] * (self.months - 1)], [present] * self.months, present, 0, 0)
        balances, end = self._follow(offers)
        if end > self.target:
            offers, balances = self._without_excess(offers, balances)
        amounts = [max(offers[0], self.credit), *offers[1:]]
        if end < self.target:
            return Trajectory(amounts, balances, end, self.target - end, None)
        done = bisect_left(balances, self.target)
        balances = balances[:done] + [self.target] * (self.months - done)
        return Trajectory(amounts, balances, self.target, 0, done)

    def _without_excess(self, offers: list[int], balances: list[int]) -> tuple[list[int], list[int]]:
        """The offers without what isn't needed, and the balances just after them.

        The last payment is smaller, later ones are 0. `balances` are those just after each month's `offers`.
        """
        month, before, enough = self._last_needed(offers, balances)
        if not month:
            amount = bisect_left(range(offers[0]), enough, key=self._after_first_month)
            before, balance = self.start + max(0, self.credit - amount), self._after_first_month(amount)
        elif self.on_first_day[month]:
            amount = needed_before(enough, self.rate) - before
            balance = grown(before + amount, self.rate)
        else:
            balance = enough
            amount = balance - grown(before, self.rate)
        idle = [0] * (self.months - month - 1)
        self.effort.spend(4 * self.months)
        after, _ = follow(balance, self.rate, idle)
        return [*offers[:month], amount, *idle], [*balances[:month], before + amount, *after]

    def _after_first_month(self, amount: int) -> int:
        """The balance at the end of month 0, if `amount` is paid in it."""
        balance = self.start + max(self.credit, amount)
        if self.first_interest is not None:
            return balance + self.first_interest
        return balance + monthly_interest(balance if self.on_first_day[0] else balance - amount, self.rate)
