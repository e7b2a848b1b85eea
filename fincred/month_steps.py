"""Steps of whole months from a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=10_000)  # a search for alternatives asks for the same dates a hundred times
def months_after(day: date, months: int) -> date:
    """The date `months` (0 or more) months after `day`, clamped to the month's last day.

    Always counted from `day`, so 31 January is followed by 28 February and then by 31 March. Months after
    9999-12-31, the last date in Python, give that date.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
