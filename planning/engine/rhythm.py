"""Numbers for the times of repeated money: a time keeps its number when it moves within its week or month."""

from datetime import date
from typing import Final

from planning.engine.cadence import latest_action_date
from planning.engine.cycles import cycle_began
from planning.engine.dates import Calendar
from planning.engine.model import GoalInput
from planning.engine.money.flows import Flow
from planning.vocabulary import Frequency, PayFrequency

_DAYS: Final = {PayFrequency.WEEKLY.value: 7, PayFrequency.BIWEEKLY.value: 14}
_MONTHS: Final = {PayFrequency.QUARTERLY.value: 3, PayFrequency.ANNUAL.value: 12}


def turn(frequency: str, day: date) -> int:
    """The number of the week, fortnight, month, quarter or year in which `day` is."""
    if frequency in _DAYS:
        return (day.toordinal() - 1) // _DAYS[frequency]  # 1 January of the year 1 was a Monday
    return _month(day) // _MONTHS.get(frequency, 1)


def turn_of_flow(flow: Flow, day: date) -> int:
    """The number of the time at which the flow comes on `day`; 0 if it comes only once.

    If it comes twice a month, each half of a month has a number.
    """
    if flow.frequency is PayFrequency.ONCE:
        return 0
    if flow.frequency is PayFrequency.SEMIMONTHLY:
        return 2 * _month(day) + (day.day > _first_half(flow.next_date))
    return turn(flow.frequency, day)


def turn_of_payment(goal: GoalInput, calendar: Calendar, day: date) -> str:
    """The number of the goal's payment on `day`; an overdue one has that of the latest day of payment.

    If a cycle has no day of the goal's rhythm, its payment has the number of the last day before it, with a "+".
    """
    cadence = goal.cadence
    last = latest_action_date(cadence, day) if cadence else calendar.day(calendar.payments(day))
    began = cycle_began(goal, day)
    beside = "+" if began and last < began else ""
    return f"{turn(cadence.frequency if cadence else Frequency.MONTHLY, last)}{beside}"


def phase(frequency: PayFrequency, day: date) -> tuple[int, ...]:
    """What all days of a rhythm (except for clamped ones) have in common, whichever of them is the next."""
    if frequency is PayFrequency.ONCE:
        return (day.toordinal(),)
    if frequency in _DAYS:
        return (day.toordinal() % _DAYS[frequency],)
    if frequency is PayFrequency.SEMIMONTHLY:
        return (_first_half(day),)
    return _month(day) % _MONTHS.get(frequency, 1), day.day


def _first_half(day: date) -> int:
    """The day of the month on which the first of two times a month comes."""
    return day.day if day.day <= 15 else day.day - 15


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
