"""A reserve that is full has nothing to complete and asks for nothing: whoever tells of it says so, and no day."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from planning.models import ActionPlan
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.platform]

V0 = "/api/v0"
FUND = {"kind": "reserve", "type": "emergency_fund", "name": "Buffer"}
FULL = "It is full with 1,200.00: nothing is asked for until some is taken out."


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """1 000 a month, on 10 March 2026."""
    person = Person(saver, time_machine)
    person.earns(1000)
    return person


def page_of(plan: ActionPlan) -> str:
    email = "boss@example.com"
    boss = User.objects.filter(email=email).first() or User.objects.create_superuser(email)
    page = signed_in(boss).get(f"/admin/planning/actionplan/{plan.pk}/change/").content.decode()
    return re.sub(r"\s+", " ", page)


def compare(person: Person, fund: str) -> None:
    """Hold plan, projection, what-if, dashboard, calendar, coach and back office together."""
    person.later(10)
    plan = person.stored()[fund]
    projection = person.client.get(f"{V0}/goals/{fund}/projection").json()
    [planned] = person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]["goals"]
    days = [told["projected_completion_date"] for told in (plan, projection, planned)]
    assert days == [None, None, None]
    assert plan["explanation"]["text"] == planned["explanation"]["text"] == FULL
    figures = ("required_monthly_contribution", "allocated_monthly_contribution", "this_month", "shortfall")
    assert [(plan[name], planned[name]) for name in figures] == [(0, 0)] * len(figures)
    assert plan["amount"] == 0
    [shown] = person.client.get(f"{V0}/dashboard").json()["goals"]
    assert (plan["upcoming"], plan["next_action_date"], shown["next_action_date"]) == ([], None, None)
    assert (shown["progress_status"], shown["progress_percentage"]) == ("on_track", 100)
    assert [point["projected"] for point in projection["series"]] == [None] * len(projection["series"])
    calendar = person.client.get(f"{V0}/planning/calendar?from=2026-03-10&to=2027-12-10").json()
    assert [entry for day in calendar["days"] for entry in day["entries"] if entry["kind"] == "goal_payment"] == []
    for question in ("When will Buffer be done?", "Why is my plan for Buffer like that?", "How is Buffer doing?"):
        said = person.client.post(f"{V0}/chat/message", {"message": question}).json()["response"]
        assert said.startswith("Buffer: 1,200.00 USD of 1,200.00 USD saved (100.00 %), full."), said
        assert "reached on" not in said
    page = page_of(ActionPlan.objects.get(goal_id=fund))
    assert "<strong>It is full.</strong>" in page
    assert "<dt>Arrives</dt><dd>it is full</dd>" in page
    assert FULL in page
    assert "never, as planned" not in page


@pytest.mark.parametrize("surplus", [1000, 100])
def test_of_a_reserve_that_is_filled_all_tell_at_once_after_planning_and_later(
    person: Person, surplus: int
) -> None:
    person.earns(surplus)
    fund = person.wants(1200, "2026-09-10", **FUND)
    assert person.plans()[fund]["projected_completion_date"] is not None
    person.has(fund, 1200)
    compare(person, fund)
    person.plans()
    compare(person, fund)
    compare(person.on("2026-03-25"), fund)
    compare(person.on("2026-10-20"), fund)
    person.plans()
    compare(person, fund)


def test_of_one_that_is_filled_as_it_was_planned_too(person: Person) -> None:
    fund = person.wants(1200, "2026-05-10", **FUND)
    for day, amount in (("2026-03-10", 600), ("2026-04-10", 1200)):
        assert person.on(day).plans()[fund]["this_month"] == 600
        person.has(fund, amount)
    compare(person, fund)
    person.plans()
    compare(person, fund)


def test_without_a_plan_it_has_no_day_either(person: Person) -> None:
    fund = person.wants(1200, "2026-09-10", **FUND)
    person.has(fund, 1200)
    assert person.client.get(f"{V0}/goals/{fund}/projection").json()["projected_completion_date"] is None


def test_once_it_was_drained_it_has_a_day_again(person: Person) -> None:
    fund = person.wants(1200, "2026-09-10", **FUND)
    person.plans()
    person.has(fund, 1200)
    person.on("2026-04-10").has(fund, 900)
    day = person.stored()[fund]["projected_completion_date"]
    assert day is not None
    assert day == person.client.get(f"{V0}/goals/{fund}/projection").json()["projected_completion_date"]
