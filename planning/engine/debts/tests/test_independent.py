"""Payoffs at any rates, promotional rates, minimums and budgets, compared with a simulation written apart.

It knows only the rules: it counts in Decimals and days, and shares no code with the ledger.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.ledger import DebtLedger, Strategy
from planning.engine.debts.level import HORIZON
from planning.engine.debts.payoff import compare, simulate
from planning.engine.debts.terms import first_minimums
from planning.engine.debts.tests.builders import (
    CALENDAR,
    NOTHING,
    by_percentage,
    debt,
    debts_of_every_kind,
    promoted,
)
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
SEVERAL_YEARS = 60


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def payment_days(as_of: date) -> Iterator[date]:
    year, month = as_of.year, as_of.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        yield date(year, month, min(as_of.day, monthrange(year, month)[1]))


@dataclass
class Owed:
    """A debt in the simulation; `place` is its place in the order given."""

    debt: Debt
    place: int
    balance: Decimal
    rate: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)

    def accrue(self, day: date) -> None:
        promo = self.debt.promo_until is not None and day <= self.debt.promo_until
        self.rate = (self.debt.promo_rate if promo else self.debt.annual_rate) or Decimal(0)
        interest = rounded(self.balance * self.rate / 1200)
        self.balance, self.interest = self.balance + interest, self.interest + interest

    def minimum(self) -> Decimal:
        if self.debt.min_payment_percent is None:
            return self.debt.min_payment
        share = rounded(self.balance * self.debt.min_payment_percent / 100)
        return max(self.debt.min_payment_floor or NOTHING, share)


def months_of(debts: list[Debt], budget: Budget, as_of: date, strategy: Strategy) -> Iterator[list[Owed]]:
    """What is owed after each payment."""
    owed = [Owed(debt, place, debt.balance) for place, debt in enumerate(debts)]
    fixed = sum(debt.min_payment for debt in debts if debt.min_payment_percent is None)
    waiting = list(budget.payments)
    for day in payment_days(as_of):
        for each in owed:
            each.accrue(day)
        still = [each for each in owed if each.balance]
        left = budget.more + sum(amount for told, amount in waiting if told <= day)
        if budget.monthly is None:
            extra = budget.extra
            within = (extra.since or day) <= day <= (extra.until or day)
            left += fixed + (extra.amount if within else 0)
            left += sum(each.minimum() for each in still if each.debt.min_payment_percent is not None)
        else:
            left += budget.monthly
        waiting = [(told, amount) for told, amount in waiting if told > day]
        for each in still:
            paid = min(each.minimum(), each.balance, left)
            each.balance, left = each.balance - paid, left - paid
        while left and any(each.balance for each in owed):
            still = [each for each in owed if each.balance]
            if strategy == Strategy.AVALANCHE:
                target = min(still, key=lambda each: (-each.rate, each.balance, each.place))
            else:
                target = min(still, key=lambda each: (each.balance, -each.rate, each.place))
            paid = min(target.balance, left)
            target.balance, left = target.balance - paid, left - paid
        yield owed


def balances(
    debts: list[Debt], pays: list[Callable[[DebtLedger, Decimal], Decimal]], amount: int
) -> list[Decimal]:
    """What is owed on each debt after a payment by each of these methods."""
    ledger = DebtLedger(debts, CALENDAR)
    for pay in pays:
        pay(ledger, Decimal(amount))
    return [exact_money(account.balance) for account in ledger.open]


DAYS = st.dates(date(2025, 12, 1), date(2027, 6, 30))
AMOUNTS = st.integers(0, 40_000).map(exact_money)
BUDGETS = st.builds(
    Budget,
    extra=st.builds(Extra, AMOUNTS, since=st.none() | DAYS, until=st.none() | DAYS),
    payments=st.lists(st.tuples(DAYS, AMOUNTS), max_size=3).map(tuple),
    more=st.just(NOTHING) | AMOUNTS,
)


class TestSimulate:
    @settings(max_examples=400)
    @given(
        debts_of_every_kind(200_000, most=5),
        BUDGETS,
        st.none() | AMOUNTS,
        st.sampled_from([NEW_YEAR, date(2026, 1, 31)]),
        st.sampled_from(Strategy),
    )
    def test_month_by_month(
        self, debts: list[Debt], budget: Budget, spare: Decimal | None, as_of: date, strategy: Strategy
    ) -> None:
        if spare is not None:
            budget = Budget(budget.extra, first_minimums(debts, CALENDAR) + spare, budget.payments, budget.more)
        payoff = simulate(debts, budget, as_of, strategy)
        assert payoff.series[0].balance == sum((debt.balance for debt in debts), NOTHING)
        months = months_of(debts, budget, as_of, strategy)
        for point, day, owed in zip(payoff.series[1:], payment_days(as_of), months, strict=False):
            assert (point.date, point.balance) == (day, sum(each.balance for each in owed))
        if payoff.months:
            assert payoff.total_interest == sum(each.interest for each in owed)
            assert sorted(each.interest for each in payoff.order if each.interest is not None) == sorted(
                each.interest for each in owed
            )
        if payoff.never:
            months = months_of(debts, budget, as_of, strategy)
            assert all(sum(each.balance for each in next(months)) for _ in range(SEVERAL_YEARS))


class TestExamples:
    def test_a_card_with_its_minimum_alone(self) -> None:
        """planning.md: 5 000 at 18 %, the larger of 25 and 2 %."""
        for strategy in Strategy:
            payoff = simulate([by_percentage("5000.00", "18", "2", "25.00")], Budget(), NEW_YEAR, strategy)
            assert (payoff.months, payoff.total_interest) == (354, Decimal("11688.80"))

    @pytest.mark.parametrize("day", ["2027-01-01", "2027-01-31"])
    def test_a_promotional_rate_for_twelve_months(self, day: str) -> None:
        """planning.md: 6 000 at 0 % for 12 months, then at 24.99 %, 200 a month."""
        loan = promoted(debt("loan", "6000.00", "24.99", "200.00"), "0", day)
        payoff = simulate([loan], Budget(), NEW_YEAR)
        assert (payoff.months, payoff.total_interest) == (35, Decimal("958.73"))

    def test_a_month_that_ends_after_the_promotional_rate_has_the_other(self) -> None:
        loan = promoted(debt("loan", "1200.00", "12"), "0", "2026-01-31")
        assert simulate([loan], Budget(Extra(Decimal("1212.00"))), NEW_YEAR).total_interest == 12
        over = promoted(loan, "0", "2026-01-01")
        assert simulate([over], Budget(Extra(Decimal("1212.00"))), NEW_YEAR).total_interest == 12

    def test_avalanche_goes_by_the_rate_of_the_month(self) -> None:
        store = promoted(debt("store", "1000.00", "30"), "0", "2026-03-01")
        loan = debt("loan", "1000.00", "10")
        assert balances([store, loan], [DebtLedger.pay_month] * 2, 100) == [Decimal("1000.00"), Decimal("815.90")]
        assert balances([store, loan], [DebtLedger.pay_month] * 3, 100) == [Decimal("925.00"), Decimal("822.70")]

    def test_minimums_above_the_budget_are_paid_in_the_order_given(self) -> None:
        """The second card's minimum rises with its balance, so 61.00 don't pay both in the second month."""
        cards = [by_percentage("1000.00", "0", "1", "50.00"), by_percentage("1000.00", "120", "1", "5.00")]
        assert first_minimums(cards, CALENDAR) == 61
        assert balances(cards, [DebtLedger.pay_in_all], 61) == [Decimal("950.00"), Decimal("1089.00")]
        assert balances(cards, [DebtLedger.pay_in_all] * 2, 61) == [Decimal("900.00"), Decimal("1186.90")]
        assert balances(cards[::-1], [DebtLedger.pay_in_all] * 2, 61) == [Decimal("1185.92"), Decimal("900.98")]

    def test_a_plan_pays_minimums_in_full_that_are_more_than_the_surplus_keeps(self) -> None:
        cards = [by_percentage("1000.00", "0", "1", "50.00"), by_percentage("1000.00", "120", "1", "5.00")]
        assert Avalanche(cards, CALENDAR).pay([0, 0]).balances == [1950_00 + 89_00, 900_00 + 1185_92]

    def test_an_extra_is_paid_from_a_day_until_a_day(self) -> None:
        loan = [debt("loan", "1000.00", "0", "100.00")]
        extra = Extra(Decimal("50.00"), since=date(2026, 3, 1), until=date(2026, 4, 30))
        payoff = simulate(loan, Budget(extra), NEW_YEAR)
        assert [point.balance for point in payoff.series[:6]] == [1000, 900, 750, 600, 500, 400]

    def test_a_payment_comes_with_the_first_payment_date_on_or_after_its_day(self) -> None:
        loan = [debt("loan", "1000.00", "0", "100.00")]
        days = ((date(2025, 12, 24), "10.00"), (date(2026, 3, 1), "20.00"), (date(2026, 3, 2), "40.00"))
        budget = Budget(payments=tuple((day, Decimal(amount)) for day, amount in days))
        payoff = simulate(loan, budget, NEW_YEAR)
        assert [point.balance for point in payoff.series[:5]] == [1000, 890, 770, 630, 530]

    def test_the_budget_that_is_told_is_the_first_months_without_payments_that_come_once(self) -> None:
        loan = debt("loan", "1000.00", "0", "100.00")
        debts = [loan, by_percentage("20.00", "12", "2", "25.00")]
        once = ((date(2026, 2, 1), Decimal("500.00")),)
        later = Extra(Decimal("7.00"), since=date(2026, 3, 1))
        assert compare(debts, Budget(Extra(Decimal("7.00")), payments=once), NEW_YEAR).monthly_budget == 132
        assert compare(debts, Budget(later), NEW_YEAR).monthly_budget == 125

    @given(debts_of_every_kind(200_000, most=3))
    def test_never_is_what_is_not_cleared_within_a_hundred_years(self, debts: list[Debt]) -> None:
        payoff = simulate(debts, Budget(), NEW_YEAR)
        assert payoff.never == (payoff.months is None)
        assert (payoff.months or 0) <= HORIZON
        assert (payoff.interest_floor is None) == (not payoff.never)
