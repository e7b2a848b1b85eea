"""The payment that clears debts by a date."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.debts.avalanche import Avalanche, End
from planning.engine.debts.ledger import DebtLedger
from planning.engine.debts.level import HORIZON, INTERPOLATIONS, least_extra
from planning.engine.debts.tests.builders import CALENDAR, debt, debts_of_every_kind, lists_of_debts
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DEBTS = lists_of_debts(least=1)


def extra_of(debts: list[Debt], payments: int) -> int:
    return least_extra(Avalanche(debts, CALENDAR), payments)


def is_cleared(debts: list[Debt], extra: int, payments: int) -> bool:
    ledger = DebtLedger(debts, CALENDAR)
    for _ in range(payments):
        ledger.pay_month(exact_money(extra))
    return ledger.is_cleared


class Counted(Avalanche):
    """Counts its simulations."""

    simulations = 0

    def end(self, extra: int, months: int) -> End:
        self.simulations += 1
        return super().end(extra, months)


class TestLeastExtra:
    def test_five_thousand_at_twelve_percent_in_a_year(self) -> None:
        assert extra_of([debt("card", "5000", "12", "100")], 12) == 34_425

    def test_without_interest_divides_upwards(self) -> None:
        assert extra_of([debt("friend", "100")], 3) == 33_34

    def test_is_nothing_where_the_minimums_are_enough(self) -> None:
        assert extra_of([debt("friend", "100", "0", "60")], 3) == 0

    def test_a_single_payment_takes_all_with_its_interest(self) -> None:
        assert extra_of([debt("card", "1000", "12", "10")], 1) == 100_000

    def test_a_date_beyond_the_horizon_asks_for_what_clears_within_it(self) -> None:
        debts = [debt("card", "1200", "10")]
        assert extra_of(debts, HORIZON + 1) == extra_of(debts, HORIZON) > 0

    def test_nothing_owed_asks_for_the_minimums_alone(self) -> None:
        assert extra_of([debt("old", "0", "5", "10")], 12) == 0
        assert extra_of([], 12) == 0

    @given(DEBTS, st.integers(1, 60))
    def test_clears_the_debts_and_a_cent_less_does_not(self, debts: list[Debt], payments: int) -> None:
        extra = extra_of(debts, payments)
        assert is_cleared(debts, extra, payments)
        assert not extra or not is_cleared(debts, extra - 1, payments)

    @settings(max_examples=200)
    @given(debts_of_every_kind(2_000_000, most=4), st.integers(1, 60))
    def test_clears_debts_of_every_kind_and_a_cent_less_does_not(self, debts: list[Debt], payments: int) -> None:
        avalanche = Avalanche(debts, CALENDAR)
        extra = least_extra(avalanche, payments)
        assert not avalanche.pay([extra] * payments).open
        assert not extra or avalanche.pay([extra - 1] * payments).open

    @settings(max_examples=100)
    @given(debts_of_every_kind(2_000_000, most=4), st.integers(1, 600))
    def test_takes_a_bounded_number_of_simulations_of_debts_of_every_kind(
        self, debts: list[Debt], payments: int
    ) -> None:
        counted = Counted(debts, CALENDAR)
        least_extra(counted, payments)
        # After the interpolations what is left of the range, at most 2 ** 45 cents, is halved; and its ends.
        assert counted.simulations <= INTERPOLATIONS + 48

    @given(DEBTS, st.integers(1, 60))
    def test_a_later_date_never_raises_it(self, debts: list[Debt], payments: int) -> None:
        assert extra_of(debts, payments + 1) <= extra_of(debts, payments)

    @settings(max_examples=50)
    @given(DEBTS, st.integers(1, 60))
    def test_takes_few_simulations(self, debts: list[Debt], payments: int) -> None:
        counted = Counted(debts, CALENDAR)
        least_extra(counted, payments)
        assert counted.simulations <= 20

    @pytest.mark.parametrize("payments", [600, 1200])
    def test_takes_a_bounded_number_of_simulations_where_interpolation_is_slow(self, payments: int) -> None:
        """Before the search was bounded, these took 111 and 136 simulations."""
        debts = [
            debt("large", "1899999981", "52"),
            debt("small", "165000", "6", "1"),
            debt("other", "2199999978", "45"),
        ]
        counted = Counted(debts, CALENDAR)
        extra = least_extra(counted, payments)
        assert counted.simulations <= 50
        assert is_cleared(debts, extra, payments)
        assert not is_cleared(debts, extra - 1, payments)
