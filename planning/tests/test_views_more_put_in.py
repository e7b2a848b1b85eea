"""Who paid more than asked, or has interest that wasn't told, is told what will be missing in fact."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
MORE_IS_THERE = "More is there now than it counted"


@pytest.fixture
def person(person: Person) -> Person:
    """500 a month."""
    person.earns(500)
    return person


def told(person: Person, goal: str) -> tuple[float, str | None]:
    person.later(10)
    plan = person.stored()[goal]
    return plan["shortfall"], plan["projected_completion_date"]


def text(person: Person, goal: str) -> str:
    return str(person.stored()[goal]["explanation"]["text"])


class TestMorePutIn:
    """2 000 by 10 June: 500 a month are 1 500, so 500 are missing then."""

    @pytest.fixture
    def goal(self, person: Person) -> str:
        goal = person.wants(2000, "2026-06-10")
        assert person.plans()[goal]["shortfall"] == 500
        return goal

    def test_lacks_less(self, person: Person, goal: str) -> None:
        person.has(goal, 700)
        assert told(person, goal) == (300, "2026-06-10")
        assert f"{MORE_IS_THERE}: if all is paid that it still asks for, 300.00 will be" in text(person, goal)
        assert "missing on 2026-06-10." in text(person, goal)

    def test_is_reached_with_the_payment_that_is_the_last_one_asked_for(self, person: Person, goal: str) -> None:
        person.has(goal, 1200)
        assert told(person, goal) == (0, "2026-05-10")
        assert person.stored()[goal]["upcoming"][-1] == {"date": "2026-05-10", "amount": 300}
        assert f"{MORE_IS_THERE}: if all is paid that it still asks for, nothing will be" in text(person, goal)

    def test_is_told_alike_in_the_back_office(
        self, person: Person, goal: str, request: pytest.FixtureRequest
    ) -> None:
        person.has(goal, 1200)
        support: Client = request.getfixturevalue("support")
        plan = person.stored()[goal]["id"]
        page = support.get(f"/admin/planning/actionplan/{plan}/change/").content.decode()
        assert "<dt>Arrives</dt><dd>10 May 2026</dd>" in page

    def test_of_a_goal_in_time_is_reached_earlier(self, person: Person) -> None:
        goal = person.wants(1200, "2027-03-10")
        assert person.plans()[goal]["projected_completion_date"] == "2027-02-10"
        person.has(goal, 250)
        assert told(person, goal) == (0, "2027-01-10")
        assert MORE_IS_THERE not in text(person, goal)

    def test_of_a_cycle_ends_with_it(self, person: Person) -> None:
        goal = person.wants(1200, "2026-06-10", kind="recurring", repeat_every_months=3)
        assert person.plans()[goal]["projected_completion_date"] == "2026-05-10"
        person.has(goal, 1000)
        assert told(person, goal) == (0, "2026-04-10")
        person.on("2026-04-12").has(goal, 1000)
        assert told(person, goal) == (0, "2026-04-12")

    def test_on_debts_lacks_less(self, person: Person) -> None:
        """5 000 without interest, by 10 June: three payments of 400, minimums included, leave 3 800."""
        loan = person.wants(5000, "2026-06-10", "High", type="debt_payoff")
        person.owes(400, loan, balance=5000, rate=0, minimum=100)
        late = person.plans()[loan]["projected_completion_date"]
        assert told(person, loan) == (3800, late)
        person.has(loan, 1000)
        assert told(person, loan) == (2800, late)
        person.has(loan, 4500)
        assert told(person, loan) == (0, "2026-06-10")
        person.has(loan, 4901)
        assert told(person, loan) == (0, "2026-04-10")

    def test_of_many_payments_those_that_are_not_stored_are_told_by_the_version(self, person: Person) -> None:
        goal = person.wants(20800, "2030-03-10")
        plan = person.plans()[goal]["id"]
        terms = {"frequency": "weekly", "day_of_period": 5}
        assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
        before = told(person, goal)
        person.has(goal, 800)
        assert told(person, goal) == before


class TestInterest:
    """At 12 % a year: 1 % a month."""

    def test_that_a_version_did_not_know_is_there_once_it_is_told(self, person: Person) -> None:
        """500 a month are 505, 1 015.05 and 1 530.20 on 10 June.

        On 10 April the other goal is completed, so plans are made again before the interest of 5 is told. With
        that of two months it is 5.10.
        """
        goal = person.wants(1530.20, "2026-06-10", "High", annual_rate=12)
        other = person.wants(15, "2026-06-10", "Low")
        assert person.plans()[goal]["shortfall"] == 0
        person.has(goal, 500)
        person.on("2026-04-10").has(other, 15)
        assert told(person, goal)[0] == 5.10
        person.has(goal, 1005)
        assert told(person, goal) == (0, "2026-06-10")

    def test_is_not_earned_by_what_is_paid_after_the_months_first_day(self, person: Person) -> None:
        """What was to be there on 10 March earns 4 or 5 by 10 April, and nothing if it is paid on the 11th."""
        goal = person.wants(1500, "2026-06-10", annual_rate=12)
        each = person.plans()[goal]["amount"]
        assert told(person, goal)[0] == 0
        lost = told(person.on("2026-03-11"), goal)[0]
        assert each / 100 <= lost <= each / 100 * 1.03

    def test_of_what_was_put_in_late_is_told_in_full(self, person: Person) -> None:
        """100 on 20 March earn nothing by 10 April, and 1.00, then 1.01 by 10 June."""
        goal = person.wants(600, "2026-06-10", annual_rate=12)
        person.plans()
        person.on("2026-03-20").has(goal, 100)
        person.on("2026-04-11")
        asked = [pay["amount"] for pay in person.stored()[goal]["upcoming"]]
        april, may = asked
        there = (100 + april) + round((100) * 0.01, 2)
        there = there + may + round((there + may) * 0.01, 2)
        assert told(person, goal)[0] == round(600 - there, 2)

    @pytest.mark.parametrize(("rates", "more"), [([0, 0], 0), ([12, 0], 1), ([12, 5], 2)])
    def test_is_read_only_for_goals_that_bear_it(self, person: Person, rates: list[int], more: int) -> None:
        """Their check-ins, by one statement each in one round trip; after a month without a payment."""
        for rate in rates:
            person.wants(1200, "2027-03-10", annual_rate=rate)
        person.plans()
        numbers = []
        for day in ("2026-03-10", "2026-04-12"):
            person.on(day).later(100)
            with CaptureQueriesContext(connection) as queries:
                person.stored()
            numbers.append(len(queries))
        assert numbers[1] - numbers[0] == more
