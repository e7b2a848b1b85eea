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
    """What was put in since the version was made: of the present month's payments so much is `paid`.

    Of linked debts `due` is what is still to be paid today of the month that ends today.
    """

    paid: Decimal = ZERO
    due: Decimal = ZERO


def payments_left(calendar: Calendar, payments: Iterable[Payment], put_in: PutIn | None) -> Iterator[Payment]:
    """The `payments` of a version, in the order of their days, that are still to be made.

    Those of the present month are paid in their order; what has passed unpaid is due today. None was `put_in`
    since the version was made.
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
    """The same of linked debts, where a month's payment is on the first day of the next month.

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
    """The payments until all that is `missing` is paid; from the day `until` on, all of them again.

    Who puts in more than a version asks for has all of the target before its last payment.
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
    """The day from which on a version no longer asks for a payment of the day `payment`, though it wasn't made."""
    if of_debts:
        return min(payment, date.max - _DAY) + _DAY
    return calendar_on(payment, anchor).day(1)


def of_present_month(calendar: Calendar, payments: Iterable[Payment], *, of_debts: bool) -> Decimal:
    """What is left of the present month: of debts, on its first day, first of the one that ends with it."""
    total, next_month = ZERO, calendar.day(1)
    for payment in payments:
        if payment.date > next_month or (payment.date == next_month and not of_debts):
            break
        total += payment.amount
        if of_debts and payment.date == calendar.start:
            break
    return total
