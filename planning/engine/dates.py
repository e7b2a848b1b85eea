"""The planning calendar: the start day `as_of`, and the same day of each month after it."""

from calendar import monthrange
from datetime import date


def calendar_date(as_of: date, months: int) -> date:
    """The date `months` (0 or more) months after `as_of`, clamped to the month's last day.

    Always counted from `as_of`, so 31 January is followed by 28 February and then by 31 March. Months after
    9999-12-31, the last date in Python, give that date.
    """
    years, month = divmod(as_of.month - 1 + months, 12)
    year = as_of.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(as_of.day, monthrange(year, month + 1)[1]))


def instalment_count(as_of: date, target_date: date) -> int:
    """The number of saving instalments: calendar dates from `as_of` to before `target_date`, at least 1."""
    months = _months_apart(as_of, target_date)
    return max(1, months + (calendar_date(as_of, max(0, months)) < target_date))


def payment_count(as_of: date, target_date: date) -> int:
    """The number of debt payments: calendar dates after `as_of`, up to and including `target_date`.

    0 if `target_date` is before the first one, a month after `as_of`.
    """
    months = _months_apart(as_of, target_date)
    return max(0, months - (calendar_date(as_of, max(0, months)) > target_date))


def _months_apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
