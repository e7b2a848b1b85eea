"""What will be missing by what is still asked for, from fixed days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.as_asked import later_than_stored, missing_of_debts, missing_of_savings
from planning.engine.cadence import Payment
from planning.engine.dates import Calendar
from planning.engine.model import Debt

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ANCHOR = date(2026, 3, 10)
MONTHLY = [Payment(date(2026, month, 10), Decimal(100)) for month in range(4, 9)]


def missing(
    day: date, there: int, rate: str = "0", told_on: date | None = None, payments: list[Payment] = MONTHLY
) -> Decimal:
    return missing_of_savings(
        date(2026, 7, 10),
        target=Decimal(400),
        there=Decimal(there),
        told_on=told_on,
        annual_rate=Decimal(rate),
        calendar=Calendar(day, ANCHOR),
        payments=payments,
    )


@pytest.mark.parametrize(("there", "short"), [(0, 100), (100, 0), (150, 0)])
def test_without_interest_it_is_the_target_less_what_is_paid_before_the_date(there: int, short: int) -> None:
    assert missing(date(2026, 4, 10), there) == short


def test_payments_earn_from_the_calendars_next_date_on() -> None:
    """12 % a year, 1 % a month: 100 on 10 April, May and June are 303.01 + 3.03 = 306.04 on 10 July."""
    assert missing(date(2026, 4, 10), 0, "12") == Decimal("93.96")


def test_a_payment_later_in_the_month_earns_nothing_for_it() -> None:
    """100 on 15 April, then on 10 May and 10 June: 100, 200 x 1.01, 302 x 1.01 = 305.02."""
    late = [Payment(date(2026, 4, 15), Decimal(100)), *MONTHLY[1:]]
    assert missing(date(2026, 4, 15), 0, "12", payments=late) == Decimal("94.98")


def test_interest_since_the_last_check_in_is_there() -> None:
    """200 told on 10 March are 202 on 10 April, 204.02 on 10 May, 206.06 on 10 June and 208.12 on 10 July."""
    day = date(2026, 5, 20)
    assert missing(day, 200, "12", told_on=ANCHOR, payments=[]) == Decimal("191.88")
    assert missing(day, 200, "12", told_on=date(2026, 5, 20), payments=[]) == Decimal("195.98")


@pytest.mark.parametrize(
    ("payments", "made", "owed"), [([400], 0, "616.10"), ([], 400, "616.10"), ([600, 600], 0, "0")]
)
def test_debts_are_owed_what_payments_and_minimums_leave(payments: list[int], made: int, owed: str) -> None:
    """1 000 @ 12 %, no minimum: 1 010 - 400 = 610, and then 6.10 of interest."""
    debt = Debt(label="Loan", balance=Decimal(1000), annual_rate=Decimal(12), min_payment=Decimal(0))
    days = [date(2026, 4, 10), date(2026, 5, 10)]
    asked = [Payment(day, Decimal(amount)) for day, amount in zip(days, payments, strict=False)]
    calendar = Calendar(date(2026, 3, 20), ANCHOR)
    told = missing_of_debts(days[-1], calendar, (debt,), asked, made=Decimal(made))
    assert told == Decimal(owed)


def test_what_a_version_does_not_store_is_asked_for_by_its_months() -> None:
    """Weekly payments of 25 are stored up to 14 April; April and May ask for 100, June for 60, then nothing."""
    stored = [Payment(date(2026, 3, day), Decimal(25)) for day in (10, 17, 24, 31)]
    stored += [Payment(date(2026, 4, 7), Decimal(25)), Payment(date(2026, 4, 14), Decimal(25))]
    steps = [(ANCHOR, Decimal(100)), (date(2026, 6, 10), Decimal(60)), (date(2026, 7, 10), Decimal(0))]
    later = later_than_stored(stored, steps, Calendar(date(2026, 3, 12), ANCHOR), date(2026, 9, 10))
    assert [(each.date.month, each.date.day, int(each.amount)) for each in later] == [
        (4, 14, 75),
        (5, 10, 100),
        (6, 10, 60),
    ]
