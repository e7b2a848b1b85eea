"""The money that goals are granted, spread over their days of payment, or over the months.

A month's money that isn't spent stays for later months, because months have different numbers of such days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub

from planning.engine.early_payments import lacking
from planning.engine.money.cents import divided_up


@dataclass(slots=True)
class DatedPortion:
    """The money granted to a goal, in cents, while it is spread over its days of payment.

    Each day gets `share`. A day for which there is less gets nothing, and the days after it share the rest anew.
    """

    counts: Sequence[int]  # the number of days in each month
    left: int  # isn't paid yet
    share: int
    credit: int = 0  # the part of month 0's payments that was made before

    # Where money has dates: the most that may be given by each month (`given_by`).
    most: Sequence[int] = ()
    # The same without what is freed once debts of this goal, or of goals served after it, are paid off.
    most_before: Sequence[int] = ()
    late_income: int = 0  # arrives in the last month after the goal's date
    too_late: int = 0  # of it, what isn't kept for the next month
    # For each day of each month: what of the month's money isn't there yet, less what is kept for the next one.
    later: Sequence[Sequence[int]] = ()
    # What arrives after each day of month 0, or after today if that is later; of it `kept` is for the next month.
    later_now: Sequence[int] = ()
    kept: int = 0
    # Was put in during month 0 for the goals served after this one. It is counted first against money that arrived
    # after this goal's days.
    behind: int = 0
    # What month 0 still pays those served before, each payment with what arrives after it in the month. It is one
    # list for all portions.
    ahead: list[tuple[int, int]] = field(default_factory=list)

    paid: list[int] = field(default_factory=list)  # an amount for each day so far, made before or not
    handled: int = field(init=False, default=0)  # the number of months so far
    months: int = field(init=False)
    arrived: Sequence[int] = field(init=False, default=())  # by each month
    most_by_date: int = field(init=False, default=0)  # for this goal and those with earlier dates
    kept_by_date: int = field(init=False, default=0)  # of `most_before`, for the goal until its date
    # Each month before this one gets exactly `share`, if there is enough; none of these payments is the last one.
    even_until: int = field(init=False, default=0)
    begins: int = field(init=False, default=0)  # of a `MonthlyPortion`: from this month on each has a day
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
        """Like `kept_by_date`, with what arrives too late for the date: the goal needs no more before it."""
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

        In month 0 what goals `behind` were paid is taken off, so that a day keeps the money it was promised. But
        a day that isn't paid yet lacks at least what arrives after today, less what payments `ahead` need of that.
        """
        if not self.later:
            return [0] * self.counts[month]
        later = self.later[month]
        if month:
            return later
        now = [max(0, lacking(late, self.ahead) - self.kept) for late in self.later_now]
        return [max(late - self.behind, late_now) for late, late_now in zip(later, now, strict=True)]

    def _tell_what_is_still_to_be_paid(self) -> None:
        """Add month 0's payments to those `ahead` of others. A payment without a day of its own can wait."""
        self.ahead += still_to_be_paid(self.later_now if self.later else [-1], self.paid, self.credit)

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
