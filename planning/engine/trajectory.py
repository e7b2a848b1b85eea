"""How a goal moves month by month under the money it gets: savings that earn, debts that cost.

Inside, money is whole cents and a month is a step of the planning calendar, counted from 0. Month k's money
is saved on the calendar's date k, or pays debts on its date k + 1, when the month's interest has accrued.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final, Protocol

from planning.engine.debts.ledger import DebtLedger
from planning.engine.debts.payoff import minimum_payments
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, follow, grows_to, last_needed, to_cents


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What was paid in each month and the balance after it, in cents.

    `missing` is what is missing at the goal's date, `done_on` the calendar's date on which nothing is missing
    any more (None: never), `end` the balance at the goal's date with all interest.
    """

    amounts: list[int]
    balances: list[int]
    end: int
    missing: int
    done_on: int | None


EMPTY: Final = Trajectory([], [], 0, 0, None)


class Need(Protocol):
    """What a goal asks for. `total` is the sum of its instalments when `level` is paid every month."""

    months: int
    level: int
    total: int

    @property
    def bears_interest(self) -> bool:
        """Whether it matters when money is paid."""

    @property
    def first_payment(self) -> int:
        """The calendar's date on which the first month's money arrives: 0 or 1."""

    def raised(self, claim: int, gap: int) -> int:
        """What to ask for when `claim` was paid so late that `gap` was missing."""

    def missing(self, offers: list[int]) -> int:
        """What is missing at the goal's date when it is given these offers."""

    def simulate(self, offers: list[int]) -> Trajectory:
        """Take what is offered in each of the months up to the goal's date, no more than is missing."""

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        """Go on after the goal's date with what is offered in each of the months that follow it."""


@dataclass(slots=True)
class Saving:
    """Money saved up to a target, which earns `rate` (cents.rate_units) a year."""

    target: int
    start: int
    rate: int
    months: int
    level: int
    total: int = field(init=False)
    _followed: tuple[list[int], list[int], int] = field(init=False)
    _taken: tuple[list[int], Trajectory] = field(init=False)

    def __post_init__(self) -> None:
        trajectory = self._even_course()
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
        # Without any interest this much suffices, so it does however late it's paid.
        return min(self.target - self.start, claim + gap)

    def missing(self, offers: list[int]) -> int:
        _, end = self._sync_goal(offers)
        return 0 if self.start >= self.target else max(0, self.target - end)

    def simulate(self, offers: list[int]) -> Trajectory:
        if offers != self._taken[0]:
            self._taken = offers, self._course(offers, *self._sync_goal(offers))
        return self._taken[1]

    def _sync_goal(self, offers: list[int]) -> tuple[list[int], int]:
        if offers != self._followed[0]:
            self._followed = offers, *follow(self.start, self.rate, offers)
        return self._followed[1:]

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        after, _ = follow(trajectory.end, self.rate, offers)
        done = bisect_left(after, self.target)
        if done == len(offers):
            paid = _last_paid(offers)
            amounts, balances = trajectory.amounts + offers[:paid], trajectory.balances + after[:paid]
            return Trajectory(amounts, balances, trajectory.end, trajectory.missing, None)
        amounts, balances = trajectory.amounts + offers[:done], trajectory.balances + after[:done]
        last = max(0, self.target - (after[done] - offers[done]))
        done_on = len(amounts)
        return Trajectory([*amounts, last], [*balances, self.target], trajectory.end, trajectory.missing, done_on)

    def _even_course(self) -> Trajectory:
        """The level payment every month; the last one makes up for the cents that rounded interest costs."""
        amounts = [self.level] * self.months
        balances, end = follow(self.start, self.rate, amounts)
        if end < self.target:
            last = grows_to(self.target, self.rate)
            amounts[-1] += last - balances[-1]
            balances[-1], end = last, self.target
        return self._course(amounts, balances, end)

    def _course(self, offers: list[int], balances: list[int], end: int) -> Trajectory:
        """The trajectory under these offers, no more of them taken than is missing."""
        if self.start >= self.target:
            return Trajectory([0] * self.months, [self.start] * self.months, self.start, 0, 0)
        if end < self.target:
            return Trajectory(offers, balances, end, self.target - end, None)
        amounts = self._without_excess(offers, balances) if end > self.target else offers
        done = bisect_left(balances, self.target)
        balances[done:] = [self.target] * (self.months - done)
        return Trajectory(amounts, balances, self.target, 0, done)

    def _without_excess(self, offers: list[int], balances: list[int]) -> list[int]:
        """The offers up to the month from which growth alone does the rest, and of that one what it takes.

        Sets right the balances from that month on.
        """
        month, enough = last_needed(self.target, self.rate, offers, balances)
        before = balances[month] - offers[month]
        amounts = [*offers[:month], max(0, enough - before), *[0] * (self.months - month - 1)]
        balances[month:], _ = follow(before, self.rate, amounts[month:])
        return amounts


@dataclass(slots=True)
class DebtPayoff:
    """Debts paid off, highest rate first, by their minimums and what is drawn on the surplus above them.

    The amounts of its trajectories are those draws, the balances what is still owed.
    """

    debts: tuple[Debt, ...]
    months: int
    level: int
    total: int = field(init=False)
    minimums: int = field(init=False)
    owed: int = field(init=False)
    _taken: tuple[list[int], Trajectory] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.minimums = to_cents(minimum_payments(self.debts))
        self.owed = to_cents(DebtLedger(self.debts).balance)
        self.total = sum(self.simulate([self.level] * self.months).amounts)

    @property
    def bears_interest(self) -> bool:
        return any(debt.annual_rate > 0 for debt in self.debts)

    @property
    def first_payment(self) -> int:
        return 1

    def raised(self, claim: int, gap: int) -> int:
        return claim + gap

    def missing(self, offers: list[int]) -> int:
        return self.simulate(offers).missing

    def simulate(self, offers: list[int]) -> Trajectory:
        if self._taken is None or offers != self._taken[0]:
            self._taken = offers, self._course(offers)
        return self._taken[1]

    def _course(self, offers: list[int]) -> Trajectory:
        ledger = DebtLedger(self.debts)
        amounts, balances = self._pay(ledger, offers)
        idle = self.months - len(amounts)
        owed = to_cents(ledger.balance)
        done_on = ledger.month if ledger.is_cleared else None
        return Trajectory(amounts + [0] * idle, balances + [0] * idle, owed, owed, done_on)

    def simulate_late(self, trajectory: Trajectory, offers: list[int]) -> Trajectory:
        ledger = DebtLedger(self.debts)
        amounts, balances = self._pay(ledger, trajectory.amounts + offers)
        if ledger.is_cleared:
            return Trajectory(amounts, balances, trajectory.end, trajectory.missing, ledger.month)
        paid = self.months + _last_paid(offers)
        return Trajectory(amounts[:paid], balances[:paid], trajectory.end, trajectory.missing, None)

    def _pay(self, ledger: DebtLedger, offers: list[int]) -> tuple[list[int], list[int]]:
        amounts: list[int] = []
        balances: list[int] = []
        for offer in offers:
            if ledger.is_cleared:
                break
            paid = to_cents(ledger.pay_month(exact_money(offer)))
            amounts.append(max(0, paid - self.minimums))
            balances.append(to_cents(ledger.balance))
        return amounts, balances


def _last_paid(amounts: list[int]) -> int:
    """How many of the amounts there are up to the last that isn't 0."""
    return next((count for count in range(len(amounts), 0, -1) if amounts[count - 1]), 0)
