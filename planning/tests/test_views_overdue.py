"""A goal whose payments are all past though something is missing: all tellers ask for the same, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.tests.people import Person
from planning.tests.test_views_next_payments import compare, upcoming

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    person = Person(saver, time_machine)
    person.earns(850)
    return person


def completion(person: Person, goal: str) -> set[str]:
    """By the action plan, the projection and what-if."""
    told = person.client.post("/api/v0/planning/what-if", {}).json()["baseline"]["goals"]
    days = {each["projected_completion_date"] for each in told if each["goal_id"] == goal}
    days.add(person.client.get(f"/api/v0/goals/{goal}/projection").json()["projected_completion_date"])
    return {*days, person.stored()[goal]["projected_completion_date"]}


def test_what_is_missing_months_after_the_date_is_asked_for(person: Person) -> None:
    goal = person.wants(1700, "2026-05-10", "High")
    person.plans()
    person.has(goal, 850)
    plan = compare(person.on("2026-09-20"))[goal]
    assert (upcoming(plan), plan["this_month"]) == ([("2026-09-20", 850)], 850)
    assert completion(person, goal) == {"2026-09-20"}
    person.has(goal, 1000)
    assert upcoming(compare(person)[goal]) == [("2026-09-20", 700)]
    assert upcoming(compare(person.on("2026-12-24"))[goal]) == [("2026-12-24", 700)]


def test_what_an_earlier_month_left_unpaid_is_asked_for_after_the_last_payment(person: Person) -> None:
    """The version has no payment after that of April."""
    goal = person.wants(1700, "2026-05-10", "High")
    person.plans()
    person.on("2026-04-15").has(goal, 850)
    assert upcoming(compare(person)[goal]) == [("2026-05-10", 850)]


def test_a_payment_that_is_late_within_its_month_ends_the_goal_when_it_is_made(person: Person) -> None:
    goal = person.wants(600, "2026-03-20")
    person.plans()
    plan = compare(person.on("2026-03-15"))[goal]
    assert (upcoming(plan), plan["projected_completion_date"]) == ([("2026-03-15", 600)], "2026-03-15")
    assert completion(person, goal) == {"2026-03-15"}


def test_a_late_goal_that_was_not_paid_is_asked_for_as_one_whose_date_has_come(person: Person) -> None:
    """The version asks for 450 in June, as if all before had been made; but 3 000 are missing."""
    goal = person.wants(3000, "2026-05-10")
    assert upcoming(person.plans()[goal])[2:] == [("2026-05-10", 850), ("2026-06-10", 450)]
    plan = compare(person.on("2026-06-15"))[goal]
    assert [amount for _, amount in upcoming(plan)] == [850, 850, 850, 450]
    assert completion(person, goal) == {"2026-09-10"}


def test_debts_of_which_something_is_left_are_asked_for(person: Person) -> None:
    loan = person.wants(600, "2026-05-10", "High", type="debt_payoff")
    person.owes(800, loan, balance=600, rate=0, minimum=100)
    assert upcoming(person.plans()[loan]) == [("2026-04-10", 200), ("2026-05-10", 200)]
    person.on("2026-04-10").has(loan, 300)
    plan = compare(person.on("2026-07-12"))[loan]
    assert upcoming(plan) == [("2026-08-10", 200)]
    assert completion(person, loan) == {"2026-08-10"}


def test_nothing_is_asked_for_where_all_is_there(person: Person) -> None:
    fund = person.wants(850, "2026-04-10", "High", kind="reserve", type="emergency_fund")
    person.plans()
    person.has(fund, 850)
    assert upcoming(compare(person.on("2026-09-20"))[fund]) == []
