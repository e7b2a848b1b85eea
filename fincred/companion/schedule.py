"""When something is due, on a person's clock. Days are the person's, moments are in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.vocabulary import ReminderFrequency
from tracking.streaks import monday_of

QUIET_FROM: Final = 21
QUIET_UNTIL: Final = 8
"""Quiet hours: nothing that the server plans is sent from 21 to 8, but for a reminder at the hour they chose."""

MOST_A_WEEK: Final = 3
"""How much of what the server plans is sent to a person in a week, Monday to Sunday."""

SUMMARY_WEEKDAY: Final = 1
PROGRESS_WEEKDAY: Final = 4
MORNING: Final = 9

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_DAYS_BETWEEN: Final = {
    ReminderFrequency.OFF: 7,
    ReminderFrequency.WEEKLY: 7,
    ReminderFrequency.BIWEEKLY: 14,
    ReminderFrequency.MONTHLY: 28,
}


@dataclass(frozen=True, slots=True)
class Due:
    """The `day` that it is for, and the `moment` at which it is sent."""

    day: date
    moment: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a person wants to be reminded. Biweekly counts from the week of `counted_from`."""

    zone: ZoneInfo
    hour: int
    frequency: ReminderFrequency
    weekday: int
    counted_from: date

    def next_check_in(self, now: datetime, after: date | None) -> Due | None:
        """The next reminder to check in that is still to come, in a later period than that of `after`.

        The periods are weeks, or months. None if the person wants none.
        """
        if self.frequency is ReminderFrequency.OFF:
            return None
        days = self._monthly(now) if self.frequency is ReminderFrequency.MONTHLY else self._weekly(now)
        dues = (Due(day, moment_at(day, self.hour, self.zone)) for day in days)  # endless
        return next(
            due for due in dues if due.moment > now and (after is None or self._is_later_period(due.day, after))
        )

    def next_morning(self, weekday: int, now: datetime, after: date | None) -> Due:
        """The next such weekday after `after`, at nine."""
        day = day_in(now, self.zone)
        day += timedelta(days=(weekday - day.isoweekday()) % 7)
        while (due := Due(day, moment_at(day, MORNING, self.zone))).moment <= now or (after and day <= after):
            day += _WEEK
        return due

    def next_payment(self, days: Iterable[date], now: datetime, after: date | None) -> Due | None:
        """The evening, or the hour they chose, before the first of these days of payment after `after`."""
        for day in days:
            due = Due(day, moment_at(day - _DAY, waking_hour(self.hour), self.zone))
            if due.moment > now and (after is None or day > after):
                return due
        return None

    def moment_again(self, moment: datetime, now: datetime, *, as_reminder: bool) -> datetime:
        """The next moment after `now` at the same local hour: weekly, or in the interval of the reminders."""
        step = timedelta(days=_DAYS_BETWEEN[self.frequency] if as_reminder else 7)
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        while (following := local.replace(tzinfo=self.zone).astimezone(UTC)) <= now:
            local += step
        return following

    def _weekly(self, now: datetime) -> Iterator[date]:
        day = day_in(now, self.zone)
        day += timedelta(days=(self.weekday - day.isoweekday()) % 7)
        step = _WEEK
        if self.frequency is ReminderFrequency.BIWEEKLY:
            step = 2 * _WEEK
            day += (monday_of(day) - monday_of(self.counted_from)) % step
        while True:
            yield day
            day += step

    def _monthly(self, now: datetime) -> Iterator[date]:
        first = day_in(now, self.zone).replace(day=1)
        while True:
            yield first + timedelta(days=(self.weekday - first.isoweekday()) % 7)
            first = (first + timedelta(days=31)).replace(day=1)

    def _is_later_period(self, day: date, after: date) -> bool:
        if self.frequency is ReminderFrequency.MONTHLY:
            return (day.year, day.month) > (after.year, after.month)
        return monday_of(day) > monday_of(after)


def moment_at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """That hour of the person's day, in UTC: an hour later if the clock skips it, the first if it comes twice."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def day_in(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def waking_hour(hour: int) -> int:
    """The hour, or the nearest one outside of the quiet hours."""
    return min(max(hour, QUIET_UNTIL), QUIET_FROM - 1)


def after_quiet_hours(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment, or the end of the quiet hours that it is in."""
    local = moment.astimezone(zone)
    if local.hour >= QUIET_FROM:
        return moment_at(local.date() + _DAY, QUIET_UNTIL, zone)
    return moment_at(local.date(), QUIET_UNTIL, zone) if local.hour < QUIET_UNTIL else moment


def has_checked_in(day: date, frequency: ReminderFrequency, mondays: Iterable[date]) -> bool:
    """Whether a person with counted weeks from these `mondays` checked in during the period of that `day`."""
    since = monday_of(day.replace(day=1) if frequency is ReminderFrequency.MONTHLY else day)
    return any(since <= monday <= day for monday in mondays)
