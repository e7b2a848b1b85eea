"""What is at a goal's date, and when it is reached, if all is paid from now on as its plan asks.

A version says it as of the day on which it was made. If a payment of a month that is over wasn't made, it isn't
asked for again (decision 44), so that more is missing. If more was put in, less is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fincred.money import ZERO
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar
from planning.engine.debts.avalanche import Avalanche
from planning.engine.model import Debt
from planning.engine.money.cents import money, monthly_interest, rate_units, to_cents
from planning.put_in.months import Step, amount_on


@dataclass(frozen=True, slots=True)
class AsAsked:
    """What is `missing` at the goal's date, and the day on which it is reached; None if it isn't."""

    missing: Decimal
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class Savings:
    """What is there today, with all interest that was credited, and how much of it earns for the present month."""

    there: Decimal
    earning: Decimal
    annual_rate: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OwedNow:
    """What was owed when the present month began, less what is due today, as if that had been paid.

    Of this month's payment above the minimums `made` was paid already. It paid off the `principal`.
    """

    debts: tuple[Debt, ...]
    made: Decimal = ZERO
    principal: Decimal = ZERO


def savings_as_asked(
    by: date, savings: Savings, target: Decimal, calendar: Calendar, payments: Sequence[Payment]
) -> AsAsked:
    """If these payments are made; the day `by` is still to come.

    A goal that isn't reached then goes on with the payments from that day on.
    """
    balance, goal = to_cents(savings.there), to_cents(target)
    reached_on, missing = (calendar.as_of if balance >= goal else None), None
    for day, is_payment, amount in _changes(by, savings, calendar, payments):
        if missing is None and (day, is_payment) >= (by, True):
            missing = goal - balance
        balance += amount
        if reached_on is None and balance >= goal:
            reached_on = day
    return AsAsked(money(max(0, goal - balance if missing is None else missing)), reached_on)


def _changes(
    by: date, savings: Savings, calendar: Calendar, payments: Sequence[Payment]
) -> Iterator[tuple[date, bool, int]]:
    """The day and the cents of each payment (True) and each month's interest (False), in their order.

    Interest of a month is on what is there on its first day, with that day's payment. It is credited on the first
    day of the next month, that of the month with the goal's date on this.
    """
    rate, paid = rate_units(savings.annual_rate), [(each.date, True, to_cents(each.amount)) for each in payments]
    if not rate:
        yield from paid
        return
    balance, earning = to_cents(savings.there), to_cents(savings.earning)
    month = place = 0
    while (start := calendar.day(month)) < by or place < len(paid):
        end, first = calendar.day(month + 1), place
        while place < len(paid) and paid[place][0] < end:
            place += 1
        of_month = paid[first:place]
        earning += sum(amount for day, _, amount in of_month if day == start)
        interest = monthly_interest(earning, rate)
        of_month.append((by if start < by < end else end, False, interest))
        yield from sorted(of_month)
        balance += sum(amount for _, _, amount in of_month)
        earning, month = balance, month + 1


def debts_as_asked(by: date, calendar: Calendar, owed: OwedNow, payments: Iterable[Payment]) -> AsAsked:
    """If these payments are made above the minimums up to the day `by`; what comes after it isn't followed."""
    months = range(1, calendar.payments(by) + 1)
    if not months:
        missing = sum(to_cents(debt.balance) for debt in owed.debts) - to_cents(owed.principal)
        return AsAsked(money(max(0, missing)), None if missing > 0 else calendar.as_of)
    amounts = {each.date: to_cents(each.amount) for each in payments}
    extras = [amounts.get(calendar.day(month), 0) for month in months]
    extras[0] += to_cents(owed.made)
    balances = Avalanche(owed.debts, calendar).pay(extras).balances
    missing = balances[-1] if balances else 0
    return AsAsked(money(missing), None if missing else max(calendar.as_of, calendar.day(len(balances))))


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
