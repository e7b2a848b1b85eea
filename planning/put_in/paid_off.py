"""What check-ins say was paid off on debts that are linked to a goal, month by month, and what that leaves.

A check-in of such a goal tells principal: by how much the balances fell in all. How much each debt fell follows
from the rules of the simulation: interest is added, each debt is paid its minimum, the rest goes to the highest
rate. Payments are at the months' ends, so a month is from the day after a calendar date up to and including the
next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from fincred.money import ZERO
from goals.history import Told
from planning.engine.dates import Calendar
from planning.engine.debts.ledger import DebtLedger
from planning.engine.debts.terms import first_interest, first_minimum
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, needed_before, rate_units, to_cents

Debts = tuple[Debt, ...]


@dataclass(frozen=True, slots=True)
class PaidOff:
    """What was paid off on a goal's debts: `now` in all, and in the month that is counted.

    That is the present month; on the month's first day it is the one that ends with this day. `in_month` is what
    was paid off in it. The others leave out what was paid off before the snapshot was stored: `in_month_since` is
    the part of `in_month` after that, `earlier` what was paid off in each month before, with the month's number
    (`Calendar.in_month`), and `beside` what was before the calendar began.
    """

    now: Decimal
    in_month: Decimal = ZERO
    in_month_since: Decimal = ZERO
    earlier: tuple[tuple[int, Decimal], ...] = ()
    beside: Decimal = ZERO

    def of_month_before(self, number: int) -> PaidOff:
        """As on the first day of the month with this number, without what was paid off before the snapshot."""
        since = dict(self.earlier).get(number - 1, ZERO)
        earlier = tuple(each for each in self.earlier if each[0] < number - 1)
        return replace(self, in_month=since, in_month_since=since, earlier=earlier)


@dataclass(frozen=True, slots=True)
class SnapshotTold:
    """The `amount` that was paid off when the newest snapshot was stored, on a `day` at the moment `at`."""

    at: datetime
    day: date
    amount: Decimal


def paid_off(
    calendar: Calendar, check_ins: Sequence[Told], now: Decimal, snapshot: SnapshotTold | None
) -> PaidOff:
    """Split what the goal's check-ins tell, in the order of their days, by months.

    `now` is the amount today. Without `snapshot` the debts are as of today.
    """
    counted = calendar.passed_before(calendar.as_of)
    before_month, last = ZERO, ZERO
    for told in check_ins:
        if told.day <= calendar.as_of:
            last = told.amount
            if calendar.passed_before(told.day) < counted:
                before_month = told.amount
    in_month = max(ZERO, now - before_month) if counted and last != before_month else ZERO
    if snapshot is None:
        return PaidOff(now, in_month)
    by_month: dict[int, Decimal] = defaultdict(Decimal)
    so_far = snapshot.amount
    for told in _since(check_ins, snapshot.at):
        if told.day <= calendar.as_of:
            if told.day >= snapshot.day:
                by_month[calendar.passed_before(told.day)] += told.amount - so_far
            so_far = told.amount  # of a day before the snapshot: its balances have it already
    by_month[0] += now - so_far
    return PaidOff(
        now,
        in_month,
        in_month_since=by_month[counted] if counted else ZERO,
        earlier=tuple((number, by_month[number]) for number in sorted(by_month) if 0 < number < counted),
        beside=by_month[0],
    )


def _since(check_ins: Sequence[Told], moment: datetime) -> Sequence[Told]:
    """The check-ins that were told after a moment, except for days before that of one told until then."""
    told_before = [number for number, told in enumerate(check_ins, 1) if told.at <= moment]
    return check_ins[max(told_before, default=0) :]


def counted_month(calendar: Calendar) -> Calendar:
    """The calendar on the first day of the month that is counted."""
    return calendar if calendar.month_has_begun else Calendar(calendar.day(-1), calendar.anchor)


def at_start(debts: Debts, paid: PaidOff, calendar: Calendar) -> Debts:
    """What was owed when the month that is counted began; `debts` are the snapshot's."""
    counted = counted_month(calendar)
    owed = less(debts, paid.beside, counted)
    for number, principal in paid.earlier:
        owed = after_month(owed, principal, calendar.in_month(number))
    told_before = paid.in_month - paid.in_month_since
    return before_month(owed, told_before, counted) if told_before > 0 else less(owed, -told_before, counted)


