from __future__ import annotations

import gc
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.db.queries import fetch_all
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.models import ActionPlan
from planning.services.plans import plan_everything
from planning.services.snapshots import store_snapshot
from planning.snapshot_contents import Expenses, IncomeEntry, SnapshotContents
from planning.vocabulary import PayFrequency
from tracking import services
from tracking.services import Dashboard, dashboard_reads, make_dashboard
from tracking.tests.factories import MilestoneFactory

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.usefixtures("noon")]

TODAY = date(2026, 3, 10)
URL = "/api/v0/dashboard"


def plan(owner: User, now: datetime) -> None:
    """A plan for every active goal, from 3 000.00 a month of which 2 000.00 are spent."""
    figures = SnapshotContents(
        incomes=(IncomeEntry(amount=Decimal(3000), frequency=PayFrequency.MONTHLY, source_label=None),),
        expenses=Expenses(total_amount=Decimal(2000), essential_amount=None),
    )
    store_snapshot(owner=owner, contents=figures, now=now, today=TODAY)
    plan_everything(owner=owner, now=now, today=TODAY)


def board_of(person: User) -> Dashboard:
    return make_dashboard(*fetch_all(*dashboard_reads(person.pk)), owner=person, today=TODAY)


def in_memory(*classes: type) -> Counter[type]:
    """How many objects of each class there are. `isinstance` would have lazy objects read their rows."""
    return Counter(type(each) for each in gc.get_objects() if type(each) in classes)


class TestDashboard:
    def test_is_empty_for_somebody_new(self, as_saver: APIClient) -> None:
        assert as_saver.get(URL).json() == {
            "goals": [],
            "stats": {
                "total_goals": 0,
                "active_goals": 0,
                "completed_goals": 0,
                "total_saved": 0,
                "current_streak": 0,
                "longest_streak": 0,
            },
            "recent_milestones": [],
        }

    def test_shows_each_goal_with_what_its_plan_says(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        goal = GoalFactory.create(user=saver, target_amount=Decimal("1200.00"), priority="High")
        plan(saver, noon)
        services.create_check_in(
            owner=saver, goal_id=goal.id, current_amount=Decimal("300.00"), now=noon, today=TODAY
        )

        (shown,) = as_saver.get(URL).json()["goals"]

        assert date.fromisoformat(shown.pop("next_action_date")) >= TODAY
        assert shown == {
            "id": str(goal.id),
            "name": goal.name,
            "type": "short_term_saving",
            "target_amount": 1200,
            "current_amount": 300,
            "progress_percentage": 25,
            "progress_status": "on_track",
            "target_date": "2027-03-10",
            "priority": "High",
            "feasibility": "Comfortable",
        }

    def test_shows_a_goal_without_a_plan(self, as_saver: APIClient, saver: User) -> None:
        GoalFactory.create(user=saver)

        (shown,) = as_saver.get(URL).json()["goals"]

        assert (shown["feasibility"], shown["next_action_date"]) == (None, None)

    def test_shows_the_five_most_urgent_active_goals(self, saver: User, stranger: User) -> None:
        GoalFactory.create(user=stranger, priority="High")
        GoalFactory.create(user=saver, priority="High", status=Status.PAUSED)
        low, late, *rest = [
            GoalFactory.create(user=saver, priority=priority, target_date=date(year, 1, 1))
            for priority, year in [
                ("Low", 2027),
                ("High", 2029),
                ("High", 2028),
                ("Medium", 2027),
                ("Medium", 2028),
                ("Medium", 2029),
            ]
        ]

        shown = [line.goal for line in board_of(saver).goals]

        assert shown == [rest[0], late, *rest[1:]]
        assert low not in shown

    def test_adds_up_what_is_not_cancelled(self, saver: User, stranger: User, noon: datetime) -> None:
        largest = Decimal("999999999999.99")
        for status, amount in [("active", largest), ("paused", largest), ("cancelled", Decimal(5))]:
            GoalFactory.create(user=saver, status=status, target_amount=largest, current_amount=amount)
        GoalFactory.create(user=saver, completed=True)
        GoalFactory.create(user=stranger, current_amount=Decimal(7))

        stats = board_of(saver).stats

        assert (stats.total_goals, stats.active_goals, stats.completed_goals) == (4, 1, 1)
        assert stats.total_saved == 2 * largest + 1000

    def test_frees_goals_and_plans_without_the_garbage_collector(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        GoalFactory.create(user=saver)
        plan(saver, noon)
        as_saver.get(URL)
        gc.collect()
        gc.disable()
        try:
            before = in_memory(Goal, ActionPlan)
            assert len(as_saver.get(URL).json()["goals"]) == 1
            assert in_memory(Goal, ActionPlan) == before
        finally:
            gc.enable()

    def test_counts_streaks_in_weeks(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)
        for weeks in (1, 2, 5, 6, 7):
            services.create_check_in(
                owner=saver,
                goal_id=goal.id,
                current_amount=Decimal(1),
                check_in_date=TODAY - timedelta(weeks=weeks),
                now=noon,
                today=TODAY,
            )

        stats = board_of(saver).stats

        assert (stats.current_streak, stats.longest_streak) == (2, 3)

    def test_shows_the_five_newest_milestones(self, as_saver: APIClient, saver: User, stranger: User) -> None:
        MilestoneFactory.create(goal__user=stranger)
        for days in range(6):
            MilestoneFactory.create(
                goal__user=saver, goal__name=f"Goal {days}", percent=50, reached_on=TODAY - timedelta(days=days)
            )

        shown = as_saver.get(URL).json()["recent_milestones"]

        assert [milestone["goal_name"] for milestone in shown] == [f"Goal {days}" for days in range(5)]
        assert shown[0] == {
            "goal_id": str(Goal.objects.get(name="Goal 0").id),
            "goal_name": "Goal 0",
            "percent": 50,
            "reached_on": "2026-03-10",
            "text": 'Halfway: 50 % of "Goal 0".',
        }

    def test_takes_as_many_queries_for_fifty_goals_as_for_one(
        self,
        as_saver: APIClient,
        saver: User,
        noon: datetime,
        django_assert_max_num_queries: Any,
        django_assert_num_queries: Any,
    ) -> None:
        MilestoneFactory.create(goal__user=saver)
        plan(saver, noon)
        with django_assert_max_num_queries(12) as one:
            as_saver.get(URL)
        for goal in GoalFactory.create_batch(49, user=saver):
            MilestoneFactory.create(goal=goal)
        plan(saver, noon)

        with django_assert_num_queries(len(one)):
            assert len(as_saver.get(URL).json()["goals"]) == 5
