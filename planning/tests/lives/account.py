"""What a person puts in for one goal, and what is kept for debts that it pays off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from planning.tests.lives.bank import Owed, pay_all
from planning.tests.lives.script import Wanted
from planning.tests.oracle_dates import calendar_day

DayOf = Callable[[int], date]
"""The first day of a month of the calendar."""


@dataclass
class Account:
    """What is put in for a goal. `told` is its amount by check-ins, `earning` what earns the month's interest."""

    index: int
    id: str
    wanted: Wanted
    target: int
    by: date
    balance: int = 0
    told: int = 0
    earning: int = 0
    credited: date | None = None
    debts: list[Owed] = field(default_factory=list)
    minimums: int = 0
    """Of its debts, as `keeps` takes them up to its date."""
    kept_as_planned: dict[int, int] = field(default_factory=dict)
    """What each month keeps for its debts, by what was owed when plans were made last."""
    debts_paid_on: date | None = None
    owed_if_paid: list[Owed] = field(default_factory=list)
    """What would be owed, had all been paid that was asked for on that day."""
    odd_in: int | None = None
    """The last month in which its debts were paid otherwise than asked, if no snapshot has told them since."""
    status: str = "active"
    plan: str | None = None
    planned_on: date | None = None
    paid: int = 0
    """As asked in the present month, less what was taken out again."""
    was_taken_out: bool = False
    """Whether more was taken out in the present month than was put in."""
    check_ins: list[tuple[date, str]] = field(default_factory=list)

    def tell_debts(self, day: date) -> None:
        """A snapshot of this day tells the open debts; of a percentage its first month's minimum is kept."""
        self.debts = [owed for owed in self.debts if owed.balance]
        self.owed_if_paid = [owed for owed in self.owed_if_paid if owed.balance]
        end = calendar_day(day, 1)
        self.minimums = sum(owed.due(end) if owed.percent else owed.minimum for owed in self.debts)

    def keeps(self, owed: list[Owed], begins: DayOf, month: int, many: int) -> list[int]:
        """What each of so many months from this one keeps for debts of which so much is owed when it begins.

        Up to the goal's date it is the minimums that the snapshot told, after it what is due if minimums alone are
        paid; only that, where it clears the debts by the date.
        """
        until = month
        while begins(until + 1) <= self.by:
            until += 1
        due = []
        for each in range(month, max(until, month + many)):
            end = begins(each + 1)
            due.append(sum(debt.due(end) for debt in owed))
            owed = pay_all(owed, 0, end)
            if each + 1 == until and not any(debt.balance for debt in owed):
                until = month
        return [self.minimums if month + at < until else each for at, each in enumerate(due[:many])]

    def keeps_until_cleared(
        self, owed: list[Owed], begins: DayOf, month: int, many: int, paid: Mapping[int, int]
    ) -> list[int]:
        """The same, and nothing once what is `paid` above it in each month has cleared the debts."""
        kept = self.keeps(owed, begins, month, many)
        for at, each in enumerate(kept):
            if not any(debt.balance for debt in owed):
                return [*kept[:at], *[0] * (many - at)]
            owed = pay_all(owed, each + paid.get(month + at, 0), begins(month + at + 1))
        return kept
