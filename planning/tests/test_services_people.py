"""What planning hands out about a person, and erases."""

from __future__ import annotations

import pytest

from accounts.models import User
from fincred.api.renderers import render_json
from fincred.events import PersonErased, PersonExported, publish
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.services.action_plans import end_action_plan
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture(autouse=True)
def plans(saver: User, stranger: User) -> None:
    """An ended and an open plan of one, an open plan of the other."""
    for person in (saver, stranger):
        snapshot_of(person)
        plan_for(goal_of(person))
    ended = ActionPlan.objects.get(user=saver)
    end_action_plan(owner=saver, plan_id=ended.id, now=NOON, today=TODAY)
    plan_for(ended.goal)


class TestExport:
    def test_has_snapshots_plans_and_versions_and_nobody_elses(self, saver: User) -> None:
        event = PersonExported(user_id=saver.id, sections={})
        publish(event)
        section = event.sections["planning"]
        assert {name: len(rows) for name, rows in section.items()} == {
            "snapshots": 1,
            "action_plans": 2,
            "plan_versions": 2,
        }
        assert {row["user_id"] for row in section["action_plans"]} == {saver.id}
        assert render_json(section)


class TestErase:
    def test_leaves_nothing_of_the_person_and_all_of_the_others(self, saver: User, stranger: User) -> None:
        publish(PersonErased(user_id=saver.id))
        for rows in (Snapshot.objects, ActionPlan.objects):
            assert [row.user_id for row in rows.all()] == [stranger.id]
        assert [version.plan.user_id for version in PlanVersion.objects.all()] == [stranger.id]
