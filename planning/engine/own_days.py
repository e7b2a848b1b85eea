"""Plans that are paid on days of their own: which days each month has."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import compress, count, takewhile
from typing import Final

from planning.engine.cadence import Cadence, action_dates, action_dates_between, count_action_dates, is_action_date
from planning.engine.dates import Calendar
from planning.engine.money.cents import last_payment

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days of a plan from the start of the present month, by months of the calendar.

    Days before the goal's date `until` are in time, the others late. `counts` is the number of days in time of
    each month, and `on_start` says whether the first of them is the month's first day.

    If no day is before the date, one payment is due now (`is_due_now`): it counts as a day of month 0, and the
    next day comes after the plan's first day. But if the present month began after the plan's first day and the
    anchor, nothing is due now. Then, until the date comes, no day is in time; once it has come, the first of the
    plan's days counts as in time, and `until` is the day after it.

    No day is before `starts`, if that is given. If no day is between it and the date, the one payment is due on
    `starts`.
    """

    cadence: Cadence
    calendar: Calendar
    until: date
    counts: tuple[int, ...]
    on_start: tuple[bool, ...]
    is_due_now: bool
    starts: date | None = None

    @property
    def begins(self) -> int:
        """The first month with a day in time (a later cycle of a recurring goal has none for years), or 0."""
        return next(compress(count(), self.counts), 0)

    @property
    def months(self) -> int:
        """The number of months up to the last day in time; 0 without any."""
        return last_payment(self.counts)

    def in_month(self, month: int) -> list[date]:
        """The days of a month, those in time first."""
        start, end = self.calendar.day(month), self.calendar.day(month + 1)
        if self.starts and self.is_due_now:
            return [self.starts] if start <= self.starts < end else []
        days = action_dates_between(self.cadence, max(start, self.starts or start), end)
        if self.is_due_now and not month:
            return [start, *(day for day in days if day > max(start, self.cadence.since))]
        return days

    def late_in(self, month: int) -> int:
        """The number of late days of a month, which is the one with the goal's date or a later one."""
        in_time = self.counts[month] if month < len(self.counts) else 0
        if self.is_due_now and not month:
            return len(self.in_month(0)) - in_time
        return count_action_dates(self.cadence, self.calendar.day(month), self.calendar.day(month + 1)) - in_time

    def earns_from_start(self, month: int) -> bool:
        """Whether the month's first payment is on its first day, and so earns interest for the month."""
        if month < len(self.counts):
            return self.on_start[month]
        return is_action_date(self.cadence, self.calendar.day(month))


@lru_cache(maxsize=256)  # a search for alternatives asks for the same days a hundred times
def own_days(
    cadence: Cadence, calendar: Calendar, until: date, months: int, starts: date | None = None
) -> OwnDays:
    """The cadence's days, of which those before `until` are in the first `months` months of the calendar.

    `starts`, if given, is after the start of the calendar and before `until`.
    """
    is_over = False
    if not starts and max(cadence.since, calendar.anchor) < calendar.start:
        following = min(next(action_dates(cadence, calendar.start), date.max), date.max - _DAY)
        is_over = calendar.as_of < until <= following
        if until <= min(following, calendar.as_of):
            until = following + _DAY
            months = calendar.instalments(until)
    counts, on_start = [0] * months, [False] * months
    month = 0
    for day in takewhile(lambda day: day < until, action_dates(cadence, starts or calendar.start)):
        while month + 1 < months and day >= calendar.day(month + 1):
            month += 1
        on_start[month] |= day == calendar.day(month)
        counts[month] += 1
    is_due_now = not any(counts) and not is_over
    if is_due_now and starts:
        month = next(month for month in range(months - 1, -1, -1) if calendar.day(month) <= starts)
        counts[month], on_start[month] = 1, calendar.day(month) == starts
    elif is_due_now:
        counts[0], on_start[0] = 1, not calendar.month_has_begun
    return OwnDays(cadence, calendar, until, tuple(counts), tuple(on_start), is_due_now, starts)
