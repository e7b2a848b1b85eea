"""What a goal on days of its own has to get on each of them, from the planning rules alone."""

from __future__ import annotations

from datetime import date

from planning.tests import oracle, oracle_debts
from planning.tests.oracle_dates import calendar_day, present_month, rhythm_dates


def smallest_each(world: oracle.World, wish: oracle.Wish, rhythm: tuple[str, int], since: date) -> int:
    """The smallest amount in cents that arrives, paid on each date from c_0 on and before the target date.

    A payment on c_t earns month t's interest, a later one from month t + 1; a month that has begun earns for what
    was there on its first day. Without a date, one payment is due now; but in a month after those that had dates
    nothing is, and it is what is missing at the target date.
    """
    first = present_month(world.anchor, world.as_of)
    starts = [calendar_day(world.anchor, first)]
    while (following := calendar_day(world.anchor, first + len(starts))) < wish.by:
        starts.append(following)
    frequency, day = rhythm
    dates = [on for on in rhythm_dates(since, wish.by, frequency, day) if on >= starts[0]]
    is_over = not dates and max(since, world.anchor) < starts[0]
    if not dates and not is_over:
        dates = starts[:1]

    def arrives(each: int) -> bool:
        balance = wish.balance - wish.made
        for start, end in zip(starts, [*starts[1:], date.max], strict=True):
            paid_on = [on for on in dates if start <= on < end]
            earning = balance + (each if start in paid_on else 0)
            if start == starts[0] < world.as_of:
                earning = balance + wish.made_at_once - wish.beyond
            balance += each * len(paid_on) + oracle_debts.interest(earning, wish.rate)
        return balance + (each if is_over else 0) >= wish.target

    return oracle.smallest(arrives, max(0, wish.target))
