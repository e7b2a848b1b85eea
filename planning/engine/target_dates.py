"""The target dates at which a goal's payment changes: only these are worth trying as a later date."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile

from planning.engine.cadence import Cadence, action_dates
from planning.engine.dates import Calendar
from planning.engine.effort import Effort
from planning.engine.model import GoalInput
from planning.engine.needs import date_with_months, last_month, missing_on_days, months_with
from planning.engine.own_days import own_days

_DAY = timedelta(days=1)


def dates_on_days(cadence: Cadence, calendar: Calendar, *, after: date) -> Sequence[date]:
    """The target dates after a day that each give a goal one more own day of payment or month of interest."""
    end = calendar.day(last_month(calendar.start))
    paid_on = takewhile(lambda day: day < end, action_dates(cadence, max(calendar.start, after - _DAY)))
    months = (calendar.day(month) for month in range(last_month(calendar.start)))
    later = {max(day, calendar.as_of) + _DAY for day in (*paid_on, *months)}
    return sorted(day for day in later if day > after)


def date_with(goal: GoalInput, calendar: Calendar, amount: int, effort: Effort | None = None) -> date | None:
    """The first target date that can be met with `amount` cents a month, or on each of the goal's own days.

    None if that takes longer than `last_month` allows.

    :raises TooMuchEffortError: more than `effort` allows.
    """
    effort = effort or Effort()
    if goal.cadence is None:
        months = months_with(goal, calendar, amount, most=last_month(calendar.start), effort=effort)
        return None if months is None else date_with_months(goal, calendar, months)
    cadence = goal.cadence
    dates = dates_on_days(cadence, calendar, after=calendar.as_of)

    def is_met(day: date) -> bool:
        days = own_days(cadence, calendar, day, calendar.instalments(day))
        return not missing_on_days(goal, calendar, days, amount, effort)

    step = 1
    while step < len(dates) and not is_met(dates[step - 1]):
        step *= 2
    first = bisect_left(dates, True, lo=step // 2, hi=min(step, len(dates)), key=is_met)
    return dates[first] if first < len(dates) else None
