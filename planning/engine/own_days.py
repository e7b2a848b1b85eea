"""Plans that are paid on days of their own: how many of them each month has, and how money is spread over them.

A month's money that isn't spent stays for later months, because months have different numbers of such days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import accumulate, takewhile
from math import inf

from planning.engine.cadence import Cadence, action_dates
from planning.engine.dates import Calendar
from planning.engine.money.cents import divided_up


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days of a plan before its goal's date, from the start of the present month.

    `counts` says how many each month of the calendar has, `on_start` whether the first of them is the month's
    first day. Without any day before the date, one payment is due now.
    """

    counts: tuple[int, ...]
    on_start: tuple[bool, ...]

    @property
    def months(self) -> int:
        """The number of months up to the last day."""
        return max(month for month, count in enumerate(self.counts, 1) if count)


@lru_cache(maxsize=256)  # a search for alternatives asks for the same days a hundred times
def own_days(cadence: Cadence, calendar: Calendar, until: date, months: int) -> OwnDays:
    """The cadence's days before `until`, by `months` months of the calendar."""
    counts, on_start = [0] * months, [False] * months
    month = 0
    for day in takewhile(lambda day: day < until, action_dates(cadence, calendar.start)):
        while month + 1 < months and day >= calendar.day(month + 1):
            month += 1
        on_start[month] |= day == calendar.day(month)
        counts[month] += 1
    if not any(counts):
        counts[0], on_start[0] = 1, not calendar.month_has_begun
    return OwnDays(tuple(counts), tuple(on_start))


def days_of_month(cadence: Cadence, calendar: Calendar, month: int, until: date) -> list[date]:
    """The cadence's days in a month, before `until`; the month's first day if there are none."""
    end = min(calendar.day(month + 1), until)
    return list(takewhile(lambda day: day < end, action_dates(cadence, calendar.day(month)))) or [
        calendar.day(month)
    ]


def payments_of(amount: int, count: int, each: int) -> list[int]:
    """The amount in so many payments: `each` (or more, if needed) as long as it lasts, the rest, then 0."""
    each = max(each, divided_up(amount, count))
    return [min(each, max(0, amount - each * paid)) for paid in range(count)]


@dataclass(slots=True)
class DatedPortion:
    """The money granted to a goal, in cents, while it is spread; `counts` are its payments in each month.

    `left` is the part not paid yet, `credit` the part of month 0's payments that was paid before (not in `left`).
    """

    counts: Sequence[int]
    left: int
    share: int
    credit: int = 0
    paid: list[int] = field(default_factory=list)

    @property
    def months(self) -> int:
        return len(self.counts)

    def wanted(self, month: int) -> int:
        """What it would get, if the money were there."""
        if month == self.months - 1:
            return self.left
        return min(self.left, max(0, self.share * self.counts[month] - (0 if month else self.credit)))

    def pay(self, amount: int, month: int, *, anew: bool) -> None:
        """Record the payment of a month, and share the rest anew if it was another one than wanted."""
        self.paid.append(amount)
        self.left -= amount
        days = sum(self.counts[month + 1 :])
        if anew and days:
            self.share = divided_up(self.left, days)


def spread_on_days(portions: Sequence[DatedPortion], free: Sequence[int]) -> None:
    """Fill each portion's `paid` with one amount for each of its months.

    Each month every portion, the earliest date first, gets what it wants as far as the money of the months so far
    goes, and as far as every portion with an earlier date can still be paid in full by then.
    """
    arrived = [0, *accumulate(free)]
    waiting = sorted(portions, key=lambda portion: portion.months)
    spent = month = 0
    while waiting:
        spare, owed = inf, 0
        for portion in waiting:
            wanted = portion.wanted(month)
            amount = max(0, min(wanted, arrived[month + 1] - spent, spare))
            more = not month and portion.credit > portion.share * portion.counts[0]
            portion.pay(int(amount), month, anew=amount < wanted or more)
            spent += int(amount)
            owed += portion.left
            # `spare` is the least that is left of the money by an earlier date, once its portions are paid.
            spare = min(spare - amount, arrived[portion.months] - spent - owed)
        month += 1
        waiting = [portion for portion in waiting if portion.months > month]


def kept_for_later(free: Sequence[int]) -> list[int]:
    """The money of each month, without what a later month lacks (a month with less than nothing)."""
    left = list(accumulate(free))
    for month in range(len(left) - 2, -1, -1):
        left[month] = min(left[month], left[month + 1])
    return [now - before for now, before in zip(left, [0, *left], strict=False)]
