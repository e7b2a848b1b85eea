"""Progress over HTTP, as the existing app sends it: check-ins, and nothing besides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from tracking.models import CheckIn

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]


@pytest.fixture
def goal(saver: User) -> Goal:
    return GoalFactory.create(user=saver)


@pytest.fixture
def url(goal: Goal) -> str:
    return f"/api/v0/goals/{goal.pk}/progress"


class TestRecording:
    def test_is_a_check_in_of_today(self, as_saver: APIClient, goal: Goal, url: str) -> None:
        body = {"goal_id": str(goal.pk).upper(), "current_balance": 250.00000000000003, "note": " Bike sold "}
        response = as_saver.post(url, body | {"source": "derived"})
        assert response.status_code == 201
        check_in = CheckIn.objects.get()
        assert response.json() == {
            "progress": {
                "id": str(check_in.pk),
                "goal_id": str(goal.pk),
                "user_id": str(goal.user_id),
                "current_balance": 250,
                "source": "derived",
                "note": "Bike sold",
                "recorded_at": "2026-03-10T12:00:00Z",
            },
            "milestones_reached": ["25%"],
            "message": "250.00 USD of 1,000.00 USD saved, 250.00 USD ahead of what was planned for today.",
        }
        stored = as_saver.get(f"/api/v0/check-ins/{check_in.pk}").json()
        assert (stored["current_amount"], stored["reflection"]) == (250, "Bike sold")
        assert as_saver.get(f"/api/v0/goals/{goal.pk}").json()["current_amount"] == 250
        assert as_saver.get("/api/v0/dashboard").json()["stats"]["current_streak"] == 1

    def test_needs_the_balance_alone(self, as_saver: APIClient, url: str) -> None:
        progress = as_saver.post(url, {"current_balance": "100.00"}).json()["progress"]
        assert (progress["source"], progress["note"]) == ("manual_entry", None)

    def test_reaches_all_milestones_and_completes_the_goal(
        self, as_saver: APIClient, goal: Goal, url: str
    ) -> None:
        assert as_saver.post(url, {"current_balance": 1000}).json()["milestones_reached"] == [
            "25%",
            "50%",
            "75%",
            "100%",
        ]
        refused = as_saver.post(url, {"current_balance": 1000})
        assert (refused.status_code, refused.json()["details"]["status"]) == (409, "completed")

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"goal_id": str(uuid4())}, "goal_id", "other_goal"),
            ({"goal_id": "mine"}, "goal_id", "invalid"),
            ({"current_balance": -1}, "current_balance", "min_value"),
            ({"current_balance": 1.005}, "current_balance", "max_decimal_places"),
            ({"source": "guess"}, "source", "invalid_choice"),
            ({"note": "x" * 1001}, "note", "max_length"),
        ],
    )
    def test_refuses_what_the_contract_excludes(
        self, as_saver: APIClient, url: str, change: dict[str, Any], field: str, code: str
    ) -> None:
        response = as_saver.post(url, {"current_balance": 5} | change)
        assert response.status_code == 400
        [error] = response.json()["details"]["errors"]
        assert (error["field"], error["code"]) == (field, code)
        assert not CheckIn.objects.exists()

    def test_of_somebody_elses_goal_is_not_found_whatever_the_body_says(
        self, as_saver: APIClient, stranger: User
    ) -> None:
        path = f"/api/v0/goals/{GoalFactory.create(user=stranger).pk}/progress"
        assert as_saver.post(path, {"goal_id": str(uuid4())}).status_code == 404
        assert as_saver.get(path).status_code == 404

    def test_of_a_paused_goal_is_a_conflict(self, as_saver: APIClient, saver: User) -> None:
        paused = GoalFactory.create(user=saver, status=Status.PAUSED)
        assert as_saver.post(f"/api/v0/goals/{paused.pk}/progress", {"current_balance": 1}).status_code == 409

    def test_sent_twice_with_one_key_is_one_check_in(self, as_saver: APIClient, url: str) -> None:
        first, again = (as_saver.post(url, {"current_balance": 5}, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        assert first.content == again.content
        assert CheckIn.objects.count() == 1


class TestHistory:
    def test_is_newest_first_and_has_every_check_in(
        self, as_saver: APIClient, goal: Goal, url: str, noon: datetime
    ) -> None:
        made = []
        for minute in range(2):
            with time_machine.travel(noon + timedelta(minutes=minute), tick=False):
                made.append(as_saver.post(url, {"current_balance": 10 * minute}).json()["progress"])
        check_in = {"current_amount": 5, "check_in_date": "2026-03-01", "reflection": "Older"}
        as_saver.post(f"/api/v0/goals/{goal.pk}/check-ins", check_in)
        listed = as_saver.get(url)
        assert listed.json()[:2] == made[::-1]
        assert [row["current_balance"] for row in listed.json()] == [10, 0, 5]
        assert as_saver.get(url, {"limit": 1}).json() == made[1:]
        assert listed.headers["X-Total-Count"] == "3"

    def test_refuses_a_bad_limit(self, as_saver: APIClient, url: str) -> None:
        assert as_saver.get(url, {"limit": 0}).status_code == 400
