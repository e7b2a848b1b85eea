"""Interest that a check-in tells is no payment, whenever it was earned."""

from __future__ import annotations

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

PAY = {"amount": 2300, "frequency": "monthly", "next_date": "2026-03-01"}


@pytest.fixture
def person(person: Person) -> Person:
    """300 a month are left. 1 000 are in a goal at 12 %, planned on 10 March; 10 are earned on 10 April."""
    person.tells(PAY, expenses=2000)
    return person


def saves(person: Person, target: float, by: str) -> str:
    goal = person.wants(target, by, annual_rate=12)
    person.has(goal, 1000)
    person.plans()
    return goal


class TestInterestOfTheCalendarBefore:
    def test_is_no_payment_of_a_goal_that_it_completes(self, person: Person) -> None:
        """10.10 are earned by its date. Of 210.10 that are told later 200 are of the new calendar's 300."""
        goal = saves(person, 1320.10, "2026-04-15")
        person.on("2026-04-12").has(goal, 1110)
        person.on("2026-04-20").plans()
        assert person.has(goal, 1320.10)["goal_completed"]
        person.wants(5000, "2027-03-10")
        person.plans()
        assert person.cash_flow[0]["from"] == "2026-04-20"
        assert person.cash_flow[0]["surplus"] == person.cash_flow[0]["given"] == 300
        assert person.summary["total_allocated_contributions"] == 100

    def test_is_no_payment_on_a_plan_that_is_made_again(self, person: Person) -> None:
        goal = saves(person, 9000, "2027-03-10")
        plan = person.on("2026-04-20").stored()[goal]["id"]
        assert person.client.delete(f"/api/v0/action-plans/{plan}").status_code == 204
        assert person.plans()[goal]["this_month"] == 300
        person.on("2026-04-25").has(goal, 1110)
        assert person.stored()[goal]["this_month"] == 200
        assert person.plans()[goal]["this_month"] == 200


class TestInterestOfTheCycleBefore:
    """1 300 every half a year, first by 20 May, of which 1 000 are there: 20.10 are earned by 10 May."""

    @pytest.fixture
    def bill(self, person: Person) -> str:
        person.earns(300)
        goal = person.wants(1300, "2026-05-20", annual_rate=12, kind="recurring", repeat_every_months=6)
        person.has(goal, 1000)
        person.wants(6000, "2027-03-10", "Low")
        person.plans()
        person.on("2026-05-12").has(goal, 1100.10)
        return goal

    def test_is_no_payment_of_the_month_in_which_it_ends(self, person: Person, bill: str) -> None:
        person.on("2026-05-21")
        asked = sum(plan["this_month"] for plan in person.plans().values())
        assert person.cash_flow[0]["given"] - asked == pytest.approx(80)

    def test_is_no_payment_of_the_next_cycle(self, person: Person, bill: str) -> None:
        """1 020.10 have earned 10.20 more by 20 May. They are told in June, with a payment of 100."""
        person.on("2026-06-10").plans()
        asked = person.stored()[bill]["this_month"]
        person.has(bill, 110.20)
        assert person.stored()[bill]["this_month"] == pytest.approx(asked - 100)
        assert person.plans()[bill]["explanation"]["facts"]["paid_this_month"] == 100
