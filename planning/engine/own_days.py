"""Plans that are paid on days of their own: which days each month has, and how money is spread over them.

A month's money that isn't spent stays for later months, because months have different numbers of such days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, compress, count, takewhile
from operator import sub
from typing import Final

from planning.engine.cadence import Cadence, action_dates, action_dates_between, count_action_dates, is_action_date
from planning.engine.dates import Calendar
from planning.engine.money.cents import divided_up, last_payment

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days of a plan from the start of the present month, by months of the calendar.

    Days before the goal's date `until` are in time, the others late. `counts` is the number of days in time of
    each month, and `on_start` says whether the first of them is the month's first day.

    If no day is before the date, one payment is due now (`is_due_now`): it counts as a day of month 0, and the
    next day comes after the plan's first day. But if the present month began after the plan's first day and the
    anchor, nothing is due now. Then, until the date comes, no day is in time; once it has come, the first of the
    plan's days counts as in time, and `until` is the day after it.

    No day is before `starts`, if that is given. If no day is between it and the date, the one payment is due on
    `starts`.
    """

    cadence: Cadence
    calendar: Calendar
    until: date
    counts: tuple[int, ...]
    on_start: tuple[bool, ...]
    is_due_now: bool
    starts: date | None = None

    @property
    def begins(self) -> int:
        """The first month with a day in time (a later cycle of a recurring goal has none for years), or 0."""
        return next(compress(count(), self.counts), 0)

    @property
    def months(self) -> int:
        """The number of months up to the last day in time; 0 without any."""
        return last_payment(self.counts)

    def in_month(self, month: int) -> list[date]:
        """The days of a month, those in time first."""
        start, end = self.calendar.day(month), self.calendar.day(month + 1)
        if self.starts and self.is_due_now:
            return [self.starts] if start <= self.starts < end else []
        days = action_dates_between(self.cadence, max(start, self.starts or start), end)
        if self.is_due_now and not month:
            return [start, *(day for day in days if day > max(start, self.cadence.since))]
        return days

    def late_in(self, month: int) -> int:
        """The number of late days of a month, which is the one with the goal's date or a later one."""
        in_time = self.counts[month] if month < len(self.counts) else 0
        if self.is_due_now and not month:
            return len(self.in_month(0)) - in_time
        return count_action_dates(self.cadence, self.calendar.day(month), self.calendar.day(month + 1)) - in_time

    def earns_from_start(self, month: int) -> bool:
        """Whether the month's first payment is on its first day, and so earns interest for the month."""
        if month < len(self.counts):
            return self.on_start[month]
        return is_action_date(self.cadence, self.calendar.day(month))


@lru_cache(maxsize=256)  # a search for alternatives asks for the same days a hundred times
def own_days(
    cadence: Cadence, calendar: Calendar, until: date, months: int, starts: date | None = None
) -> OwnDays:
    """The cadence's days, of which those before `until` are in the first `months` months of the calendar.

    `starts`, if given, is after the start of the calendar and before `until`.
    """
    is_over = False
    if not starts and max(cadence.since, calendar.anchor) < calendar.start:
        following = min(next(action_dates(cadence, calendar.start), date.max), date.max - _DAY)
        is_over = calendar.as_of < until <= following
        if until <= min(following, calendar.as_of):
            until = following + _DAY
            months = calendar.instalments(until)
    counts, on_start = [0] * months, [False] * months
    month = 0
    for day in takewhile(lambda day: day < until, action_dates(cadence, starts or calendar.start)):
        while month + 1 < months and day >= calendar.day(month + 1):
            month += 1
        on_start[month] |= day == calendar.day(month)
        counts[month] += 1
    is_due_now = not any(counts) and not is_over
    if is_due_now and starts:
        month = next(month for month in range(months - 1, -1, -1) if calendar.day(month) <= starts)
        counts[month], on_start[month] = 1, calendar.day(month) == starts
    elif is_due_now:
        counts[0], on_start[0] = 1, not calendar.month_has_begun
    return OwnDays(cadence, calendar, until, tuple(counts), tuple(on_start), is_due_now, starts)


