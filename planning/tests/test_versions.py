"""A version's outputs follow from its inputs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import User
from planning.models import ActionPlan, PlanVersion
from planning.services.action_plans import (
    PlanChanges,
    regenerate_action_plan,
    update_action_plan,
)
from planning.services.replanning import replay_mismatches
from planning.snapshot_contents import SnapshotContents
from planning.tests.factories import (
    NOON,
    TODAY,
    chosen_plan_for,
    contents,
    debt,
    goal_of,
    snapshot_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestVersions:
    def test_each_replays_to_its_outputs(self, plan: ActionPlan, saver: User) -> None:
        second = goal_of(saver, priority="Low", annual_rate=Decimal("3.5000"), target_amount=Decimal("15000.00"))
        chosen_plan_for(second)
        changes: PlanChanges = {"amount": Decimal("33.33")}
        update_action_plan(owner=saver, plan_id=plan.id, changes=changes, now=NOON, today=TODAY)
        snapshot_of(saver, contents(income="2000.01", debts=(debt(),)))
        snapshot_of(saver, SnapshotContents())
        assert PlanVersion.objects.count() >= 6
        assert list(replay_mismatches()) == []

    def test_a_version_that_was_tampered_with_is_found(self, plan: ActionPlan) -> None:
        version = plan.versions.get()
        plan.versions.update(outputs={**version.outputs, "amount": "99.99"})
        assert list(replay_mismatches()) == [version]

    def test_remembers_the_snapshot_and_every_goal(self, plan: ActionPlan, saver: User) -> None:
        other = goal_of(saver, priority="Low")
        plan = regenerate_action_plan(owner=saver, plan_id=plan.id, now=NOON, today=TODAY)
        inputs = plan.versions.get(number=2).inputs
        assert inputs["snapshot_id"] == str(saver.snapshots.get().id)
        assert [goal["id"] for goal in inputs["plan"]["goals"]] == [str(plan.goal_id), str(other.id)]
