"""A goal's series over HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from planning.tests.factories import TODAY, goal_of, plan_for, snapshot_of
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.tracking]


class TestGoalProjection:
    def test_plots_the_plan_the_check_ins_and_where_it_is_heading(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        plan_for(goal)
        create_check_in(owner=saver, goal_id=goal.id, current_amount=Decimal(30), now=noon, today=TODAY)

        document = as_saver.get(f"/api/v0/goals/{goal.id}/projection").json()

        assert document["series"][:2] == [
            {"date": "2026-03-10", "planned": 0, "actual": 30, "projected": 30},
            {"date": "2026-04-10", "planned": 100, "actual": None, "projected": 100},
        ]
        assert document["projected_completion_date"] == "2027-02-10"
        assert (document["as_of"], document["target_amount"]) == ("2026-03-10", 1200)

    def test_of_somebody_elses_goal_does_not_exist(self, as_stranger: APIClient, saver: User) -> None:
        assert as_stranger.get(f"/api/v0/goals/{goal_of(saver).id}/projection").status_code == 404
