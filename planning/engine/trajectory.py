"""Simulate a goal month by month: savings that earn interest, debts that are paid off.

Money is whole cents; months are steps of the planning calendar, counted from 0. The money of month k is saved on
calendar date k, at the start of the month, or pays debts on calendar date k + 1, after the month's interest.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import sub
from typing import Final, Protocol

from planning.engine.debts.avalanche import Avalanche
from planning.engine.effort import Effort
from planning.engine.freed import Freed, ends
from planning.engine.money.cents import follow, last_needed, last_payment, to_cents


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The payments of a goal and their effect, in cents."""

    amounts: list[int]  # the payment of each month
    balances: list[int]  # saved, or still owed, just after each payment
    end: int  # the balance at the goal's date, with all interest
    missing: int  # at the goal's date
    done_on: int | None  # the number of the month in which the goal is met; None if it never is
    by_day: Sequence[list[int]] = ()  # with days of its own: the payments on the days of each month


EMPTY: Final = Trajectory([], [], 0, 0, None)


class Simulation(Protocol):
    """What offers come to, one for each month (or day of its own), in cents.

    `level` is the level payment, and `total` the sum of the instalments, if it is paid every month (or each day).
    """

    @property
    def level(self) -> int: ...

    @property
    def total(self) -> int: ...

    def missing(self, offers: list[int]) -> int:
        """The cents missing at the goal's date."""

    def simulate(self, offers: list[int]) -> Trajectory:
        """Simulate the months up to the goal's date: take each offer, but no more than is missing."""

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        """Continue `trajectory` after the goal's date, with an offer for each month (or day) after it."""


class Need(Simulation, Protocol):
    """What a goal needs, in cents over `months` months.

    `level` is the level payment a month, and `credit` the part of month 0's payment that has been made.
    """

    months: int
    level: int
    credit: int

    @property
    def total(self) -> int:
        """The sum of the instalments, if the level payment is paid every month."""

    @property
    def bears_interest(self) -> bool:
        """Whether there is interest, so that the time of a payment matters."""

    @property
    def deadline(self) -> int:
        """The number of months by whose end the money is needed."""

    @property
    def first_payment(self) -> int:
        """The number of the calendar date of the first payment: 0 for savings, 1 for debts."""

    def raised(self, claim: int, gap: int) -> int:
        """The next claim, when `claim` was paid so late that `gap` cents were missing."""


