"""Monthly income from any mix of pay frequencies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.money.income import Income, is_irregular, monthly_income
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONEY = st.decimals(0, Decimal("999999999999.99"), places=2)
INCOMES = st.lists(st.builds(Income, MONEY, st.sampled_from(PayFrequency)), max_size=50)


def income(amount: str, frequency: str) -> Income:
    return Income(Decimal(amount), PayFrequency(frequency))


class TestMonthlyIncome:
    @pytest.mark.parametrize(
        ("frequency", "expected"),
        [
            ("weekly", "4333.33"),
            ("biweekly", "2166.67"),
            ("semimonthly", "2000.00"),
            ("monthly", "1000.00"),
            ("quarterly", "333.33"),
            ("annual", "83.33"),
        ],
    )
    def test_is_a_twelfth_of_the_year(self, frequency: str, expected: str) -> None:
        assert str(monthly_income([income("1000", frequency)])) == expected

    def test_rounds_the_sum_once(self) -> None:
        # A twelfth of 0.06 is half a cent: three of them rounded one by one would be 0.03.
        assert monthly_income([income("0.06", "annual")] * 3) == Decimal("0.02")

    def test_half_a_cent_counts_as_one(self) -> None:
        assert monthly_income([income("0.06", "annual")]) == Decimal("0.01")

    def test_is_nothing_without_incomes(self) -> None:
        assert str(monthly_income([])) == "0.00"

    @given(INCOMES)
    def test_is_within_half_a_cent_of_the_year(self, incomes: list[Income]) -> None:
        payments = {
            "once": 0,
            "weekly": 52,
            "biweekly": 26,
            "semimonthly": 24,
            "monthly": 12,
            "quarterly": 4,
            "annual": 1,
        }
        year = sum(each.amount * payments[each.frequency] for each in incomes)

        assert abs(monthly_income(incomes) * 12 - year) <= Decimal("0.06")


class TestIsIrregular:
    @pytest.mark.parametrize("frequency", ["quarterly", "annual"])
    def test_money_that_comes_less_often_than_monthly_is(self, frequency: str) -> None:
        assert is_irregular([income("100", "monthly"), income("1", frequency)])

    @pytest.mark.parametrize("frequency", ["once", "weekly", "biweekly", "semimonthly", "monthly"])
    def test_money_that_comes_every_month_is_not(self, frequency: str) -> None:
        assert not is_irregular([income("100", frequency)])
