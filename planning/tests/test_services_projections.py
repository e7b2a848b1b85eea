"""Projections of goals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from goals.models import Goal
from planning.services.projections import project_goal
from planning.tests.factories import TODAY, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestProjectGoal:
    def test_follows_the_plan_before_the_first_check_in(self, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        plan_for(goal)
        goal.refresh_from_db()
        projection = project_goal(goal=goal, check_ins=[], today=TODAY).projection
        planned = {point.date: point.planned for point in projection.series}
        assert (planned[TODAY], planned[date(2026, 9, 10)]) == (Decimal("0.00"), Decimal("600.00"))
        assert projection.projected_completion_date == date(2027, 3, 10)

    def test_who_is_behind_arrives_later_at_the_same_contribution(self, saver: User) -> None:
        snapshot_of(saver)
        plan_for(goal_of(saver))
        goal = Goal.objects.get()
        today = date(2026, 9, 10)
        projection = project_goal(goal=goal, check_ins=[(today, Decimal("200.00"))], today=today).projection
        assert projection.projected_completion_date == date(2027, 7, 10)

    def test_without_a_plan_follows_a_straight_line_month_by_month(self, saver: User) -> None:
        goal = goal_of(saver)
        projection = project_goal(goal=goal, check_ins=[(TODAY, Decimal("10.00"))], today=TODAY).projection
        assert [point.date for point in projection.series][:3] == [TODAY, date(2026, 4, 10), date(2026, 5, 10)]
        assert len(projection.series) >= 13
        assert projection.series[0].actual == Decimal("10.00")
        assert projection.projected_completion_date == date(2027, 3, 10)
