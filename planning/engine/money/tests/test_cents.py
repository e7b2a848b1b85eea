"""Whole cents: exact conversion both ways, and a month's interest rounded half up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.money import MAX_MONEY
from planning.engine.money.cents import (
    average,
    divided_up,
    exact_money,
    follow,
    grown,
    last_needed,
    money,
    rate_units,
    to_cents,
)

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CENTS = st.integers(0, 10**14)
RATES = st.integers(0, 10_000_000)


class TestMoney:
    @given(st.integers(-(10**200), 10**200))
    def test_cents_survive_the_way_there_and_back(self, cents: int) -> None:
        assert to_cents(exact_money(cents)) == cents

    def test_has_two_decimals(self) -> None:
        assert (str(exact_money(0)), str(money(-5))) == ("0.00", "-0.05")

    def test_is_told_up_to_what_a_money_field_holds(self) -> None:
        assert money(10**30) == MAX_MONEY


class TestGrown:
    def test_rounds_a_tie_up(self) -> None:
        assert grown(420_000, rate_units(Decimal("22.99"))) == 420_000 + 8047


class TestFollow:
    @given(CENTS, RATES, st.lists(CENTS, max_size=20))
    def test_adds_then_grows_month_by_month(self, balance: int, rate: int, amounts: list[int]) -> None:
        after, end = follow(balance, rate, amounts)
        for amount, expected in zip(amounts, after, strict=True):
            balance += amount
            assert balance == expected
            balance = grown(balance, rate)
        assert balance == end


class TestLastNeeded:
    @given(st.integers(0, 10**6), RATES, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
    def test_is_the_month_after_which_growth_alone_gets_there(
        self, start: int, rate: int, amounts: list[int]
    ) -> None:
        after, end = follow(start, rate, amounts)
        month, enough = last_needed(end, rate, amounts, after)
        idle = [0] * (len(amounts) - month)
        assert follow(enough, rate, idle)[1] >= end
        assert not enough or follow(enough - 1, rate, idle)[1] < end
        assert month == 0 or after[month] - amounts[month] < enough
        for paid in range(month + 1, len(amounts)):
            assert follow(start, rate, [*amounts[:paid], *[0] * (len(amounts) - paid)])[1] >= end


class TestParts:
    def test_are_rounded_up_or_half_up(self) -> None:
        assert (divided_up(10, 3), divided_up(9, 3)) == (4, 3)
        assert (average(10, 3), average(10, 4), average(9, 4)) == (3, 3, 2)
