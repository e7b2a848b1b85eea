"""What-if with other numbers for a goal is the plan that is made once the goal has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from goals.changes import GoalChanges
from planning.models import PlanVersion
from planning.scenarios import GoalChange
from planning.serializers.what_if import GoalChangeSerializer
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
Question = dict[str, Any]
Life = Callable[[Person], str]


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """500 a month, from 1 January 2026."""
    person = Person(saver, time_machine).on("2026-01-01")
    person.earns(500)
    return person


def savings(person: Person, **more: Any) -> str:
    """Half of it is there; 857 came in on a day after the month's first."""
    person.earns(1000)
    goal = person.wants(12000, "2027-01-01", **more)
    beside(person)
    person.plans()
    person.has(goal, 6000)
    person.on("2026-06-10").plans()
    person.has(goal, 6857.15)
    return goal


def untouched(person: Person) -> str:
    goal = person.wants(3000, "2026-12-01", annual_rate=4)
    beside(person)
    person.plans()
    person.on("2026-02-10")
    return goal


def unplanned(person: Person) -> str:
    """A goal without a plan, with money of the month."""
    beside(person)
    person.plans()
    goal = person.wants(900, "2026-09-01")
    person.has(goal, 100)
    return goal


def past_its_date(person: Person) -> str:
    goal = person.wants(1200, "2026-03-10", annual_rate=12)
    beside(person)
    person.plans()
    person.has(goal, 400)
    person.on("2026-03-05").has(goal, 700)
    person.on("2026-03-20")
    return goal


def full(person: Person, paid_on: str = "2026-03-01", **kind: Any) -> str:
    goal = person.wants(900, "2026-04-01", "High", **kind)
    beside(person)
    person.plans()
    for day, amount in (("2026-01-01", 300), ("2026-02-01", 600), (paid_on, 900)):
        person.on(day).has(goal, amount)
    person.on("2026-03-05")
    return goal


def full_reserve(person: Person) -> str:
    return full(person, kind="reserve")


def reserve_that_was_full(person: Person) -> str:
    goal = full(person, kind="reserve")
    person.on("2026-05-10")
    return goal


def drained_reserve(person: Person) -> str:
    goal = full(person, kind="reserve")
    person.on("2026-05-10").has(goal, 200)
    person.on("2026-05-12").has(goal, 260)
    return goal


def full_cycle(person: Person) -> str:
    return full(person, kind="recurring", repeat_every_months=12)


def second_cycle(person: Person, repeat: int = 3) -> str:
    """The first one ended on 25 March."""
    goal = person.wants(300, "2026-03-25", "High", kind="recurring", repeat_every_months=repeat)
    beside(person)
    person.plans()
    for day, amount in (("2026-01-01", 100), ("2026-02-01", 200), ("2026-03-01", 300)):
        person.on(day).has(goal, amount)
    person.on("2026-03-27").goal(goal)
    return goal


def paid_second_cycle(person: Person) -> str:
    goal = second_cycle(person, repeat=1)
    person.plans()
    person.on("2026-04-01").has(goal, 150)
    person.on("2026-04-07")
    return goal


def linked_debts(person: Person) -> str:
    goal = person.wants(3000, "2026-12-01", "High", type="debt_payoff")
    beside(person)
    person.owes(500, goal, balance=3000, rate=18, minimum=90)
    person.plans()
    person.on("2026-02-01").has(goal, 250)
    person.plans()
    person.on("2026-02-10").has(goal, 300)
    return goal


def dated_money(person: Person) -> str:
    """Paid every second Friday, with an interest that check-ins haven't told yet."""
    income = {"amount": 900, "frequency": "biweekly", "next_date": "2026-01-02"}
    holiday = {"amount": 400, "frequency": "once", "next_date": "2026-07-01"}
    person.tells(income, expenses=1400, planned=[holiday])
    goal = person.wants(4000, "2026-11-20", annual_rate=3)
    beside(person)
    person.plans()
    person.has(goal, 150)
    person.on("2026-02-16").has(goal, 500)
    return goal


def beside(person: Person) -> str:
    return person.wants(1500, "2026-10-01", "Medium")


LIVES: list[Life] = [
    savings,
    untouched,
    unplanned,
    past_its_date,
    full_reserve,
    reserve_that_was_full,
    drained_reserve,
    full_cycle,
    second_cycle,
    paid_second_cycle,
    linked_debts,
    dated_money,
]
CHANGES: list[Question] = [
    {"annual_rate": 12},
    {"annual_rate": 0},
    {"target_date": "2026-08-01"},
    {"target_date": "2027-06-30"},
    {"target_amount": 12500},
    {"target_amount": 1200},
    {"target_amount": 100},
    {"target_amount": 1200, "target_date": "2026-08-01"},
    {"target_amount": 1700, "annual_rate": 6, "priority": "Low"},
    {"priority": "Low"},
]


