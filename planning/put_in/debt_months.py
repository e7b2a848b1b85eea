"""What is owed on debts that are linked to a goal, and what was paid on them in the present month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from fincred.money import ZERO
from planning.engine.dates import Calendar
from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.ledger import DebtLedger
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, to_cents
from planning.engine.needs import MAX_MONTHS
from planning.put_in.months import Planned, PlannedMonth
from planning.put_in.paid_off import (
    PaidOff,
    after_month,
    at_start,
    balance_of,
    counted_month,
    each_due,
    left_by,
    less,
    minimums_due,
    month_of_interest,
)


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid today of the month that ends today, above the minimums.

    `made` is what was paid of it before. Once all that is to be paid today is paid, with the minimums, `principal`
    less is owed.
    """

    amount: Decimal = ZERO
    made: Decimal = ZERO
    principal: Decimal = ZERO


NOTHING_DUE: Final = Due()


@dataclass(frozen=True, slots=True)
class DebtMonth:
    """The debts as they were when the month began, and the month as it was counted.

    `principal` is the part of the present amount that this month's payment paid off. The debts are as if what is
    `due` had been paid.
    """

    debts: tuple[Debt, ...]
    month: PlannedMonth
    principal: Decimal = ZERO
    due: Due = NOTHING_DUE


def count_debt_month(
    calendar: Calendar, debts: tuple[Debt, ...], paid_off: PaidOff, planned: Planned | None, by: date
) -> DebtMonth:
    """Count the month; `debts` are the snapshot's, `planned` is the goal's newest version, None without one.

    `by` is the goal's date. What was paid off beyond the month's payment doesn't count as owed in this month.
    """
    last_by = _last_by(calendar, planned, by)
    month = PlannedMonth(calendar.start, paid_off.now, last_by=None if last_by == by else last_by)
    counted = counted_month(calendar)
    started = at_start(debts, paid_off, calendar)
    if not calendar.month_has_begun:
        month = replace(month, last_ask=_last_ask(calendar, planned))
        return _first_day(started, counted, paid_off, month, last_by)
    if planned is None:
        return DebtMonth(less(started, paid_off.in_month, counted), month)
    kept = _kept(started, counted, by)
    payment = _payment(started, counted, paid_off.in_month, _ask(calendar, paid_off, planned), kept)
    owed = less(started, paid_off.in_month - payment.explained, counted)
    return DebtMonth(owed, replace(month, paid=payment.made), payment.explained)


def _first_day(
    started: tuple[Debt, ...], ending: Calendar, paid_off: PaidOff, month: PlannedMonth, by: date
) -> DebtMonth:
    """The month on its first day, on which last month's payment is due: as if that had been made."""
    owed = after_month(started, paid_off.in_month, ending)
    ask = month.last_ask
    if ask is None:
        return DebtMonth(owed, month)
    kept = _kept(started, ending, by)
    payment = _payment(started, ending, paid_off.in_month, ask, kept)
    if payment.is_whole:
        return DebtMonth(owed, month)
    ledger = DebtLedger(started, ending)
    above = min(ask, ledger.pay_in_all(max(minimums_due(started, ending), kept + ask)) - kept)
    after = left_by(ledger, started)
    due = Due(max(ZERO, above - payment.made), payment.made, balance_of(owed) - balance_of(after))
    return DebtMonth(after, month, due=due)


def _ask(calendar: Calendar, paid_off: PaidOff, planned: Planned) -> Decimal:
    """What the present month asked for before its payment; a version made after it may ask for something else."""
    last = planned.month
    is_counted = last is not None and (last.start, last.amount) == (calendar.start, paid_off.now)
    return last.paid if last and is_counted and paid_off.in_month else planned.ask_of(calendar.start)


def _last_ask(calendar: Calendar, planned: Planned | None) -> Decimal | None:
    """What the month that ends today asks for; None if the debts weren't planned then.

    On the first day of a calendar no month ends, even if a plan on an earlier calendar was in force until then.
    """
    if planned is None or calendar.start == calendar.anchor:
        return None
    if planned.month is not None and planned.month.start == calendar.start:
        return planned.month.last_ask
    return planned.ask_of(calendar.day(-1)) if planned.of_debts else None


def _last_by(calendar: Calendar, planned: Planned | None, by: date) -> date:
    """The goal's date up to the end of the month before; `by` is the present one, which may be a new one."""
    last = planned.month if planned else None
    if last and last.start == calendar.start and last.last_by:
        return last.last_by
    return planned.by if planned and planned.by else by


def needed_to_clear(
    debts: tuple[Debt, ...], calendar: Calendar, payments: Sequence[Decimal], *, made: Decimal
) -> Decimal:
    """How much of the payments of these months, above the minimums, clears the debts; all if they don't.

    The first month is the present one: the debts are as they were when it began, and `made` was paid in it.
    """
    extras = [to_cents(amount) for amount in payments]
    extras[0] += to_cents(made)
    paid = Avalanche(debts, calendar).pay(extras)
    needed = extras[: len(paid.balances)]
    return exact_money(sum(needed) - min(paid.left, needed[-1])) - made if needed else ZERO


class _Payment(NamedTuple):
    """A month's payment above the minimums, at most what was asked for.

    `explained` is the part of the principal that it paid off. It `is_whole` if the minimums and all that was asked
    for were paid.
    """

    made: Decimal
    explained: Decimal
    is_whole: bool


def _kept(started: tuple[Debt, ...], month: Calendar, by: date) -> Decimal:
    """What the month keeps for minimum payments, as `DebtPayoff.kept` has it."""
    return sum(_kept_for_each(started, month, by), ZERO)


def _kept_for_each(started: tuple[Debt, ...], month: Calendar, by: date) -> tuple[Decimal, ...]:
    kept, due = tuple(debt.min_payment for debt in started), each_due(started, month)
    if due == kept:
        return kept
    payments = min(MAX_MONTHS, month.payments(by))
    return due if Avalanche(started, month).keeps_due(payments) else kept


def kept_last_month(
    calendar: Calendar, debts: tuple[Debt, ...], paid_off: PaidOff, planned: Planned | None, by: date
) -> tuple[Decimal, ...]:
    """The minimum payment of each debt on the present month's first day: what the month before kept for it.

    Nothing once the debts are cleared. `planned` and `by` are as for `count_debt_month`.
    """
    first_day = Calendar(calendar.start, calendar.anchor)
    if calendar.month_has_begun:
        paid_off = paid_off.of_month_before(calendar.passed_before(calendar.as_of))
    started, ended = at_start(debts, paid_off, first_day), counted_month(first_day)
    if not balance_of(after_month(started, paid_off.in_month, ended)):
        return (ZERO,) * len(debts)
    return _kept_for_each(started, ended, _last_by(calendar, planned, by))


def _payment(
    started: tuple[Debt, ...], month: Calendar, principal: Decimal, ask: Decimal, kept: Decimal
) -> _Payment:
    """The payment of a month above what it `kept`, from what was owed at its start and what was paid off in it."""
    beyond_principal = month_of_interest(started, month) - kept
    # Where the minimums are less than the interest, a balance that hasn't fallen shows no payment.
    made = principal + beyond_principal if principal else min(beyond_principal, ZERO)
    explained = min(principal, max(ZERO, ask - beyond_principal))
    return _Payment(min(ask, max(ZERO, made)), explained, is_whole=made >= ask)
