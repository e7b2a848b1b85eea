"""What was expected of goals in the past, by the plans that were in force then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from goals.models import Goal
from goals.services import cancel_goal, update_goal
from planning.models import ActionPlan, PlanVersion
from planning.services import past_paces
from planning.services.action_plans import end_action_plan, regenerate_action_plan
from planning.services.past_paces import MOST_PLANNINGS, ExpectedLine, expected_lines
from planning.tests.factories import NOON, TODAY, contents, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.django_db]

WEEK = timedelta(weeks=1)


def lines_of(goal: Goal, today: date) -> list[ExpectedLine]:
    goal = Goal.objects.get(pk=goal.pk)
    return expected_lines([goal], zone="UTC", today=today)[goal.pk]


def days(line: ExpectedLine) -> tuple[date, date]:
    return line.since, line.until


def replan(plan: ActionPlan, weeks: int) -> date:
    """A new version, so many weeks after the first one."""
    now, today = NOON + weeks * WEEK, TODAY + weeks * WEEK
    regenerate_action_plan(owner=plan.user, plan_id=plan.pk, now=now, today=today)
    return today


def less_money(owner: User, now: datetime = NOON) -> None:
    snapshot_of(owner, contents(income="2050.00"), now=now, today=now.date())


def set_status(goal: Goal, status: str, *, weeks: int) -> None:
    now, today = NOON + weeks * WEEK, TODAY + weeks * WEEK
    update_goal(owner=goal.user, goal_id=goal.pk, changes={"status": status}, now=now, today=today)


class TestPast:
    def test_is_what_the_goal_was_measured_against_then(self, plan: ActionPlan) -> None:
        goal = Goal.objects.get(pk=plan.goal_id)
        asked_for_in = [TODAY + day * timedelta(days=1) for day in range(0, 70, 7)]
        was_expected = [goal.expected_on(day) for day in asked_for_in]
        replanned = TODAY + 10 * WEEK
        less_money(plan.user, NOON + 10 * WEEK)
        goal.refresh_from_db()
        past, present = lines_of(goal, replanned + WEEK)
        assert [past.on(day) for day in asked_for_in] == was_expected
        assert was_expected[-1] > goal.expected_on(asked_for_in[-1]) == Decimal(0)
        assert days(past) == (TODAY, replanned)
        assert days(present) == (replanned, replanned + WEEK)
        assert present.on(replanned + WEEK) == goal.expected_on(replanned + WEEK)

    def test_of_a_day_is_its_last_version(self, plan: ActionPlan) -> None:
        less_money(plan.user)
        assert plan.versions.count() == 2
        assert [days(line) for line in lines_of(plan.goal, TODAY)] == [(TODAY, TODAY)]

    def test_ends_with_its_plan(self, plan: ActionPlan) -> None:
        ended = TODAY + WEEK
        end_action_plan(owner=plan.user, plan_id=plan.pk, now=NOON + WEEK, today=ended)
        past, straight = lines_of(plan.goal, ended + WEEK)
        assert days(past) == (TODAY, ended)
        assert days(straight) == (ended, ended + WEEK)

    def test_of_a_goal_that_is_not_active_ends_with_its_last_check_in(self, plan: ActionPlan) -> None:
        cancel_goal(owner=plan.user, goal_id=plan.goal_id, now=NOON + 7 * WEEK, today=TODAY + 7 * WEEK)
        assert [days(line) for line in lines_of(plan.goal, TODAY + 9 * WEEK)] == [(TODAY, TODAY)]
        Goal.objects.filter(pk=plan.goal_id).update(last_check_in_date=TODAY + 6 * WEEK)
        (line,) = lines_of(plan.goal, TODAY + 9 * WEEK)
        assert days(line) == (TODAY, TODAY + 6 * WEEK)
        assert line.on(TODAY + 6 * WEEK) > 0

    def test_expects_nothing_while_the_goal_rests(self, plan: ActionPlan) -> None:
        set_status(plan.goal, "paused", weeks=2)
        set_status(plan.goal, "active", weeks=9)
        before, after = lines_of(plan.goal, TODAY + 12 * WEEK)
        assert days(before) == (TODAY, TODAY + 2 * WEEK)
        assert days(after) == (TODAY + 9 * WEEK, TODAY + 12 * WEEK)

    def test_expects_nothing_of_a_plan_that_ended_in_a_rest(self, plan: ActionPlan) -> None:
        set_status(plan.goal, "paused", weeks=2)
        end_action_plan(owner=plan.user, plan_id=plan.pk, now=NOON + 3 * WEEK, today=TODAY + 3 * WEEK)
        set_status(plan.goal, "active", weeks=5)
        assert [days(line) for line in lines_of(plan.goal, TODAY + 6 * WEEK)] == [
            (TODAY, TODAY + 2 * WEEK),
            (TODAY + 5 * WEEK, TODAY + 6 * WEEK),
        ]

    def test_has_no_rest_in_a_change_of_numbers(self, plan: ActionPlan) -> None:
        update_goal(
            owner=plan.user,
            goal_id=plan.goal_id,
            changes={"target_amount": Decimal(5000)},
            now=NOON + WEEK,
            today=TODAY + WEEK,
        )
        lines = lines_of(plan.goal, TODAY + 3 * WEEK)
        assert [days(line) for line in lines] == [(TODAY, TODAY + WEEK), (TODAY + WEEK, TODAY + 3 * WEEK)]

    def test_goes_on_after_a_rest_of_a_day(self, plan: ActionPlan) -> None:
        set_status(plan.goal, "paused", weeks=2)
        set_status(plan.goal, "active", weeks=2)
        lines = lines_of(plan.goal, TODAY + 3 * WEEK)
        assert (lines[0].since, lines[-1].until) == (TODAY, TODAY + 3 * WEEK)
        assert all(after.since == before.until for before, after in pairwise(lines))

    def test_of_a_goal_that_is_over_and_had_no_plan_is_nothing(self, saver: User) -> None:
        goal = goal_of(saver)
        cancel_goal(owner=saver, goal_id=goal.pk, now=NOON + WEEK, today=TODAY + WEEK)
        assert lines_of(goal, TODAY + 2 * WEEK) == []

    def test_of_a_goal_without_a_plan_is_the_straight_line(self, saver: User) -> None:
        goal = goal_of(saver)
        (line,) = lines_of(goal, TODAY + WEEK)
        assert days(line) == (goal.started_on, TODAY + WEEK)
        assert line.on(TODAY + WEEK) == goal.expected_on(TODAY + WEEK) > 0

    def test_is_read_for_all_goals_at_once(self, saver: User) -> None:
        snapshot_of(saver)
        goals = [goal_of(saver, name=name) for name in "ABC"]
        for weeks, goal in enumerate(goals):
            plan_for(goal, now=NOON + weeks * WEEK, today=TODAY + weeks * WEEK)
        less_money(saver, NOON + 4 * WEEK)
        with CaptureQueriesContext(connection) as captured:
            lines = expected_lines(goals, zone="UTC", today=TODAY + 5 * WEEK)
        assert len(captured) == 3
        assert all(len(each) >= 2 for each in lines.values())


class TestUnknown:
    def test_is_what_another_engine_planned(self, plan: ActionPlan) -> None:
        today = replan(plan, 1)
        assert len(lines_of(plan.goal, today)) == 2
        PlanVersion.objects.filter(number=1).update(engine_version="0")
        assert [line.since for line in lines_of(plan.goal, today)] == [today]

    def test_is_what_takes_long_to_make(self, plan: ActionPlan, monkeypatch: pytest.MonkeyPatch) -> None:
        today = replan(plan, 1)
        monkeypatch.setattr(past_paces, "QUICK", 0)
        assert [line.since for line in lines_of(plan.goal, today)] == [today]

    def test_is_what_was_before_the_newest_plannings(self, plan: ActionPlan) -> None:
        for weeks in range(1, MOST_PLANNINGS + 3):
            today = replan(plan, weeks)
        lines = lines_of(plan.goal, today)
        assert [line.since for line in lines] == [TODAY + weeks * WEEK for weeks in range(2, MOST_PLANNINGS + 3)]
