"""Projections of goals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from goals.models import Goal
from planning.engine.projection import ProjectedPoint
from planning.services.projections import project_goal
from planning.tests.factories import TODAY, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestProjectGoal:
    def test_follows_the_plan_before_the_first_check_in(self, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        plan_for(goal)
        goal.refresh_from_db()
        projection = project_goal(owner=saver, goal=goal, check_ins=[], today=TODAY).projection
        planned = {point.date: point.planned for point in projection.series}
        assert (planned[TODAY], planned[date(2026, 9, 10)]) == (Decimal("0.00"), Decimal("600.00"))
        assert projection.projected_completion_date == date(2027, 2, 10)
        assert projection.series[-1] == ProjectedPoint(date(2027, 3, 10), Decimal("1200.00"), None, None)

    def test_who_is_behind_is_projected_by_the_plan_that_would_be_made_today(self, saver: User) -> None:
        snapshot_of(saver)
        plan_for(goal_of(saver))
        goal = Goal.objects.get()
        today = date(2026, 9, 10)
        projection = project_goal(owner=saver, goal=goal, check_ins=[], today=today).projection
        projected = {point.date: point.projected for point in projection.series if point.projected is not None}
        assert (projected[today], projected[date(2026, 10, 10)]) == (Decimal("0.00"), Decimal("200.00"))
        assert projection.projected_completion_date == max(projected) == date(2027, 2, 10)

    def test_without_a_plan_follows_a_straight_line_month_by_month(self, saver: User) -> None:
        goal = goal_of(saver)
        projection = project_goal(
            owner=saver, goal=goal, check_ins=[(TODAY, Decimal("10.00"))], today=TODAY
        ).projection
        assert [point.date for point in projection.series][:3] == [TODAY, date(2026, 4, 10), date(2026, 5, 10)]
        assert len(projection.series) >= 13
        assert projection.series[0].actual == Decimal("10.00")
        assert projection.projected_completion_date == date(2027, 3, 10)
