"""What the newest version of a goal's plan still asks for, once what was put in this month is counted.

A check-in makes no version. But what was put in is paid and no longer asked for. Everything that shows a next
payment takes it from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from fincred.money import ZERO
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar, calendar_on

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PutIn:
    """What was put in since the version was made: `paid` of the present month's payments.

    For linked debts, `due` is what is still to be paid today of the month that ends today.
    """

    paid: Decimal = ZERO
    due: Decimal = ZERO


def payments_left(calendar: Calendar, payments: Iterable[Payment], put_in: PutIn | None) -> Iterator[Payment]:
    """The `payments` of a version, in the order of their days, that are still to be made.

    What was `put_in` pays those of the present month in their order. Those that have passed unpaid are due today.
    With None nothing was put in since the version was made.
    """
    next_month, today, overdue = calendar.day(1), calendar.as_of, ZERO
    paid, coming = put_in.paid if put_in else ZERO, iter(payments)
    for payment in coming:
        if payment.date < calendar.start:
            continue
        left = payment.amount
        if payment.date < next_month:
            left -= min(paid, left)
            paid -= payment.amount - left
        if payment.date <= today:
            overdue += left
            continue
        if overdue:
            yield Payment(today, overdue)
            overdue = ZERO
        if left:
            yield Payment(payment.date, left)
    if overdue:
        yield Payment(today, overdue)


def debt_payments_left(calendar: Calendar, payments: Iterable[Payment], put_in: PutIn | None) -> Iterator[Payment]:
    """The same for linked debts, whose payments are on the first day of the next month.

    A payment whose day has passed is no longer asked for.
    """
    paid, today, next_month = put_in.paid if put_in else ZERO, calendar.as_of, calendar.day(1)
    for payment in payments:
        left = payment.amount
        if payment.date < today and payment.date <= calendar.start:
            continue
        if payment.date == calendar.start:
            left = put_in.due if put_in else left
        elif payment.date <= next_month:
            left -= min(paid, left)
            paid -= payment.amount - left
        if left:
            yield Payment(payment.date, left)


def no_more_than(missing: Decimal, payments: Iterable[Payment], *, until: date | None = None) -> Iterator[Payment]:
    """The payments up to the one that pays the last of what is `missing`; from the day `until` on, all of them.

    Who puts in more than a version asks for has all of the target before the version's last payment.
    """
    for payment in payments:
        if until is not None and payment.date >= until:
            yield payment
            continue
        amount = min(missing, payment.amount)
        missing -= amount
        if amount > ZERO:
            yield Payment(payment.date, amount)


def month_over_on(anchor: date, payment: date, *, of_debts: bool) -> date:
    """The first day on which a version no longer asks for a payment of the day `payment` that wasn't made."""
    if of_debts:
        return min(payment, date.max - _DAY) + _DAY
    return calendar_on(payment, anchor).day(1)


def of_present_month(calendar: Calendar, payments: Iterable[Payment], *, of_debts: bool) -> Decimal:
    """What the present month still asks for. For debts, on its first day, the month that ends then comes first."""
    total, next_month = ZERO, calendar.day(1)
    for payment in payments:
        if payment.date > next_month or (payment.date == next_month and not of_debts):
            break
        total += payment.amount
        if of_debts and payment.date == calendar.start:
            break
    return total
