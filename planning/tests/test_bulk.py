"""Replanning takes as many statements for five plans as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory
from conftest import client_of
from fincred.db.tests.wire import Trace, traced
from goals.models import Goal
from goals.services import update_goal
from goals.vocabulary import Status
from planning.models import ActionPlan
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of

pytestmark = [
    pytest.mark.integration,
    pytest.mark.planning,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

Change = Callable[[APIClient, Goal], Any]

# Of a request, BEGIN and COMMIT counted, the session's check not. One of them notes when to plan again.
MOST = 17
SESSION_CHECK = 1


def store_snapshot(client: APIClient, goal: Goal) -> Any:
    body = {"income": {"amount": 2900, "frequency": "monthly"}, "expenses": {"total_amount": 2000}}
    return client.put("/api/v0/snapshot", body)


def change_target(client: APIClient, goal: Goal) -> Any:
    return client.patch(f"/api/v0/goals/{goal.id}", {"target_amount": 11000})


def resume_as_primary(client: APIClient, goal: Goal) -> Any:
    """Also counts the active goals, takes the flag from another goal, and is the first whose date comes.

    That makes the most statements of all changes.
    """
    body = {"status": "active", "primary_flag": True, "target_amount": 11000}
    return client.patch(f"/api/v0/goals/{goal.id}", body)


def measured(plans: int, change: Change) -> Trace:
    """What goes over the wire when a person's plans all change."""
    person = UserFactory.create()
    snapshot_of(person)
    dates = [date(2027, 2, 10), *[date(2027, 3, 10)] * (plans - 1)]
    wanted: dict[str, Any] = {"target_amount": Decimal("12000.00"), "priority": "Medium"}
    goals = [goal_of(person, **wanted, target_date=day) for day in dates]
    for goal in goals:
        plan_for(goal)
    if change is resume_as_primary:
        update_goal(owner=person, goal_id=goals[0].id, changes={"status": Status.PAUSED}, now=NOON, today=TODAY)
        goal_of(person, status=Status.PAUSED, primary_flag=True)
    before = versions(goals)
    client = client_of(person)
    with traced() as trace:
        response = change(client, goals[0])
    assert response.status_code == 200, response.content
    assert versions(goals) == [version + 1 for version in before]
    return trace


def versions(goals: list[Goal]) -> list[int]:
    return [ActionPlan.objects.get(goal=goal).version for goal in goals]


class TestStatements:
    @pytest.mark.parametrize("change", [store_snapshot, change_target, resume_as_primary])
    def test_do_not_grow_with_the_number_of_plans(self, change: Change) -> None:
        measured(1, change)  # prepares the statements
        one, five = measured(1, change), measured(5, change)
        assert one.statements == five.statements <= MOST + SESSION_CHECK
        assert one.round_trips == five.round_trips <= MOST + SESSION_CHECK