@dataclass(slots=True)
class Saving:
    """Money saved up from `start` to `target`, in cents, with interest at `rate` (see `rate_units`).

    `first_interest` is the interest of month 0 if that has begun already: later payments don't change it. None if
    it begins now. `_followed` and `_taken` cache the results for the last offers.
    """

    target: int
    start: int
    rate: int
    months: int
    level: int
    credit: int = 0
    first_interest: int | None = None
    effort: Effort = field(default_factory=Effort)
    total: int = field(init=False)
    _followed: tuple[list[int], list[int], int] = field(init=False)
    _taken: tuple[list[int], Trajectory] = field(init=False)

    def __post_init__(self) -> None:
        offers = [max(self.level, self.credit), *[self.level] * (self.months - 1)]
        balances, end = self._grow(offers)
        trajectory = self._trajectory(offers, balances, end)
        self._followed = trajectory.amounts, trajectory.balances, trajectory.end
        self._taken = trajectory.amounts, trajectory
        self.total = sum(trajectory.amounts)

    @property
    def bears_interest(self) -> bool:
        return self.rate > 0

    @property
    def first_payment(self) -> int:
        return 0

    def raised(self, claim: int, gap: int) -> int:
        # This sum is enough even without interest, so it is enough however late it is paid.
        return min(self.target - self.start, claim + gap)

    def missing(self, offers: list[int]) -> int:
        _, end = self._follow(offers)
        return 0 if self.start + self.credit >= self.target else max(0, self.target - end)

    def simulate(self, offers: list[int]) -> Trajectory:
        if offers != self._taken[0]:
            self._taken = offers, self._trajectory(offers, *self._follow(offers))
        return self._taken[1]

    def _follow(self, offers: list[int]) -> tuple[list[int], int]:
        if offers != self._followed[0]:
            self._followed = offers, *self._grow(offers)
        return self._followed[1:]

    @property
    def deadline(self) -> int:
        return self.months

    def _grow(self, offers: list[int]) -> tuple[list[int], int]:
        self.effort.spend(len(offers))
        if self.first_interest is None:
            return follow(self.start, self.rate, offers)
        first = self.start + offers[0]
        balances, end = follow(first + self.first_interest, self.rate, offers[1:])
        return [first, *balances], end

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        self.effort.spend(2 * len(offers))
        after, _ = follow(trajectory.end, self.rate, offers)
        done = bisect_left(after, self.target)
        if done == len(offers):
            paid = last_payment(offers)
            amounts, balances = trajectory.amounts + offers[:paid], trajectory.balances + after[:paid]
            return Trajectory(amounts, balances, trajectory.end, trajectory.missing, None)
        amounts, balances = trajectory.amounts + offers[:done], trajectory.balances + after[:done]
        last = max(0, self.target - (after[done] - offers[done]))
        done_on = len(amounts)
        return Trajectory([*amounts, last], [*balances, self.target], trajectory.end, trajectory.missing, done_on)

    def _trajectory(self, offers: list[int], balances: list[int], end: int) -> Trajectory:
        """The trajectory with these offers, taken only as far as something is missing."""
        present = self.start + self.credit
        if present >= self.target:
            return Trajectory([self.credit, *[0] * (self.months - 1)], [present] * self.months, present, 0, 0)
        if end < self.target:
            return Trajectory(offers, balances, end, self.target - end, None)
        amounts = self._without_excess(offers, balances) if end > self.target else offers
        done = bisect_left(balances, self.target)
        balances[done:] = [self.target] * (self.months - done)
        return Trajectory(amounts, balances, self.target, 0, done)

    def _without_excess(self, offers: list[int], balances: list[int]) -> list[int]:
        """The offers without what isn't needed.

        The last payment is reduced so that interest alone then reaches the target; later ones are 0. `balances` is
        corrected in place.
        """
        month, enough = self._last_needed(offers, balances)
        before = balances[month] - offers[month]
        least = 0 if month else self.credit
        amounts = [*offers[:month], max(least, enough - before), *[0] * (self.months - month - 1)]
        if month:
            self.effort.spend(len(offers))
            balances[month:], _ = follow(before, self.rate, amounts[month:])
        else:
            balances[:], _ = self._grow(amounts)
        return amounts

    def _last_needed(self, offers: list[int], balances: list[int]) -> tuple[int, int]:
        self.effort.spend(2 * self.months)
        if self.first_interest is None:
            return last_needed(self.target, self.rate, offers, balances)
        month, enough = last_needed(self.target, self.rate, offers[1:], balances[1:])
        if month + 1 < self.months and balances[month + 1] - offers[month + 1] < enough:
            return month + 1, enough
        return 0, enough - self.first_interest


