"""What a person who lives by services wants, holds and has told, for `planning.tests.walking`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from planning.tests import oracle_dates, oracle_debts


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def cents(amount: Decimal) -> int:
    return int(amount.scaleb(2))


Deed = tuple[str, int]
"""What is done besides, and a number: `pay` or `withdraw` so many percent, `earn` so many percent of before."""


@dataclass(frozen=True)
class Wanted:
    """A goal as a person thinks it up; amounts in cents. With `debts` linked to it, its target is their sum."""

    target: int
    days: int
    priority: str = "Medium"
    rate: str = "0"
    debts: tuple[oracle_debts.Debt, ...] = ()
    rhythm: tuple[str, int] | None = None


@dataclass
class Account:
    """What the person's bank holds for a goal, and what they told of it.

    `untold` is the interest that was credited since the last check-in, `interest_told` what check-ins of the
    present `month` told of it. `counted` is the month of the newest plan, what was told then, and how much of it
    was that month's payment: what was beyond the ask isn't, also once more is asked for.
    """

    goal: UUID
    wanted: Wanted
    by: date
    position: int
    balance: int = 0
    put_in: int = 0
    earned: int = 0
    earning: int = 0
    untold: int = 0
    interest_told: int = 0
    month: int = 0
    debts: list[oracle_debts.Debt] = field(default_factory=list)
    credited: date | None = None
    check_ins: list[tuple[date, int]] = field(default_factory=list)
    first_planned: date | None = None
    opening: int = 0
    snapshot_amount: int = 0
    snapshot_on: date | None = None
    snapshot_debts: tuple[oracle_debts.Debt, ...] = ()
    ask_at_check_in: int = 0
    counted: tuple[int, int, int] | None = None
    fallen: tuple[int, int] = (-1, 0)
    rhythm: tuple[str, int] | None = None
    asked: tuple[date, int] | None = None
    paid_on: date | None = None
    paid_today: int = 0
    fallen_today: int = 0

    def untold_at_date(self, anchor: date, today: date) -> int:
        """What saved interest that isn't told yet comes to at the goal's date, at most: each may be rounded up.

        Interest is credited with each of the calendar's months that begins up to the date, and on the date.
        """
        first, last = (oracle_dates.present_month(anchor, day) for day in (today, self.by))
        times = last - first + (oracle_dates.calendar_day(anchor, last) < self.by)
        amount = 0 if self.wanted.debts else self.balance - self.told
        for _ in range(times if amount else 0):
            amount += oracle_debts.interest(amount, Fraction(self.wanted.rate)) + 1
        return amount

    def made(self, start: date, month: int) -> tuple[int, int]:
        """What of the month from `start` counts as its payment, and the part of that put in on its first day."""
        if self.told_by(start, included=False) == self.told or self.wanted.debts:
            return 0, 0
        before = self._before(start)
        made = min(max(0, self.told - before + self.fallen_in(month)), self.ask_at_check_in)
        if self.counted and self.counted[0] == month:
            made = min(made, self.counted[2] + max(0, self.told - self.counted[1]))
        return made, min(made, max(0, self.told_by(start, included=True) - before))

    def count(self, start: date, month: int, paid: int) -> None:
        """Remember what plans made today count as paid in the month, and how much less they count from."""
        less = self._before(start) - self.told
        self.fallen, self.counted = (month, max(less, self.fallen_in(month))), (month, self.told, paid)

    def fallen_in(self, month: int) -> int:
        """How much less the month's plans counted from, since more was taken out than put in."""
        return self.fallen[1] if self.fallen[0] == month else 0

    def _before(self, start: date) -> int:
        """What was there before the month's payments."""
        is_planned_since = self.first_planned is not None and self.first_planned >= start
        return self.interest_told + (self.opening if is_planned_since else self.told_by(start, included=False))

    @property
    def told(self) -> int:
        return self.check_ins[-1][1] if self.check_ins else 0

    @property
    def owed_by_what_was_told(self) -> int:
        snapshot = sum(each.balance for each in self.snapshot_debts)
        return max(0, snapshot - (self.told - self.snapshot_amount))

    def told_by(self, day: date, *, included: bool) -> int:
        amounts = [amount for on, amount in self.check_ins if on < day or (included and on == day)]
        return amounts[-1] if amounts else 0
