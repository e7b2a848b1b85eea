"""The plan of all goals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from goals.models import Goal
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan, PlanVersion
from planning.services.plans import plan_everything
from planning.tests.factories import (
    NOON,
    TODAY,
    chosen_plan_for,
    goal_of,
    snapshot_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestPlanEverything:
    def test_makes_a_plan_for_each_active_goal(self, goal: Goal, saver: User) -> None:
        paused = goal_of(saver, status="paused")
        second = goal_of(saver, priority="Low")
        made = plan_everything(owner=saver, now=NOON, today=TODAY)
        assert [planned.goal_id for planned in made.goals] == [str(goal.id), str(second.id)]
        assert not ActionPlan.objects.filter(goal=paused).exists()
        assert set(PlanVersion.objects.values_list("reason", flat=True)) == {"created"}

    def test_again_writes_nothing_when_nothing_changed(self, goal: Goal, saver: User) -> None:
        plan_everything(owner=saver, now=NOON, today=TODAY)
        plan_everything(owner=saver, now=NOON, today=TODAY)
        assert PlanVersion.objects.count() == 1

    def test_keeps_a_chosen_plan_chosen(self, goal: Goal, saver: User) -> None:
        chosen_plan_for(goal)
        plan_everything(owner=saver, now=NOON + timedelta(days=1), today=TODAY + timedelta(days=1))
        plan = ActionPlan.objects.get()
        assert (plan.is_chosen, plan.amount, plan.version) == (True, Decimal("100.00"), 2)
        assert plan.versions.get(number=2).reason == "regenerated"

    def test_without_goals_is_a_plan_of_nothing(self, saver: User) -> None:
        snapshot_of(saver)
        made = plan_everything(owner=saver, now=NOON, today=TODAY)
        assert (made.goals, made.summary.buffer_remaining) == ((), Decimal("1000.00"))

    def test_refuses_without_a_snapshot(self, saver: User) -> None:
        with pytest.raises(SnapshotRequiredError):
            plan_everything(owner=saver, now=NOON, today=TODAY)
