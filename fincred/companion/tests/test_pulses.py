"""The weekly pulse over HTTP, as the existing app sends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from conftest import client_of
from tracking.models import Pulse

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]

URL = "/api/v0/checkins"
BODY = {"made_planned_payments": "yes", "spending_vs_plan": "under", "mood_score": 5}


def codes(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    return {error["field"]: error["code"] for error in response.json()["details"]["errors"]}


class TestGiving:
    def test_answers_with_the_pulse_of_this_week(self, as_saver: APIClient, saver: User) -> None:
        response = as_saver.post(URL, BODY | {"comment": " Good week\n"})
        assert response.status_code == 201
        assert response.json() == BODY | {
            "id": str(Pulse.objects.get().pk),
            "user_id": str(saver.pk),
            "comment": "Good week",
            "period_start": "2026-03-09",
            "period_end": "2026-03-15",
            "completed_at": "2026-03-10T12:00:00Z",
        }

    def test_keeps_the_streak_of_the_dashboard(self, as_saver: APIClient, noon: datetime) -> None:
        as_saver.post(URL, BODY | {"period_start": "2026-03-02", "period_end": "2026-03-08"})
        last = as_saver.post(URL, BODY).json()["id"]
        stats = as_saver.get("/api/v0/dashboard").json()["stats"]
        assert (stats["current_streak"], stats["longest_streak"]) == (2, 2)
        as_saver.delete(f"{URL}/{last}")
        assert as_saver.get("/api/v0/dashboard").json()["stats"]["current_streak"] == 1

    def test_is_of_the_persons_own_week(self, as_saver: APIClient, saver: User) -> None:
        saver.profile.timezone = "Pacific/Kiritimati"  # 14 hours ahead
        saver.profile.save()
        with time_machine.travel(datetime.fromisoformat("2026-03-10T12:20:00Z") - timedelta(days=2), tick=False):
            assert as_saver.post(URL, BODY).json()["period_start"] == "2026-03-09"

    @pytest.mark.parametrize(
        ("change", "errors"),
        [
            ({"made_planned_payments": "maybe"}, {"made_planned_payments": "invalid_choice"}),
            ({"spending_vs_plan": None}, {"spending_vs_plan": "null"}),
            ({"mood_score": 0}, {"mood_score": "min_value"}),
            ({"mood_score": 6}, {"mood_score": "max_value"}),
            ({"mood_score": "5"}, {"mood_score": "invalid"}),
            ({"comment": "x" * 1001}, {"comment": "max_length"}),
            ({"period_start": "2026-03-11"}, {"period_start": "max_value"}),
            ({"period_start": "2026-03-09", "period_end": "2026-03-08"}, {"period_end": "min_value"}),
            ({"period_end": "0001-01-01"}, {"period_end": "min_value"}),
        ],
    )
    def test_refuses_what_is_no_answer(
        self, as_saver: APIClient, change: dict[str, Any], errors: dict[str, str]
    ) -> None:
        assert codes(as_saver.post(URL, BODY | change)) == errors
        assert not Pulse.objects.exists()

    def test_needs_the_three_answers(self, as_saver: APIClient) -> None:
        assert codes(as_saver.post(URL, {})) == dict.fromkeys(BODY, "required")

    def test_sent_twice_with_one_key_is_one_pulse(self, as_saver: APIClient) -> None:
        first, again = (as_saver.post(URL, BODY, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        assert first.content == again.content
        assert Pulse.objects.count() == 1


class TestReading:
    def test_lists_the_newest_first_in_pages(self, as_saver: APIClient, noon: datetime) -> None:
        made = []
        for minute in range(3):
            with time_machine.travel(noon + timedelta(minutes=minute), tick=False):
                made.append(as_saver.post(URL, BODY).json())
        assert as_saver.get(URL).json() == made[::-1]
        page = as_saver.get(URL, {"limit": 1, "offset": 1})
        assert page.json() == [made[1]]
        assert page.headers["X-Total-Count"] == "3"
        assert as_saver.get(f"{URL}/latest").json() == made[-1]
        assert as_saver.get(f"{URL}/{made[0]['id']}").json() == made[0]

    def test_the_latest_is_of_the_newest_period_and_not_what_was_told_last(
        self, as_saver: APIClient, noon: datetime
    ) -> None:
        newest = as_saver.post(URL, BODY).json()
        with time_machine.travel(noon + timedelta(minutes=5), tick=False):
            days = {"period_start": "2026-02-23", "period_end": "2026-03-01"}
            older = as_saver.post(URL, BODY | {"mood_score": 1} | days).json()
        assert as_saver.get(f"{URL}/latest").json() == newest
        assert as_saver.get(URL).json() == [newest, older]

    def test_the_latest_is_of_a_week_and_not_of_a_long_period_told_before_it(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        year = {"period_start": "2026-01-01", "period_end": "2026-12-31"}
        assert as_saver.post(URL, BODY | year).status_code == 201
        with time_machine.travel(noon + timedelta(days=2), tick=False):
            later = client_of(saver)
            week = later.post(URL, BODY).json()
            assert later.get(f"{URL}/latest").json() == week

    def test_of_one_period_the_latest_is_what_was_told_last(self, as_saver: APIClient, noon: datetime) -> None:
        as_saver.post(URL, BODY)
        with time_machine.travel(noon + timedelta(minutes=5), tick=False):
            again = as_saver.post(URL, BODY).json()
        assert as_saver.get(f"{URL}/latest").json() == again

    def test_a_corrected_period_moves_it(self, as_saver: APIClient, noon: datetime) -> None:
        days = {"period_start": "2026-03-02", "period_end": "2026-03-08"}
        stays = as_saver.post(URL, BODY | days).json()
        moved = as_saver.post(URL, BODY).json()
        as_saver.patch(f"{URL}/{moved['id']}", {"period_start": "2026-02-02", "period_end": "2026-02-08"})
        assert as_saver.get(f"{URL}/latest").json() == stays

    def test_the_latest_is_null_when_there_is_none(self, as_saver: APIClient) -> None:
        response = as_saver.get(f"{URL}/latest")
        assert (response.status_code, response.content) == (200, b"null")

    def test_shows_nobody_elses(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        theirs = as_stranger.post(URL, BODY).json()["id"]
        assert as_saver.get(URL).json() == []
        assert as_saver.get(f"{URL}/latest").json() is None
        for method in ("get", "put", "patch", "delete"):
            response = getattr(as_saver, method)(f"{URL}/{theirs}", BODY if method != "get" else None)
            assert response.status_code == 404
        assert Pulse.objects.exists()


class TestCorrecting:
    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_changes_what_is_named(self, as_saver: APIClient, method: str) -> None:
        made = as_saver.post(URL, BODY | {"comment": "Fine"}).json()
        response = getattr(as_saver, method)(f"{URL}/{made['id']}", {"mood_score": 1, "comment": None})
        assert response.json() == made | {"mood_score": 1, "comment": None}
        assert as_saver.get(f"{URL}/latest").json() == response.json()

    def test_without_a_field_is_refused(self, as_saver: APIClient) -> None:
        made = as_saver.post(URL, BODY).json()
        refused = as_saver.patch(f"{URL}/{made['id']}", {"id": str(uuid4())})
        assert refused.json()["error_code"] == "NO_FIELDS_TO_UPDATE"

    def test_removing_is_204_and_then_404(self, as_saver: APIClient) -> None:
        made = as_saver.post(URL, BODY).json()
        assert [as_saver.delete(f"{URL}/{made['id']}").status_code for _ in range(2)] == [204, 404]
