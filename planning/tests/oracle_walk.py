"""A walk through the days on which goals are paid, written from the planning rules alone.

It knows several goals on one surplus, on the dates of the calendar or on days of their own, with interest and with
chosen amounts. Cents are whole, months are counted from the present one, which the calendar begins on `start`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import accumulate, takewhile
from math import ceil

from planning.tests.oracle import smallest
from planning.tests.oracle_dates import calendar_day, present_month, rhythm_dates
from planning.tests.oracle_debts import interest

HORIZON = 600
Dated = tuple[date, int]


@dataclass(frozen=True)
class Wish:
    """What is saved up by a day. The highest `rank` is 0; without `rhythm` it is paid on the calendar's dates."""

    target: int
    by: date
    rank: int = 0
    rhythm: tuple[str, int] | None = None
    rate: Fraction = Fraction(0)
    there: int = 0
    chosen: int | None = None


@dataclass(frozen=True)
class World:
    """The day of planning is in the month from `start`, on which the calendar and all rhythms began."""

    start: date
    as_of: date
    surplus: int
    wishes: Sequence[Wish]

    def day(self, month: int) -> date:
        """The day on which a month begins, counted from the present one."""
        return _begin(self.start, month)

    @property
    def ordered(self) -> list[Wish]:
        """By priority, then the earlier date, then the order given."""
        return sorted(self.wishes, key=lambda wish: (wish.rank, wish.by))

    def dates(self, wish: Wish, until: date) -> list[date]:
        """The days of payment from the present month's first day on; without one before the date, now is one."""
        own = list(self._rhythm(wish, until))
        if own and own[0] < wish.by:
            return own
        return [self.start, *(day for day in own if day > self.as_of)]

    def _rhythm(self, wish: Wish, until: date) -> Iterator[date]:
        if wish.rhythm is not None:
            return rhythm_dates(self.start, until, *wish.rhythm)
        months = (self.day(month) for month in range(HORIZON + 1))
        return takewhile(lambda day: day < until, months)

    def month(self, day: date) -> int:
        return present_month(self.start, day)


@cache
def _begin(start: date, month: int) -> date:
    return calendar_day(start, month)


class Bank:
    """An account that takes payments and credits each month's interest once, on the calendar's next date.

    What is there on the month's first day earns, that day's payment included; in a month that has begun only what
    was there before. A goal's last interest is credited at its date, and nothing for the rest of that month.
    """

    def __init__(self, world: World, wish: Wish) -> None:
        self._world, self._wish, self._month = world, wish, 0
        self.balance = self._earning = wish.there
        self._is_credited = False
        self.done_on = world.as_of if wish.there >= wish.target else None

    def pay(self, day: date, amount: int) -> None:
        self.live(until=day)
        self.balance += amount
        first = self._world.day(self._month)
        if day == first and self._world.as_of <= first:
            self._earning += amount
        self._note(day)

    def live(self, *, until: date) -> None:
        """Credit the interest up to this day."""
        while True:
            first, end = self._world.day(self._month), self._world.day(self._month + 1)
            credited_on = self._wish.by if first < self._wish.by < end else end
            if credited_on <= until and not self._is_credited:
                self.balance += interest(self._earning, self._wish.rate)
                self._is_credited = True
                self._note(credited_on)
            if end > until:
                return
            self._month, self._earning, self._is_credited = self._month + 1, self.balance, False

    def _note(self, day: date) -> None:
        if self.done_on is None and self.balance >= self._wish.target:
            self.done_on = day


def at_date(world: World, wish: Wish, payments: Sequence[Dated]) -> int:
    """What is there on the goal's date, of the payments before it."""
    bank = Bank(world, wish)
    for day, amount in payments:
        if day < wish.by:
            bank.pay(day, amount)
    bank.live(until=wish.by)
    return bank.balance


def needed_of(world: World, wish: Wish, payments: Sequence[Dated]) -> list[Dated]:
    """The payments up to the date without what isn't needed: the last one is smaller, later ones are 0."""

    def arrives(most: int) -> bool:
        return at_date(world, wish, first_of(payments, most)) >= wish.target

    return first_of(payments, smallest(arrives, sum(amount for _, amount in payments)))


def first_of(payments: Sequence[Dated], most: int) -> list[Dated]:
    """The first payments, as many as come to `most`."""
    before = accumulate((amount for _, amount in payments), initial=0)
    left = (most - so_far for so_far in before)
    return [(day, max(0, min(amount, rest))) for (day, amount), rest in zip(payments, left, strict=False)]


@dataclass
class Walked:
    """What a goal is paid up to its date, and for a chosen amount after it.

    `each` is what a date takes, `need` what all dates take, `granted` what they get of it.
    """

    wish: Wish
    dates: list[date]
    months: int
    each: int = 0
    need: int = 0
    room: int = 0
    granted: int = 0
    payments: list[Dated] = field(default_factory=list)


