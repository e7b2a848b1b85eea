"""What counts as put into a goal in a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.put_in.months import Amounts, Planned, PlannedMonth, count_month, steps_of

pytestmark = [pytest.mark.unit, pytest.mark.planning]

START = date(2026, 3, 10)


def amount(number: int) -> Decimal:
    return Decimal(number).quantize(Decimal("0.01"))


def within(now: int, before: int = 0) -> Amounts:
    return Amounts(amount(now), amount(before), is_of_month=True)


def version(month: PlannedMonth | None) -> Planned:
    return Planned(month, amount(60), [(date(2026, 1, 10), amount(100)), (date(2026, 4, 10), amount(0))])


class TestCountMonth:
    def test_counts_nothing_without_a_check_in_of_the_month(self) -> None:
        assert count_month(START, Amounts(amount(500)), version(None)) == PlannedMonth(START, amount(500))

    def test_takes_what_was_there_before_the_first_plan_as_the_balance(self) -> None:
        counted = count_month(START, within(500, 200), None)
        assert counted == PlannedMonth(START, amount(500), unplanned=amount(300))

    @pytest.mark.parametrize(("now", "paid"), [(250, 50), (300, 100), (400, 100), (150, 0)])
    def test_counts_up_to_what_an_earlier_version_asks_for(self, now: int, paid: int) -> None:
        before = PlannedMonth(date(2026, 2, 10), amount(200), amount(100))
        assert count_month(START, within(now, 200), version(before)).paid == paid

    @pytest.mark.parametrize(("start", "ask"), [(date(2026, 5, 10), 0), (date(2026, 1, 9), 0)])
    def test_counts_nothing_where_a_version_asks_for_nothing(self, start: date, ask: int) -> None:
        before = PlannedMonth(date(2026, 2, 10), amount(200))
        assert count_month(start, within(300, 200), version(before)).paid == ask

    @pytest.mark.parametrize(("now", "paid"), [(240, 40), (250, 40), (300, 90), (310, 100), (500, 100), (100, 0)])
    def test_counts_up_to_what_the_month_asked_for_in_all(self, now: int, paid: int) -> None:
        """Of 50 put in by then 40 were asked for: the other 10 stay the balance."""
        before = PlannedMonth(START, amount(250), amount(40), unplanned=amount(10))
        counted = count_month(START, within(now, 190), version(before))
        assert (counted.paid, counted.unplanned) == (amount(paid), amount(10))

    def test_counts_up_to_the_ask_of_versions_from_before_months_were_counted(self) -> None:
        assert count_month(START, within(300), version(None)).paid == 60

    @pytest.mark.parametrize(("now", "paid"), [(295, 90), (400, 100), (203, 0)])
    def test_counts_no_interest_that_is_told_with_a_payment(self, now: int, paid: int) -> None:
        told = replace(within(now, 200), interest=amount(5))
        assert count_month(START, told, version(PlannedMonth(date(2026, 2, 10), amount(200)))).paid == paid

    @pytest.mark.parametrize(("now", "paid", "fallen"), [(150, 50, 100), (300, 100, 100), (80, 0, 120)])
    def test_counts_from_what_a_version_found_when_it_asked(self, now: int, paid: int, fallen: int) -> None:
        """Of 200 only 100 are left when it is planned again."""
        found = count_month(START, within(100, 200), version(PlannedMonth(START, amount(200))))
        assert found == PlannedMonth(START, amount(100), fallen=amount(100))
        counted = count_month(START, replace(within(now, 200), lowest=amount(min(now, 100))), version(found))
        assert (counted.paid, counted.fallen) == (amount(paid), amount(fallen))

    def test_counts_no_fall_that_is_told_no_more(self) -> None:
        found = PlannedMonth(START, amount(100), fallen=amount(100))
        counted = count_month(START, replace(within(250, 200), lowest=amount(250)), version(found))
        assert (counted.paid, counted.fallen) == (amount(50), None)

    def test_counts_a_month_with_withdrawals_the_same_at_every_planning(self) -> None:
        amounts = replace(within(260, 900), withdrawn=amount(700))
        first = count_month(START, amounts, Planned(PlannedMonth(START, amount(200)), amount(50), []))
        assert first == PlannedMonth(START, amount(260), amount(50), unplanned=amount(10))
        assert count_month(START, amounts, Planned(first, amount(80), [])) == first


class TestPlannedMonth:
    def test_survives_json(self) -> None:
        month = PlannedMonth(START, amount(250), amount(40), amount(-10))
        assert month.as_json() == {
            "start": "2026-03-10",
            "amount": "250.00",
            "paid": "40.00",
            "unplanned": "-10.00",
        }
        asked = replace(month, last_ask=amount(0), fallen=amount(20))
        for each in (month, asked):
            assert PlannedMonth.from_json(each.as_json()) == each

    def test_is_read_though_a_newer_release_stored_more(self) -> None:
        month = PlannedMonth(START, Decimal(850))
        assert PlannedMonth.from_json(month.as_json() | {"more": "something"}) == month


class TestSteps:
    def test_are_where_a_payment_changes(self) -> None:
        payments = [(date(2026, month, 1), amount(number)) for month, number in enumerate([5, 5, 4, 5, 0], 1)]
        assert steps_of(payments) == tuple(payments[index] for index in (0, 2, 3, 4))
        assert steps_of([]) == ()
