"""Simulate savings by months of the calendar, of which some are paid after their first day."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from planning.engine.effort import Effort
from planning.engine.money.cents import grown, growth_of, last_payment, monthly_interest, needed_before
from planning.engine.trajectory import Trajectory


@dataclass(slots=True)
class PaydaySaving:
    """Money saved up from `start` to `target`, in cents, with interest at `rate` (see `rate_units`), above 0.

    `on_first_day` says of each month up to the goal's date whether its payment is on its first day, so that it
    earns interest for the month; payments after the date earn from the next month on. `first_interest` is the
    interest of a month 0 that has begun, which later payments don't change; None if it begins now. `credit` is
    what was paid of month 0.
    """

    target: int
    start: int
    rate: int
    on_first_day: Sequence[bool]
    credit: int
    first_interest: int | None
    effort: Effort
    months: int = field(init=False)
    _followed: tuple[list[int], list[int], int] | None = field(init=False, default=None)
    _taken: tuple[list[int], Trajectory] | None = field(init=False, default=None)
    _taken_late: tuple[Trajectory, list[int], Trajectory] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.months = len(self.on_first_day)

    def missing(self, offers: list[int]) -> int:
        if self.start + self.credit >= self.target:
            return 0
        return max(0, self.target - self._follow(offers)[1])

    def simulate(self, offers: list[int]) -> Trajectory:
        if self._taken is None or offers != self._taken[0]:
            self._taken = offers, self._trajectory(offers)
        return self._taken[1]

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        last = self._taken_late
        if last is None or last[0] is not trajectory or last[1] != offers:
            self._taken_late = last = trajectory, offers, self._late_trajectory(trajectory, offers)
        return last[2]

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

    def _follow(self, offers: list[int]) -> tuple[list[int], int]:
        if self._followed is None or offers != self._followed[0]:
            self._followed = offers, *self._grow(offers)
        return self._followed[1:]

    def _grow(self, offers: list[int]) -> tuple[list[int], int]:
        """The balance just after each payment, and the one at the goal's date with all interest."""
        self.effort.spend(4 * self.months)
        growth, half, year = growth_of(self.rate)
        balance, after = self.start + max(0, self.credit - offers[0]), []
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
        """The trajectory with these offers; no more of them is taken than is missing."""
        present = self.start + self.credit
        if present >= self.target:
            return Trajectory([self.credit, *[0] * (self.months - 1)], [present] * self.months, present, 0, 0)
        balances, end = self._follow(offers)
        if end > self.target:
            offers = self._without_excess(offers, balances)
            balances, _ = self._follow(offers)
        amounts = [max(offers[0], self.credit), *offers[1:]]
        if end < self.target:
            return Trajectory(amounts, balances, end, self.target - end, None)
        done = bisect_left(balances, self.target)
        balances = balances[:done] + [self.target] * (self.months - done)
        return Trajectory(amounts, balances, self.target, 0, done)

    def _without_excess(self, offers: list[int], balances: list[int]) -> list[int]:
        """The offers without what isn't needed: the last payment is smaller, later ones are 0.

        `balances` are those just after each month's offers.
        """
        month, before, enough = self._last_needed(offers, balances)
        if not month:
            amount = bisect_left(range(offers[0]), enough, key=self._after_first_month)
        elif self.on_first_day[month]:
            amount = needed_before(enough, self.rate) - before
        else:
            amount = enough - grown(before, self.rate)
        return [*offers[:month], amount, *[0] * (self.months - month - 1)]

    def _last_needed(self, offers: list[int], balances: list[int]) -> tuple[int, int, int]:
        """The last month whose payment is needed, the balance before it, and the balance needed at its end."""
        enough, (growth, half, year) = self.target, growth_of(self.rate)
        for month in range(self.months - 1, 0, -1):
            before = balances[month] - offers[month]
            needed = -((half - enough * year) // growth)  # same as `needed_before`
            if before < needed:
                return month, before, enough
            enough = needed
        return 0, self.start, enough

    def _after_first_month(self, amount: int) -> int:
        """The balance at the end of month 0, if so much is paid of it."""
        balance = self.start + max(self.credit, amount)
        if self.first_interest is not None:
            return balance + self.first_interest
        return balance + monthly_interest(balance if self.on_first_day[0] else balance - amount, self.rate)
