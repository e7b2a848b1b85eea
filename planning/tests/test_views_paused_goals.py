"""What months leave while no goal is followed isn't lost, over HTTP."""

from __future__ import annotations

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(person: Person) -> Person:
    """100 a month are left, from an income with a day."""
    earns(person, 100)
    return person


def earns(person: Person, left: float) -> None:
    person.tells({"amount": 2000 + left, "frequency": "monthly", "next_date": "2026-03-10"}, expenses=2000)


def becomes(person: Person, goal: str, status: str) -> None:
    response = person.client.patch(f"/api/v0/goals/{goal}", {"status": status})
    assert response.status_code == 200, response.content


@pytest.fixture
def goal(person: Person) -> str:
    """1 200 in twelve months, 100 a month, of which the first are paid."""
    goal = person.wants(1200, "2027-03-10")
    assert person.plans()[goal]["this_month"] == 100
    person.has(goal, 100)
    return goal


def carried(person: Person) -> float:
    """What earlier months have kept for the present one, by the plan that is made again."""
    person.plans()
    first = person.cash_flow[0]
    return float(first["carried"] + first["given"] - first["surplus"])


class TestPausedGoal:
    def test_leaves_its_money(self, person: Person, goal: str) -> None:
        """March's 100 are paid, April's and May's stay: enough for all of it once it goes on in June."""
        becomes(person.on("2026-03-20"), goal, "paused")
        person.on("2026-06-15")
        becomes(person, goal, "active")
        plan = person.stored()[goal]
        assert (plan["shortfall"], carried(person)) == (0, 200)

    def test_leaves_what_a_new_snapshot_tells(self, person: Person, goal: str) -> None:
        """March 150 of which 100 are paid, April and May 150 each."""
        becomes(person.on("2026-03-20"), goal, "paused")
        earns(person.on("2026-03-25"), 150)
        assert carried(person.on("2026-06-15")) == 350

    def test_leaves_the_minimums_of_debts_whose_goal_has_no_plan(self, person: Person, goal: str) -> None:
        """Two minimum payments of 50 are left: of April 100 stay, of May 150."""
        free = person.on("2026-03-20").wants(100, "2027-03-10", type="debt_payoff")
        loan = {"type": "car_loan", "balance": 100, "interest_rate_annual": 0, "min_payment": 50, "goal_id": free}
        income = {"amount": 2150, "frequency": "monthly", "next_date": "2026-03-10"}
        body = {"incomes": [income], "expenses": {"total_amount": 2000}, "debts": [loan]}
        assert person.client.put("/api/v0/snapshot", body).status_code == 200
        becomes(person, goal, "paused")
        assert carried(person.on("2026-06-15")) == 250

    def test_leaves_its_money_however_long_it_is_paused(self, person: Person, goal: str) -> None:
        """Seventeen months from April 2026 to August 2027, and 240 more."""
        becomes(person.on("2026-03-20"), goal, "paused")
        assert carried(person.on("2027-09-15")) == 1700
        assert carried(person.on("2047-09-15")) == 25700

    def test_leaves_its_money_to_a_new_goal(self, person: Person, goal: str) -> None:
        becomes(person.on("2026-03-20"), goal, "paused")
        person.on("2026-05-12")
        other = person.wants(200, "2026-06-10")
        assert person.plans()[other]["shortfall"] == 0
        person.has(other, 200)
        assert carried(person.on("2026-06-15")) == 0

    def test_leaves_its_money_where_another_plan_has_ended(self, person: Person, goal: str) -> None:
        """Nothing is paid on the other goal: it takes nothing once its plan has ended."""
        other = person.on("2026-03-20").wants(300, "2026-06-10")
        plans = person.plans()
        becomes(person, goal, "paused")
        person.later(1)
        assert person.client.delete(f"/api/v0/action-plans/{plans[other]['id']}").status_code == 204
        becomes(person.on("2026-04-12"), other, "cancelled")
        assert carried(person) == 0
        assert carried(person.on("2026-05-12")) == 100

    def test_that_is_resumed_at_once_asks_as_before(self, person: Person, goal: str) -> None:
        becomes(person, goal, "paused")
        becomes(person, goal, "active")
        assert carried(person.on("2026-05-12")) == 0
