"""What a bank lacks on a goal's date, and when it is reached, if all that is asked for is paid from today on.

It is seen in the morning, once the day's interest is credited and before anything is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from planning.tests import oracle_dates, oracle_debts
from planning.tests.walked import Account

Asked = Sequence[tuple[date, int]]
Ending = tuple[int, date | None]
"""What is missing on the goal's date, in cents, and the day on which the goal is reached."""


def savings_end(anchor: date, today: date, account: Account, asked: Asked) -> Ending:
    """Day after day: interest in the morning, then payments, and on the calendar's day what is there earns.

    The last interest is that of the goal's date, or of the month of a later payment.
    """
    balance, earning, target = account.balance, account.earning, account.wanted.target
    missing, paid = 0, dict(asked)
    ends = [oracle_dates.calendar_day(anchor, oracle_dates.present_month(anchor, day) + 1) for day in paid]
    starts = _starts(anchor, today, until=max([account.by, *ends]))
    for day in sorted({today, account.by, *starts, *paid}):
        if day > today and (day == account.by or day in starts):
            balance += oracle_debts.interest(earning, Fraction(account.wanted.rate))
            earning = 0
        if day == account.by:
            missing = max(0, target - balance)
        balance += paid.get(day, 0)
        if day in starts:
            earning = balance
        if balance >= target:
            return (0 if day < account.by else missing), day
    return missing, None


def debts_end(anchor: date, today: date, account: Account, asked: Asked) -> Ending:
    """On each of the calendar's days up to the goal's date: what the month kept, and what is asked for."""
    owed, amounts = list(account.debts), dict(asked)
    days = [day for day in _starts(anchor, today, until=account.by) if day > anchor]
    for place, day in enumerate(days):
        kept = oracle_debts.kept_by_month(tuple(owed), len(days) - place)[0]
        owed = oracle_debts.pay_debts(owed, kept + amounts.get(day, 0))
        if not any(each.balance for each in owed):
            return 0, day
    return sum(each.balance for each in owed), None


def _starts(anchor: date, today: date, *, until: date) -> list[date]:
    """The days from today on with which the calendar's months begin."""
    months = range(oracle_dates.present_month(anchor, today), oracle_dates.present_month(anchor, until) + 1)
    days = [oracle_dates.calendar_day(anchor, month) for month in months]
    return [day for day in days if day >= today]
