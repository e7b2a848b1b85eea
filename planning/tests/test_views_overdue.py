"""A goal whose payments are all past though something is missing: all tellers ask for the same, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.services import planning_context
from planning.tests.people import Person
from planning.tests.test_views_next_payments import compare, upcoming

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    person = Person(saver, time_machine)
    person.earns(850)
    return person


def told_on(person: Person, day: str) -> dict[str, Any]:
    """The plans of a day, whose payments are those of the calendar."""
    answer = person.on(day).client.get(f"/api/v0/planning/calendar?from={day}&to=2027-12-31").json()
    plans = person.stored()
    for goal, plan in plans.items():
        paid = [
            (each["date"], entry["amount"])
            for each in answer["days"]
            for entry in each["entries"]
            if (entry["kind"], entry.get("goal_id")) == ("goal_payment", goal)
        ]
        assert upcoming(plan) == paid[:12]
    return plans


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


def test_what_is_paid_on_its_date_is_not_asked_for_again(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless that would take long to compute.

    The version asks for 1 080 on the 28th, when a month begins; from the 21st on 1 265 are due at once.
    """
    person.on("2026-01-31")
    pay = {"amount": 1450, "frequency": "semimonthly", "next_date": "2026-01-31"}
    bonus = {"amount": 4000, "frequency": "once", "next_date": "2026-06-06"}
    person.tells(pay, bonus, {"amount": 490, "frequency": "monthly"}, expenses=1900)
    first, late = person.wants(2700, "2027-02-03", "Low"), person.wants(3800, "2026-02-21")
    plans = {goal: plan["id"] for goal, plan in person.plans().items()}
    chosen = {"amount": 225, "frequency": "monthly", "day_of_period": 16}
    for goal, terms in ((first, chosen), (late, {"frequency": "biweekly", "day_of_period": 6})):
        assert person.client.patch(f"/api/v0/action-plans/{plans[goal]}", terms).status_code == 200
    person.on("2026-02-16").has(first, 225)
    due = upcoming(told_on(person, "2026-02-21")[late])
    assert due[:1] == [("2026-02-21", 1265)]
    person.has(late, 1265)
    assert upcoming(told_on(person, "2026-02-21")[late]) == due[1:]
    with monkeypatch.context() as patch:
        patch.setattr(planning_context, "QUICK", -1)
        assert upcoming(told_on(person, "2026-02-21")[late])[0][0] == "2026-02-21"
    assert upcoming(person.plans()[late]) == due[1:]


def test_plans_that_are_not_shown_count_too(person: Person) -> None:
    """On a page of one plan, and by a plan's own address."""
    for month in (6, 7, 8):
        person.wants(1700, f"2026-0{month}-10", "High")
    person.wants(850, "2026-04-10", "Low")
    person.plans()
    plans = compare(person.on("2026-05-20"))
    for number in range(len(plans)):
        [plan] = person.client.get(f"/api/v0/action-plans?limit=1&offset={number}").json()
        assert plan == plans[plan["goal_id"]]
        assert person.client.get(f"/api/v0/action-plans/{plan['id']}").json() == plan
