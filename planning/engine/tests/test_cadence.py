"""A month's amount, split into payments on real dates."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.money import CENT
from planning.engine.cadence import (
    Cadence,
    action_dates,
    count_action_dates,
    is_action_date,
    monthly_amount,
    next_action_date,
    period_amount,
)
from planning.vocabulary import Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONEY = st.decimals(0, Decimal("999999999999.99"), places=2)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    frequency = draw(st.sampled_from(Frequency))
    last = 31 if frequency is Frequency.MONTHLY else 7
    return Cadence(frequency, draw(st.integers(1, last)), draw(DAYS))


class TestAmounts:
    @pytest.mark.parametrize(
        ("frequency", "monthly", "each"),
        [("weekly", "433.33", "100.00"), ("biweekly", "216.67", "100.01"), ("monthly", "100.00", "100.00")],
    )
    def test_a_period_s_amount_is_rounded_up(self, frequency: str, monthly: str, each: str) -> None:
        assert str(period_amount(Decimal(monthly), Frequency(frequency))) == each

    @pytest.mark.parametrize(
        ("frequency", "monthly"), [("weekly", "433.33"), ("biweekly", "216.67"), ("monthly", "100.00")]
    )
    def test_a_month_s_amount_is_the_nearest_cent(self, frequency: str, monthly: str) -> None:
        assert str(monthly_amount(Decimal(100), Frequency(frequency))) == monthly

    @given(MONEY, st.sampled_from(Frequency))
    def test_paid_each_period_it_is_enough_and_a_cent_less_is_not(
        self, monthly: Decimal, frequency: Frequency
    ) -> None:
        each = period_amount(monthly, frequency)
        periods = {"weekly": 52, "biweekly": 26, "monthly": 12}[frequency]

        assert monthly_amount(each, frequency) >= monthly
        assert (each - CENT) * periods < monthly * 12 <= each * periods


class TestNextActionDate:
    def test_monthly_is_the_day_of_this_month_or_of_the_next(self) -> None:
        cadence = Cadence(Frequency.MONTHLY, 15, since=date(2026, 1, 1))

        assert next_action_date(cadence, date(2026, 3, 15)) == date(2026, 3, 15)
        assert next_action_date(cadence, date(2026, 3, 16)) == date(2026, 4, 15)
        assert next_action_date(cadence, date(2026, 12, 16)) == date(2027, 1, 15)

    def test_monthly_is_clamped_to_the_month_s_end(self) -> None:
        cadence = Cadence(Frequency.MONTHLY, 31, since=date(2026, 1, 1))

        assert next_action_date(cadence, date(2026, 2, 1)) == date(2026, 2, 28)
        assert next_action_date(cadence, date(2026, 3, 1)) == date(2026, 3, 31)

    def test_weekly_is_the_next_such_weekday(self) -> None:
        wednesdays = Cadence(Frequency.WEEKLY, 3, since=date(2026, 1, 1))

        assert next_action_date(wednesdays, date(2026, 3, 11)) == date(2026, 3, 11)
        assert next_action_date(wednesdays, date(2026, 3, 12)) == date(2026, 3, 18)

    def test_biweekly_counts_from_the_first_such_weekday_of_the_plan(self) -> None:
        wednesdays = Cadence(Frequency.BIWEEKLY, 3, since=date(2026, 3, 10))

        assert next_action_date(wednesdays, date(2026, 3, 10)) == date(2026, 3, 11)
        assert next_action_date(wednesdays, date(2026, 3, 12)) == date(2026, 3, 25)
        assert next_action_date(wednesdays, date(2026, 3, 1)) == date(2026, 3, 11)

    @given(cadences(), DAYS)
    def test_is_never_further_away_than_a_period(self, cadence: Cadence, day: date) -> None:
        period = {"weekly": 7, "biweekly": 14, "monthly": 31}[cadence.frequency]

        assert day <= next_action_date(cadence, day) < day + timedelta(days=period)


class TestCounting:
    @given(cadences(), DAYS, st.integers(0, 400))
    def test_agrees_with_the_dates_one_after_the_other(self, cadence: Cadence, start: date, days: int) -> None:
        end = start + timedelta(days=days)
        dates = [*takewhile(lambda day: day < end, action_dates(cadence, start))]
        assert count_action_dates(cadence, start, end) == len(dates)
        assert is_action_date(cadence, start) == (next_action_date(cadence, start) == start)
