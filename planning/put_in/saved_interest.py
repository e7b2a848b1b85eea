"""The interest that check-ins of savings tell, and what earns interest now, by the rule of the simulation.

What is there on a date of the calendar, with that day's check-ins, earns interest for the month, less what is
taken out in it. The interest is credited on the next date, the last one on the goal's target date; check-ins of
that day include it. The end of a recurring goal's cycle, on its target date, doesn't tell it. Interest that was
credited by one calendar counts even if it is told after another one has begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from fincred.money import ZERO
from goals.history import Told
from planning.engine.dates import Calendar
from planning.engine.money.cents import exact_money, monthly_interest, rate_units, to_cents

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SavedInterest:
    """The interest that the present month's check-ins tell, and the amount that is `earning` for the month.

    `told` is that of the present cycle, `of_ended` that of each cycle that ended in the month. `untold` is what
    was credited since the last check-in.
    """

    told: Decimal = ZERO
    earning: Decimal = ZERO
    of_ended: tuple[Decimal, ...] = ()
    untold: Decimal = ZERO


def saved_interest(
    calendar: Calendar,
    check_ins: Sequence[Told],
    *,
    annual_rate: Decimal,
    target_date: date,
    earlier: Sequence[date] = (),
) -> SavedInterest:
    """Follow a goal's savings up to the day of planning; `check_ins` are by day.

    It begins with the first anchor of the `earlier` calendars, which are in order. Each calendar goes on until the
    next one begins; a month that is cut off by that earns nothing.
    """
    account = _Account(rate_units(annual_rate), check_ins)
    for start, end, is_whole in _months(calendar, earlier):
        is_last = start < target_date <= end
        credited_on = target_date if is_last else end
        account.told, account.of_ended = 0, []
        account.read(until=start)
        account.earning = account.balance
        account.read(until=min(credited_on - _DAY, calendar.as_of))
        if (is_whole or is_last) and credited_on <= calendar.as_of:
            account.credit()
            account.read(until=min(end - _DAY, calendar.as_of))
    of_ended = tuple(map(exact_money, account.of_ended))
    told, earning, untold = map(exact_money, (account.told, account.earning, account.untold))
    return SavedInterest(told, earning, of_ended, untold)


def _months(calendar: Calendar, earlier: Sequence[date]) -> Iterator[tuple[date, date, bool]]:
    """Each month up to the present one: its first day, that of the next month, and whether it is a whole month."""
    for anchor, next_anchor in pairwise([*earlier, calendar.anchor]):
        passed = Calendar(next_anchor, anchor).passed
        yield from ((start, end, True) for start, end in pairwise(passed))
        if passed[-1] < next_anchor:
            yield passed[-1], next_anchor, False
    yield from ((start, end, True) for start, end in pairwise([*calendar.passed, calendar.day(1)]))


class _Account:
    """A goal's savings, in cents. `untold` is the interest credited since the last check-in."""

    def __init__(self, rate: int, check_ins: Sequence[Told]) -> None:
        self._rate, self._check_ins, self._next = rate, check_ins, 0
        self.balance = self.earning = self.untold = self.told = 0
        self.of_ended: list[int] = []

    def read(self, *, until: date) -> None:
        """Take over what check-ins tell, those of the day `until` included."""
        while self._next < len(self._check_ins) and self._check_ins[self._next].day <= until:
            check_in = self._check_ins[self._next]
            if check_in.ends_cycle:
                self._end_cycle(to_cents(check_in.amount))
            else:
                self.balance = to_cents(check_in.amount)
                self.told, self.untold = self.told + self.untold, 0
            self.earning = min(self.earning, self.balance)
            self._next += 1

    def _end_cycle(self, left_over: int) -> None:
        """Credit the cycle's last interest, which no check-in has told, and go on with what is left over."""
        self.credit()
        self.balance = left_over + self.untold
        self.of_ended.append(self.told)
        self.told = 0

    def credit(self) -> None:
        """Credit the month's interest; what is there earns nothing for the rest of it."""
        interest = monthly_interest(self.earning, self._rate)
        self.balance += interest
        self.untold += interest
        self.earning = 0
