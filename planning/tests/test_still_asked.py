"""What is left of a version's payments, from fixed days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Payment
from planning.engine.dates import Calendar
from planning.put_in.still_asked import PutIn, debt_payments_left, no_more_than, of_present_month, payments_left

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ANCHOR = date(2026, 3, 10)
WEEKLY = [Payment(date(2026, 4, day), Decimal(100)) for day in (3, 10, 17, 24)]
LATER = Payment(date(2026, 5, 10), Decimal(100))


def left(day: date, payments: list[Payment], paid: int | None) -> list[Payment]:
    put_in = None if paid is None else PutIn(Decimal(paid))
    return [*payments_left(Calendar(day, ANCHOR), payments, put_in)]


def in_short(payments: list[Payment]) -> list[tuple[int, int, int]]:
    return [(each.date.month, each.date.day, int(each.amount)) for each in payments]


@pytest.mark.parametrize(
    ("day", "paid", "expected"),
    [
        (10, None, [(4, 10, 100), (4, 17, 100), (4, 24, 100), (5, 10, 100)]),
        (10, 150, [(4, 17, 50), (4, 24, 100), (5, 10, 100)]),
        (10, 200, [(4, 24, 100), (5, 10, 100)]),
        (20, 150, [(4, 20, 50), (4, 24, 100), (5, 10, 100)]),
        (30, 0, [(4, 30, 300), (5, 10, 100)]),
        (30, 900, [(5, 10, 100)]),
    ],
)
def test_what_passed_unpaid_is_due_today_and_no_later_month_is_paid(
    day: int, paid: int | None, expected: list[tuple[int, int, int]]
) -> None:
    today = date(2026, 4, day)
    told = left(today, [*WEEKLY, LATER], paid)
    assert in_short(told) == expected
    month = of_present_month(Calendar(today, ANCHOR), told, of_debts=False)
    assert month == max(0, 300 - (paid or 0))


def test_what_passed_unpaid_is_the_last_one_too() -> None:
    today = date(2026, 4, 30)
    told = left(today, WEEKLY, None)
    assert in_short(told) == [(4, 30, 300)]
    assert of_present_month(Calendar(today, ANCHOR), told, of_debts=False) == 300


@pytest.mark.parametrize(
    ("day", "put_in", "first", "month"),
    [
        (date(2026, 4, 10), None, (date(2026, 4, 10), 100), 100),
        (date(2026, 4, 10), PutIn(due=Decimal(40)), (date(2026, 4, 10), 40), 40),
        (date(2026, 4, 10), PutIn(), (date(2026, 5, 10), 100), 100),
        (date(2026, 4, 11), PutIn(Decimal(30)), (date(2026, 5, 10), 70), 70),
        (date(2026, 4, 11), PutIn(Decimal(100)), (date(2026, 6, 10), 100), 0),
    ],
)
def test_a_month_of_debts_is_paid_on_the_day_that_ends_it(
    day: date, put_in: PutIn | None, first: tuple[date, int], month: int
) -> None:
    calendar = Calendar(day, ANCHOR)
    payments = [Payment(date(2026, number, 10), Decimal(100)) for number in (3, 4, 5, 6)]
    told = [*debt_payments_left(calendar, payments, put_in)]
    assert (told[0].date, int(told[0].amount)) == first
    assert of_present_month(calendar, told, of_debts=True) == month


@pytest.mark.parametrize(
    ("missing", "until", "expected"),
    [
        (250, None, [(4, 3, 100), (4, 10, 100), (4, 17, 50)]),
        (200, None, [(4, 3, 100), (4, 10, 100)]),
        (0, None, []),
        (150, 24, [(4, 3, 100), (4, 10, 50), (4, 24, 100)]),
    ],
)
def test_payments_end_with_what_is_missing_and_begin_again_with_the_next_cycle(
    missing: int, until: int | None, expected: list[tuple[int, int, int]]
) -> None:
    next_cycle = date(2026, 4, until) if until else None
    assert in_short([*no_more_than(Decimal(missing), WEEKLY, until=next_cycle)]) == expected
