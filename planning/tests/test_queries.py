"""Planning's compiled reads."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from goals.vocabulary import GoalType
from planning.queries import OPEN_PLANS, OPEN_PLANS_IN_BRIEF
from planning.services.action_plans import end_action_plan
from planning.tests.factories import NOON, TODAY, contents, debt, goal_of, plan_for, snapshot_of

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


class TestOpenPlansInBrief:
    def test_know_without_their_explanations_what_pays_off_linked_debts(
        self, saver: User, django_assert_num_queries: Any
    ) -> None:
        linked, alone = (goal_of(saver, type=GoalType.DEBT_PAYOFF) for _ in range(2))
        snapshot_of(saver, contents(debts=(debt(goal_id=linked.pk),)))
        for goal in (linked, alone):
            plan_for(goal)
        with django_assert_num_queries(1):
            plans = {plan.goal_id: plan for plan in OPEN_PLANS_IN_BRIEF.bind(owner=saver.pk).all()}
        for goal in (linked, alone):
            plans[goal.pk].goal = goal
            assert "explanation" in plans[goal.pk].get_deferred_fields()
        with django_assert_num_queries(0):
            assert plans[linked.pk].is_of_debts
            assert plans[linked.pk].planned.of_debts
            assert not plans[alone.pk].is_of_debts
            assert not plans[alone.pk].planned.of_debts
