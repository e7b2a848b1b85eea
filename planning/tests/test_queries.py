"""Planning's compiled reads."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.queries import OPEN_PLANS
from planning.services.action_plans import end_action_plan
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestOpenPlans:
    def test_gives_the_open_ones_with_their_goals_in_one_query(
        self, saver: User, django_assert_num_queries: Any
    ) -> None:
        snapshot_of(saver)
        goals = [goal_of(saver) for _ in range(3)]
        first, second = plan_for(goals[0]), plan_for(goals[1])
        end_action_plan(owner=saver, plan_id=second.id, now=NOON, today=TODAY)
        with django_assert_num_queries(1):
            plans = OPEN_PLANS.bind(owner=saver.pk).all()
            assert plans[0].next_action_date(TODAY) == TODAY
        assert plans == [first]
