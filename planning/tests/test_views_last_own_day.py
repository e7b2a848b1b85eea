"""A goal whose last own day before its date has passed: what was planned before it stays, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from planning.services.replanning import replay_mismatches
from planning.tests.people import Person
from planning.tests.test_views_next_payments import V0, compare, upcoming

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning]


@pytest.fixture
def person(person: Person) -> Person:
    """500 a month are left, in months that begin on the 10th."""
    person.earns(500)
    return person


def rhythm(person: Person, goal: str, frequency: str, day: int, amount: float | None = None) -> None:
    plan = person.plans()[goal]
    terms = {"frequency": frequency, "day_of_period": day} | ({"amount": amount} if amount else {})
    assert person.client.patch(f"{V0}/action-plans/{plan['id']}", terms).status_code == 200


def follow(person: Person, days: Sequence[str]) -> None:
    """On each of the days all tellers agree, also once it is planned again; what is due is paid."""
    for day in days:
        plans = compare(person.on(day))
        again = person.plans()
        for goal, plan in plans.items():
            for told in ("shortfall", "feasibility", "upcoming", "projected_completion_date"):
                assert again[goal][told] == plan[told], (day, told)
        for goal, plan in plans.items():
            due = sum(amount for when, amount in upcoming(plan) if when <= day)
            if due:
                person.has(goal, person.goal(goal)["current_amount"] + due)


def test_a_month_that_began_after_it_leaves_its_money_to_others(person: Person) -> None:
    """15 April has one 5th before it: 1 000 are short. April's and May's 500 are the other goal's."""
    trip, other = person.wants(1500, "2026-04-15", "High"), person.wants(1000, "2026-06-10", "Low")
    rhythm(person, trip, "monthly", 5)
    plans = compare(person)
    assert [plans[goal]["shortfall"] for goal in (trip, other)] == [1000, 0]
    assert upcoming(plans[trip]) == [("2026-04-05", 500), ("2026-07-05", 500), ("2026-08-05", 500)]
    follow(person, ["2026-04-05", "2026-04-10", "2026-04-14", "2026-04-15", "2026-05-05", "2026-05-10"])
    assert person.goal(other)["status"] == "completed"
    assert upcoming(person.on("2026-07-05").stored()[trip]) == [("2026-07-05", 500), ("2026-08-05", 500)]
    assert list(replay_mismatches()) == []


def test_a_chosen_amount_is_asked_for_on_no_other_day(person: Person) -> None:
    """100 on Wednesdays by Monday 13 April; the last one before it is the 8th, in the month before."""
    trip = person.wants(1500, "2026-04-13", "High")
    rhythm(person, trip, "weekly", 3, 100)
    follow(person, ["2026-03-11", "2026-03-18", "2026-03-25", "2026-04-01"])
    follow(person, ["2026-04-08", "2026-04-10", "2026-04-13"])
    assert [day for day, _ in upcoming(person.stored()[trip])][:2] == ["2026-04-15", "2026-04-22"]
    assert person.goal(trip)["current_amount"] == 500


def test_what_arrives_after_it_is_for_others(person: Person) -> None:
    """500 come on the 8th, after 5 April and before 9 April."""
    person.tells({"amount": 500, "frequency": "monthly", "next_date": "2026-03-08"}, expenses=0)
    trip, other = person.wants(1500, "2026-04-09", "High"), person.wants(1000, "2026-06-10", "Low")
    rhythm(person, trip, "monthly", 5)
    plans = compare(person)
    assert [plans[goal]["shortfall"] for goal in (trip, other)] == [1500, 0]
    follow(person, ["2026-04-05", "2026-04-07", "2026-04-08", "2026-04-09", "2026-05-05", "2026-05-08"])
