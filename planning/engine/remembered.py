"""Savings that remember the result for the last offers, because they are often simulated twice."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from planning.engine.effort import Effort
from planning.engine.levels import smallest_level, straight_level
from planning.engine.money.cents import divided_up, growth_of
from planning.engine.trajectory import Trajectory


@dataclass(slots=True)
class RememberedSaving(ABC):
    """Money saved up from `start` to `target`, in cents, with interest at `rate` (see `rate_units`).

    `credit` is what was paid in month 0. `first_interest` is the interest of month 0 if that has begun already:
    later payments don't change it. None if it begins now.
    """

    target: int
    start: int
    rate: int
    credit: int = field(default=0, kw_only=True)
    first_interest: int | None = field(default=None, kw_only=True)
    effort: Effort = field(default_factory=Effort, kw_only=True)
    _followed: tuple[list[int], list[int], int] | None = field(init=False, default=None)
    _taken: tuple[list[int], Trajectory] | None = field(init=False, default=None)
    _taken_late: tuple[Trajectory, list[int], Trajectory] | None = field(init=False, default=None)

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

    def least_level(self) -> int:
        """The smallest payment in each month (or on each day) that reaches the target."""
        payments = self._payments
        level = divided_up(max(0, self.target - self.start), payments)
        if not self.rate or not level:
            return level
        return smallest_level(self.spare, straight_level(self.spare, level), payments)

    def _follow(self, offers: list[int]) -> tuple[list[int], int]:
        """The balance just after the offers of each month, and the one at the goal's date with all interest."""
        if self._followed is None or offers != self._followed[0]:
            self._followed = offers, *self._after(offers)
        return self._followed[1:]

    def _last_needed(self, amounts: Sequence[int], balances: Sequence[int]) -> tuple[int, int, int]:
        """The last month whose payments are needed, the balance before them, and the balance needed at its end.

        `balances` are those just after each month's `amounts`.
        """
        enough, (growth, half, year) = self.target, growth_of(self.rate)
        for month in range(len(amounts) - 1, 0, -1):
            before = balances[month] - amounts[month]
            needed = -((half - enough * year) // growth)  # same as `needed_before`
            if before < needed:
                return month, before, enough
            enough = needed
        return 0, self.start, enough

    @property
    @abstractmethod
    def _payments(self) -> int:
        """The number of payments up to the goal's date."""

    @abstractmethod
    def spare(self, level: int) -> int:
        """The cents above the target at its date, if all of `level` is paid in each month (or on each day)."""

    @abstractmethod
    def _after(self, offers: list[int]) -> tuple[list[int], int]:
        """The same, computed: `_follow` remembers it."""

    @abstractmethod
    def _trajectory(self, offers: list[int]) -> Trajectory:
        """The trajectory with these offers, taken only as far as something is missing."""

    @abstractmethod
    def _late_trajectory(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        """The trajectory with these offers after the goal's date."""
