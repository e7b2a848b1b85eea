"""A plan that takes long to make holds up none of the person's other requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import UserFactory
from conftest import client_of
from fincred.db.retries import ATTEMPTS, TooManyChangesError
from fincred.db.tests.links import address
from goals.models import Goal
from goals.services import cancel_goal, create_goal, update_goal
from goals.vocabulary import GoalType, Priority, Status
from planning.engine.model import Plan
from planning.engine.plan import make_plan
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.services import long_plans
from planning.services.action_plans import end_action_plan, regenerate_action_plan, update_action_plan
from planning.services.planning_context import read_context
from planning.services.plans import plan_everything
from planning.services.replanning import replan_person, replay_mismatches
from planning.tests.factories import NOON, TODAY, contents, goal_of, snapshot_of
from planning.vocabulary import Reason

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.django_db(transaction=True)]

LATER = date(2026, 4, 20)


@pytest.fixture
def saver() -> User:
    return UserFactory.create()


@pytest.fixture
def goals(saver: User, monkeypatch: pytest.MonkeyPatch) -> list[Goal]:
    """Four planned goals, and money for none of them. Every plan is long."""
    monkeypatch.setattr(long_plans, "QUICK", 0)
    snapshot_of(saver, contents(income="2010.00"))
    rate = Decimal("0.5")
    goals = [
        goal_of(saver, target_amount=Decimal(5000 + n), annual_rate=rate, created_at=NOON + timedelta(minutes=n))
        for n in range(4)  # the first is served first
    ]
    plan_everything(owner=saver, now=NOON, today=TODAY)
    return goals


def plan_of(goal: Goal) -> ActionPlan:
    return ActionPlan.objects.get(goal=goal)


DOORS: dict[str, Callable[[User, list[Goal]], Any]] = {
    "a snapshot": lambda saver, goals: snapshot_of(saver, contents(income="2011.00")),
    "a changed goal": lambda saver, goals: update_goal(
        owner=saver, goal_id=goals[0].id, changes={"target_amount": Decimal(9000)}, now=NOON, today=TODAY
    ),
    "a cancelled goal": lambda saver, goals: cancel_goal(owner=saver, goal_id=goals[0].id, now=NOON, today=TODAY),
    "a new goal": lambda saver, goals: create_goal(
        owner=saver, type=GoalType.EMERGENCY_FUND, name="New", target_amount=Decimal(5000),
        target_date=date(2090, 1, 1), priority=Priority.HIGH, now=NOON, today=TODAY,
    ),
    "the plan of everything": lambda saver, goals: plan_everything(owner=saver, now=NOON, today=LATER),
    "a plan made again": lambda saver, goals: regenerate_action_plan(
        owner=saver, plan_id=plan_of(goals[0]).id, now=NOON, today=LATER
    ),
    "a changed plan": lambda saver, goals: update_action_plan(
        owner=saver, plan_id=plan_of(goals[0]).id, changes={"amount": Decimal("7.00")}, now=NOON, today=TODAY
    ),
    "an ended plan": lambda saver, goals: end_action_plan(
        owner=saver, plan_id=plan_of(goals[0]).id, now=NOON, today=LATER
    ),
    "all plans of a person": lambda saver, goals: replan_person(
        owner=saver, reason=Reason.REGENERATED, now=NOON, today=LATER
    ),
}  # fmt: skip


@contextmanager
def watched(during: Callable[[], object] = lambda: None) -> Iterator[list[bool]]:
    """Whether each plan without a limit was made inside of a transaction. `during` is called before it."""
    inside: list[bool] = []

    def make(*args: Any, **limited: Any) -> Plan:
        if not limited:
            inside.append(connection.in_atomic_block)
            during()
        return make_plan(*args, **limited)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_plans, "make_plan", make)
        yield inside


class TestLongPlans:
    @pytest.mark.parametrize("door", DOORS)
    def test_are_made_outside_of_the_transaction(self, saver: User, goals: list[Goal], door: str) -> None:
        before = PlanVersion.objects.count()
        with watched() as inside:
            DOORS[door](saver, goals)
        assert inside == [False]
        assert PlanVersion.objects.count() > before
        assert list(replay_mismatches()) == []
        assert any(plan.alternatives for plan in ActionPlan.objects.open())

    def test_leave_nothing_twice(self, saver: User, goals: list[Goal]) -> None:
        with watched() as inside:
            snapshot_of(saver, contents(income="2011.00"))
        assert inside == [False]
        assert list(Snapshot.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
        assert {plan.version for plan in ActionPlan.objects.all()} == {2}

    def test_are_made_again_when_the_numbers_changed_meanwhile(self, saver: User, goals: list[Goal]) -> None:
        changes = iter([Decimal(8000)])

        def change_once() -> None:
            for target in changes:
                Goal.objects.filter(pk=goals[0].pk).update(target_amount=target)

        with watched(change_once) as inside:
            snapshot_of(saver, contents(income="2011.00"))
        assert inside == [False, False]
        assert list(replay_mismatches()) == []
        newest = PlanVersion.objects.get(plan__goal=goals[0], number=2)
        assert "8000.00" in [goal["target_amount"] for goal in newest.inputs["plan"]["goals"]]

    def test_are_given_up_when_the_numbers_change_each_time(self, saver: User, goals: list[Goal]) -> None:
        def change() -> None:
            goal = Goal.objects.get(pk=goals[0].pk)
            Goal.objects.filter(pk=goal.pk).update(target_amount=goal.target_amount + 1)

        with watched(change) as inside, pytest.raises(TooManyChangesError):
            snapshot_of(saver, contents(income="2011.00"))
        assert inside == [False] * ATTEMPTS
        assert Snapshot.objects.count() == 1
        assert {plan.version for plan in ActionPlan.objects.all()} == {1}

    @pytest.mark.postgresql
    def test_hold_no_lock_of_the_person_under_an_idempotency_key_either(
        self, saver: User, goals: list[Goal]
    ) -> None:
        def lock() -> None:
            with psycopg.connect(**address()) as other:
                other.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE NOWAIT", [saver.pk])

        update_goal(owner=saver, goal_id=goals[0].id, changes={"status": Status.PAUSED}, now=NOON, today=TODAY)
        with watched(lock) as inside:
            response = client_of(saver).post("/api/v0/planning/plan", headers={"Idempotency-Key": "k"})
        assert response.status_code == 200, response.content
        assert inside == [True]

    def test_are_what_would_be_made_under_the_lock(self, saver: User, goals: list[Goal]) -> None:
        made = plan_everything(owner=saver, now=NOON, today=LATER)
        inputs = read_context(owner=saver, today=LATER).plan_input()
        assert made.goals == make_plan(inputs).goals

    def test_are_only_those_with_much_effort(self, saver: User) -> None:
        """Thousands of months with interest."""
        snapshot_of(saver, contents(income="2010.00"))
        goal_of(saver)
        with watched() as inside:
            plan_everything(owner=saver, now=NOON, today=TODAY)
            assert inside == []
            for n in range(4):
                goal_of(
                    saver, target_amount=Decimal(10**6), target_date=date(2116 - n, 1, 1), annual_rate=Decimal(1)
                )
            plan_everything(owner=saver, now=NOON, today=TODAY)
            assert inside == [False]
