from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from conftest import client_of
from goals.models import Goal
from goals.vocabulary import Status
from planning.models import ActionPlan, PlanVersion
from tracking import demo, invented_people
from tracking.models import CheckIn, Milestone

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.django_db]


def seed(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


class TestSeedDemo:
    def test_the_demo_person_can_sign_in_and_sees_a_dashboard_with_a_history(self, api: APIClient) -> None:
        said = seed()
        assert f"{demo.DEMO_EMAIL}  {demo.DEMO_PASSWORD}" in said
        login = api.post("/api/v0/auth/login", {"email": demo.DEMO_EMAIL, "password": demo.DEMO_PASSWORD})
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {login.json()['access_token']}")
        dashboard = api.get("/api/v0/dashboard").json()
        assert dashboard["stats"]["current_streak"] == demo.WEEKS
        assert dashboard["stats"]["completed_goals"] == 1
        assert {goal["progress_status"] for goal in dashboard["goals"]} >= {"on_track", "slightly_behind"}
        assert dashboard["recent_milestones"]
        assert api.get("/api/v0/chat/health").json()["active_sessions"] == 1
        pulses = api.get("/api/v0/checkins").json()
        assert [pulse["mood_score"] for pulse in pulses] == [4, 2, 5, 4]

    @pytest.mark.parametrize(("day", "hour"), [(27, 12), (27, 23), (29, 0)])
    def test_on_every_day_some_goals_are_on_track_and_some_are_not(self, day: int, hour: int) -> None:
        with time_machine.travel(datetime(2026, 11, day, hour, 10, tzinfo=UTC), tick=False):
            seed()
            stats = client_of(User.objects.get(email=demo.DEMO_EMAIL)).get("/api/v0/dashboard").json()
        assert {goal["progress_status"] for goal in stats["goals"]} >= {"on_track", "slightly_behind"}
        assert stats["stats"]["current_streak"] == demo.WEEKS

    def test_the_demo_person_is_told_of_what_comes_as_any_person_is(self) -> None:
        with time_machine.travel(datetime(2026, 3, 16, 20, tzinfo=UTC), tick=False):
            seed()
            api = client_of(User.objects.get(email=demo.DEMO_EMAIL))
            notifications = api.get("/api/v0/notifications").json()
            plans = api.get("/api/v0/action-plans").json()
        planned = Counter((one["type"], one["action_plan_id"]) for one in notifications)
        paid = {plan["id"] for plan in plans if plan["next_action_date"]}
        assert len(paid) == len(demo.GOALS) - 1
        assert planned == Counter(
            [
                ("checkin_reminder", None),
                ("weekly_summary", None),
                *(("pre_transfer_reminder", plan) for plan in paid),
                *(("goal_progress_update", plan["id"]) for plan in plans),
            ]
        )
        assert min(one["next_send_at"] for one in notifications) > "2026-03-16T20:00:00"

    def test_the_support_agent_gets_into_the_back_office(self, client: APIClient) -> None:
        seed()
        agent = User.objects.get(email=demo.SUPPORT_EMAIL)
        assert agent.is_staff
        assert not agent.is_superuser
        assert agent.check_password(demo.SUPPORT_PASSWORD)

    def test_plans_have_followed_what_happened(self) -> None:
        seed()
        assert ActionPlan.objects.count() == len(demo.GOALS)
        assert PlanVersion.objects.count() > len(demo.GOALS)
        assert Goal.objects.filter(status=Status.ACTIVE).count() == len(demo.GOALS) - 1

    def test_a_second_run_changes_nothing(self) -> None:
        seed()
        counts = [model.objects.count() for model in (User, Goal, CheckIn, PlanVersion)]
        assert seed() == seed()
        assert [model.objects.count() for model in (User, Goal, CheckIn, PlanVersion)] == counts

    def test_if_new_leaves_a_database_with_people_alone(self, saver: User) -> None:
        assert seed("--if-new") == ""
        assert list(User.objects.all()) == [saver]

    def test_production_refuses(self, settings: Settings) -> None:
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="production has none"):
            seed()
        assert not User.objects.exists()


class TestLoad:
    def test_makes_as_many_people_as_asked_whatever_was_there(self) -> None:
        seed("--users", "2")
        seed("--users", "5")
        seed("--users", "3")
        assert User.objects.filter(email__endswith=invented_people.DOMAIN).count() == 5
        assert CheckIn.objects.count() == 5 * len(invented_people.GOALS) * invented_people.WEEKS

    def test_the_invented_agree_with_themselves(self) -> None:
        seed("--users", "3")
        call_command("check_integrity", stdout=StringIO(), stderr=StringIO())
        for goal in Goal.objects.all():
            latest = CheckIn.objects.of_goal(goal).newest_first().first()
            assert latest is not None
            assert (goal.current_amount, goal.last_check_in_date) == (latest.current_amount, latest.check_in_date)
            percents = [25, 50, 75, 100][: Milestone.objects.filter(goal=goal).count()]
            assert goal.current_amount * 100 >= goal.target_amount * max(percents, default=0)

    def test_each_has_plans_and_an_audit_trail(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("INFO"):
            seed("--users", "2")
        assert not caplog.records
        for person in User.objects.all():
            plans = ActionPlan.objects.filter(user=person)
            assert {plan.goal_id for plan in plans} == {goal.pk for goal in Goal.objects.filter(user=person)}
            trail = AuditEntry.objects.filter(person_id=person.pk).order_by("sequence")
            actions = [
                "person.registered",
                "snapshot.stored",
                *["goal.created", "action_plan.planned"] * len(invented_people.GOALS),
            ]
            assert Counter(trail.values_list("action", flat=True)) == Counter(
                [*actions, *["check_in.created"] * len(invented_people.GOALS) * invented_people.WEEKS]
            )
            assert list(trail.values_list("at", flat=True)) == sorted(trail.values_list("at", flat=True))

    @pytest.mark.parametrize("number", [-1, 10**20])
    def test_refuses_a_number_that_nobody_means(self, number: int) -> None:
        with pytest.raises(CommandError, match="--users"):
            seed("--users", str(number))
