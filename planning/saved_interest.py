"""The interest of savings that check-ins haven't told yet, by the rule of the simulation.

What is there on a date of the calendar, that day's check-ins included, earns for the month, less what is taken
away in it. Its interest is credited on the next date, a goal's last at its target date; check-ins of that day tell
it already.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """The interest that the present month's check-ins tell, and the amount that is `earning` for the month."""

    told: Decimal = ZERO
    earning: Decimal = ZERO


def saved_interest(
    calendar: Calendar, check_ins: Sequence[Told], *, annual_rate: Decimal, target_date: date
) -> SavedInterest:
    """Follow a goal's savings from the calendar's anchor up to the day of planning; `check_ins` are by day."""
    account = _Account(rate_units(annual_rate), check_ins)
    for start, end in pairwise([*calendar.passed, calendar.day(1)]):
        credited_on = target_date if start < target_date < end else end
        account.told = 0
        account.read(until=start)
        account.earning = account.balance
        account.read(until=min(credited_on - _DAY, calendar.as_of))
        if credited_on <= calendar.as_of:
            account.credit(rest_of_month=credited_on < end)
            account.read(until=min(end - _DAY, calendar.as_of))
    return SavedInterest(exact_money(account.told), exact_money(account.earning))


class _Account:
    """A goal's savings, in cents. `untold` is the interest that was credited since the last check-in."""

    def __init__(self, rate: int, check_ins: Sequence[Told]) -> None:
        self._rate, self._check_ins, self._next = rate, check_ins, 0
        self.balance = self.earning = self.untold = self.told = 0

    def read(self, *, until: date) -> None:
        """Take over what check-ins tell, those of the day `until` included."""
        while self._next < len(self._check_ins) and self._check_ins[self._next].day <= until:
            self.balance = to_cents(self._check_ins[self._next].amount)
            self.earning = min(self.earning, self.balance)
            self.told, self.untold = self.told + self.untold, 0
            self._next += 1

    def credit(self, *, rest_of_month: bool) -> None:
        """Credit the month's interest; what is there earns nothing for the `rest_of_month`."""
        interest = monthly_interest(self.earning, self._rate)
        self.balance += interest
        self.untold += interest
        if rest_of_month:
            self.earning = 0
