"""A goal that goes on when it is full, a reserve or a recurring one, has nothing to complete and asks for nothing.

All that tell of it say so, and name no day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from planning.models import ActionPlan
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.platform]

V0 = "/api/v0"


@dataclass(frozen=True)
class Kind:
    """What such a goal is made of, and what is said of it with 1 200 of its 1 200."""

    fields: dict[str, Any]
    explanation: str
    standing: str


RESERVE = Kind(
    {"kind": "reserve", "type": "emergency_fund", "name": "Buffer"},
    "It is full with 1,200.00: nothing is asked for until some is taken out.",
    "full",
)
RECURRING = Kind(
    {"kind": "recurring", "repeat_every_months": 12, "name": "Insurance"},
    "1,200.00 of 1,200.00 is already there. Nothing is asked for until 2026-09-10, when its next cycle begins.",
    "all there for this time",
)
KINDS = pytest.mark.parametrize("kind", [RESERVE, RECURRING], ids=["reserve", "recurring"])


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


def compare(person: Person, goal: str, kind: Kind) -> None:
    """Hold plan, projection, what-if, dashboard, calendar, coach and back office together."""
    person.later(10)
    plan = person.stored()[goal]
    projection = person.client.get(f"{V0}/goals/{goal}/projection").json()
    [planned] = person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]["goals"]
    days = [told["projected_completion_date"] for told in (plan, projection, planned)]
    assert days == [None, None, None]
    assert plan["explanation"]["text"] == planned["explanation"]["text"] == kind.explanation
    figures = ("required_monthly_contribution", "allocated_monthly_contribution", "this_month", "shortfall")
    assert [(plan[name], planned[name]) for name in figures] == [(0, 0)] * len(figures)
    assert plan["amount"] == 0
    [shown] = person.client.get(f"{V0}/dashboard").json()["goals"]
    paid = plan["upcoming"]
    assert plan["next_action_date"] == shown["next_action_date"] == (paid[0]["date"] if paid else None)
    assert (shown["progress_status"], shown["progress_percentage"]) == ("on_track", 100)
    assert [point["projected"] for point in projection["series"]] == [None] * len(projection["series"])
    calendar = person.client.get(f"{V0}/planning/calendar?from=2026-03-10&to=2027-12-10").json()
    told = [
        {"date": day["date"], "amount": entry["amount"]}
        for day in calendar["days"]
        for entry in day["entries"]
        if entry["kind"] == "goal_payment"
    ]
    assert told[:12] == paid
    assert paid == [] if kind is RESERVE else paid[0]["date"] == "2026-09-10"
    name = kind.fields["name"]
    for question in ("When will {} be done?", "Why is my plan for {} like that?", "How is {} doing?"):
        said = person.client.post(f"{V0}/chat/message", {"message": question.format(name)}).json()["response"]
        standing = f"{name}: 1,200.00 USD of 1,200.00 USD saved (100.00 %), {kind.standing}."
        assert said.startswith(standing), said
        assert "reached on" not in said
    page = page_of(ActionPlan.objects.get(goal_id=goal))
    assert "<strong>It is full.</strong>" in page
    assert "<dt>Arrives</dt><dd>it is full</dd>" in page
    assert kind.explanation.replace("2026-09-10", "10 Sep 2026") in page


@KINDS
@pytest.mark.parametrize("surplus", [1000, 100])
def test_of_one_that_is_filled_all_tell_at_once_after_planning_and_later(
    person: Person, surplus: int, kind: Kind
) -> None:
    person.earns(surplus)
    goal = person.wants(1200, "2026-09-10", **kind.fields)
    person.plans()
    person.has(goal, 1200)
    compare(person, goal, kind)
    person.plans()
    compare(person, goal, kind)
    compare(person.on("2026-03-25"), goal, kind)
    person.plans()
    compare(person, goal, kind)


def test_a_reserve_stays_full_after_its_date(person: Person) -> None:
    fund = person.wants(1200, "2026-09-10", **RESERVE.fields)
    person.plans()
    person.has(fund, 1200)
    compare(person.on("2026-10-20"), fund, RESERVE)
    person.plans()
    compare(person, fund, RESERVE)


@KINDS
def test_of_one_that_is_filled_as_it_was_planned_too(person: Person, kind: Kind) -> None:
    goal = person.wants(1200, "2026-09-10", **kind.fields)
    for month, asked in ((3, 200), (4, 200), (5, 200), (6, 200), (7, 200), (8, 200)):
        assert person.on(f"2026-{month:02}-10").plans()[goal]["this_month"] == asked
        person.has(goal, asked * (month - 2))
    compare(person, goal, kind)
    person.plans()
    compare(person, goal, kind)
    assert person.summary["buffer_remaining"] == 1000 - 200
    person.has(goal, 1250)  # beyond what was asked: taken from nothing else
    person.plans()
    assert person.summary["buffer_remaining"] == 1000 - 200


@KINDS
def test_it_tells_all_that_is_there(person: Person, kind: Kind) -> None:
    goal = person.wants(1200, "2026-09-10", **kind.fields)
    person.has(goal, 1300)
    assert "1,300.00" in person.plans()[goal]["explanation"]["text"]


@KINDS
def test_without_a_plan_it_has_no_day_either(person: Person, kind: Kind) -> None:
    goal = person.wants(1200, "2026-09-10", **kind.fields)
    person.has(goal, 1200)
    assert person.client.get(f"{V0}/goals/{goal}/projection").json()["projected_completion_date"] is None


@KINDS
def test_once_some_was_taken_out_it_has_a_day_again(person: Person, kind: Kind) -> None:
    goal = person.wants(1200, "2026-09-10", **kind.fields)
    person.plans()
    person.has(goal, 1200)
    person.on("2026-04-10").has(goal, 900)
    day = person.stored()[goal]["projected_completion_date"]
    assert day is not None
    assert day == person.client.get(f"{V0}/goals/{goal}/projection").json()["projected_completion_date"]


def test_a_cycle_that_begins_has_a_day_again(person: Person) -> None:
    goal = person.wants(1200, "2026-09-10", **RECURRING.fields)
    person.plans()
    person.has(goal, 1200)
    plan = person.on("2026-09-10").plans()[goal]
    assert (plan["projected_completion_date"], plan["required_monthly_contribution"]) == ("2027-08-10", 100)
