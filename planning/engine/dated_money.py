"""A person's money with dates, by months of the planning calendar. All money is whole cents."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from operator import add, sub
from typing import Final

from planning.engine.dates import Calendar
from planning.engine.effort import Effort
from planning.engine.freed import Freed, ends, freed_by_month, minimums_by_month
from planning.engine.model import Finances
from planning.engine.money.cents import to_cents
from planning.engine.money.flows import by_month
from planning.engine.own_days import OwnDays

_LISTED: Final = 24
"""The months whose arrivals are listed together: by itself each would take several times as long."""


@dataclass(slots=True)
class DatedMoney:
    """What has dates, by months of the calendar; what is asked for twice is counted once."""

    finances: Finances
    calendar: Calendar
    effort: Effort = field(default_factory=Effort)
    _paid_on_debts: list[list[int]] = field(init=False, default_factory=list)
    _freed: list[int] = field(init=False, default_factory=list)
    _beside: list[int] = field(init=False, default_factory=list)
    _incomes: list[int] = field(init=False, default_factory=list)
    _planned: list[int] = field(init=False, default_factory=list)
    _late: dict[tuple[int, date], int] = field(init=False, default_factory=dict)
    _after: dict[int, tuple[OwnDays, list[list[int]]]] = field(init=False, default_factory=dict)
    _after_late: dict[int, tuple[OwnDays, dict[int, list[int]]]] = field(init=False, default_factory=dict)
    _after_first: dict[int, int] = field(init=False, default_factory=dict)
    _rests: dict[int, tuple[list[date], list[int]]] = field(init=False, default_factory=dict)
    _arrivals: dict[int, list[tuple[date, int]]] = field(init=False, default_factory=dict)

    def is_of(self, finances: Finances) -> bool:
        """Whether these finances have the same money with dates, and the same debts."""
        mine = self.finances.incomes, self.finances.planned, self.finances.debts
        return mine == (finances.incomes, finances.planned, finances.debts)

    def incomes(self, months: int) -> Sequence[int]:
        """The incomes with dates of the first so many months, or more."""
        self._count(months)
        return self._incomes

    def planned(self, months: int) -> Sequence[int]:
        """The planned expenses of the first so many months, or more."""
        self._count(months)
        return self._planned

    def freed(self, months: int) -> Sequence[int]:
        """What the first so many months (or more) have above what is kept for minimum payments of debts."""
        if months > len(self._freed):
            debts = self.finances.debts
            self._paid_on_debts = minimums_by_month(debts, self.calendar, months, self.effort)
            self._freed = freed_by_month(debts, self._paid_on_debts, months)
        return self._freed

    def beside(self, months: int) -> Sequence[int]:
        """What all of that adds to the first so many months, or more."""
        if months > len(self._beside):
            freed = self.freed(months)
            self._beside = [*map(add, map(sub, self.incomes(months), self.planned(months)), freed)]
        return self._beside

    def ended(self, until: int) -> list[Freed]:
        """The debts whose end frees money in a month before `until`."""
        self.freed(until)
        return ends(self.finances.debts, self._paid_on_debts, until)

    def _count(self, months: int) -> None:
        if months > len(self._incomes):
            self._incomes = by_month(self.finances.incomes, self.calendar, months)
            self._planned = by_month(self.finances.planned, self.calendar, months)

    def late_income(self, month: int, day: date) -> int:
        """What arrives in a month on this day or later."""
        if (month, day) not in self._late:
            end = self.calendar.day(month + 1)
            flows = self.finances.incomes if day < end else ()
            self._late[month, day] = sum([flow.amount_in(day, end) for flow in flows])
        return self._late[month, day]

    def after(self, month: int, days: Iterable[date]) -> list[int]:
        """What arrives in a month after each of these days; those that have passed are due now."""
        if not self.finances.incomes:
            return [0 for _ in days]
        arriving, rest = self._rest_of(month)
        return [rest[bisect_right(arriving, max(day, self.calendar.as_of))] for day in days]

    def after_first_day(self, month: int) -> int:
        """What arrives in a month after its first day."""
        if month not in self._after_first:
            [self._after_first[month]] = self.after(month, [self.calendar.day(month)])
        return self._after_first[month]

    def _rest_of(self, month: int) -> tuple[list[date], list[int]]:
        """The days of a month on which incomes arrive, and what arrives from each on; at last nothing."""
        if month not in self._rests:
            arrivals = self.arrivals(month)
            rest = [*accumulate([amount for _, amount in reversed(arrivals)], initial=0)]
            self._rests[month] = [day for day, _ in arrivals], rest[::-1]
        return self._rests[month]

    def after_days(self, days: OwnDays) -> list[list[int]]:
        """What arrives in each month after each day of a plan's own in time."""
        known = self._after.get(id(days))
        if known is None:
            each = [self.after(month, days.in_month(month)[:count]) for month, count in enumerate(days.counts)]
            self._after[id(days)] = known = days, each
        return known[1]

    def after_late_days(self, days: OwnDays, month: int) -> list[int]:
        """What arrives in a month after each of its days that are too late for a goal."""
        _, known = self._after_late.setdefault(id(days), (days, {}))
        if month not in known:
            in_time = days.counts[month] if month < len(days.counts) else 0
            known[month] = self.after(month, days.in_month(month)[in_time:])
        return known[month]

    def arrivals(self, month: int) -> list[tuple[date, int]]:
        """The days of a month on which incomes arrive, and how much on each."""
        if month not in self._arrivals:
            self._list(month, max(month + 1, min(month + _LISTED, len(self._incomes))))
        return self._arrivals[month]

    def _list(self, first: int, until: int) -> None:
        """Find the arrivals of the months from `first` to before `until`."""
        ends = [self.calendar.day(month) for month in range(first, until + 1)]
        sums: dict[date, int] = {}
        for flow in self.finances.incomes:
            amount = to_cents(flow.amount)
            for day in flow.days_in(ends[0], ends[-1]):
                sums[day] = sums.get(day, 0) + amount
        days = sorted(sums)
        places = [bisect_left(days, end) for end in ends]
        for month, since, end in zip(range(first, until), places, places[1:], strict=False):
            self._arrivals[month] = [(day, sums[day]) for day in days[since:end]]
