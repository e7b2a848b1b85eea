"""Avalanche and snowball compared."""

from datetime import date
from decimal import Decimal

import pytest

from fincred.money import CENT
from planning.engine.debts.ledger import Strategy
from planning.engine.debts.level import HORIZON
from planning.engine.debts.payoff import ClosedDebt, compare, simulate
from planning.engine.debts.tests.builders import debt, with_extra

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
NOTHING = Decimal("0.00")


# planning.md: 500 a month, simulated twice, independently.
THREE = [
    debt("card", "4200", "22.99", "95"),
    debt("loan", "8500", "11.5", "210"),
    debt("store", "1350", "19.99", "35"),
]


class TestSimulate:
    @pytest.mark.parametrize(
        ("strategy", "interest", "closed"),
        [
            ("avalanche", "3212.71", {"card": 20, "loan": 35, "store": 24}),
            ("snowball", "3284.79", {"card": 24, "loan": 35, "store": 8}),
        ],
    )
    def test_three_debts_with_five_hundred_a_month(
        self, strategy: str, interest: str, closed: dict[str, int]
    ) -> None:
        payoff = simulate(THREE, with_extra(Decimal(160)), NEW_YEAR, Strategy(strategy))

        assert (payoff.months, payoff.never, payoff.interest_floor) == (35, False, None)
        assert payoff.total_interest == Decimal(interest)
        assert payoff.total_paid == Decimal(14_050) + Decimal(interest)
        assert {each.label: each.months for each in payoff.order} == closed

    @pytest.mark.parametrize("strategy", Strategy)
    def test_debts_without_interest(self, strategy: Strategy) -> None:
        debts = [debt("a", "12000", "0", "200"), debt("b", "8000", "0", "150"), debt("c", "5000", "0", "100")]

        payoff = simulate(debts, with_extra(Decimal(300)), NEW_YEAR, strategy)

        assert (payoff.months, str(payoff.total_interest)) == (34, "0.00")

    def test_dates_are_those_of_the_payments(self) -> None:
        payoff = simulate([debt("card", "100")], with_extra(Decimal(40)), date(2026, 1, 31))

        assert [(str(point.date), str(point.balance)) for point in payoff.series] == [
            ("2026-01-31", "100.00"),
            ("2026-02-28", "60.00"),
            ("2026-03-31", "20.00"),
            ("2026-04-30", "0.00"),
        ]
        assert payoff.debt_free_date == date(2026, 4, 30)
        assert payoff.order == (ClosedDebt("card", 3, date(2026, 4, 30), NOTHING),)

    def test_debts_are_listed_as_they_close_and_add_up(self) -> None:
        payoff = simulate(THREE, with_extra(Decimal(160)), NEW_YEAR)

        assert [each.label for each in payoff.order] == ["card", "store", "loan"]
        assert sum(each.interest or 0 for each in payoff.order) == payoff.total_interest

    def test_interest_that_is_never_paid_off_is_named(self) -> None:
        debts = [debt("card", "1000", "24", "20"), debt("bank", "500", "60", "10")]

        payoff = simulate(debts, with_extra(NOTHING), NEW_YEAR)

        assert payoff.never
        assert payoff.interest_floor == Decimal("45.00")
        assert (payoff.months, payoff.debt_free_date, payoff.total_interest, payoff.total_paid) == (None,) * 4
        assert [point.balance for point in payoff.series] == [1500]

    def test_what_closes_before_never_still_has_its_date(self) -> None:
        debts = [debt("card", "1000", "24", "10"), debt("friend", "10", "0", "5")]

        payoff = simulate(debts, with_extra(NOTHING), NEW_YEAR)

        assert payoff.order == (
            ClosedDebt("friend", 2, date(2026, 3, 1), NOTHING),
            ClosedDebt("card", None, None, None),
        )

    def test_clearing_in_the_last_month_of_the_horizon_is_not_never(self) -> None:
        assert simulate([debt("card", "1200")], with_extra(Decimal(1)), NEW_YEAR).months == HORIZON
        assert simulate([debt("card", "1200.01")], with_extra(Decimal(1)), NEW_YEAR).never

    def test_without_debts_there_is_nothing_to_wait_for(self) -> None:
        payoff = simulate([], with_extra(NOTHING), NEW_YEAR)

        assert (payoff.months, payoff.debt_free_date, payoff.total_paid) == (0, NEW_YEAR, NOTHING)


class TestCompare:
    def test_recommends_the_cheaper(self) -> None:
        comparison = compare(THREE, with_extra(Decimal(160)), NEW_YEAR)

        assert comparison.monthly_budget == 500
        assert comparison.recommended is Strategy.AVALANCHE
        assert comparison.interest_saved == Decimal("72.08")
        assert comparison.avalanche == simulate(THREE, with_extra(Decimal(160)), NEW_YEAR, Strategy.AVALANCHE)
        assert comparison.snowball == simulate(THREE, with_extra(Decimal(160)), NEW_YEAR, Strategy.SNOWBALL)

    def test_says_what_more_a_month_would_save(self) -> None:
        comparison = compare(THREE, with_extra(Decimal(160)), NEW_YEAR)

        for more, total in zip(comparison.more, (Decimal(210), Decimal(260)), strict=True):
            payoff = simulate(THREE, with_extra(total), NEW_YEAR)
            assert payoff.total_interest is not None
            assert more.extra == total - 160
            assert more.months == payoff.months
            assert more.interest_saved == Decimal("3212.71") - payoff.total_interest

    def test_recommends_avalanche_when_it_makes_no_difference(self) -> None:
        comparison = compare([debt("card", "500", "20")], with_extra(Decimal(50)), NEW_YEAR)

        assert (comparison.recommended, comparison.interest_saved) == (Strategy.AVALANCHE, NOTHING)

    def test_recommends_snowball_when_cents_make_it_cheaper(self) -> None:
        # Rates so close that rounding each debt's interest to the cent decides.
        debts = [debt("costly", "400", "25.1", "10"), debt("cheap", "60", "25", "10")]

        comparison = compare(debts, with_extra(Decimal(30)), NEW_YEAR)

        assert comparison.avalanche.total_interest == Decimal("56.34")
        assert comparison.snowball.total_interest == Decimal("56.33")
        assert comparison.recommended is Strategy.SNOWBALL
        assert comparison.interest_saved == CENT

    def test_recommends_nothing_when_neither_ends(self) -> None:
        comparison = compare([debt("card", "10000", "24", "100")], with_extra(NOTHING), NEW_YEAR)

        assert (comparison.recommended, comparison.interest_saved) == (None, None)
        assert [each.interest_saved for each in comparison.more] == [None, None]
        assert [each.months for each in comparison.more] == [None, None]

    def test_more_can_make_an_end_of_never(self) -> None:
        comparison = compare([debt("card", "6000", "24", "100")], with_extra(NOTHING), NEW_YEAR)

        assert [(each.months, each.interest_saved) for each in comparison.more] == [(82, None), (47, None)]

    def test_recommends_the_one_that_ends(self) -> None:
        # Snowball clears the cheap debt first, while the other one grows faster than it is paid.
        debts = [debt("costly", "1000", "120"), debt("cheap", "900")]

        comparison = compare(debts, with_extra(Decimal(105)), NEW_YEAR)

        assert (comparison.avalanche.never, comparison.snowball.never) == (False, True)
        assert (comparison.recommended, comparison.interest_saved) == (Strategy.AVALANCHE, None)
