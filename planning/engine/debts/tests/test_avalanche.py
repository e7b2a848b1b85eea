"""Debts paid off again and again: always what the ledger says."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.debts.avalanche import Avalanche, Payments
from planning.engine.debts.terms import Rates
from planning.engine.debts.tests.builders import CALENDAR, debt, debts_of_every_kind, promoted
from planning.engine.debts.tests.planned_ledger import PlannedLedger
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, to_cents

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
    ledger, balances, left = PlannedLedger(debts, CALENDAR), [], 0
    minimums = sum(to_cents(each.min_payment) for each in debts)
    for extra in extras:
        if not ledger.is_cleared:
            left = max(0, minimums + extra - to_cents(ledger.pay_as_planned(exact_money(extra))))
            balances.append(to_cents(ledger.balance))
    owed = [(account.terms.rates, account.balance) for account in ledger.open]
    return Payments(balances, left, sorted(owed))


class TestPay:
    @given(DEBTS, EXTRAS, EXTRAS)
    def test_agrees_with_the_ledger_whatever_was_paid_before(
        self, debts: list[Debt], before: list[int], extras: list[int]
    ) -> None:
        avalanche = Avalanche(debts, CALENDAR)
        for amounts in (before, extras):
            paid = avalanche.pay(amounts)
            assert Payments(paid.balances, paid.left, sorted(paid.open)) == by_ledger(debts, amounts)

    @settings(max_examples=300)
    @given(debts_of_every_kind(300, most=6), EXTRAS, EXTRAS)
    def test_agrees_with_percentages_and_promotional_rates(
        self, debts: list[Debt], before: list[int], extras: list[int]
    ) -> None:
        avalanche = Avalanche(debts, CALENDAR)
        for amounts in (before, extras):
            paid = avalanche.pay(amounts)
            assert Payments(paid.balances, paid.left, sorted(paid.open)) == by_ledger(debts, amounts)

    def test_of_equals_the_first_is_paid_whatever_their_rates_were_before(self) -> None:
        """In January the second debt's rate is higher; in February both are at 60 % and owe 0.62."""
        first, second = (
            debt("first", "0.66", "60", "0.05"),
            promoted(debt("second", "0.56", "60", "0.08"), "951", "2026-02-01"),
        )
        paid = Avalanche([first, second], CALENDAR).pay([25, 1])
        assert paid.open == [(Rates(600_000), 61), (Rates(600_000, 9_510_000, 1), 62)]

    def test_goes_on_with_another_debt_once_that_is_smaller(self) -> None:
        """Before the third payment the second debt owes less, because its minimum is larger."""
        debts = [debt("first", "1.00", "0", "0.01"), debt("second", "1.80", "0", "0.40")]
        extras = [1] * 6
        assert Avalanche(debts, CALENDAR).pay(extras[:4]).open == [(Rates(0), 94), (Rates(0), 18)]
        assert Avalanche(debts, CALENDAR).pay(extras).balances == by_ledger(debts, extras).balances

    def test_follows_percentages_of_one_rate_together(self) -> None:
        debts = [
            replace(debt("first", "300.00", "12", "1"), min_payment_percent=Decimal("2")),
            replace(debt("second", "200.00", "12", "5"), min_payment_percent=Decimal("3")),
        ]
        extras = [2500] * 24
        assert Avalanche(debts, CALENDAR).pay(extras).balances == by_ledger(debts, extras).balances

    def test_ends_early_where_a_debt_only_grows(self) -> None:
        avalanche = Avalanche([promoted(debt("loan", "1000.00", "60", "10"), "0", "2026-06-01")], CALENDAR)
        end = avalanche.end(0, 600)
        assert end.months < 600
        assert end.open

    @settings(max_examples=300)
    @given(debts_of_every_kind(300, most=6) | DEBTS, st.integers(0, 250), st.integers(1, 200))
    def test_ends_early_only_where_debts_are_never_cleared(
        self, debts: list[Debt], extra: int, months: int
    ) -> None:
        avalanche = Avalanche(debts, CALENDAR)
        paid, end = avalanche.pay([extra] * months), avalanche.end(extra, months)
        if end.months < months and end.open:
            assert paid.open
        else:
            assert end == (len(paid.balances), paid.left, paid.open)

    def test_does_not_end_early_where_a_lower_rate_is_to_come(self) -> None:
        """At 60 % a payment of 40.00 is less than the interest; from June 2031 on there is none."""
        avalanche = Avalanche([promoted(debt("loan", "1000.00", "0"), "60", "2031-06-01")], CALENDAR)
        assert avalanche.end(4000, 100).months == 100
        assert not avalanche.end(4000, 300).open

    @given(debts_of_every_kind(300, most=6))
    def test_enough_clears_all_with_the_first_payment(self, debts: list[Debt]) -> None:
        avalanche = Avalanche(debts, CALENDAR)
        assert not avalanche.pay([avalanche.enough]).open
        assert not avalanche.enough or avalanche.pay([avalanche.enough - 1]).open

    def test_without_payments_all_is_owed(self) -> None:
        avalanche = Avalanche([debt("card", "10", "12"), debt("friend", "5")], CALENDAR)
        assert avalanche.pay([]) == Payments([], 0, [(Rates(120_000), 1000), (Rates(0), 500)])
        assert avalanche.owed == 1500
