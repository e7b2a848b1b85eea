"""Money with dates: incomes and planned expenses that come on a day, and in a rhythm after it.

How often they come is computed, not listed: 50 years of a weekly income take no longer than one year, and it makes
no difference when the income began.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from planning.engine.dates import Calendar
from planning.engine.money.cents import to_cents
from planning.vocabulary import PayFrequency

_DAYS: Final = {PayFrequency.WEEKLY: 7, PayFrequency.BIWEEKLY: 14}
_MONTHS: Final = {
    PayFrequency.SEMIMONTHLY: 1,
    PayFrequency.MONTHLY: 1,
    PayFrequency.QUARTERLY: 3,
    PayFrequency.ANNUAL: 12,
}


@dataclass(frozen=True, slots=True)
class Flow:
    """An `amount` on `next_date` and then in the rhythm of `frequency`, up to and including `until`."""

    amount: Decimal
    frequency: PayFrequency
    next_date: date
    until: date | None = None
    label: str | None = None

    def count_before(self, day: date) -> int:
        """How often it comes before a day."""
        end = day
        if self.until is not None and self.until < day:
            end = self.until + timedelta(days=1)
        if end <= self.next_date:
            return 0
        if self.frequency is PayFrequency.ONCE:
            return 1
        return sum(rhythm.count_before(end) for rhythm in _rhythms(self))

    def amount_in(self, since: date, end: date) -> int:
        """The cents that come from `since` to before `end`."""
        return to_cents(self.amount) * (self.count_before(end) - self.count_before(since))

    def days_in(self, since: date, end: date) -> Iterator[date]:
        """The days on which it comes, from `since` to before `end`, in no particular order."""
        return map(date.fromordinal, self.ordinals_in(since, end))

    def ordinals_in(self, since: date, end: date) -> Iterator[int]:
        """The ordinals of these days."""
        last = end if self.until is None else min(end, self.until + timedelta(days=1))
        if self.frequency is PayFrequency.ONCE:
            return iter([self.next_date.toordinal()] if since <= self.next_date < last else [])
        return chain.from_iterable([rhythm.ordinals(since, last) for rhythm in _rhythms(self)])


_SHORTEST: Final = 28
"""The days of the shortest month."""


class _ByDays(NamedTuple):
    """Every `step` days from the day with the ordinal `first` on."""

    first: int
    step: int

    def count_before(self, day: date) -> int:
        return max(0, (day.toordinal() - 1 - self.first) // self.step + 1)

    def ordinals(self, since: date, end: date) -> Iterable[int]:
        return range(self.first + self.count_before(since) * self.step, end.toordinal(), self.step)


class _ByMonths(NamedTuple):
    """The same day every `step` months, clamped; `first` is the `_index` of the first month."""

    first: int
    day_of_month: int
    step: int

    def count_before(self, day: date) -> int:
        last = _index(day) - (_clamped(self.day_of_month, _index(day)) >= day.day)
        return max(0, (last - self.first) // self.step + 1)

    def ordinals(self, since: date, end: date) -> Iterable[int]:
        return [day.toordinal() for day in self.days(since, end)]

    def days(self, since: date, end: date) -> Iterator[date]:
        for number in range(self.count_before(since), self.count_before(end)):
            month = self.first + number * self.step
            yield date(month // 12, month % 12 + 1, _clamped(self.day_of_month, month))


_Rhythm = _ByDays | _ByMonths


@lru_cache(maxsize=1000)
def _rhythms(flow: Flow) -> tuple[_Rhythm, ...]:
    """The rhythms of which the flow consists; a flow that comes once has none."""
    if flow.frequency in _DAYS:
        return (_ByDays(flow.next_date.toordinal(), _DAYS[flow.frequency]),)
    return _monthly_rhythms(flow)


@lru_cache(maxsize=1000)
def _monthly_rhythms(flow: Flow) -> tuple[_ByMonths, ...]:
    """The rhythms of a flow that doesn't go by weeks."""
    first, day, step = _index(flow.next_date), flow.next_date.day, _MONTHS[flow.frequency]
    rhythms = (_ByMonths(first, day, step),)
    if flow.frequency is not PayFrequency.SEMIMONTHLY:
        return rhythms
    if day <= 15:
        return (*rhythms, _ByMonths(first, day + 15, step))
    return (*rhythms, _ByMonths(first + 1, day - 15, step))


def _index(day: date) -> int:
    """The number of the calendar month that a day is in."""
    return day.year * 12 + day.month - 1


@lru_cache(maxsize=50_000)
def _clamped(day_of_month: int, month: int) -> int:
    return day_of_month if day_of_month <= 28 else min(day_of_month, monthrange(month // 12, month % 12 + 1)[1])


@lru_cache(maxsize=64)  # as `by_month`
def by_day(flows: tuple[Flow, ...], since: date, end: date) -> Sequence[tuple[date, int]]:
    """The days from `since` to before `end` on which any of the flows comes, in order, and the cents of each."""
    sums: dict[int, int] = {}
    for flow in flows:
        cents = to_cents(flow.amount)
        for ordinal in flow.ordinals_in(since, end):
            sums[ordinal] = sums.get(ordinal, 0) + cents
    return [(date.fromordinal(ordinal), sums[ordinal]) for ordinal in sorted(sums)]


@lru_cache(maxsize=32)  # the plans of one request have most of their flows in common
def by_month(flows: tuple[Flow, ...], calendar: Calendar, months: int) -> Sequence[int]:
    """The cents that come in each of the calendar's first `months` months."""
    starts = [calendar.day(month) for month in range(months + 1)]
    ordinals = [day.toordinal() for day in starts]
    sums = [0] * months
    for flow in flows:
        if flow.frequency in _DAYS:
            _add_by_days(sums, flow, ordinals)
        else:
            _add_by_months(sums, flow, starts, calendar.anchor.day)
    return sums


def _add_by_days(sums: list[int], flow: Flow, ordinals: Sequence[int]) -> None:
    step, first, cents = _DAYS[flow.frequency], flow.next_date.toordinal(), to_cents(flow.amount)
    end = ordinals[-1] if flow.until is None else flow.until.toordinal() + 1
    counts = [max(0, (min(day, end) - 1 - first) // step + 1) for day in ordinals]
    for month, before in enumerate(counts[:-1]):
        sums[month] += (counts[month + 1] - before) * cents


def _add_by_months(sums: list[int], flow: Flow, starts: Sequence[date], start_day: int) -> None:
    cents, since, end = to_cents(flow.amount), starts[0], starts[-1]
    if flow.frequency is PayFrequency.ONCE:
        days = [*flow.days_in(since, end)]
        for day in days:
            sums[_month_of(day, starts)] += cents
        return
    last = end if flow.until is None else min(end, flow.until + timedelta(days=1))
    for rhythm in _monthly_rhythms(flow):
        if start_day > rhythm.day_of_month >= _SHORTEST:  # the day may be before a month's start or on it
            for day in rhythm.days(since, last):
                sums[_month_of(day, starts)] += cents
            continue
        before, step = rhythm.count_before(since), rhythm.step
        count = max(0, rhythm.count_before(last) - before)
        first = rhythm.first + before * step - _index(since) - (rhythm.day_of_month < start_day)
        months = slice(first, first + count * step, step)
        sums[months] = [amount + cents for amount in sums[months]]


def _month_of(day: date, starts: Sequence[date]) -> int:
    """The number of the month that a day is in; months begin on the days `starts`."""
    month = _index(day) - _index(starts[0])
    return month if starts[month] <= day else month - 1