@dataclass(slots=True)
class DebtPayoff:
    """Debts paid off, highest rate first, by their minimum payments and by an extra from the surplus.

    `level` and the amounts of trajectories are extras, without the minimums; balances are what is still owed.
    `minimums` is the sum of the minimum payments a month, `owed` the sum of the balances at the start.

    Until the goal's date each month keeps `minimums` for the debts; after it, what would be due if minimums alone
    had been paid from the start. If these clear the debts by the date, every month keeps what is due (`kept`).

    `payments` is the number of payments up to the date. If none is left, the goal is planned to be met with the
    first one after it, whose month is after the date.
    """

    debts: Avalanche
    payments: int
    level: int
    credit: int = 0
    months: int = field(init=False)
    total: int = field(init=False)
    _taken: tuple[list[int], Trajectory] | None = field(init=False, default=None)
    _keeps_due: bool = field(init=False)
    _lacking: int | None = field(init=False, default=None)
    _kept: list[int] = field(init=False, default_factory=list)
    _freed: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.months = max(1, self.payments)
        self._keeps_due = self.debts.keeps_due(self.payments)
        offers = [max(self.level, self.credit), *[self.level] * (self.months - 1)]
        self.total = sum(self.simulate(offers).amounts)

    @property
    def bears_interest(self) -> bool:
        return self.debts.time_matters

    @property
    def minimums(self) -> int:
        return self.debts.minimums

    @property
    def owed(self) -> int:
        return self.debts.owed

    @property
    def deadline(self) -> int:
        return self.months

    @property
    def first_payment(self) -> int:
        return 1

    @property
    def kept_until(self) -> int:
        """The number of months that keep `minimums` even if less is due."""
        return 0 if self._keeps_due else self.payments

    @property
    def level_beside(self) -> int:
        """The minimum payments that `level` comes on top of: of each month, or of the first one after the date."""
        return self.minimums if self.payments else self.kept(1)[0]

    def kept(self, months: int) -> list[int]:
        """What each of the first `months` months keeps for minimum payments, if no goal is paid anything."""
        if months > len(self._kept):
            self._kept = [sum(of_month) for of_month in zip(*self.kept_for_each(months), strict=True)]
            self._freed = [self.minimums - kept for kept in self._kept]
        return self._kept[:months]

    def kept_for_each(self, months: int) -> list[list[int]]:
        """The same for each debt by itself."""
        since = min(self.kept_until, months)
        minimums = [[to_cents(debt.min_payment)] * since for debt in self.debts.debts]
        alone = self.debts.minimums_alone(months)
        return [kept + due[since:] for kept, due in zip(minimums, alone, strict=True)]

    def freed_alone(self, months: int) -> list[int]:
        """By month, how much of `minimums` is free in the first `months` months, if no goal is paid anything."""
        self.kept(months)
        return self._freed[:months]

    def ended(self, until: int, frees_from: int | None = None) -> list[Freed]:
        """The debts whose end frees money in a month before `until`: all of them from `frees_from` on."""
        last = self.debts.last_alone(until)
        return ends(self.debts.debts, last, until, kept_until=self.kept_until, frees_from=frees_from)

    def cleared_late(self, granted: int, months: int) -> int | None:
        """The number of months, at most `months`, that clear the debts if `granted` is paid as late as possible.

        Then all of it but the credit is in the last payment by the date, and only minimums follow.
        """
        idle = [0] * (self.months - 1)
        if self._lacking is None:
            self._lacking = self.simulate([self.credit, *idle]).missing
        if self._are_never_cleared(self._lacking - (granted - self.credit), months):
            return None
        offers = [self.credit, *idle]
        offers[-1] += granted - self.credit
        return self.cleared_by(offers, months)

    def cleared_after(self, in_time: Trajectory, months: int) -> int | None:
        """The number of months, at most `months`, that clear the debts, with minimums alone after the date."""
        if in_time.done_on is not None or self._are_never_cleared(in_time.missing, months):
            return in_time.done_on
        return self.cleared_by(in_time.amounts, months)

    def _are_never_cleared(self, owed: int, months: int) -> bool:
        """Whether this is certain without a simulation, because interest only adds to what is owed by the date."""
        return owed > sum(self.kept(months)[self.months :])

    def cleared_by(self, offers: list[int], months: int) -> int | None:
        """The number of months, at most `months`, that clear the debts with these offers, then minimums."""
        paid = self._pay([*offers, *[0] * (months - len(offers))])
        return None if paid[2] else len(paid[1])

    def raised(self, claim: int, gap: int) -> int:
        return claim + gap

    def missing(self, offers: list[int]) -> int:
        return self.simulate(offers).missing

    def simulate(self, offers: list[int]) -> Trajectory:
        if self._taken is None or offers != self._taken[0]:
            self._taken = offers, self._trajectory(offers)
        return self._taken[1]

    def _trajectory(self, offers: list[int]) -> Trajectory:
        amounts, balances, owed = self._pay(offers)
        done_on, idle = None if owed else len(amounts), [0] * (self.months - len(amounts))
        amounts += idle
        amounts[0] = max(amounts[0], self.credit)  # even if it cleared the debts, so that nothing is owed
        return Trajectory(amounts, balances + idle, owed, owed, done_on)

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        amounts, balances, owed = self._pay(trajectory.amounts + offers)
        if not owed:
            return Trajectory(amounts, balances, trajectory.end, trajectory.missing, len(amounts))
        paid = self.months + last_payment(offers)
        return Trajectory(amounts[:paid], balances[:paid], trajectory.end, trajectory.missing, None)

    def _pay(self, offers: list[int]) -> tuple[list[int], list[int], int]:
        """The extras and balances up to the month that clears the debts, and what is owed at the end."""
        paid = self.debts.pay(self._extras(offers))
        amounts, owed = offers[: len(paid.balances)], paid.balances[-1] if paid.balances else self.owed
        if amounts and not owed:
            amounts[-1] = max(0, amounts[-1] - paid.left)
        if amounts:
            amounts[0] = max(amounts[0], self.credit)
        return amounts, paid.balances, owed

    def _extras(self, offers: list[int]) -> list[int]:
        """What each month pays beyond `minimums`; less than 0 if it keeps less than these."""
        if len(offers) <= self.kept_until:
            return offers
        return [*map(sub, offers, self.freed_alone(len(offers)))]
