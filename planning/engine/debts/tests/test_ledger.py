"""Debts paid off month by month."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.money import CENT
from planning.engine.debts.ledger import DebtLedger, Strategy
from planning.engine.debts.tests.builders import CALENDAR, debt, lists_of_debts
from planning.engine.model import Debt

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DEBTS = lists_of_debts()
BOTH = st.sampled_from(Strategy)


def enough(debts: list[Debt]) -> Decimal:
    """An extra that clears these debts within a few years."""
    return round(sum((each.balance for each in debts), Decimal(1)) / 12, 2)


def unrounded_interest(debts: list[Debt], extra: Decimal, strategy: Strategy) -> Decimal:
    """The oracle: the sum of all interest if nothing is rounded."""
    with localcontext(prec=60):
        balances = [each.balance for each in debts]
        budget = sum((each.min_payment for each in debts), extra)
        total = Decimal(0)
        while any(balances):
            left = budget
            for place, each in enumerate(debts):
                interest = balances[place] * each.annual_rate / 1200
                total += interest
                paid = min(each.min_payment, balances[place] + interest)
                balances[place] += interest - paid
                left -= paid
            while left > 0 and any(balances):
                owed = [place for place, balance in enumerate(balances) if balance]
                rates = {place: -debts[place].annual_rate for place in owed}
                if strategy is Strategy.AVALANCHE:
                    target = min(owed, key=lambda place: (rates[place], balances[place]))
                else:
                    target = min(owed, key=lambda place: (balances[place], rates[place]))
                paid = min(left, balances[target])
                balances[target] -= paid
                left -= paid
        return total


def all_interest(debts: list[Debt], extra: Decimal, strategy: Strategy) -> tuple[Decimal, int]:
    ledger = DebtLedger(debts, CALENDAR, strategy)
    while not ledger.is_cleared:
        ledger.pay_month(extra)
    return ledger.interest, ledger.month


class TestAMonth:
    def test_accrues_first_and_then_pays(self) -> None:
        ledger = DebtLedger([debt("card", "1000", "12", "50")], CALENDAR)

        assert ledger.pay_month(Decimal(0)) == 50
        assert (ledger.balance, ledger.interest, ledger.month) == (Decimal("960.00"), Decimal("10.00"), 1)

    def test_multiplies_before_it_divides_and_rounds_half_up(self) -> None:
        # 4 200 x 22.99 / 1200 is 80.465 to the digit; a rate divided first falls short of it.
        ledger = DebtLedger([debt("card", "4200", "22.99")], CALENDAR)

        ledger.pay_month(Decimal(0))

        assert ledger.interest == Decimal("80.47")

    def test_pays_no_more_than_is_owed(self) -> None:
        ledger = DebtLedger([debt("card", "100", "12", "50")], CALENDAR)

        paid = [ledger.pay_month(Decimal(20)) for _ in range(2)]

        assert paid == [Decimal("70.00"), Decimal("31.31")]
        assert ledger.is_cleared

    def test_a_closed_debt_s_minimum_goes_on_to_the_next(self) -> None:
        ledger = DebtLedger([debt("small", "30", minimum="30"), debt("large", "100", minimum="10")], CALENDAR)

        ledger.pay_month(Decimal(0))
        ledger.pay_month(Decimal(0))

        assert ledger.balance == Decimal("50.00")

    def test_what_one_debt_leaves_goes_to_the_next_in_the_same_month(self) -> None:
        ledger = DebtLedger([debt("costly", "30", "24"), debt("cheap", "100", "0")], CALENDAR)

        ledger.pay_month(Decimal(50))

        assert [account.debt.label for account in ledger.closed] == ["costly"]
        assert ledger.balance == Decimal("80.60")

    def test_a_debt_without_a_balance_was_closed_before_the_first_month(self) -> None:
        ledger = DebtLedger([debt("old", "0", "24")], CALENDAR)

        assert ledger.is_cleared
        assert ledger.closed[0].closed_in == 0

    def test_a_century_at_the_highest_rate_stays_exact(self) -> None:
        ledger = DebtLedger([debt("card", "999999999999.99", "1000")], CALENDAR)

        for _ in range(1200):
            ledger.pay_month(Decimal(0))

        owed = Fraction(ledger.balance)
        assert owed - Fraction(ledger.interest) == Fraction("999999999999.99")
        assert owed > 10**300


class TestStrategies:
    @pytest.mark.parametrize(
        ("strategy", "debts", "first"),
        [
            ("avalanche", [debt("cheap", "50", "5"), debt("costly", "90", "20")], "costly"),
            ("avalanche", [debt("large", "90", "5"), debt("small", "50", "5")], "small"),
            ("avalanche", [debt("first", "50", "5"), debt("second", "50", "5")], "first"),
            ("snowball", [debt("large", "90", "20"), debt("small", "50", "5")], "small"),
            ("snowball", [debt("cheap", "50"), debt("costly", "50", "0.0001")], "costly"),
            ("snowball", [debt("first", "50", "5"), debt("second", "50", "5")], "first"),
        ],
    )
    def test_order_and_ties(self, strategy: str, debts: list[Debt], first: str) -> None:
        ledger = DebtLedger(debts, CALENDAR, Strategy(strategy))

        while not ledger.closed:
            ledger.pay_month(Decimal(30))

        assert ledger.closed[0].debt.label == first

    def test_snowball_looks_at_what_is_owed_now(self) -> None:
        # The second is larger at first; its minimum makes it the smaller one.
        ledger = DebtLedger(
            [debt("first", "100"), debt("second", "110", minimum="60")], CALENDAR, Strategy.SNOWBALL
        )

        ledger.pay_month(Decimal(50))

        assert [account.debt.label for account in ledger.closed] == ["second"]

    @given(DEBTS, BOTH)
    def test_what_is_paid_is_principal_and_interest(self, debts: list[Debt], strategy: Strategy) -> None:
        ledger, extra, paid = DebtLedger(debts, CALENDAR, strategy), enough(debts), Decimal(0)
        owed = sum(each.balance for each in debts)

        while not ledger.is_cleared:
            paid += ledger.pay_month(extra)
            assert paid + ledger.balance == owed + ledger.interest

    @given(DEBTS, BOTH)
    def test_rounding_costs_less_than_a_cent_a_month_and_debt(self, debts: list[Debt], strategy: Strategy) -> None:
        extra = enough(debts)

        interest, months = all_interest(debts, extra, strategy)

        oracle = unrounded_interest(debts, extra, strategy)
        assert abs(interest - oracle) <= CENT * (months + 1) * len(debts)

    @given(DEBTS)
    def test_unrounded_avalanche_never_costs_more_than_snowball(self, debts: list[Debt]) -> None:
        extra = enough(debts)

        avalanche, snowball = (unrounded_interest(debts, extra, strategy) for strategy in Strategy)

        assert avalanche - snowball < Decimal("1e-20")
