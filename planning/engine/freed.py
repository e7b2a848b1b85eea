"""Minimum payments that end or change: how much less (or more) than what is kept for them is due in a month.

The debts here aren't linked to a goal (for those that are, see `DebtPayoff`), and each is paid its minimums alone.
A month's payment is due on the date that begins the next month, and is taken off the month's own money. What is
kept for a debt is free from the month after its last payment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from operator import add
from typing import NamedTuple

from planning.engine.dates import Calendar, calendar_date, payment_count
from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.terms import first_minimum
from planning.engine.effort import Effort
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents


class PaidUntil(NamedTuple):
    """A debt as it is on a day, and its last payment; if none was due yet, the minimum that is kept for it."""

    debt: Debt
    last_payment: Decimal


def payment_dates(told_on: date, calendar: Calendar) -> list[date]:
    """The payment dates from the day on which a debt was told up to the present month's first day.

    They are those of the calendar. Before it began, they are on the day of the month on which the debt was told.
    """
    before = [calendar_date(told_on, number) for number in range(1, payment_count(told_on, calendar.anchor) + 1)]
    return before + [day for day in calendar.passed[1:] if day > told_on]


def pay_minimums(debt: Debt, dates: Iterable[date]) -> PaidUntil:
    """Accrue a month's interest on each date, and pay its minimum."""
    paid = PaidUntil(debt, debt.min_payment)
    for day in dates:
        month = paid.debt.in_month_to(day)
        owed = exact_money(grown(to_cents(month.balance), rate_units(month.annual_rate)))
        payment = min(owed, first_minimum(month, Calendar(day, day)))
        paid = PaidUntil(replace(debt, balance=owed - payment), payment)
    return paid


def minimums_by_month(debts: Sequence[Debt], calendar: Calendar, months: int, effort: Effort) -> list[list[int]]:
    """The payments of each debt at the end of each of the first `months` months, in cents."""
    return Avalanche(debts, calendar, effort).minimums_alone(months) if debts else []


def freed_by_month(debts: Sequence[Debt], paid: Sequence[Sequence[int]], months: int) -> list[int]:
    """By month, the part of what is kept for minimum payments that isn't due; less than 0 if more is due."""
    kept = sum([to_cents(debt.min_payment) for debt in debts])
    due = [0] * months
    for payments in paid:
        due = list(map(add, due, payments))
    return [kept - amount for amount in due]


class Freed(NamedTuple):
    """A debt that ends: from the `month` on, the `amount` in cents that was kept for it each month is free."""

    label: str
    month: int
    amount: int


def ends(
    debts: Sequence[Debt],
    last_payments: Sequence[int],
    until: int,
    *,
    kept_until: int = 0,
    frees_from: int | None = None,
) -> list[Freed]:
    """The debts whose payments end before the month `until`, the first to end first.

    `last_payments` are the months of their last payments, counted from 1, those after `until` as any later month.
    What is kept for them isn't free before the month `kept_until`; all of it is free from `frees_from` on.
    """
    found = []
    for debt, last in zip(debts, last_payments, strict=True):
        month = min(max(last, kept_until), until if frees_from is None else frees_from)
        if month < until and debt.min_payment:
            found.append(Freed(debt.label, month, to_cents(debt.min_payment)))
    return sorted(found, key=lambda freed: freed.month)
