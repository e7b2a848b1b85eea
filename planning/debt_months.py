"""What is owed on debts that are linked to a goal, and what was paid on them in the present month.

A check-in of such a goal tells principal: by how much the balances fell. Its payments are at the months' ends, so
a month of it is from the day after a calendar date up to and including the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fincred.money import ZERO
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
class DebtMonth:
    """The debts as they were when the month began, and the month as it was counted.

    `principal` is the part of the amount now that was paid off as this month's payment.
    """

    debts: tuple[Debt, ...]
    month: PlannedMonth
    principal: Decimal


def count_debt_month(
    calendar: Calendar, debts: tuple[Debt, ...], paid_off: PaidOff, planned: Planned | None
) -> DebtMonth:
    """Count the month; `debts` are the snapshot's, `planned` is the goal's newest version, None without one.

    What was paid off beyond the month's payment is owed no more, as if it had never been.
    """
    month = PlannedMonth(calendar.start, paid_off.now)
    owed = _less(debts, paid_off.since_snapshot)
    if planned is None:
        return DebtMonth(owed, month, ZERO)
    if not calendar.month_has_begun:
        return DebtMonth(*_after_last_month(calendar, owed, paid_off.last_month, planned, month), ZERO)
    ask = planned.ask_of(calendar.start)
    paid, principal = _payment(_less(owed, -paid_off.this_month), ask, paid_off.this_month)
    return DebtMonth(_less(owed, -principal), replace(month, paid=paid), principal)


def _payment(debts: Sequence[Debt], ask: Decimal, principal: Decimal) -> tuple[Decimal, Decimal]:
    """What was paid above the minimums, at most the `ask`, and the part of `principal` that it explains."""
    minimums, interest = minimum_payments(debts), _interest(debts)
    paid = min(ask, max(ZERO, principal + interest - minimums))
    return paid, min(principal, max(ZERO, ask + minimums - interest))


def _after_last_month(
    calendar: Calendar, owed: tuple[Debt, ...], principal: Decimal, planned: Planned, month: PlannedMonth
) -> tuple[tuple[Debt, ...], PlannedMonth]:
    """The debts on the day on which last month's payment is due: as if it had been made, if it wasn't yet."""
    if planned.month is not None and planned.month.start == calendar.start:
        ask = planned.month.last_ask
    else:
        ask = planned.ask_of(calendar.day(-1))
    month = replace(month, last_ask=ask)
    before = _less(owed, -principal)
    paid, explained = _payment(before, ask, principal)
    if paid == ask:
        return owed, month
    ledger = DebtLedger(_less(owed, -explained))
    ledger.pay_month(ask)
    left = {account.position: account.balance for account in ledger.open}
    return tuple(replace(debt, balance=exact_money(left.get(n, 0))) for n, debt in enumerate(owed)), month


def _interest(debts: Sequence[Debt]) -> Decimal:
    ledger = DebtLedger(debts)
    ledger.pay_month(ZERO)
    return ledger.interest


def _less(debts: Sequence[Debt], amount: Decimal) -> tuple[Debt, ...]:
    """The debts with so much less (or more) owed, the highest rate first."""
    less = list(debts)
    order = sorted(range(len(less)), key=lambda n: (-less[n].annual_rate, less[n].balance, n))
    for index in order:
        part = min(amount, less[index].balance)
        less[index] = replace(less[index], balance=less[index].balance - part)
        amount -= part
    return tuple(less)
