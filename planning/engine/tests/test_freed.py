"""Minimum payments that end: what is free from when, and what was paid since a debt was told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from planning.engine.codec import plan_input_from_json, plan_input_to_json
from planning.engine.dates import Calendar
from planning.engine.freed import pay_minimums, payment_dates
from planning.engine.model import Debt, Finances, GoalInput, Plan, PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, money
from planning.engine.tests.lumpy import a_debt, cents, minimums_alone

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CAR = Debt("Car loan", money(1700), Decimal(6), money(350))


def with_debts(surplus: int, *goals: GoalInput, debts: tuple[Debt, ...] = (CAR,), kept: int = 0) -> PlanInput:
    """So much is left beside the minimum payments of the debts, and `kept` for those of others."""
    minimums = sum((debt.min_payment for debt in debts), money(kept))
    return PlanInput(
        NEW_YEAR, Finances(money(2000 + surplus) + minimums, money(2000), minimums, debts=debts), goals
    )


def planned(case: PlanInput) -> Plan:
    return make_plan(case, with_alternatives=False)


class TestCarLoan:
    def test_ends_with_its_fifth_payment_and_frees_it_from_the_month_after(self) -> None:
        """12 x 550, 350 - 325.34 in the fifth month and 7 x 350: 9 074.66. The rest takes 4 months of 900."""
        plan = planned(with_debts(550, goal(12000)))
        due = [month.minimum_payments for month in plan.cash_flow[:6]]
        assert due == [*[money(350)] * 4, money("325.34"), money(0)]
        [made] = plan.goals
        assert (made.shortfall, made.projected_completion_date) == (money("2925.34"), date(2027, 4, 1))
        assert made.explanation.facts["freed_minimums"] == [
            {"label": "Car loan", "amount": money(350), "since": date(2026, 6, 1)}
        ]
        assert "Car loan is paid off, which frees 350.00 a month from 2026-06-01." in made.explanation.text

    def test_without_its_end_takes_22_months(self) -> None:
        [made] = planned(with_debts(550, goal(12000), debts=(), kept=350)).goals
        assert (made.shortfall, made.projected_completion_date) == (money(5400), date(2027, 10, 1))

    def test_frees_nothing_for_a_goal_that_is_due_before_it_ends(self) -> None:
        [made] = planned(with_debts(550, goal(2200, months=4))).goals
        assert made.shortfall == 0
        assert "freed_minimums" not in made.explanation.facts

    def test_the_surplus_is_the_average_of_the_next_twelve_months(self) -> None:
        summary = planned(with_debts(550)).summary
        assert summary.estimated_monthly_surplus == money("756.22")  # 9 074.66 / 12

    def test_is_explained_in_numbers_that_add_up(self) -> None:
        facts = planned(with_debts(550, goal(12000))).goals[0].explanation.facts
        left = facts["monthly_income"] - facts["monthly_expenses"] - facts["minimum_payments"]
        assert (left, facts["money_by_then"]) == (facts["surplus"], money("9074.66"))


def test_a_minimum_that_interest_exceeds_never_ends() -> None:
    plan = planned(with_debts(100, goal(1200), debts=(card(5000, 24, 50),)))
    assert {month.surplus for month in plan.cash_flow} == {money(100)}
    assert "freed_minimums" not in plan.goals[0].explanation.facts


def test_debts_of_a_version_are_read_as_they_were_stored() -> None:
    percent = replace(CAR, min_payment_percent=Decimal(2), min_payment_floor=money(25), promo_until=NEW_YEAR)
    case = with_debts(550, goal(), debts=(CAR, percent))
    assert plan_input_from_json(plan_input_to_json(case)) == case


def test_a_version_from_before_has_no_debts() -> None:
    document = plan_input_to_json(with_debts(550, debts=()))
    assert "debts" not in document["finances"]


class TestSinceItWasTold:
    @pytest.mark.parametrize(
        ("told_on", "anchor", "as_of", "dates"),
        [
            ("2026-01-31", "2026-01-31", "2026-01-31", []),
            ("2026-01-31", "2026-01-31", "2026-03-30", ["2026-02-28"]),
            ("2026-01-31", "2026-01-31", "2026-03-31", ["2026-02-28", "2026-03-31"]),
            ("2026-02-28", "2026-01-31", "2026-03-31", ["2026-03-31"]),
            ("2026-01-10", "2026-02-20", "2026-02-25", ["2026-02-10"]),
            ("2026-01-10", "2026-02-20", "2026-03-20", ["2026-02-10", "2026-03-20"]),
            ("2026-05-10", "2026-02-20", "2026-03-20", []),
        ],
    )
    def test_a_payment_was_due_on_each_date(self, told_on: str, anchor: str, as_of: str, dates: list[str]) -> None:
        calendar = Calendar(date.fromisoformat(as_of), date.fromisoformat(anchor))
        paid = payment_dates(date.fromisoformat(told_on), calendar)
        assert paid == [date.fromisoformat(day) for day in dates]

    @pytest.mark.parametrize("seed", range(60))
    def test_what_was_due_is_what_the_first_day_said(self, seed: int) -> None:
        random = Random(seed)
        first = Calendar(NEW_YEAR, NEW_YEAR)
        debt, passed = a_debt(random, NEW_YEAR), random.randint(1, 12)
        later = Calendar(first.day(passed), NEW_YEAR)
        told = minimums_alone(debt, first, 30)
        paid = pay_minimums(debt, payment_dates(NEW_YEAR, later))
        assert cents(paid.last_payment) == told[passed - 1]
        assert minimums_alone(paid.debt, later, 30 - passed) == told[passed:]
