from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from fincred.clock import local_day, now
from fincred.companion.models import Snippet
from fincred.ops.models import JobState
from goals.tests.factories import GoalFactory
from planning.tests.factories import plan_for, snapshot_of

pytestmark = [pytest.mark.platform]

PASSWORD = "correct horse battery"
TEXT = {"topic": "fire_basics", "short_title": "Numbers", "content": "word " * 60}
PASSWORDS = {"old_password": PASSWORD, "new_password1": f"{PASSWORD} two", "new_password2": f"{PASSWORD} two"}


@pytest.mark.unit
def test_now_is_aware_and_in_utc() -> None:
    assert now().tzinfo is UTC


@pytest.mark.unit
class TestLocalDay:
    @pytest.mark.parametrize(
        ("moment", "zone", "day"),
        [
            # The same moment is three different days on earth.
            ("2026-03-10T10:30", "Pacific/Kiritimati", "2026-03-11"),
            ("2026-03-10T10:30", "UTC", "2026-03-10"),
            ("2026-03-10T10:30", "Etc/GMT+12", "2026-03-09"),
            # Summer time begins in Berlin on 29 March at 01:00 UTC, and ends on 25 October at 01:00 UTC.
            ("2026-03-28T22:59", "Europe/Berlin", "2026-03-28"),
            ("2026-03-28T23:00", "Europe/Berlin", "2026-03-29"),
            ("2026-03-29T21:59", "Europe/Berlin", "2026-03-29"),
            ("2026-03-29T22:00", "Europe/Berlin", "2026-03-30"),
            ("2026-10-25T22:59", "Europe/Berlin", "2026-10-25"),
            ("2026-10-25T23:00", "Europe/Berlin", "2026-10-26"),
            # 29 February and the turn of the year.
            ("2028-02-28T23:30", "Europe/Berlin", "2028-02-29"),
            ("2028-03-01T04:30", "America/New_York", "2028-02-29"),
            ("2027-02-28T23:30", "Europe/Berlin", "2027-03-01"),
            ("2026-12-31T23:30", "Europe/Berlin", "2027-01-01"),
            ("2027-01-01T04:30", "America/New_York", "2026-12-31"),
        ],
    )
    def test_is_the_day_where_the_person_lives(self, moment: str, zone: str, day: str) -> None:
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert local_day(at, zone) == date.fromisoformat(day)


@pytest.mark.integration
class TestRequest:
    """A person's check, their rate limit and the view have the same moment."""

    @pytest.fixture
    def readings(self, as_saver: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
        """Every reading of the clock from now on."""
        settings.RATE_LIMIT_ENABLED = True
        readings = []

        class Noted(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                readings.append(datetime.now(tz))
                return readings[-1]

        monkeypatch.setattr("fincred.clock.datetime", Noted)
        return readings

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("get", "goals/{goal}", None),
            ("get", "dashboard", None),
            ("patch", "goals/{goal}", {"name": "Boat"}),
            ("post", "goals/{goal}/check-ins", {"current_amount": 5}),
            ("put", "snapshot", {"income": {"amount": 3000, "frequency": "monthly"}}),
            ("post", "auth/login", {"email": "saver@example.com", "password": PASSWORD}),
            ("post", "auth/register", {"email": "new@example.com", "password": PASSWORD}),
            ("get", "users/me/export", None),
            ("delete", "users/me", {"password": PASSWORD}),
        ],
    )
    def test_reads_the_clock_once(  # noqa: PLR0917
        self, saver: User, as_saver: APIClient, readings: list[datetime], method: str, path: str, body: Any
    ) -> None:
        goal = GoalFactory.create(user=saver, created_at=datetime(2026, 3, 9, tzinfo=UTC))
        readings.clear()
        answer = getattr(as_saver, method)(f"/api/v0/{path.format(goal=goal.pk)}", body)
        assert answer.status_code < 300, answer.content
        assert len(readings) == 1

    @pytest.mark.parametrize(
        ("path", "form"),
        [
            ("login/", {"username": "boss@example.com", "password": PASSWORD}),
            ("accounts/user/{person}/change/", None),
            ("goals/goal/{goal}/change/", None),
            ("planning/actionplan/{plan}/change/", None),
            ("accounts/user/", None),
            ("accounts/user/", {"action": "end_sessions"}),
            ("planning/actionplan/", {"action": "regenerate"}),
            ("companion/snippet/{text}/change/", TEXT),
            ("ops/jobstate/", None),
            ("ops/jobstate/check_integrity/change/", None),
            ("password_change/", PASSWORDS),
        ],
    )
    def test_of_staff_reads_it_once(
        self, saver: User, stranger: User, readings: list[datetime], path: str, form: dict[str, Any] | None
    ) -> None:
        """Actions too, however many rows are chosen."""
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        browser = Client() if path == "login/" else signed_in(boss)
        plans = []
        for person in (saver, stranger):
            snapshot_of(person)
            plans.append(plan_for(GoalFactory.create(user=person)))
        text = Snippet.objects.create(created_at=(seen := now()), updated_at=seen, **TEXT)
        if form is TEXT:
            form = {**TEXT, "seen": seen.isoformat()}
        JobState.objects.bulk_create(
            JobState(name=name, next_run_at=now()) for name in ("mail", "check_integrity")
        )
        if form and "action" in form:
            chosen = plans if "plan" in path else [saver, stranger]
            form = {**form, "_selected_action": [row.pk for row in chosen], "confirmed": "yes", "reason": "asked"}
        readings.clear()
        rows = {"person": saver.pk, "text": text.pk, "goal": plans[0].goal_id, "plan": plans[0].pk}
        url = "/admin/" + path.format(**rows)
        answer = browser.get(url) if form is None else browser.post(url, form)
        assert answer.status_code == (200 if form is None else 302), answer.content
        assert len(readings) == 1

    def test_for_metrics_reads_it_once(self, client: Client, settings: Any, readings: list[datetime]) -> None:
        settings.METRICS_TOKEN = ""
        readings.clear()
        assert client.get("/metrics").status_code == 200
        assert len(readings) == 1
