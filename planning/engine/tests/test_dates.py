"""The planning calendar (docs: one calendar for planning)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.dates import calendar_date, instalment_count, payment_count

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


class TestCalendarDate:
    def test_clamps_at_month_ends_without_drifting(self) -> None:
        dates = [calendar_date(date(2026, 1, 31), months) for months in range(5)]

        assert [str(day) for day in dates] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
        ]

    def test_knows_leap_days(self) -> None:
        assert calendar_date(date(2027, 12, 30), 2) == date(2028, 2, 29)
        assert calendar_date(date(2028, 2, 29), 12) == date(2029, 2, 28)

    def test_goes_over_the_end_of_a_year(self) -> None:
        assert calendar_date(date(2026, 11, 5), 2) == date(2027, 1, 5)
        assert calendar_date(date(2026, 12, 5), 12) == date(2027, 12, 5)

    def test_ends_with_the_last_day_python_knows(self) -> None:
        assert calendar_date(date(9999, 12, 1), 0) == date(9999, 12, 1)
        assert calendar_date(date(9999, 12, 1), 1) == date.max
        assert calendar_date(date(9999, 12, 1), 1200) == date.max

    @given(DAYS, st.integers(0, 1199))
    def test_every_month_has_exactly_one_date(self, as_of: date, months: int) -> None:
        before, after = (calendar_date(as_of, each) for each in (months, months + 1))

        assert (after.year - before.year) * 12 + after.month - before.month == 1
        assert 28 <= (after - before).days <= 31


class TestInstalmentCount:
    def test_counts_the_dates_before_the_target_date(self) -> None:
        assert instalment_count(date(2026, 1, 1), date(2027, 1, 1)) == 12
        assert instalment_count(date(2026, 1, 1), date(2027, 1, 2)) == 13

    def test_is_one_when_the_target_date_is_here_or_gone(self) -> None:
        assert instalment_count(date(2026, 1, 15), date(2026, 1, 16)) == 1
        assert instalment_count(date(2026, 1, 15), date(2026, 1, 15)) == 1
        assert instalment_count(date(2026, 1, 15), date(2020, 1, 1)) == 1

    def test_counts_clamped_dates(self) -> None:
        assert instalment_count(date(2026, 1, 31), date(2026, 2, 28)) == 1
        assert instalment_count(date(2026, 1, 31), date(2026, 3, 1)) == 2

    @given(DAYS, st.integers(-400, 4000))
    def test_agrees_with_counting(self, as_of: date, days: int) -> None:
        target = as_of + timedelta(days=days)
        counted = sum(calendar_date(as_of, months) < target for months in range(140))

        assert instalment_count(as_of, target) == max(1, counted)


class TestPaymentCount:
    def test_counts_the_dates_up_to_and_with_the_target_date(self) -> None:
        assert payment_count(date(2026, 1, 1), date(2027, 1, 1)) == 12
        assert payment_count(date(2026, 1, 1), date(2026, 12, 31)) == 11

    def test_is_none_before_the_first_payment(self) -> None:
        assert payment_count(date(2026, 1, 15), date(2026, 2, 14)) == 0
        assert payment_count(date(2026, 1, 15), date(2020, 1, 1)) == 0

    @given(DAYS, st.integers(-400, 4000))
    def test_agrees_with_counting(self, as_of: date, days: int) -> None:
        target = as_of + timedelta(days=days)

        counted = sum(calendar_date(as_of, months) <= target for months in range(1, 140))

        assert payment_count(as_of, target) == counted

    @given(DAYS)
    def test_a_later_target_date_never_has_fewer(self, as_of: date) -> None:
        counts = [payment_count(as_of, as_of + timedelta(days=days)) for days in range(200)]

        assert all(later >= sooner for sooner, later in pairwise(counts))