@dataclass(slots=True)
class DatedPortion:
    """The money granted to a goal, in cents, while it is spread over its days of payment.

    Each day gets `share`. A day for which there is less gets nothing, and the days after it share the rest anew.

    - `counts`: the number of days in each month.
    - `left`: the part that isn't paid yet.
    - `credit`: the part of month 0's payments that was made before.
    - `paid`: an amount for each day so far, made before or not; `handled` is the number of months so far.
    - `begins`: of a `MonthlyPortion`, the month from which on each month has a day.
    - `even_until`: before this month each month gets `share` if it is there, and no payment is the last one.

    Where money has dates:

    - `most`: the most that may be given by each month (`given_by`).
    - `most_by_date`: the most that may be given by the goal's date, to this goal and those with earlier dates.
    - `most_before`: `most` without what debts of this goal, and of those served after it, free once paid off.
    - `kept_by_date`: what of `most_before` is kept for the goal until its date.
    - `late_income`: what arrives in the last month after the goal's date.
    - `later`: what arrives in each month after each day, without what is kept for the next month; `too_late` is
      that of `late_income`.
    - `after_today`: what arrives in month 0 after today.
    - `behind`: what was put in during month 0 for goals that get what this one leaves. As far as possible it came
      from money that arrived after this goal's days.
    - `ahead`: what month 0 still pays those served before, each payment with what arrives after it in the month.
      It is one list for all portions.
    """

    counts: Sequence[int]
    left: int
    share: int
    credit: int = 0
    most: Sequence[int] = ()
    most_before: Sequence[int] = ()
    late_income: int = 0
    too_late: int = 0
    later: Sequence[Sequence[int]] = ()
    after_today: int = 0
    behind: int = 0
    ahead: list[tuple[int, int]] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)
    months: int = field(init=False)
    arrived: Sequence[int] = field(init=False, default=())
    most_by_date: int = field(init=False, default=0)
    kept_by_date: int = field(init=False, default=0)
    even_until: int = field(init=False, default=0)
    handled: int = field(init=False, default=0)
    begins: int = field(init=False, default=0)
    _days: int = field(init=False)

    def __post_init__(self) -> None:
        self.months = len(self.counts)
        self._days = sum(self.counts)

    @property
    def days_left(self) -> int:
        """The number of days after those in `paid`."""
        return self._days - len(self.paid)

    @property
    def kept_once_paid(self) -> int:
        """As `kept_by_date`, but with what arrives too late for the date, before which nothing more is paid."""
        return self.most_before[self.months]

    def follow(self, arrived: Sequence[int]) -> None:
        """Set what depends on the money that has arrived by each month."""
        self.arrived, self.most = arrived, self.most or arrived
        self.most_by_date = min(self.most[self.months], arrived[self.months] - self.too_late)
        self.kept_by_date = (
            min(self.most_by_date, self.most_before[self.months]) if self.most_before else self.most_by_date
        )

    def most_after(self, month: int) -> int:
        """The most that may be given by the end of a month, to this goal and those with earlier dates."""
        return self.most_by_date if month + 1 == self.months else self.most[month + 1]

    def pay(self, month: int, free: int, held: int = 0) -> int:
        """Pay the days of a month from the credit and at most `free`. Returns how much was taken of `free`.

        `held` is what the month has beyond `free`.
        """
        missed = sum(self.counts[self.handled : month])
        if missed:
            self.paid += [0] * missed
            self._share_again()
        self.handled = month + 1
        days, later = self.counts[month], self.later[month] if self.later else ()
        whole, is_late = days * self.share, later and max(later) > held
        # Most months are like this; what follows is slow.
        if month and days < self.days_left and whole <= free and whole <= self.left and not is_late:
            self.paid += [self.share] * days
            self.left -= whole
            return whole
        lacking = [late - held for late in self._later_in(month)]
        made = 0 if month else self.credit
        there = free + made
        for lack in lacking:
            wanted = min(self.share, self.left) if self.days_left > 1 else self.left
            amount = wanted if wanted <= max(0, there - max(0, lack)) else 0
            self.paid.append(amount)
            self.left -= amount
            there -= amount
            if amount < wanted:
                self._share_again()
        beyond = max(0, there - free)
        if beyond:
            self.left -= beyond
            self._share_again()
        if not month:
            self._tell_what_is_still_to_be_paid()
        return free + beyond - there

    def pay_chosen(self, each: int) -> list[int]:
        """Pay the same amount on each day, as far as the money goes.

        The credit is the part of it that the first days have got already.
        """
        given = -self.credit
        by_month = [*self.most[1 : self.months], self.most_by_date]
        for month, (most, arrived) in enumerate(zip(by_month, self.arrived[1:], strict=False)):
            if min(most, arrived) <= given:  # so nothing is there on any day of the month
                self.paid += [0] * self.counts[month]
                given = max(0, given)
                continue
            for late in self._later_in(month):
                there = max(0, min(most, arrived - late) - given)
                amount = min(each, there)
                self.paid.append(amount)
                given += amount
            given = max(0, given)  # what was put in beyond the month's days is no part of a later month's money
        return self.paid

    def _later_in(self, month: int) -> Sequence[int]:
        """What a month's money lacks on each of its days: what arrives after that day.

        In month 0 that is less what goals `behind` were paid, so that a day that was promised its money keeps it.
        But days that are left are paid today or later: they lack at least what arrives after them, less the
        payments `ahead` that wait for more to arrive.
        """
        if not self.later:
            return [0] * self.counts[month]
        later = self.later[month]
        return [self._lacking_now(late) for late in later] if self.behind and not month else later

    def _lacking_now(self, late: int) -> int:
        """What month 0's money lacks on a day after which `late` cents arrive, or today if that day has passed."""
        late_now = min(late, self.after_today)
        there_until = sum([amount for after, amount in self.ahead if after < late_now])
        return max(late - self.behind, late_now - there_until)

    def _tell_what_is_still_to_be_paid(self) -> None:
        """Add month 0's payments to those `ahead` of others. A payment without a day of its own can wait."""
        self.ahead += still_to_be_paid(self.later[0] if self.later else [-1], self.paid, self.credit)

    def _share_again(self) -> None:
        self.share = divided_up(self.left, max(1, self.days_left))


