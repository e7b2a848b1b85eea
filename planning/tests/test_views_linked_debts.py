"""A linked debt is owed once, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(saver: Any, time_machine: Any) -> Person:
    return Person(saver, time_machine)


@pytest.fixture
def goal(person: Person) -> str:
    """5 000 at 12 %, minimum 100, in 12 months: 444.25 a month, 344.25 above the minimum."""
    person.earns(600)
    goal = person.wants(5000, "2027-03-10", type="debt_payoff")
    person.owes(600, goal, balance=5000, rate=12, minimum=100)
    assert ask(person, goal) == (444.25, 344.25, 344.25)
    return goal


def ask(person: Person, goal: str) -> tuple[float, float, float]:
    plan = person.plans()[goal]
    facts = plan["explanation"]["facts"]
    return facts["level_total"], plan["required_monthly_contribution"], plan["this_month"]


class TestLinkedDebt:
    def test_is_less_what_was_paid_off_since_the_snapshot(self, person: Person, goal: str) -> None:
        person.has(goal, 2000)
        plan = person.plans()[goal]
        assert plan["explanation"]["facts"]["debt_total"] == 3000
        series = person.client.get(f"/api/v0/goals/{goal}/projection").json()["series"]
        planned = [point["planned"] for point in series if point["planned"] is not None]
        assert (planned[0], planned[-1], max(planned)) == (2000, 5000, 5000)

    @pytest.mark.parametrize("day", ["2026-04-10", "2026-04-11", "2026-04-25"])
    def test_keeps_its_ask_once_a_month_is_paid(self, person: Person, goal: str, day: str) -> None:
        person.on("2026-04-10").has(goal, 394.25)
        person.on(day)
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, 344.25)

    def test_keeps_its_ask_on_the_payment_day_before_the_payment(self, person: Person, goal: str) -> None:
        person.on("2026-04-10")
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, 344.25)
        person.has(goal, 394.25)
        assert ask(person, goal) == (444.25, 344.25, 344.25)

    def test_asks_for_more_the_day_after_a_missed_payment(self, person: Person, goal: str) -> None:
        person.on("2026-04-11")
        assert ask(person, goal)[0] > 444.25

    @pytest.mark.parametrize(("principal", "left"), [(394.25, 0), (194.25, 200), (30, 344.25)])
    def test_counts_what_was_paid_before_the_day(
        self, person: Person, goal: str, principal: float, left: float
    ) -> None:
        person.on("2026-03-20").has(goal, principal)
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, left)

    def test_counts_a_new_snapshots_balances_as_they_are(self, person: Person, goal: str) -> None:
        person.on("2026-03-20").has(goal, 394.25)
        person.owes(600, goal, balance=4605.75, rate=12, minimum=100)
        assert ask(person, goal) == (444.25, 344.25, 0)
        person.on("2026-04-10")
        assert ask(person, goal) == (444.25, 344.25, 344.25)

    def test_of_what_if_is_as_told(self, person: Person, goal: str) -> None:
        person.has(goal, 2000)
        debt = {"type": "other", "balance": 3000, "interest_rate_annual": 12, "min_payment": 100, "goal_id": goal}
        snapshot = {"income": {"amount": 2600, "frequency": "monthly"}, "expenses": {"total_amount": 2000}}
        body = {"snapshot": snapshot | {"debts": [debt]}}
        (plan,) = person.client.post("/api/v0/planning/what-if", body).json()["baseline"]["goals"]
        assert plan["explanation"]["facts"]["debt_total"] == 3000
