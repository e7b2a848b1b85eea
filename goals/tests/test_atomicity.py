from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.audit import chain_of
from accounts.models import User
from goals import services
from goals.changes import GoalChanges
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.tests.faults import faults_undone

pytestmark = [pytest.mark.integration, pytest.mark.goals]

TODAY = date(2026, 3, 10)


@pytest.fixture
def writes(saver: User, noon: datetime) -> dict[str, Callable[[], Any]]:
    """Each service, at its busiest."""
    GoalFactory.create(user=saver, primary_flag=True)
    goal = GoalFactory.create(user=saver)
    on: dict[str, Any] = {"owner": saver, "now": noon, "today": TODAY}
    new: dict[str, Any] = {
        "type": "fire_starter",
        "name": "Freedom",
        "target_amount": Decimal(1000),
        "target_date": date(2030, 1, 1),
        "priority": "Low",
        "primary_flag": True,
    }
    changes: GoalChanges = {"primary_flag": True, "status": "completed"}
    return {
        "create": partial(services.create_goal, **on, **new),
        "update": partial(services.update_goal, **on, goal_id=goal.id, changes=changes),
        "cancel": partial(services.cancel_goal, **on, goal_id=goal.id),
        "record": lambda: _record(goal, noon),
    }


@transaction.atomic
def _record(goal: Goal, now: datetime) -> None:
    """In a transaction of the caller, who holds the lock of the person's row: that is what a fault undoes."""
    services.record_progress(
        goal=Goal.objects.get(pk=goal.pk),
        current_amount=Decimal(1000),
        last_check_in_date=TODAY,
        now=now,
        today=TODAY,
        chain=chain_of(goal.user),
    )


class TestEveryWrite:
    @pytest.mark.parametrize(("service", "least"), [("create", 3), ("update", 3), ("cancel", 2), ("record", 2)])
    def test_leaves_nothing_half_done_when_it_fails(
        self, writes: dict[str, Callable[[], Any]], service: str, least: int
    ) -> None:
        assert faults_undone(writes[service]) >= least
