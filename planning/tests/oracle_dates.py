"""The dates of the planning rules, for `planning.tests.oracle`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache


@cache
def calendar_day(anchor: date, months: int) -> date:
    """The anchor's day of each month, clamped at month ends without drifting."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def present_month(anchor: date, as_of: date) -> int:
    """c_0 is the latest anchored date on or before as_of: how many months it is after the anchor."""
    months = (as_of.year - anchor.year) * 12 + as_of.month - anchor.month
    return months if calendar_day(anchor, months) <= as_of else months - 1


def rhythm_dates(start: date, before: date, frequency: str, day: int) -> Iterator[date]:
    """The dates of a plan's own rhythm from c_0 on and before the target date.

    Monthly: this day of each month, clamped. Weekly and biweekly: this ISO weekday, the first on or after c_0.
    """
    if frequency == "monthly":
        month = 0
        while True:
            first = calendar_day(start.replace(day=1), month)
            due = first.replace(day=min(day, monthrange(first.year, first.month)[1]))
            month += 1
            if due >= before:
                return
            if due >= start:
                yield due
    due = start + timedelta(days=(day - start.isoweekday()) % 7)
    while due < before:
        yield due
        due += timedelta(days=7 if frequency == "weekly" else 14)
