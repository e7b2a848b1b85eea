"""The time value of money: published examples, and properties of the formulas."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fincred.money import CENT, round_to_cents, round_up_to_cents
from planning.engine.money.time_value import future_value, level_payment

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NOTHING = Decimal(0)
MONEY = st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2)
RATES = st.decimals(0, 60, places=4)
EITHER = st.booleans()


def shown(value: Decimal | None, places: int) -> Decimal:
    assert value is not None
    return round(value, places)


class TestPublishedExamples:
    def test_numpy_financial_pmt(self) -> None:
        payment = level_payment(NOTHING, Decimal(-200_000), Decimal("7.5"), 180, start_of_month=False)

        assert shown(payment, 4) == Decimal("1854.0247")

    def test_numpy_financial_fv(self) -> None:
        value = future_value(Decimal(100), Decimal(100), Decimal(5), 120, start_of_month=False)

        assert shown(value, 5) == Decimal("15692.92889")

    def test_saving_at_the_end_of_the_month_as_a_public_tutorial_has_it(self) -> None:
        payment = level_payment(Decimal(10_000), NOTHING, Decimal(6), 10, start_of_month=False)

        assert round_to_cents(payment) == Decimal("977.71")

    @pytest.mark.parametrize(("saved", "expected"), [("0", "833.33"), ("1500", "708.33")])
    def test_goal_templates_of_actual(self, saved: str, expected: str) -> None:
        payment = level_payment(Decimal(10_000), Decimal(saved), NOTHING, 12)

        assert round_to_cents(payment) == Decimal(expected)


class TestLevelPayment:
    def test_is_nothing_when_the_target_is_reached(self) -> None:
        assert level_payment(Decimal(100), Decimal(100), NOTHING, 5) == 0

    def test_is_nothing_when_growth_alone_gets_there(self) -> None:
        assert level_payment(Decimal(101), Decimal(100), Decimal(12), 1) == 0

    def test_noise_does_not_become_a_cent(self) -> None:
        # 7 % a year of 120.00 is 0.70 a month to the last digit, though 7 / 1200 has no last digit.
        payment = level_payment(Decimal("120.70"), NOTHING, Decimal(7), 1)
        nothing_missing = level_payment(Decimal("120.70"), Decimal(120), Decimal(7), 1)

        assert round_up_to_cents(payment) == Decimal("120.00")
        assert nothing_missing == 0

    def test_the_tiniest_payment_is_still_one(self) -> None:
        payment = level_payment(Decimal(10) ** 12, NOTHING, Decimal(1000), 600)

        assert round_up_to_cents(payment) == CENT

    @given(MONEY, MONEY, RATES, st.integers(1, 600), EITHER)
    def test_arrives_and_a_cent_less_does_not(
        self, target: Decimal, present: Decimal, rate: Decimal, periods: int, start: bool
    ) -> None:
        payment = level_payment(target, present, rate, periods, start_of_month=start)
        assume(payment > CENT)

        reached = future_value(present, payment, rate, periods, start_of_month=start)
        a_cent_less = future_value(present, payment - CENT, rate, periods, start_of_month=start)

        assert abs(reached - target) < Decimal("1e-20")
        assert a_cent_less < target

    @given(MONEY, RATES, st.integers(1, 599), EITHER)
    def test_a_later_date_never_raises_it(self, target: Decimal, rate: Decimal, periods: int, start: bool) -> None:
        sooner = level_payment(target, NOTHING, rate, periods, start_of_month=start)
        later = level_payment(target, NOTHING, rate, periods + 1, start_of_month=start)

        assert later < sooner


class TestFutureValue:
    def test_money_at_the_start_of_a_month_earns_that_month(self) -> None:
        value = future_value(NOTHING, Decimal(100), Decimal(12), 2)

        assert value == Decimal("203.01")

    def test_without_interest_adds_up(self) -> None:
        assert future_value(Decimal(10), Decimal(5), NOTHING, 12) == 70
