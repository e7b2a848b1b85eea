"""The cadence of a plan: on which days of a month its amount is paid, and how much on each.

The engine decides the amount of each planning month; a cadence only splits it into payments on real dates.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile

from fincred.money import round_to_cents, round_up_to_cents
from planning.engine.dates import calendar_date
from planning.vocabulary import Frequency

PERIODS_A_YEAR = {Frequency.WEEKLY: 52, Frequency.BIWEEKLY: 26, Frequency.MONTHLY: 12}
DAYS_BETWEEN = {Frequency.WEEKLY: 7, Frequency.BIWEEKLY: 14}


@dataclass(frozen=True, slots=True)
class Cadence:
    """When money is paid in. `day_of_period` is a day of the month (1..31) or an ISO weekday (1..7, Monday is 1).

    `since` is the day on which the plan began: biweekly dates count from the first such weekday on or after it.
    """

    frequency: Frequency
    day_of_period: int
    since: date


@dataclass(frozen=True, slots=True)
class Payment:
    """An `amount` to pay in on a `date`."""

    date: date
    amount: Decimal


def monthly_amount(amount: Decimal, frequency: Frequency) -> Decimal:
    """The average a month of an `amount` each period, to the nearest cent (weekly: amount * 52 / 12)."""
    return round_to_cents(amount * PERIODS_A_YEAR[frequency] / 12)


def period_amount(monthly: Decimal, frequency: Frequency) -> Decimal:
    """The smallest amount each period that averages at least `monthly` a month: rounded up to the cent."""
    return round_up_to_cents(monthly * 12 / PERIODS_A_YEAR[frequency])


def next_action_date(cadence: Cadence, day: date) -> date:
    """The first payment date on or after `day`."""
    return next(action_dates(cadence, day))


def action_dates(cadence: Cadence, day: date) -> Iterator[date]:
    """The payment dates on or after `day`, up to the last date in Python."""
    if cadence.frequency is Frequency.MONTHLY:
        yield from _monthly_dates(cadence.day_of_period, day)
    else:
        yield from _weekly_dates(cadence, day)


def action_dates_between(cadence: Cadence, start: date, end: date) -> list[date]:
    """The payment dates from `start` to before `end`."""
    if cadence.frequency is Frequency.MONTHLY:
        return [*takewhile(end.__gt__, _monthly_dates(cadence.day_of_period, start))]
    first, step = _weekly_ordinal(cadence, start), DAYS_BETWEEN[cadence.frequency]
    return [*map(date.fromordinal, range(first, end.toordinal(), step))]


def count_action_dates(cadence: Cadence, start: date, end: date) -> int:
    """The number of payment dates from `start` to before `end`."""
    return _action_dates_before(cadence, end) - _action_dates_before(cadence, start)


def is_action_date(cadence: Cadence, day: date) -> bool:
    """Whether `day` is a payment date."""
    if cadence.frequency is Frequency.MONTHLY:
        return day.day == _day_of_month(cadence, day)
    return (day.toordinal() - _first_weekday(cadence)) % DAYS_BETWEEN[cadence.frequency] == 0


def latest_action_date(cadence: Cadence, day: date) -> date:
    """The last payment date on or before `day`, also before the plan began."""
    if cadence.frequency is Frequency.MONTHLY:
        month = day if _day_of_month(cadence, day) <= day.day else day.replace(day=1) - timedelta(days=1)
        return month.replace(day=_day_of_month(cadence, month))
    passed = (day.toordinal() - _first_weekday(cadence)) % DAYS_BETWEEN[cadence.frequency]
    return day - timedelta(days=passed)


def _action_dates_before(cadence: Cadence, day: date) -> int:
    """The number of payment dates before `day`, from a fixed start: only differences have a meaning."""
    if cadence.frequency is Frequency.MONTHLY:
        return day.year * 12 + day.month + (_day_of_month(cadence, day) < day.day)
    return (day.toordinal() - 1 - _first_weekday(cadence)) // DAYS_BETWEEN[cadence.frequency]


def _day_of_month(cadence: Cadence, day: date) -> int:
    return min(cadence.day_of_period, monthrange(day.year, day.month)[1])


def _first_weekday(cadence: Cadence) -> int:
    """The ordinal of the first such weekday on or after `since`."""
    return cadence.since.toordinal() + (cadence.day_of_period - cadence.since.isoweekday()) % 7


def _monthly_dates(day_of_month: int, day: date) -> Iterator[date]:
    # Count from January, which has 31 days: counted from a shorter month, later dates would stay clamped.
    january = date(day.year, 1, day_of_month)
    month = day.month - 1
    if calendar_date(january, month) < day:
        month += 1
    while True:
        yield calendar_date(january, month)
        month += 1


def _weekly_dates(cadence: Cadence, day: date) -> Iterator[date]:
    first, step = _weekly_ordinal(cadence, day), DAYS_BETWEEN[cadence.frequency]
    yield from map(date.fromordinal, range(first, date.max.toordinal() + 1, step))


def _weekly_ordinal(cadence: Cadence, day: date) -> int:
    """The ordinal of the first payment date on or after `day`."""
    return day.toordinal() + (_first_weekday(cadence) - day.toordinal()) % DAYS_BETWEEN[cadence.frequency]
