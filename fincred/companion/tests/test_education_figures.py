"""Every figure of the education texts, computed again by the functions that plans are made of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from fincred.companion.models import Snippet
from fincred.companion.tests.education import write_texts
from fincred.money import round_to_cents
from planning.engine.debts.ledger import Strategy
from planning.engine.debts.payoff import Payoff, simulate
from planning.engine.debts.tests.builders import with_extra
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, monthly_interest, rate_units, to_cents
from planning.engine.money.time_value import future_value, level_payment

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

D = Decimal
DAY = date(2026, 1, 1)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(autouse=True)
def texts(db: None) -> None:
    write_texts()


def text_of(title: str) -> str:
    return Snippet.objects.get(short_title=title).content


def debt(label: str, balance: int, rate: int, minimum: int) -> Debt:
    return Debt(label=label, balance=D(balance), annual_rate=D(rate), min_payment=D(minimum))


def cents(amount: Decimal) -> str:
    return f"{round_to_cents(amount):,.2f}"


def whole(amount: Decimal) -> str:
    return f"{amount:,.0f}"


def interest(balance: int, rate: int) -> Decimal:
    return exact_money(monthly_interest(to_cents(D(balance)), rate_units(D(rate))))


def assert_says(title: str, *figures: str, given: str) -> None:
    """The text says each of these figures; its other numbers are those of the example, which are `given`."""
    text = text_of(title)
    assert [figure for figure in figures if figure not in text] == []
    computed = {number for figure in figures for number in NUMBER.findall(figure)}
    assert set(NUMBER.findall(text)) - computed == set(given.split())


class TestDebts:
    @pytest.fixture
    def payoffs(self) -> dict[Strategy, Payoff]:
        debts = [debt("card", 3000, 22, 90), debt("store", 1000, 12, 30)]
        return {strategy: simulate(debts, with_extra(D(300 - 120)), DAY, strategy) for strategy in Strategy}

    def test_avalanche(self, payoffs: dict[Strategy, Payoff]) -> None:
        best, other = payoffs[Strategy.AVALANCHE], payoffs[Strategy.SNOWBALL]
        assert best.total_interest is not None
        assert other.total_interest is not None
        assert best.months == other.months
        assert_says(
            "Avalanche: the highest rate first",
            f"paid off in {best.order[0].months} months, everything in {best.months}",
            f"the interest is {cents(best.total_interest)}",
            f"but cost {cents(other.total_interest)}",
            f"which is {cents(other.total_interest - best.total_interest)} more",
            given="3,000 22 90 1,000 12 30 300",
        )

    def test_snowball(self, payoffs: dict[Strategy, Payoff]) -> None:
        best, other = payoffs[Strategy.AVALANCHE], payoffs[Strategy.SNOWBALL]
        assert best.total_interest is not None
        assert other.total_interest is not None
        assert_says(
            "Snowball: the smallest debt first",
            f"gone after {other.order[0].months} months, and everything after {other.months}",
            f"The interest is {cents(other.total_interest)}; with the highest rate first it would be "
            f"{cents(best.total_interest)}",
            f"costs {cents(other.total_interest - best.total_interest)} here",
            given="3,000 22 90 1,000 12 30 300",
        )

    def test_the_minimum(self) -> None:
        low, high = (simulate([debt("card", 3000, 20, payment)], with_extra(D(0)), DAY) for payment in (60, 120))
        assert low.total_interest is not None
        assert high.total_interest is not None
        assert low.months is not None
        assert high.months is not None
        assert high.months * 3 < low.months
        assert 9 < low.months / 12 < 9.2
        assert low.total_interest > 3000
        assert simulate([debt("card", 3000, 20, 50)], with_extra(D(0)), DAY).never
        assert_says(
            "What paying the minimum costs",
            f"3,000 x 20 / 1200 = {whole(interest(3000, 20))}",
            f"only {60 - interest(3000, 20):.0f} of the first payment",
            f"it takes {low.months} months",
            f"{cents(low.total_interest)} in interest",
            f"it takes {high.months} months and {cents(high.total_interest)} in interest",
            given="60 120",
        )

    def test_one_loan(self) -> None:
        dear, cheap = (level_payment(D(0), D(-6000), D(rate), 36, start_of_month=False) for rate in (22, 11))
        assert_says(
            "One loan instead of several debts",
            f"costs {cents(dear)} a month at 22 % and {cents(cheap)} at 11 %",
            f"about {whole(round_to_cents(dear) * 36 - 6000)} in the first case",
            f"about {whole(round_to_cents(cheap) * 36 - 6000)} in the second",
            given="6,000 36",
        )

    def test_an_interest_free_offer(self) -> None:
        left = level_payment(D(0), D(-2400), D(20), 12, start_of_month=False)
        fee = D(2400) * 3 / 100
        assert_says(
            "Moving a balance to an interest-free offer",
            f"The fee is {whole(fee)}, so {whole(2400 + fee)} has to be paid back",
            f"which is {whole((2400 + fee) / 12)} a month",
            f"{cents(left)} a month and about {whole(left * 12 - 2400)} in interest",
            f"saves about {whole(left * 12 - 2400 - fee)}",
            given="2,400 12 3 20",
        )

    def test_a_months_interest(self) -> None:
        assert_says(
            "How a month's interest is counted",
            f"2,000 x 18 / 1200 = {whole(interest(2000, 18))}",
            f"{whole(100 - interest(2000, 18))} reduces the debt",
            f"begins with 1,930, and the interest is {interest(1930, 18)}, so {100 - interest(1930, 18)} of",
            given="100",
        )


class TestEmergencyFund:
    def test_how_much(self) -> None:
        assert_says(
            "How much is an emergency fund?",
            f"are 1,700 a month, three months are {1700 * 3:,}",
            f"{1700 * 6:,}",
            given="",
        )

    def test_a_small_one(self) -> None:
        assert_says(
            "Start with a small fund",
            f"{1000 // 50} weeks; with 25 a week it takes {1000 // 25}",
            given="1,000 50",
        )

    def test_where_to_keep_it(self) -> None:
        assert_says(
            "Where to keep it",
            f"earns {5000 * 2 // 100} a year instead of {5000 * 5 // 1000}",
            given="5,000 2 0.5",
        )

    def test_filling_it_again(self) -> None:
        assert_says("Using it, and filling it again", f"whole again after {1200 // 100} months", given="1,200 100")

    def test_or_debts(self) -> None:
        assert_says(
            "Fund first, or debts first?",
            f"about {1000 * 22 // 100} a year",
            f"about {1000 * 2 // 100}.",
            given="1,000 22 2",
        )


class TestIndependence:
    def test_25_times(self) -> None:
        assert_says(
            "Financial independence: 25 times a year's expenses",
            f"take out {100 / 25:g} %",
            f"24,000 x 25 = {24_000 * 25:,}",
            given="20 1994 1998 30",
        )

    def test_the_savings_rate(self) -> None:
        years = []
        for share in (10, 25, 50):
            target, put_in = 25 * (100 - share), D(share) / 12
            months = next(each for each in count(1) if future_value(D(0), put_in, D(5), each) >= target)
            years.append(whole(D(months) / 12))
        assert_says(
            "Why the savings rate matters most",
            "each month's share is put in at its beginning",
            f"about {years[0]} years. With 25 % it is about {years[1]} years, and with 50 % about {years[2]}.",
            given="5 10 2,000 8,000",
        )

    def test_in_parts(self) -> None:
        goal = 25 * 12 * 2000
        assert round(100 * 2000 / goal, 2) == 0.33
        assert_says(
            "A large goal in small parts",
            f"one year of expenses is {100 / 25:g} %",
            f"whole is {goal:,}",
            f"Half a year of expenses, {6 * 2000:,}",
            given="25 2,000",
        )

    def test_growing_alone(self) -> None:
        assert_says(
            "Savings that grow by themselves",
            f"becomes {whole(100_000 * D('1.05') ** 20)}",
            f"costs {whole(24_000 * D('1.02') ** 20)} in 20 years",
            given="5 100,000 2 24,000",
        )

    def test_expenses(self) -> None:
        assert_says(
            "Expenses count twice",
            f"{50 * 12} a year. Second",
            f"needs {50 * 12 * 25:,} of savings",
            f"makes the goal {100 * 12 * 25:,} larger",
            given="50 25 100",
        )


class TestSaving:
    def test_first(self) -> None:
        assert_says("Save first, spend what is left", f"With 150 a month it is {150 * 12:,}", given="")

    def test_bills_of_the_year(self) -> None:
        total = 480 + 360 + 360
        assert_says(
            "Put bills of the year into months",
            f"Together that is {total:,} a year, so {total // 12} a month",
            f"takes {480 // 6} a month until then, and {480 // 12} a month",
            given="480 360",
        )

    def test_a_first_budget(self) -> None:
        needs, wants, savings = (2600 * share // 100 for share in (50, 30, 20))
        assert_says(
            "50, 30, 20: a first budget",
            f"that is {needs:,}, {wants} and {savings}",
            given="50 30 20 2,600 2005 60",
        )

    def test_interest_on_interest(self) -> None:
        ten, twenty = (future_value(D(0), D(100), D(3), years * 12) for years in (10, 20))
        first, second = ten - 12_000, twenty - 24_000
        assert second - first > 3 * first
        assert_says(
            "Interest on interest",
            "at the beginning of each month",
            f"you pay in {100 * 120:,} over ten years and have about {whole(ten)}: {whole(first)} of it is",
            f"paid in {100 * 240:,} and have about {whole(twenty)}, of which {whole(second)} is interest",
            given="100 3",
        )

    def test_the_third_payday(self) -> None:
        assert_says(
            "The months with a third payday",
            f"26 x 60 = {26 * 60:,} a year",
            f"it would be {12 * 120:,}",
            f"bring {26 * 60 - 12 * 120} more",
            given="",
        )

    def test_half_of_a_raise(self) -> None:
        assert_says(
            "Half of every raise",
            f"gives {120 // 2} a month to the goal, {60 * 12} in a year",
            f"let {180 // 2} go",
            given="120 180",
        )


class TestInvesting:
    def test_risk(self) -> None:
        assert 8000 * D("1.25") == 10_000
        assert 5000 * 2 == 10_000
        assert_says(
            "Risk and time",
            f"fall of 20 %, 10,000 are {10_000 * 80 // 100:,}, and they need a rise of 25 %",
            f"because {10_000 - 8000:,} is a quarter of 8,000",
            "a rise of 100 %",
            given="50",
        )

    def test_costs(self) -> None:
        without, after = (10_000 * (1 + D(rate) / 100) ** 30 for rate in (5, 4))
        assert round((without - after) / without, 2) == D("0.25")
        assert_says(
            "What one percent of costs takes",
            f"they become {whole(without)}",
            f"they become {whole(after)}",
            f"The difference is {whole(without - after)}",
            given="10,000 30 5 4",
        )

    def test_spreading(self) -> None:
        assert_says(
            "Not everything in one place", f"costs {100 / 500} %: of 10,000, that is {10_000 // 500}", given="500"
        )

    def test_inflation(self) -> None:
        assert_says(
            "What is left after inflation",
            f"costs {whole(1000 * D('1.02') ** 10)} in ten years",
            f"which is {(D('1.04') / D('1.02') - 1) * 100:.2f} %",
            given="2 1,000 4 1.04 1.02 1",
        )

    def test_the_same_amount(self) -> None:
        prices = (D(10), D(8), D("12.50"))
        pieces = [100 / price for price in prices]
        assert pieces == [10, D("12.5"), 8]
        assert_says(
            "The same amount every month",
            f"buys {pieces[0]:f}, {pieces[1]} and {pieces[2]} pieces, together {sum(pieces)} for 300",
            f"so a piece has cost {300 / sum(pieces):.2f} on average",
            f"three prices is {sum(prices) / 3:.2f}",
            given="100 12.50",
        )

    def test_before(self) -> None:
        assert_says(
            "Before you invest",
            f"saves {1000 * 18 // 100} in a year",
            f"may bring {1000 * 5 // 100},",
            given="1,000 18 5",
        )


def test_every_text_has_a_test_here() -> None:
    """A new text needs one too."""
    groups = (TestDebts, TestEmergencyFund, TestIndependence, TestSaving, TestInvesting)
    tests = [name for group in groups for name in vars(group) if name.startswith("test_")]
    assert len(tests) == Snippet.objects.count()
