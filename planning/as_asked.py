"""What will be missing at a goal's date if all is paid from now on as its plan asks.

A version says it as of the day on which it was made. If a payment of a month that is over wasn't made, it isn't
asked for again (decision 44), so that more is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from fincred.money import ZERO
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar
from planning.engine.debts.avalanche import Avalanche
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents
from planning.months import Step, amount_on


def missing_of_savings(
    by: date,
    *,
    target: Decimal,
    there: Decimal,
    told_on: date | None,
    annual_rate: Decimal,
    calendar: Calendar,
    payments: Iterable[Payment],
) -> Decimal:
    """What is missing on the day `by`, which is still to come, if these payments are made.

    `there` was told on `told_on`. The interest that was credited since is there too, as if all of it had earned
    some, also in the month in which it was told.
    """
    coming = [each for each in payments if each.date < by]
    balance, rate = to_cents(there), rate_units(annual_rate)
    if not rate:
        return max(ZERO, target - there - sum((each.amount for each in coming), ZERO))
    for day in calendar.passed[1:]:
        if told_on is not None and day > told_on:
            balance = grown(balance, rate)
    for month in range(calendar.instalments(by)):
        start, end = calendar.day(month), calendar.day(month + 1)
        first = sum(to_cents(each.amount) for each in coming if each.date == start)
        later = sum(to_cents(each.amount) for each in coming if start < each.date < end)
        balance = grown(balance + first, rate) + later
    return exact_money(max(0, to_cents(target) - balance))


def missing_of_debts(
    by: date, calendar: Calendar, debts: tuple[Debt, ...], payments: Iterable[Payment], *, made: Decimal
) -> Decimal:
    """What is still owed on the day `by` if these payments are made above the minimums.

    The debts are as they were when the present month began, and as if what is due today had been paid. So much of
    this month's payment was `made`.
    """
    amounts = {each.date: to_cents(each.amount) for each in payments}
    extras = [amounts.get(calendar.day(month), 0) for month in range(1, max(1, calendar.payments(by)) + 1)]
    extras[0] += to_cents(made)
    paid = Avalanche(debts, calendar).pay(extras)
    return exact_money(paid.balances[-1] if paid.balances else 0)


def later_than_stored(
    stored: Sequence[Payment], instalments: Sequence[Step], calendar: Calendar, by: date
) -> Iterator[Payment]:
    """What the months before `by` ask for after the last of the `stored` payments, which are the first ones.

    Only the months are known: all of a month is paid on its first day, or on that of the last one stored.
    """
    last = stored[-1].date
    for month in range(calendar.instalments(by)):
        start, end = calendar.day(month), calendar.day(month + 1)
        if end <= last:
            continue
        known = sum((each.amount for each in stored if start <= each.date < end), ZERO)
        rest = amount_on(start, instalments) - known
        if rest > ZERO:
            yield Payment(max(start, last), rest)
