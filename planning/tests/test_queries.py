"""Planning's compiled reads."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from goals.vocabulary import GoalType
from planning.queries import OPEN_PLANS, URGENT_GOALS
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


class TestUrgentGoals:
    def test_know_without_their_explanations_which_plans_pay_off_linked_debts(
        self, saver: User, django_assert_num_queries: Any
    ) -> None:
        linked, alone = (goal_of(saver, type=GoalType.DEBT_PAYOFF) for _ in range(2))
        snapshot_of(saver, contents(debts=(debt(goal_id=linked.pk),)))
        for goal in (linked, alone):
            plan_for(goal)
        with django_assert_num_queries(1):
            goals: dict[Any, Any] = {goal.pk: goal for goal in URGENT_GOALS.bind(owner=saver.pk).all()}
        assert goals[linked.pk].plans_debts
        assert not goals[alone.pk].plans_debts
        for goal in goals.values():
            assert "explanation" in goal.open_plan.get_deferred_fields()

    def test_have_their_open_plans_if_there_are_any(self, saver: User, django_assert_num_queries: Any) -> None:
        snapshot_of(saver)
        planned, ended = goal_of(saver), goal_of(saver)
        plan, old = plan_for(planned), plan_for(ended)
        end_action_plan(owner=saver, plan_id=old.id, now=NOON, today=TODAY)
        with django_assert_num_queries(1):
            goals: dict[Any, Any] = {goal.pk: goal for goal in URGENT_GOALS.bind(owner=saver.pk).all()}
            assert goals[planned.pk].open_plan == plan
            assert not hasattr(goals[ended.pk], "open_plan")
            assert goals[planned.pk].open_plan.next_action_date(TODAY) == TODAY