def asked(person: Person, goal: str, question: Question) -> dict[str, Any]:
    person.later(60)
    answer = person.client.post(f"{V0}/planning/what-if", {"goals": [{"id": goal, **question}]})
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    return document


def done(person: Person, goal: str, changes: Question) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan that is made after a PATCH, and the what-if baseline then; afterwards neither ever was."""
    with transaction.atomic():
        person.later(60)
        answer = person.client.patch(f"{V0}/goals/{goal}", changes)
        assert answer.status_code == 200, answer.content
        plan = person.client.post(f"{V0}/planning/plan", {}).json()
        baseline = person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]
        transaction.set_rollback(True)
    return plan, baseline


def told(plan: dict[str, Any], but: str | None = None) -> dict[str, Any]:
    """The goals in any order, without one that is completed, and the money."""
    goals = {goal["goal_id"]: goal for goal in plan["goals"] if goal["goal_id"] != but}
    return {"goals": goals, "summary": plan["summary"], "cash_flow": plan["cash_flow"]}


@pytest.mark.once
class TestAGoalWithOtherNumbers:
    @pytest.mark.parametrize("question", CHANGES, ids=str)
    @pytest.mark.parametrize("life", LIVES)
    def test_is_planned_as_after_a_patch(self, person: Person, life: Life, question: Question) -> None:
        goal = life(person)
        before = asked(person, goal, {})["baseline"]
        answer = asked(person, goal, question)
        plan, baseline = done(person, goal, question)
        completed = None if goal in told(plan)["goals"] else goal
        assert told(answer["scenario"], but=completed) == told(plan) == told(baseline)
        assert answer["baseline"] == before

    @pytest.mark.parametrize("life", LIVES)
    def test_is_left_out_as_if_it_were_paused(self, person: Person, life: Life) -> None:
        goal = life(person)
        answer = asked(person, goal, {"exclude": True})
        plan, baseline = done(person, goal, {"status": "paused"})
        assert told(answer["scenario"]) == told(plan) == told(baseline)

    @pytest.mark.parametrize("life", [savings, full_reserve, second_cycle, linked_debts])
    def test_stays_as_it_is(self, person: Person, life: Life) -> None:
        goal = life(person)
        before = person.goal(goal), PlanVersion.objects.count()
        asked(person, goal, {"target_amount": 9000, "target_date": "2027-06-30", "annual_rate": 5})
        assert (person.goal(goal), PlanVersion.objects.count()) == before

    def test_that_is_reached_with_them_asks_for_nothing(self, person: Person) -> None:
        goal = savings(person)
        (answer,) = [
            each
            for each in asked(person, goal, {"target_amount": 6857.15})["scenario"]["goals"]
            if each["goal_id"] == goal
        ]
        assert (answer["this_month"], answer["shortfall"]) == (0, 0)


class TestHistory:
    """What a question reads beside the goals, plans and snapshot."""

    @pytest.mark.parametrize(
        ("life", "question", "more"),
        [
            (savings, {"target_amount": 9000, "target_date": "2027-06-30", "priority": "Low"}, 0),
            (savings, {"annual_rate": 12}, 2),
            (untouched, {"annual_rate": 12}, 0),
            (full_reserve, {"target_amount": 1200, "target_date": "2027-06-30"}, 0),
            (second_cycle, {"target_date": "2027-06-30"}, 0),
            (linked_debts, {"target_date": "2027-06-30"}, 0),
            (linked_debts, {"exclude": True}, 0),
        ],
    )
    def test_is_read_once(self, person: Person, life: Life, question: Question, more: int) -> None:
        goal = life(person)
        asked(person, goal, {})
        with CaptureQueriesContext(connection) as plain:
            asked(person, goal, {})
        with CaptureQueriesContext(connection) as changed:
            asked(person, goal, question)
        assert len(changed) - len(plain) == more


def test_a_change_has_the_fields_of_its_request_and_each_is_one_of_the_goal() -> None:
    names = {field.name for field in fields(GoalChange)}

    assert names == GoalChangeSerializer().fields.keys() - {"id"}
    assert names - {"exclude"} <= GoalChanges.__annotations__.keys()
