"""A goal changes in a month in which money was put in: none of it is handed out twice, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning]

V0 = "/api/v0"
START = "2026-03-10"
CALENDAR = f"{V0}/planning/calendar?from={START}&to=2028-03-09"
SAME_IN_BOTH = (
    "amount",
    "this_month",
    "required_monthly_contribution",
    "allocated_monthly_contribution",
    "shortfall",
    "feasibility",
    "projected_completion_date",
    "upcoming",
)
ONCE = {"kind": "once", "repeat_every_months": None}


def wants_two(person: Person, target: float, by: str, surplus: int = 250, **more: Any) -> str:
    """The first of two planned goals, before which the other one comes last."""
    person.on(START).earns(surplus)
    goal = person.wants(target, by, **more)
    person.wants(300, "2027-03-10", "Low")
    person.plans()
    return goal


def behind(person: Person, **more: Any) -> str:
    goal = wants_two(person, 1200, "2026-09-10", **more)
    person.has(goal, 100)
    person.on("2026-05-12").has(goal, 250)
    return goal


def ahead(person: Person) -> str:
    goal = wants_two(person, 1200, "2026-09-10")
    person.has(goal, 700)
    return goal


def with_interest(person: Person) -> str:
    return behind(person, annual_rate=12)


def past_its_date_with_interest(person: Person) -> str:
    """Its date passes in the month in which it was paid; by a new one it earns for the whole month."""
    goal = wants_two(person, 600, "2026-05-20", 200, annual_rate=12)
    person.has(goal, 100)
    person.on("2026-05-12").has(goal, 250)
    person.on("2026-05-25")
    return goal


def recurring(person: Person) -> str:
    return behind(person, kind="recurring", repeat_every_months=6)


def recurring_in_the_month_of_its_end(person: Person) -> str:
    goal = wants_two(person, 600, "2026-05-20", kind="recurring", repeat_every_months=4)
    person.on("2026-05-12").has(goal, 600)
    person.on("2026-05-20").has(goal, 500)
    return goal


def reserve(person: Person) -> str:
    goal = behind(person, kind="reserve")
    person.on("2026-05-14").has(goal, 220)
    person.on("2026-07-12").has(goal, 260)
    return goal


def debts(person: Person) -> str:
    goal = wants_two(person, 2000, "2026-09-10", type="debt_payoff")
    person.owes(400, goal, balance=2000, rate=12, minimum=50)
    person.plans()
    person.on("2026-05-12").has(goal, 100)
    return goal


def on_its_own_days(person: Person) -> str:
    goal = wants_two(person, 1200, "2026-09-10")
    path = f"{V0}/action-plans/{person.stored()[goal]['id']}"
    assert person.client.patch(path, {"frequency": "weekly", "day_of_period": 5}).status_code == 200
    person.on("2026-05-12").has(goal, 150)
    return goal


def with_an_amount_of_the_persons_own(person: Person) -> str:
    goal = wants_two(person, 1200, "2026-09-10")
    path = f"{V0}/action-plans/{person.stored()[goal]['id']}"
    assert person.client.patch(path, {"amount": 180}).status_code == 200
    person.on("2026-05-12").has(goal, 150)
    return goal


LIVES = (
    behind,
    ahead,
    with_interest,
    past_its_date_with_interest,
    recurring,
    recurring_in_the_month_of_its_end,
    reserve,
    debts,
    on_its_own_days,
    with_an_amount_of_the_persons_own,
)


def told(person: Person, goal: str) -> dict[str, Any]:
    """What a person is told, without the ids."""
    plans = {
        name: {field: plan[field] for field in SAME_IN_BOTH}
        for name, plan in ((("goal" if of == goal else "other"), plan) for of, plan in person.stored().items())
    }
    days = person.client.get(CALENDAR).json()["days"]
    for entry in (entry for day in days for entry in day["entries"]):
        entry.pop("goal_id", None)
    return {"plans": plans, "days": days}


class TestProposal:
    @pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
    def test_accepted_leads_to_what_the_same_date_leads_to(
        self, saver: User, stranger: User, time_machine: Any, life: Callable[[Person], str]
    ) -> None:
        one, other = Person(saver, time_machine), Person(stranger, time_machine)
        goal, same = life(one), life(other)
        path = f"{V0}/action-plans/{one.stored()[goal]['id']}/proposal"
        day = one.client.get(path).json()["same_contribution"]["target_date"]
        assert one.client.post(f"{path}/accept", {"choice": "same_contribution"}).status_code == 200
        assert other.client.patch(f"{V0}/goals/{same}", {"target_date": day}).status_code == 200
        assert told(one, goal) == told(other, same)
        accepted = told(one, goal)
        one.plans()
        other.plans()
        assert told(one, goal) == told(other, same) == accepted
        assert (one.summary, one.cash_flow) == (other.summary, other.cash_flow)


class TestEndedCycle:
    """250 a month: May's 200 went into the cycle that ended on the 20th, so 50 are left of it, and no more."""

    @pytest.fixture
    def bill(self, person: Person) -> str:
        person.earns(250)
        bill = person.wants(600, "2026-05-20", "High", kind="recurring", repeat_every_months=4)
        self.other = person.wants(900, "2027-03-10", "Low")
        person.plans()
        for day, amount in (("2026-03-10", 200), ("2026-04-10", 400), ("2026-05-10", 600)):
            person.on(day).has(bill, amount)
            if day < "2026-05-10":
                person.has(self.other, amount // 4)
        person.on("2026-05-22")
        return bill

    def changed(self, person: Person, goal: str, change: dict[str, Any]) -> None:
        response = person.client.patch(f"{V0}/goals/{goal}", change)
        assert response.status_code == 200, response.content

    def asks(self, person: Person) -> float:
        """What is asked for in the month, as stored and as planned again."""
        stored = sum(plan["this_month"] for plan in person.stored().values())
        assert sum(plan["this_month"] for plan in person.plans().values()) == stored
        flow = person.cash_flow[0]
        assert (flow["given"], flow["carried"], person.summary["buffer_remaining"]) == (250, 0, 0)
        return float(stored)

    @pytest.mark.parametrize(
        "change",
        [
            {"target_date": "2026-10-20"},
            {"repeat_every_months": 5},
            {"target_amount": 700},
            ONCE,
            ONCE | {"target_date": "2026-11-01"},
            {"kind": "reserve", "repeat_every_months": None},
            {"status": "paused"},
            {"status": "cancelled"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("is_seen", [True, False], ids=["planned before", "at once"])
    @pytest.mark.parametrize("told", [0, 30])
    def test_keeps_its_part_of_the_month_whatever_the_goal_becomes(
        self, person: Person, bill: str, change: dict[str, Any], is_seen: bool, told: int
    ) -> None:
        if is_seen:
            assert self.asks(person) == 50
        if told:
            person.has(bill, told)
        self.changed(person, bill, change)
        assert self.asks(person) == 50
        person.on("2026-06-08")
        assert self.asks(person) == 50

    def test_keeps_it_when_its_goal_changes_again(self, person: Person, bill: str) -> None:
        self.changed(person, bill, {"target_date": "2026-10-20"})
        person.has(bill, 10)
        assert self.asks(person) == 40
        self.changed(person, bill, ONCE)
        assert self.asks(person) == 40
        person.on("2026-05-25").has(bill, 30)
        self.changed(person, bill, {"kind": "recurring", "repeat_every_months": 6, "target_date": "2026-11-20"})
        assert self.asks(person) == 20

    def test_is_of_its_own_month_alone(self, person: Person, bill: str) -> None:
        self.changed(person, bill, {"target_date": "2026-10-20"})
        person.on("2026-06-10").plans()
        assert person.cash_flow[0]["surplus"] == 250
        assert sum(plan["this_month"] for plan in person.stored().values()) == person.cash_flow[0]["given"] > 50

    def test_may_be_followed_by_another_end_in_the_month(self, person: Person, bill: str) -> None:
        """The date is moved into the same month: the short cycle takes its 50 of May too."""
        self.changed(person, bill, {"target_date": "2026-06-05"})
        assert self.asks(person) == 50
        person.has(bill, 50)
        assert self.asks(person) == 0
        person.on("2026-06-05")
        assert person.goal(bill)["current_amount"] == 0
        assert self.asks(person) == 0
        self.changed(person, bill, {"target_date": "2026-12-05"})
        assert self.asks(person) == 0

    def test_before_a_plan_was_made_counts_for_no_plan(self, person: Person) -> None:
        """What was put in before is an opening balance, and what is put in then is the month's payment."""
        person.earns(250)
        bill = person.wants(600, "2026-03-20", kind="recurring", repeat_every_months=4)
        person.has(bill, 600)
        person.on("2026-03-22").has(bill, 100)
        assert person.plans()[bill]["this_month"] == 125
        person.has(bill, 225)
        plan = person.plans()[bill]
        assert (plan["this_month"], person.summary["buffer_remaining"]) == (0, 125)
        self.changed(person, bill, {"target_date": "2026-12-20"})
        assert person.summary["buffer_remaining"] == 125

    def test_what_if_counts_it_too(self, person: Person, bill: str) -> None:
        asked = {"goals": [{"id": bill, "target_date": "2026-10-20"}]}
        answer = person.client.post(f"{V0}/planning/what-if", asked)
        assert answer.status_code == 200, answer.content
        for plan in (answer.json()["baseline"], answer.json()["scenario"]):
            assert sum(goal["this_month"] for goal in plan["goals"]) == 50
