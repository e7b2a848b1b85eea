"""What is owed on debts that are linked to a goal, and what was paid on them in the present month.

A check-in of such a goal tells principal: by how much the balances fell. Its payments are at the months' ends, so
a month of it is from the day after a calendar date up to and including the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple

from fincred.money import CENT, ZERO
from planning.engine.dates import Calendar
from planning.engine.debts.ledger import DebtLedger
from planning.engine.debts.payoff import minimum_payments
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money
from planning.months import Planned, PlannedMonth


@dataclass(frozen=True, slots=True)
class PaidOff:
    """What a goal's check-ins say was paid off: in all, since the snapshot was stored, this month and last month.

    On the first day of a month `this_month` is 0, and `last_month` ends with the day.
    """

    now: Decimal
    since_snapshot: Decimal = ZERO
    this_month: Decimal = ZERO
    last_month: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid today of the month that ends today, above the minimums.

    `made` was paid of it before. With all that is to be paid today, minimums too, `principal` less is owed.
    """

    amount: Decimal = ZERO
    made: Decimal = ZERO
    principal: Decimal = ZERO


NOTHING_DUE: Final = Due()


@dataclass(frozen=True, slots=True)
class DebtMonth:
    """The debts as they were when the month began, and the month as it was counted.

    `principal` is the part of the amount now that was paid off as this month's payment. The debts are as if what
    is `due` had been paid.
    """

    debts: tuple[Debt, ...]
    month: PlannedMonth
    principal: Decimal = ZERO
    due: Due = NOTHING_DUE


def count_debt_month(
    calendar: Calendar, debts: tuple[Debt, ...], paid_off: PaidOff, planned: Planned | None
) -> DebtMonth:
    """Count the month; `debts` are the snapshot's, `planned` is the goal's newest version, None without one.

    What was paid off beyond the month's payment was never owed in this month.
    """
    month, since_snapshot = PlannedMonth(calendar.start, paid_off.now), paid_off.since_snapshot
    if planned is None:
        return DebtMonth(_less(debts, since_snapshot, calendar), month)
    if not calendar.month_has_begun:
        return _first_day(calendar, debts, paid_off, planned, month)
    paid = _payment(debts, calendar, since_snapshot, paid_off.this_month, planned.ask_of(calendar.start))
    owed = _less(debts, since_snapshot - paid.explained, calendar)
    return DebtMonth(owed, replace(month, paid=paid.made), paid.explained)


def _first_day(
    calendar: Calendar, debts: tuple[Debt, ...], paid_off: PaidOff, planned: Planned, month: PlannedMonth
) -> DebtMonth:
    """The month that begins on the day on which last month's payment is due: as if that had been made."""
    owed, principal = _less(debts, paid_off.since_snapshot, calendar), paid_off.last_month
    ask = _last_ask(calendar, planned)
    if ask is None:
        return DebtMonth(owed, month)
    month = replace(month, last_ask=ask)
    last_month = Calendar(calendar.day(-1), calendar.anchor)
    paid = _payment(debts, last_month, paid_off.since_snapshot, principal, ask)
    if paid.is_whole:
        return DebtMonth(owed, month)
    ledger = DebtLedger(_less(debts, paid_off.since_snapshot - principal, last_month), last_month)
    above = min(ask, ledger.pay_as_planned(ask) - minimum_payments(debts))
    left = {account.position: account.balance for account in ledger.open}
    after = tuple(replace(debt, balance=exact_money(left.get(n, 0))) for n, debt in enumerate(owed))
    due = Due(max(ZERO, above - paid.made), paid.made, _balance(owed) - _balance(after))
    return DebtMonth(after, month, due=due)


def _last_ask(calendar: Calendar, planned: Planned) -> Decimal | None:
    """What the month that ends on the calendar's day asks for; None if the debts weren't planned then."""
    if planned.month is not None and planned.month.start == calendar.start:
        return planned.month.last_ask
    return planned.ask_of(calendar.day(-1)) if planned.of_debts else None


class _Payment(NamedTuple):
    """A month's payment above the minimums, at most what was asked for.

    `explained` is the part of the principal that was paid off with it. It `is_whole` if the minimums were paid and
    all that was asked for.
    """

    made: Decimal
    explained: Decimal
    is_whole: bool


def _payment(
    debts: tuple[Debt, ...], calendar: Calendar, since_snapshot: Decimal, principal: Decimal, ask: Decimal
) -> _Payment:
    """The present month's payment, which paid off `principal` of what was paid off since the snapshot."""
    minimums, interest = minimum_payments(debts), _interest(debts, calendar, since_snapshot, principal)
    made = principal + interest - minimums
    explained = min(principal, max(ZERO, ask + minimums - interest))
    return _Payment(min(ask, max(ZERO, made)), explained, is_whole=made >= ask)


def _interest(debts: tuple[Debt, ...], calendar: Calendar, since_snapshot: Decimal, principal: Decimal) -> Decimal:
    """The most that the month's interest can have been, before `principal` was paid off.

    Which of several debts was paid off isn't told: before the month at most the one with the lowest rate, in it at
    most the one with the highest.
    """
    before = since_snapshot - principal
    if len(debts) == 1 or not before:
        return _month_of_interest(_less(debts, before, calendar), calendar)
    most = _month_of_interest(_less(debts, before, calendar, lowest_rate_first=before > 0), calendar)
    return most + len(debts) * CENT  # each debt's interest is rounded


def _month_of_interest(debts: Sequence[Debt], calendar: Calendar) -> Decimal:
    ledger = DebtLedger(debts, calendar)
    ledger.pay_month(ZERO)
    return ledger.interest


def _balance(debts: Sequence[Debt]) -> Decimal:
    return sum((debt.balance for debt in debts), ZERO)


def _less(
    debts: Sequence[Debt], amount: Decimal, calendar: Calendar, *, lowest_rate_first: bool = False
) -> tuple[Debt, ...]:
    """The debts with so much less (or more) owed, the highest rate of the calendar's present month first."""
    less = list(debts)
    rates = [debt.in_month_to(calendar.day(1)).annual_rate for debt in debts]
    order = sorted(range(len(less)), key=lambda n: (-rates[n], less[n].balance, n))
    for index in reversed(order) if lowest_rate_first else order:
        part = min(amount, less[index].balance)
        less[index] = replace(less[index], balance=less[index].balance - part)
        amount -= part
    return tuple(less)
