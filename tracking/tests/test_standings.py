"""The daily count says what the services say, on each person's own day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import update_profile
from fincred.money import ZERO
from goals.progress import ProgressStatus
from goals.tests.factories import GoalFactory
from planning.tests.factories import goal_of, plan_for, snapshot_of
from tracking.models import Standing
from tracking.services import create_check_in
from tracking.standings import count_standings

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.django_db]

TODAY = date(2026, 3, 10)


def standing_of(user: User) -> dict[str, Any]:
    names = ("off_track_goals", "has_plan", "is_off_track", "is_silent", "is_unplanned", "has_checked_in")
    return dict(Standing.objects.values(*names).get(user=user))


NOTHING = {
    "off_track_goals": 0,
    "has_plan": False,
    "is_off_track": False,
    "is_silent": False,
    "is_unplanned": False,
    "has_checked_in": False,
}


class TestCounting:
    def test_says_what_the_goals_say(self, saver: User, stranger: User, noon: datetime) -> None:
        started = {"started_on": date(2025, 3, 10), "created_at": noon - timedelta(days=365)}
        behind = GoalFactory.create(user=saver, target_date=date(2026, 6, 1), **started)
        GoalFactory.create(user=saver, status="cancelled", **started)
        snapshot_of(saver)
        plan_for(goal_of(saver))
        create_check_in(owner=saver, goal_id=behind.pk, current_amount=ZERO, now=noon, today=TODAY)
        behind.refresh_from_db()
        assert behind.progress_status_on(TODAY) is ProgressStatus.OFF_TRACK
        assert count_standings(now=noon) == 2
        so = {"off_track_goals": 1, "has_plan": True, "is_off_track": True, "has_checked_in": True}
        assert standing_of(saver) == NOTHING | so
        assert standing_of(stranger) == NOTHING

    def test_of_who_has_goals_and_no_plan(self, saver: User, noon: datetime) -> None:
        GoalFactory.create(user=saver)
        count_standings(now=noon)
        assert standing_of(saver) == NOTHING | {"is_unplanned": True}

    def test_of_silence_is_four_weeks_after_the_last_check_in(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, target_date=date(2027, 3, 10))
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=ZERO, now=noon, today=TODAY)
        for days, silent in ((28, False), (29, True)):
            count_standings(now=noon + timedelta(days=days))
            assert standing_of(saver)["is_silent"] is silent

    def test_of_a_check_in_lasts_seven_days(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, target_date=date(2027, 3, 10))
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=ZERO, now=noon, today=TODAY)
        for days, counts in ((6, True), (7, False)):
            count_standings(now=noon + timedelta(days=days))
            assert standing_of(saver)["has_checked_in"] is counts

    def test_of_silence_counts_from_joining_without_a_check_in(self, noon: datetime, saver: User) -> None:
        GoalFactory.create(user=saver, target_date=date(2027, 3, 10))
        for days, silent in ((28, False), (29, True)):
            count_standings(now=noon + timedelta(days=days))
            assert standing_of(saver)["is_silent"] is silent

    def test_is_on_the_persons_own_day(self, saver: User, noon: datetime) -> None:
        """At noon in UTC it is the next day already in Kiritimati, where the goal's date is over."""
        goal = GoalFactory.create(user=saver, target_date=date(2026, 3, 10), started_on=date(2026, 1, 1))
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=goal.target_amount - 1, now=noon, today=TODAY)
        count_standings(now=noon)
        assert standing_of(saver)["off_track_goals"] == 0
        update_profile(user=saver, now=noon, timezone="Pacific/Kiritimati")
        count_standings(now=noon + timedelta(hours=12))
        assert standing_of(saver)["off_track_goals"] == 1

    def test_goes_on_where_it_was_stopped(self, saver: User, stranger: User, noon: datetime) -> None:
        assert count_standings(now=noon, stop=lambda: True) == 0
        assert count_standings(now=noon) == 2
        assert count_standings(now=noon + timedelta(hours=1)) == 0
        assert count_standings(now=noon + timedelta(hours=13)) == 2

    def test_leaves_out_staff_and_who_became_one_since(self, saver: User, stranger: User, noon: datetime) -> None:
        assert count_standings(now=noon) == 2
        User.objects.filter(pk=saver.pk).update(is_staff=True)
        assert count_standings(now=noon + timedelta(hours=13)) == 1
        assert Standing.objects.get().user == stranger

    def test_takes_a_constant_number_of_queries(
        self, saver: User, stranger: User, noon: datetime, django_assert_max_num_queries: Any
    ) -> None:
        for user in (saver, stranger):
            GoalFactory.create_batch(3, user=user)
        with django_assert_max_num_queries(10):
            count_standings(now=noon)

    @pytest.mark.postgresql
    def test_does_not_hinder_a_version_that_does_not_know_it(self, saver: User, noon: datetime) -> None:
        count_standings(now=noon)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_profile WHERE user_id = %s", [saver.pk])
            cursor.execute("DELETE FROM accounts_user WHERE id = %s", [saver.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert not Standing.objects.exists()
