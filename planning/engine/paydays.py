"""On which days a person's incomes arrive, by months of the planning calendar. All money is whole cents."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Final

from planning.engine.dates import Calendar, most_months
from planning.engine.money.flows import Flow, by_day
from planning.engine.own_days import OwnDays

_LISTED: Final = 24
"""The months whose arrivals are listed at once: one by one they would take several times as long."""


@dataclass(slots=True)
class Paydays:
    """The days of `incomes` with dates. Each answer is computed once."""

    incomes: tuple[Flow, ...]
    calendar: Calendar
    _late: dict[tuple[int, date], int] = field(init=False, default_factory=dict)
    _after: dict[int, tuple[OwnDays, list[list[int]]]] = field(init=False, default_factory=dict)
    _too_late: dict[int, tuple[OwnDays, int]] = field(init=False, default_factory=dict)
    _after_late: dict[int, tuple[OwnDays, dict[int, list[int]]]] = field(init=False, default_factory=dict)
    _after_first: dict[int, int] = field(init=False, default_factory=dict)
    _next: dict[int, date | None] = field(init=False, default_factory=dict)
    _rests: dict[int, tuple[list[date], list[int]]] = field(init=False, default_factory=dict)
    _arrivals: dict[int, Sequence[tuple[date, int]]] = field(init=False, default_factory=dict)

    def late_income(self, month: int, day: date) -> int:
        """What arrives in a month on this day or later."""
        if (month, day) not in self._late:
            end = self.calendar.day(month + 1)
            flows = self.incomes if day < end else ()
            self._late[month, day] = sum([flow.amount_in(day, end) for flow in flows])
        return self._late[month, day]

    def after(self, month: int, days: Iterable[date]) -> list[int]:
        """What arrives in a month after each of these days."""
        if not self.incomes:
            return [0 for _ in days]
        arriving, rest = self._rest_of(month)
        return [rest[bisect_right(arriving, day)] for day in days]

    def after_start(self, month: int) -> int:
        """What arrives in a month after the day on which it begins."""
        arriving, rest = self._rest_of(month)
        return rest[bisect_right(arriving, self.calendar.day(month))]

    def too_late(self, days: OwnDays) -> int:
        """What arrives after the last of a plan's own days in time, in the month of that day; 0 without any.

        That money is for late days. In a plan that began after that day, it counts from the plan's first day.
        """
        if not days.months:
            return 0
        if id(days) not in self._too_late:
            month = days.months - 1
            last = days.in_month(month)[days.counts[month] - 1]
            self._too_late[id(days)] = days, self.after(month, [max(last, days.cadence.since)])[0]
        return self._too_late[id(days)][1]

    def after_first_day(self, month: int) -> int:
        """What arrives in a month after its first day."""
        if month not in self._after_first:
            first = max(self.calendar.day(month), self.calendar.as_of)
            self._after_first[month] = sum([amount for day, amount in self.arrivals(month) if day > first])
        return self._after_first[month]

    def next_in(self, month: int) -> date | None:
        """The first day after a month's first one on which incomes arrive in it; None without any."""
        if month not in self._next:
            first = self.calendar.day(month)
            self._next[month] = next((day for day, _ in self.arrivals(month) if day > first), None)
        return self._next[month]

    def _rest_of(self, month: int) -> tuple[list[date], list[int]]:
        """The days of a month on which incomes arrive, and what arrives from each of them on; a 0 follows."""
        if month not in self._rests:
            arrivals = self.arrivals(month)
            rest = [*accumulate([amount for _, amount in reversed(arrivals)], initial=0)]
            self._rests[month] = [day for day, _ in arrivals], rest[::-1]
        return self._rests[month]

    def after_days(self, days: OwnDays) -> list[list[int]]:
        """By month, what arrives after each of a plan's own days in time.

        A day whose money hadn't arrived by then was skipped, and isn't paid later.
        """
        known = self._after.get(id(days))
        if known is None:
            each = [self.after(month, days.in_month(month)[:count]) for month, count in enumerate(days.counts)]
            if days.months:
                each[days.months - 1][-1] = self.too_late(days)
            self._after[id(days)] = known = days, each
        return known[1]

    def after_late_days(self, days: OwnDays, month: int) -> list[int]:
        """What arrives in a month after each of the plan's own days in it that are late."""
        _, known = self._after_late.setdefault(id(days), (days, {}))
        if month not in known:
            in_time = days.counts[month] if month < len(days.counts) else 0
            known[month] = self.after(month, days.in_month(month)[in_time:])
        return known[month]

    def arrivals(self, month: int) -> Sequence[tuple[date, int]]:
        """The days of a month on which incomes arrive, and how much on each."""
        if month not in self._arrivals:
            self._list(month, max(month + 1, min(month + _LISTED, most_months(self.calendar.start))))
        return self._arrivals[month]

    def _list(self, first: int, until: int) -> None:
        """Find the arrivals of the months from `first` to before `until`."""
        ends = [self.calendar.day(month) for month in range(first, until + 1)]
        arriving = by_day(self.incomes, ends[0], ends[-1])
        days = [day for day, _ in arriving]
        places = [bisect_left(days, end) for end in ends]
        for month, since, end in zip(range(first, until), places, places[1:], strict=False):
            self._arrivals[month] = arriving[since:end]
