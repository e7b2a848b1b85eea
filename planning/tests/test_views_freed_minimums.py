"""Minimum payments that end, over HTTP: free from the month after, and counted from the day of the snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from planning.plan_in_words import sum_of
from planning.services.replanning import replay_mismatches
from planning.tests.people import Person
from planning.tests.requests import ENOUGH

pytestmark = [pytest.mark.integration, pytest.mark.planning]

CAR = {"type": "car_loan", "label": "Car loan", "balance": 1700, "interest_rate_annual": 6, "min_payment": 350}
CARD = {"type": "credit_card", "label": "Card", "balance": 60, "interest_rate_annual": 18}
CARD |= {"min_payment_percent": 2, "min_payment_floor": 25}
YEAR = "?from=2026-03-10&to=2027-03-09"


def owes(person: Person, *debts: dict[str, Any], income: int = 2900) -> None:
    body = {**ENOUGH, "income": {"amount": income, "frequency": "monthly"}, "debts": debts}
    response = person.client.put("/api/v0/snapshot", body)
    assert response.status_code == 200, response.content


def due(person: Person, label: str) -> list[tuple[str, float]]:
    days = person.client.get(f"/api/v0/planning/calendar{YEAR}").json()["days"]
    entries = [(day["date"], entry) for day in days for entry in day["entries"]]
    return [(day, entry["amount"]) for day, entry in entries if entry["label"] == label]


class TestCarLoan:
    """1 700 at 6 %, 350 a month: the fifth payment is 325.34, so twelve months leave 9 074.66."""

    def test_frees_its_payment_from_the_month_after(self, person: Person) -> None:
        owes(person, CAR)
        house = person.wants(12000, "2027-03-10")
        plan = person.plans()[house]
        assert (plan["shortfall"], plan["projected_completion_date"]) == (2925.34, "2027-06-10")
        assert [month["minimum_payments"] for month in person.cash_flow[:6]] == [350, 350, 350, 350, 325.34, 0]
        assert [month["surplus"] for month in person.cash_flow[3:6]] == [550, 574.66, 900]
        assert person.summary["estimated_monthly_surplus"] == 756.22
        freed = plan["explanation"]["facts"]["freed_minimums"]
        assert freed == [{"label": "Car loan", "amount": 350, "since": "2026-08-10"}]
        assert "Car loan is paid off, which frees 350.00 a month from 2026-08-10." in plan["explanation"]["text"]
        assert list(replay_mismatches()) == []

    def test_is_the_same_when_planned_again_in_a_later_month(self, person: Person) -> None:
        owes(person, CAR)
        house = person.wants(12000, "2027-03-10")
        person.plans()
        person.has(house, 550)
        person.on("2026-04-12").has(house, 1100)
        plan = person.plans()[house]
        assert (plan["shortfall"], plan["projected_completion_date"]) == (2925.34, "2027-06-10")
        assert [month["minimum_payments"] for month in person.cash_flow[:5]] == [350, 350, 350, 325.34, 0]
        assert list(replay_mismatches()) == []

    def test_is_told_anew_by_the_next_snapshot(self, person: Person) -> None:
        owes(person, CAR)
        person.wants(12000, "2027-03-10")
        person.plans()
        person.on("2026-05-10")
        owes(person, CAR)
        person.plans()
        assert [month["minimum_payments"] for month in person.cash_flow[:6]] == [350, 350, 350, 350, 325.34, 0]

    def test_ends_in_the_calendar_with_the_days_of_its_payments(self, person: Person) -> None:
        owes(person, CAR, CARD)
        person.wants(100, "2027-03-10")
        person.plans()
        dates = [f"2026-{month:02}-10" for month in range(4, 9)]
        assert due(person, "Car loan") == list(zip(dates, [350, 350, 350, 350, 325.34], strict=True))
        assert due(person, "Card") == [("2026-04-10", 25), ("2026-05-10", 25), ("2026-06-10", 11.61)]
        person.on("2026-08-12")
        assert due(person, "Car loan")[:1] == [("2026-08-10", 325.34)]

    def test_is_counted_from_the_day_of_a_what_if_that_replaces_it(self, person: Person) -> None:
        owes(person)
        question = {"debts": [CAR], "as_of": "2026-06-01"}
        response = person.client.post("/api/v0/planning/what-if", question)
        assert response.status_code == 200, response.content
        scenario = response.json()["scenario"]["cash_flow"]
        assert [month["minimum_payments"] for month in scenario[:6]] == [350, 350, 350, 350, 325.34, 0]

    def test_ends_as_early_where_it_is_linked_to_a_goal_with_time_enough(self, person: Person) -> None:
        goal = person.wants(1700, "2027-03-10", type="debt_payoff")
        owes(person, CAR | {"goal_id": goal})
        person.plans()
        assert [month["minimum_payments"] for month in person.cash_flow[:6]] == [350, 350, 350, 350, 325.34, 0]

    def test_is_free_when_the_goal_that_paid_it_off_is_cancelled(self, person: Person) -> None:
        goal = person.wants(1700, "2027-03-10", type="debt_payoff")
        owes(person, CAR | {"goal_id": goal})
        person.wants(12000, "2027-03-10")
        person.plans()
        assert person.client.delete(f"/api/v0/goals/{goal}").status_code == 204
        person.plans()
        assert [month["minimum_payments"] for month in person.cash_flow[:6]] == [350, 350, 350, 350, 325.34, 0]
        assert due(person, "Car loan")[-1] == ("2026-08-10", 325.34)

    def test_is_named_in_the_words_for_staff(self, person: Person) -> None:
        owes(person, CAR)
        house = person.wants(12000, "2027-03-10")
        first = sum_of(person.plans()[house]["explanation"]["facts"])[0]
        assert first.words == "what 12 months leave (Car loan is paid off from 10 Aug 2026)"


class TestPaidOffByAGoal:
    """1 700 at 6 %, 350 a month, in three months: 572.35 a month, 222.35 of them above the minimum."""

    @pytest.fixture
    def loan(self, person: Person) -> str:
        goal = person.wants(1700, "2026-06-10", type="debt_payoff", priority="High")
        owes(person, CAR | {"goal_id": goal})
        return goal

    def test_is_told_month_by_month_where_nothing_is_planned_yet(self, person: Person, loan: str) -> None:
        assert due(person, "Car loan")[-1] == ("2027-02-10", 350)

    def test_frees_its_payment_for_later_goals_from_the_month_after(self, person: Person, loan: str) -> None:
        """222.35 twice and then 222.33 go to the loan: 12 x 550 - 667.03 + 9 x 350 = 9 082.97 are left."""
        house = person.wants(12000, "2027-03-10", priority="Low")
        plans = person.plans()
        assert (plans[loan]["amount"], plans[loan]["feasibility"]) == (222.35, "Comfortable")
        assert plans[house]["shortfall"] == 2917.03
        assert [month["minimum_payments"] for month in person.cash_flow[:5]] == [350, 350, 350, 0, 0]
        freed = plans[house]["explanation"]["facts"]["freed_minimums"]
        assert freed == [{"label": "Car loan", "amount": 350, "since": "2026-06-10"}]
        assert due(person, "Car loan") == [(f"2026-{month:02}-10", 350) for month in (4, 5, 6)]
        assert list(replay_mismatches()) == []

    def test_stays_free_once_it_is_paid_off_and_the_goal_completed(self, person: Person, loan: str) -> None:
        house = person.wants(12000, "2027-03-10", priority="Low")
        person.plans()
        flows = [flow["given"] for flow in person.cash_flow]
        saved = 0.0
        for month, left in enumerate([1136.15, 569.48, 0], 4):
            saved = round(saved + flows[month - 4] - (222.35 if left else 222.33), 2)
            person.has(house, saved)
            person.on(f"2026-{month:02}-10").has(loan, 1700 - left)
        plans = person.plans()
        assert person.client.get(f"/api/v0/goals/{loan}").json()["status"] == "completed"
        assert {flow["minimum_payments"] for flow in person.cash_flow} == {0}
        assert plans[house]["shortfall"] == 2917.03
        assert due(person, "Car loan") == []

    @pytest.mark.parametrize("day", ["2026-03-10", "2026-03-20", "2026-04-09"])
    def test_is_kept_for_it_until_it_has_freed_its_minimum(self, person: Person, day: str) -> None:
        """440 a month, and 480 more to be paid in the second, in which the debt's 60 are free once it is paid off.

        The goal after it has what is left without these 60, so that the debt's 240 are there on every day of the
        month on which it is planned again.
        """
        debts = person.wants(300, "2026-04-20", "High", type="debt_payoff")
        loan = {"type": "other", "balance": 300, "interest_rate_annual": 0, "min_payment": 60, "goal_id": debts}
        repair = {"amount": 480, "frequency": "once", "next_date": "2026-04-15"}
        incomes, expenses = [{"amount": 1000, "frequency": "monthly"}], {"total_amount": 500, "planned": [repair]}
        body = {"incomes": incomes, "expenses": expenses, "debts": [loan]}
        assert person.client.put("/api/v0/snapshot", body).status_code == 200
        later = person.wants(600, "2026-06-10", "Low")
        plan = person.plans()[later]
        assert (plan["shortfall"], plan["this_month"]) == (0, 160)
        person.has(later, 160)
        plan = person.on(day).plans()[debts]
        assert (plan["shortfall"], plan["this_month"]) == (0, 240)