def after_month(debts: Debts, principal: Decimal, month: Calendar) -> Debts:
    """What is owed after a month in which `principal` was paid off; `month` is the calendar on a day of it.

    If that doesn't pay all minimums, the debt with the highest rate was paid off first.
    """
    total = principal + month_of_interest(debts, month)
    if not principal or total < minimums_due(debts, month):
        return less(debts, principal, month)
    ledger = DebtLedger(debts, month)
    ledger.pay_in_all(total)
    return left_by(ledger, debts)


def left_by(ledger: DebtLedger, debts: Debts) -> Debts:
    """The debts, each with what the ledger has left of it."""
    left = {account.position: account.balance for account in ledger.open}
    return tuple(replace(debt, balance=exact_money(left.get(n, 0))) for n, debt in enumerate(debts))


def before_month(debts: Debts, principal: Decimal, month: Calendar) -> Debts:
    """What was owed before a month in which `principal` was paid off: `after_month`, inverted.

    If a debt was closed in the month, or paid otherwise than by the avalanche, several answers fit, or none. Then
    it is the first one found; if none fits, all of the principal counts as paid off at the highest rate.
    """
    before = [_before_minimum(debt, month) for debt in debts]
    total = to_cents(principal) + sum(to_cents(debt.balance) for debt in debts)
    for index in sorted(_avalanche_order(debts, month), key=lambda index: not before[index]):
        balance = total - sum(before[:index]) - sum(before[index + 1 :])
        balances = [*before[:index], balance, *before[index + 1 :]]
        found = tuple(replace(debt, balance=exact_money(each)) for debt, each in zip(debts, balances, strict=True))
        if balance >= 0 and after_month(found, principal, month) == debts:
            return found
    return less(debts, -principal, month)


def _before_minimum(debt: Debt, month: Calendar) -> int:
    """The cents owed before a month of interest and the minimum payment; 0 for a debt without a balance."""
    balance, rate = to_cents(debt.balance), rate_units(debt.in_month_to(month.day(1)).annual_rate)
    return needed_before(balance + to_cents(debt.min_payment), rate) if balance else 0


def less(debts: Debts, amount: Decimal, month: Calendar) -> Debts:
    """The debts with `amount` less owed (more if it is below 0), taken off the month's highest rate first."""
    left = list(debts)
    for index in _avalanche_order(debts, month):
        part = min(amount, left[index].balance)
        left[index] = replace(left[index], balance=left[index].balance - part)
        amount -= part
    return tuple(left)


def _avalanche_order(debts: Debts, month: Calendar) -> list[int]:
    rates = [debt.in_month_to(month.day(1)).annual_rate for debt in debts]
    return sorted(range(len(debts)), key=lambda n: (-rates[n], debts[n].balance, n))


def month_of_interest(debts: Debts, month: Calendar) -> Decimal:
    """The debts' interest of a month."""
    ledger = DebtLedger(debts, month)
    ledger.pay_month(ZERO)
    return ledger.interest


def minimums_due(debts: Debts, month: Calendar) -> Decimal:
    """The sum of the minimum payments at the end of a month, each at most what is owed then."""
    return sum(each_due(debts, month), ZERO)


def each_due(debts: Debts, month: Calendar) -> tuple[Decimal, ...]:
    """The minimum payment of each debt at the end of a month, at most what is owed then."""
    return tuple(min(first_minimum(debt, month), _owed_after(debt, month)) for debt in debts)


def _owed_after(debt: Debt, month: Calendar) -> Decimal:
    return debt.balance + first_interest(debt, month)[0]


def balance_of(debts: Debts) -> Decimal:
    return sum((debt.balance for debt in debts), ZERO)
