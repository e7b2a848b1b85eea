"""What will be missing by what is still asked for, from fixed days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Payment
from planning.engine.dates import Calendar
from planning.engine.model import Debt
from planning.put_in.as_asked import AsAsked, OwedNow, Savings, debts_as_asked, later_than_stored, savings_as_asked

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ANCHOR = date(2026, 3, 10)
MONTHLY = [Payment(date(2026, month, 10), Decimal(100)) for month in range(4, 9)]


def found(
    day: date,
    there: int,
    rate: str = "0",
    *,
    by: date = date(2026, 7, 10),
    earning: int | None = None,
    payments: list[Payment] = MONTHLY,
) -> tuple[str, str | None]:
    savings = Savings(Decimal(there), Decimal(there if earning is None else earning), Decimal(rate))
    told = savings_as_asked(by, savings, Decimal(400), Calendar(day, ANCHOR), payments)
    return str(told.missing), str(told.reached_on) if told.reached_on else None


@pytest.mark.parametrize(
    ("there", "short", "reached_on"),
    [
        (0, "100.00", "2026-07-10"),
        (100, "0.00", "2026-06-10"),
        (150, "0.00", "2026-06-10"),
        (400, "0.00", "2026-04-10"),
    ],
)
def test_without_interest_it_is_what_is_paid_before_the_date(there: int, short: str, reached_on: str) -> None:
    assert found(date(2026, 4, 10), there) == (short, reached_on)


def test_what_is_not_enough_reaches_nothing() -> None:
    assert found(date(2026, 4, 10), 0, payments=MONTHLY[:3]) == ("100.00", None)


def test_payments_earn_from_the_calendars_next_date_on() -> None:
    """12 % a year, 1 % a month: 100 on 10 April, May and June are 303.01 + 3.03 = 306.04 on 10 July."""
    assert found(date(2026, 4, 10), 0, "12") == ("93.96", "2026-07-10")


def test_a_payment_later_in_the_month_earns_nothing_for_it() -> None:
    """100 on 15 April, then on 10 May and 10 June: 100, 200 x 1.01, 302 x 1.01 = 305.02."""
    late = [Payment(date(2026, 4, 15), Decimal(100)), *MONTHLY[1:]]
    assert found(date(2026, 4, 15), 0, "12", payments=late)[0] == "94.98"


def test_only_what_was_there_on_the_months_first_day_earns_for_it() -> None:
    """400 is reached by the interest of 10 May, of all that is there, or of 10 June, if little of it earns."""
    assert found(date(2026, 4, 20), 397, "12", payments=[]) == ("0.00", "2026-05-10")
    assert found(date(2026, 4, 20), 397, "12", earning=100, payments=[]) == ("0.00", "2026-06-10")


def test_the_last_interest_is_credited_on_the_date() -> None:
    """397 earn 3.97 by 25 April, and nothing more up to 10 May."""
    day, by = date(2026, 4, 20), date(2026, 4, 25)
    assert found(day, 397, "12", by=by, payments=[]) == ("0.00", "2026-04-25")
    assert found(day, 395, "12", by=by, payments=[]) == ("1.05", None)
    assert found(day, 395, "12", by=by, payments=MONTHLY[1:]) == ("1.05", "2026-05-10")


@pytest.mark.parametrize(
    ("payments", "made", "owed", "cleared_on"),
    [
        ([400], 0, "616.10", None),
        ([], 400, "616.10", None),
        ([600, 600], 0, "0", date(2026, 5, 10)),
        ([1010], 0, "0", date(2026, 4, 10)),
    ],
)
def test_debts_are_owed_what_payments_and_minimums_leave(
    payments: list[int], made: int, owed: str, cleared_on: date | None
) -> None:
    """1 000 @ 12 %, no minimum: 1 010 - 400 = 610, and then 6.10 of interest."""
    debt = Debt(label="Loan", balance=Decimal(1000), annual_rate=Decimal(12), min_payment=Decimal(0))
    days = [date(2026, 4, 10), date(2026, 5, 10)]
    asked = [Payment(day, Decimal(amount)) for day, amount in zip(days, payments, strict=False)]
    calendar = Calendar(date(2026, 3, 20), ANCHOR)
    told = debts_as_asked(days[-1], calendar, OwedNow((debt,), Decimal(made)), asked)
    assert told == AsAsked(Decimal(owed), cleared_on)


@pytest.mark.parametrize(
    ("principal", "owed", "cleared_on"), [(0, "1000", None), (990, "10", None), (1000, "0", 20)]
)
def test_without_a_payment_day_up_to_the_date_nothing_is_paid_by_it(
    principal: int, owed: str, cleared_on: int | None
) -> None:
    debt = Debt(label="Loan", balance=Decimal(1000), annual_rate=Decimal(12), min_payment=Decimal(100))
    asked, today = [Payment(date(2026, 4, 10), Decimal(400))], date(2026, 3, 20)
    told = debts_as_asked(
        date(2026, 4, 9), Calendar(today, ANCHOR), OwedNow((debt,), principal=Decimal(principal)), asked
    )
    assert told == AsAsked(Decimal(owed), today if cleared_on else None)


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