@dataclass(slots=True)
class MonthlyPortion(DatedPortion):
    """A portion with a payment in each month from its first one on.

    A month for which there is less than its share gets what is there. A cycle that begins later has no payment in
    the months before, so what was put in already is no part of a payment.
    """

    def __post_init__(self) -> None:
        self.months, self.begins = len(self.counts), self.counts.index(1)
        self._days = self.months - self.begins
        if self.begins and self.credit:
            self.left -= self.credit
            self._share_again()

    def pay(self, month: int, free: int, held: int = 0) -> int:
        made, days_left = 0 if month else self.credit, self.months - month
        if missed := month - self.begins - len(self.paid):
            self.paid += [0] * missed
            self.share = divided_up(self.left, days_left)
        wanted = self.share if self.share < self.left and days_left > 1 else self.left
        amount = min(wanted, free + made)
        beyond = max(0, made - amount)
        self.paid.append(amount)
        self.left -= amount + beyond
        if days_left > 1:
            if amount < wanted or beyond:
                self.share = divided_up(self.left, days_left - 1)
            if self.left:
                self.even_until = month + 1 + min((self.left - 1) // self.share, days_left - 2)
        if not month:
            self._tell_what_is_still_to_be_paid()
        return amount + beyond - made

    def pay_chosen(self, each: int) -> list[int]:
        """The same by months. The first payment is at least the credit, even if that is more than the amount."""
        paid = DatedPortion.pay_chosen(self, each)
        if self.counts[0]:
            paid[0] = max(paid[0], self.credit)
        return paid


def still_to_be_paid(later: Sequence[int], paid: Sequence[int], made: int) -> list[tuple[int, int]]:
    """The payments without those that were `made` before, each with what arrives after it."""
    by = [max(0, so_far - made) for so_far in accumulate(paid, initial=0)]
    return list(zip(later, map(sub, by[1:], by), strict=False))


def spread_on_days(portions: Sequence[DatedPortion], free: Sequence[int]) -> list[int]:
    """Fill each portion's `paid` with one amount for each of its days.

    Each month every portion, the one with the earliest date first, gets its shares: as far as the money of the
    months so far goes, and every portion with an earlier date can still be paid in full by that date. Returns what
    all of them take of each month's money.
    """
    arrived = [0, *accumulate(free)]
    for portion in portions:
        portion.follow(arrived)
    waiting = _earliest_first(portions)
    taken: list[int] = []
    spent = month = 0
    while waiting:
        before, end = spent, month + 1
        by_now, owed, is_anything_paid_in_full = arrived[end], 0, False
        most = by_now  # that may be spent by the end of the month
        for portion in waiting:
            if most <= spent and month:  # nothing is left for it and those after it; later they share anew
                break
            share = portion.share
            after = spent + share
            is_even = month < portion.even_until and len(portion.paid) == month - portion.begins
            if is_even and after <= most and after <= portion.most[end]:
                portion.paid.append(share)  # as `pay` does it, without a call
                left = portion.left = portion.left - share
                spent = after
            elif month < portion.begins:
                left = portion.left
            else:
                may = max(0, min(portion.most_after(month), most) - spent)
                spent += portion.pay(month, may, by_now - spent - may)
                left = portion.left
                is_anything_paid_in_full |= not left
            owed += left
            if left or portion.most_before:
                # Those with later dates must leave enough for this one and all with earlier dates.
                kept = (portion.kept_by_date if portion.left else portion.kept_once_paid) - owed
                most = kept if kept < most else most
        taken.append(spent - before)
        month = end
        # A portion that is paid in full takes nothing more, so others needn't wait for it.
        if is_anything_paid_in_full or waiting[0].months <= month:
            waiting = [portion for portion in waiting if portion.left and portion.months > month]
    for portion in portions:
        portion.paid += [0] * portion.days_left
    return taken


def _earliest_first(portions: Sequence[DatedPortion]) -> list[DatedPortion]:
    """The portions by their dates; sets what was put in for those `behind` each of them."""
    ordered = sorted(portions, key=lambda portion: (portion.months, -portion.late_income))
    behind = 0
    for portion in reversed(ordered):
        portion.behind = behind
        behind += portion.credit
    return ordered


def kept_for_later(free: Sequence[int]) -> list[int]:
    """The money of each month, without what later months with less than nothing lack."""
    left = list(accumulate(free))
    for month in range(len(left) - 2, -1, -1):
        left[month] = min(left[month], left[month + 1])
    return [now - before for now, before in zip(left, [0, *left], strict=False)]