class Money:
    """What is there by each month, besides what goals have got."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._free = [world.surplus] * (HORIZON + 2)

    def take(self, payments: Sequence[Dated]) -> None:
        for day, amount in payments:
            self._free[self._world.month(day)] -= amount

    @property
    def by(self) -> list[int]:
        """What the first k months may give: money that a later month needs is kept for it."""
        left = [0, *accumulate(self._free)]
        return [*accumulate(reversed(left), min)][::-1]


def walk(world: World) -> list[Walked] | None:
    """All goals, in the order of `world.wishes`.

    None where interest raises what a goal needs, as it can't be paid evenly: the rules then leave open to the cent
    how the money is shared.
    """
    money, walked = Money(world), dict[int, Walked]()
    sharing = []
    for wish in world.ordered:
        dates = world.dates(wish, wish.by)
        walked[id(wish)] = Walked(wish, dates, world.month(dates[-1]) + 1)
        if wish.chosen is None:
            sharing.append(walked[id(wish)])
        else:
            walked[id(wish)].payments = _chosen(world, wish, dates, money.by)
            money.take(walked[id(wish)].payments)
    by = money.by
    for place, each in enumerate(sharing):
        _need(world, each)
        _grant(each, sharing[:place], by)
    _share(world, sharing, by)
    for each in sharing:
        got_all = each.granted == each.need and each.wish.rate
        if got_all and at_date(world, each.wish, each.payments) < each.wish.target:
            return None
    return [walked[id(wish)] for wish in world.wishes]


def _chosen(world: World, wish: Wish, dates: Sequence[date], by: Sequence[int]) -> list[Dated]:
    """The chosen amount on each date, capped at what is left, also after the goal's date until it is reached.

    By the calendar a month's payment is of that month's money; on own days also of what the months before left.
    """
    chosen, there, month = wish.chosen or 0, 0, -1
    paid: list[Dated] = []
    bank = Bank(world, wish)
    for day in [*dates, *(day for day in world.dates(wish, world.day(HORIZON)) if day >= wish.by)]:
        if len(paid) == len(dates):
            if at_date(world, wish, paid) >= wish.target:
                return needed_of(world, wish, paid)
            for earlier in paid:
                bank.pay(*earlier)
        while month < world.month(day):
            month += 1
            there = by[month + 1] - by[month] + (there if wish.rhythm else 0)
        amount = min(chosen, there)
        if len(paid) >= len(dates):
            bank.live(until=day)
            amount = min(amount, wish.target - bank.balance)
            if amount < 0 or bank.balance >= wish.target:
                return paid
            bank.pay(day, amount)
        there -= amount
        paid.append((day, amount))
    return paid


def _need(world: World, each: Walked) -> None:
    """The smallest amount on each date that arrives, and the sum of what is then paid."""
    wish = each.wish

    def arrives(amount: int) -> bool:
        return at_date(world, wish, [(day, amount) for day in each.dates]) >= wish.target

    each.each = smallest(arrives, max(0, wish.target - wish.there))
    evenly = needed_of(world, wish, [(day, each.each) for day in each.dates])
    each.need = sum(amount for _, amount in evenly)


def _grant(each: Walked, before: Sequence[Walked], by: Sequence[int]) -> None:
    """x = max(0, min(R, min over k >= n of (A k - committed k)))."""
    last = max([each.months, *(other.months for other in before)])
    left = (
        by[k] - sum(other.granted for other in before if other.months <= k) for k in range(each.months, last + 1)
    )
    each.room = max(0, min(left))
    each.granted = min(each.need, each.room)


@dataclass
class Share:
    """A date's share is what the goal still gets / the dates left, cents up, the same until it must change."""

    of: Walked
    left: int
    share: int
    place: int = 0

    def pay(self, until: date, there: int) -> int:
        """Pay the dates before `until` of what is there; own days without the whole share are skipped."""
        paid = 0
        dates = self.of.dates
        while self.place < len(dates) and dates[self.place] < until:
            day, self.place = dates[self.place], self.place + 1
            wanted = min(self.share, self.left) if self.place < len(dates) else self.left
            amount = min(wanted, max(0, there - paid))
            if amount < wanted and self.of.wish.rhythm:
                amount = 0
            self.of.payments.append((day, amount))
            paid, self.left = paid + amount, self.left - amount
            if amount < wanted and self.place < len(dates):
                self.share = ceil(Fraction(self.left, len(dates) - self.place))
        return paid


def _share(world: World, sharing: Sequence[Walked], by: Sequence[int]) -> None:
    """Month by month, the earliest deadline first, each as far as every goal before it stays payable in full."""
    shares = [
        Share(
            each,
            each.granted,
            each.each if each.granted == each.need else ceil(Fraction(each.granted, len(each.dates))),
        )
        for each in sorted(sharing, key=lambda each: each.months)
    ]
    spent = 0
    for month in range(max((each.months for each in sharing), default=0)):
        end = world.day(month + 1)
        for place, share in enumerate(shares):
            there = by[month + 1] - spent
            for other in shares[:place]:
                owed = sum(earlier.left for earlier in shares[:place] if earlier.of.months <= other.of.months)
                there = min(there, by[other.of.months] - spent - owed) if other.left else there
            spent += share.pay(end, there)
