"""Debts paid off again and again: always what the ledger says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.debts.avalanche import Avalanche, Payments
from planning.engine.debts.ledger import DebtLedger
from planning.engine.debts.tests.builders import debt
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, rate_units, to_cents

pytestmark = [pytest.mark.unit, pytest.mark.planning]

SMALL = st.integers(0, 300).map(exact_money)
# Few rates and small amounts, so that debts share a rate and often close in the same month.
DEBTS = st.lists(
    st.builds(
        Debt,
        label=st.just("debt"),
        balance=SMALL,
        annual_rate=st.sampled_from(["0", "0.0001", "12", "60", "951"]).map(Decimal),
        min_payment=st.integers(0, 40).map(exact_money),
    ),
    max_size=6,
)
EXTRAS = st.lists(st.integers(0, 250), max_size=30)


def by_ledger(debts: list[Debt], extras: list[int]) -> Payments:
    """The oracle: one month after the other."""
    ledger, balances, left = DebtLedger(debts), [], 0
    minimums = sum(to_cents(each.min_payment) for each in debts)
    for extra in extras:
        if not ledger.is_cleared:
            left = minimums + extra - to_cents(ledger.pay_month(exact_money(extra)))
            balances.append(to_cents(ledger.balance))
    owed = [(rate_units(account.debt.annual_rate), account.balance) for account in ledger.open]
    return Payments(balances, left, sorted(owed))


class TestPay:
    @given(DEBTS, EXTRAS, EXTRAS)
    def test_agrees_with_the_ledger_whatever_was_paid_before(
        self, debts: list[Debt], before: list[int], extras: list[int]
    ) -> None:
        avalanche = Avalanche(debts)
        for amounts in (before, extras):
            paid = avalanche.pay(amounts)
            assert Payments(paid.balances, paid.left, sorted(paid.open)) == by_ledger(debts, amounts)

    def test_without_payments_all_is_owed(self) -> None:
        avalanche = Avalanche([debt("card", "10", "12"), debt("friend", "5")])
        assert avalanche.pay([]) == Payments([], 0, [(120_000, 1000), (0, 500)])
        assert avalanche.owed == 1500
