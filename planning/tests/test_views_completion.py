"""The day on which a goal is reached is the same in every answer, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


def days_of(person: Person, goal: str) -> set[str | None]:
    """The completion date in the action plan, the projection and what-if, and the last day of the series."""
    projection = person.client.get(f"/api/v0/goals/{goal}/projection").json()
    answer = person.client.post("/api/v0/planning/what-if", {}).json()
    plan = next(plan for plan in answer["baseline"]["goals"] if plan["goal_id"] == goal)
    days = {
        person.plans()[goal]["projected_completion_date"],
        projection["projected_completion_date"],
        plan["projected_completion_date"],
    }
    if projection["projected_completion_date"]:
        days.add(max(point["date"] for point in projection["series"] if point["projected"] is not None))
    return days


class TestCompletion:
    def test_of_a_late_goal_waits_for_those_still_in_time(self, person: Person) -> None:
        person.earns(500)
        first = person.wants(6000, "2027-03-10", "High")
        second = person.wants(3000, "2026-06-10", "Low")
        person.plans()
        assert days_of(person, first) == {"2027-02-10"}
        assert days_of(person, second) == {"2027-08-10"}

    def test_of_linked_debts_counts_minimums_and_interest(self, person: Person) -> None:
        person.earns(450)
        goal = person.wants(5000, "2026-09-10", type="debt_payoff")
        person.owes(450, goal, balance=5000, rate=12, minimum=400)
        person.plans()
        assert days_of(person, goal) == {"2027-03-10"}

    def test_with_interest_is_the_day_of_the_payment_or_of_the_interest_that_does_it(self, person: Person) -> None:
        person.earns(500)
        goal = person.wants(1000, "2027-03-20", annual_rate=6)
        done = person.wants(100, "2026-04-20")
        never = person.wants(999999999, "2026-05-10", "Low")
        person.plans()
        assert days_of(person, goal) == {"2027-03-20"}
        assert days_of(person, done) == {"2026-04-10"}
        assert days_of(person, never) == {None}

    def test_is_the_same_in_the_middle_of_a_month(self, person: Person) -> None:
        person.earns(500)
        goal = person.wants(1000, "2026-05-10")
        late = person.wants(900, "2026-04-10", "Low")
        person.plans()
        person.has(goal, 500)
        person.on("2026-03-25")
        assert days_of(person, goal) == {"2026-04-10"}
        assert days_of(person, late) == {"2026-06-10"}

    def test_of_a_completed_goal_is_the_day_of_completion_where_the_person_lives(self, person: Person) -> None:
        person.client.patch("/api/v0/users/me/profile", {"timezone": "Pacific/Auckland"})
        person.earns(500)
        goal = person.wants(1000, "2026-06-10")
        assert person.plans()[goal]["projected_completion_date"] == "2026-05-11"
        person.has(goal, 1000)
        days = {"2026-03-11"}
        assert {person.stored()[goal]["projected_completion_date"]} == days
        assert {self.projected(person, goal)} == days

    @pytest.mark.parametrize("status", ["paused", "cancelled"])
    def test_of_a_goal_that_is_not_paid_into_is_none(self, person: Person, status: str) -> None:
        person.earns(500)
        goal = person.wants(1000, "2026-06-10")
        person.plans()
        person.client.patch(f"/api/v0/goals/{goal}", {"status": status})
        plan = person.stored()[goal]
        assert (plan["projected_completion_date"], plan["upcoming"], self.projected(person, goal)) == (
            None,
            [],
            None,
        )

    def projected(self, person: Person, goal: str) -> str | None:
        answer = person.client.get(f"/api/v0/goals/{goal}/projection").json()
        assert all(point["projected"] is None for point in answer["series"])
        return answer["projected_completion_date"]  # type: ignore[no-any-return]


class TestOverdue:
    """100 a month; 150 by 25 March, High, and something by 10 January, Low, which is in time in any case."""

    def overdue(self, person: Person, low: int) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The goal that is 50 short on its date, its plan in April, and the other's."""
        person.earns(100)
        high, other = person.wants(150, "2026-03-25", "High"), person.wants(low, "2027-01-10", "Low")
        assert person.plans()[high]["this_month"] == 100
        person.has(high, 100)
        plans = person.on("2026-04-10").plans()
        assert plans[other]["shortfall"] == 0
        return high, plans[high], plans[other]

    def test_is_due_today_where_those_in_time_can_spare_it(self, person: Person) -> None:
        goal, plan, other = self.overdue(person, 800)
        assert (plan["this_month"], plan["required_monthly_contribution"], plan["shortfall"]) == (50, 50, 0)
        assert plan["upcoming"] == [{"date": "2026-04-10", "amount": 50}]
        assert plan["explanation"]["facts"]["overdue"] is True
        assert other["this_month"] == 50
        assert days_of(person, goal) == {"2026-04-10"}

    def test_waits_for_those_in_time_where_they_need_it_all(self, person: Person) -> None:
        goal, plan, other = self.overdue(person, 900)
        assert (plan["this_month"], plan["required_monthly_contribution"], plan["shortfall"]) == (0, 50, 50)
        assert plan["upcoming"] == [{"date": "2027-01-10", "amount": 50}]
        assert plan["next_action_date"] == "2027-01-10"
        assert plan["explanation"]["text"].endswith("50.00 is missing: goals that are still in time go first.")
        assert other["this_month"] == 100
        assert days_of(person, goal) == {"2027-01-10"}
        proposal = person.client.get(f"/api/v0/action-plans/{plan['id']}/proposal").json()
        assert (proposal["direction"], proposal["same_date"]) == ("PAST_DATE", None)
        assert "50.00 is missing" in proposal["why"]["text"]
