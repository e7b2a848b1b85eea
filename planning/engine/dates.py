"""The planning calendar: a day, and the same day of each month after it."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from fincred.month_steps import months_after

calendar_date = months_after
"""The date of a planning calendar, by its number of months from a day."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The planning calendar of a person on the day `as_of`: the day of `anchor` in each month.

    Dates are counted from the latest one on or before `as_of`, which is date 0 and begins the present month. The
    calendar begins with the anchor. A day before it counts as the anchor: a person who moves to a time zone
    further west can have one.
    """

    as_of: date
    anchor: date
    start: date = field(init=False)
    """The day on which the present month began."""
    _passed: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", max(self.as_of, self.anchor))
        object.__setattr__(self, "_passed", _dates_until(self.anchor, self.as_of))
        object.__setattr__(self, "start", self.day(0))

    def day(self, month: int) -> date:
        """The date that begins the month with this number, counted from 0; not before the anchor."""
        return calendar_date(self.anchor, max(0, self._passed + month))

    @property
    def month_has_begun(self) -> bool:
        """Whether the present month began before `as_of`."""
        return self.start < self.as_of

    def passed_before(self, day: date) -> int:
        """The number of dates before `day`, counted from the anchor; 0 for days up to the anchor."""
        return max(0, _dates_before(self.anchor, day))

    def in_month(self, number: int) -> "Calendar":
        """The calendar on the day that begins the month with this number, counted from 1 at the anchor."""
        return Calendar(calendar_date(self.anchor, number - 1), self.anchor)

    @property
    def passed(self) -> list[date]:
        """The dates from the anchor up to date 0."""
        return [calendar_date(self.anchor, number) for number in range(self._passed + 1)]

    def instalments(self, target_date: date) -> int:
        """The number of saving instalments: dates before `target_date`, at least 1."""
        return max(1, _dates_before(self.anchor, target_date) - self._passed)

    def payments(self, target_date: date) -> int:
        """The number of debt payments: dates from 1 on, up to and including `target_date`. It can be 0."""
        return max(0, _dates_until(self.anchor, target_date) - self._passed)


@lru_cache(maxsize=1000)
def calendar_on(day: date, anchor: date) -> Calendar:
    """The calendar of `anchor` on this day, made once for all plans of a person."""
    return Calendar(day, anchor)


def most_months(start: date) -> int:
    """The number of months from `start` that begin before the year 9999 ends."""
    return (date.max.year - start.year) * 12 + 12 - start.month


def instalment_count(as_of: date, target_date: date) -> int:
    """The number of saving instalments: calendar dates from `as_of` to before `target_date`, at least 1."""
    return max(1, _dates_before(as_of, target_date))


def payment_count(as_of: date, target_date: date) -> int:
    """The number of debt payments: calendar dates after `as_of`, up to and including `target_date`.

    0 if `target_date` is before the first one, a month after `as_of`.
    """
    return max(0, _dates_until(as_of, target_date))


def _dates_before(as_of: date, day: date) -> int:
    """The number of calendar dates before `day`; 0 or less if `as_of` isn't."""
    months = _months_apart(as_of, day)
    return months + (calendar_date(as_of, max(0, months)) < day)


def _dates_until(as_of: date, day: date) -> int:
    """The number of calendar dates after `as_of`, up to and including `day`; 0 or less if `day` isn't after it."""
    months = _months_apart(as_of, day)
    return months - (calendar_date(as_of, max(0, months)) > day)


def _months_apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
