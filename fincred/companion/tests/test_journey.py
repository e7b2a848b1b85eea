"""A new person's way through the existing app, sent as the app sends it: a form, floats, partial PUTs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.mail import send_due_mail
from fincred.companion.models import OutgoingPush
from fincred.companion.services import follow_plans, send_due_notifications
from fincred.companion.tests.education import write_texts

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

FORM = "application/x-www-form-urlencoded"


class App:
    """What the app does with each call: JSON as a binary float's own text, the token of the sign-in."""

    def __init__(self) -> None:
        self.client = APIClient()

    def sign_in(self, email: str, password: str) -> None:
        form = urlencode({"username": email, "password": password})
        answer = self.client.generic("POST", "/api/v0/auth/login", form, FORM)
        assert answer.status_code == 200, answer.content
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {json.loads(answer.content)['access_token']}")

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        text = "" if body is None else json.dumps(body)
        answer = self.client.generic(method, f"/api/v0{path}", text, "application/json")
        assert answer.status_code == status, (path, answer.content)
        return json.loads(answer.content) if answer.content else None


@pytest.fixture
def app(settings: Settings, noon: datetime) -> App:
    settings.EMAIL_VERIFICATION = False
    write_texts()
    app = App()
    person = {"email": "kim@example.com", "password": "staple the horse", "full_name": "Kim"}
    app.call("POST", "/auth/register", person, status=201)
    app.sign_in("kim@example.com", "staple the horse")
    return app


def test_from_signing_up_to_the_coach(app: App) -> None:
    snapshot = {
        "income": {"amount": 1234.56 * 3, "frequency": "monthly"},
        "expenses": {"total_amount": 0.1 + 0.2 + 2100},
        "debts": [{"type": "credit_card", "balance": 1500.3, "interest_rate_annual": 22.9, "min_payment": 45}],
        "savings": [{"balance": 100.1 * 3}],
    }
    summary = app.call("PUT", "/snapshot", snapshot)["summary"]
    assert (summary["monthly_income"], summary["total_savings"]) == (3703.68, 300.3)
    assert summary["monthly_surplus"] == 1558.38

    goal = {"type": "emergency_fund", "name": "Rainy days", "target_date": "2027-01-10", "priority": "High"}
    goal_id = app.call("POST", "/goals", goal | {"target_amount": 1100.1 * 3}, status=201)["id"]
    [planned] = app.call("POST", "/planning/plan", {})["goals"]
    assert (planned["feasibility"], planned["required_monthly_contribution"]) == ("Comfortable", 330.03)
    [made] = app.call("GET", "/action-plans")
    terms = {"type": "automated_transfer", "amount": 0.1 * 3 * 1000, "frequency": "monthly"}
    body = terms | {"day_of_period": 1, "is_confirmed_set_up": True}
    plan = app.call("PUT", f"/action-plans/{made['id']}", body)
    assert (plan["amount"], plan["day_of_period"], plan["is_confirmed_set_up"]) == (300, 1, True)
    laptop = {
        "type": "short_term_saving",
        "name": "Laptop",
        "target_amount": 900.1 * 3,
        "target_date": "2027-06-01",
    }
    laptop_id = app.call("POST", "/goals", laptop | {"priority": "Low"}, status=201)["id"]
    terms |= {"amount": 99.5, "is_confirmed_set_up": True}
    second = app.call("POST", f"/goals/{laptop_id}/action-plans", terms, status=201)
    assert (second["amount"], second["day_of_period"], second["is_confirmed_set_up"]) == (99.5, 1, True)
    app.call("DELETE", f"/goals/{laptop_id}", status=204)

    body = {"goal_id": goal_id, "current_balance": 925.9200000000001, "source": "manual_entry", "note": "Start"}
    recorded = app.call("POST", f"/goals/{goal_id}/progress", body, status=201)
    assert recorded["milestones_reached"] == ["25%"]
    assert app.call("GET", f"/goals/{goal_id}/progress?limit=5") == [recorded["progress"]]

    pulse = {"made_planned_payments": "yes", "spending_vs_plan": "on", "mood_score": 4}
    given = app.call("POST", "/checkins", pulse, status=201)
    assert app.call("PUT", f"/checkins/{given['id']}", {"mood_score": 5})["mood_score"] == 5
    assert app.call("GET", "/checkins/latest")["id"] == given["id"]
    assert app.call("GET", "/dashboard")["stats"]["current_streak"] == 1

    keep_in_touch(app, plan["id"])

    [text, *_] = app.call("GET", "/education/snippets?context_goal_type=emergency_fund")
    assert app.call("GET", f"/education/snippets/{text['id']}") == text

    chat = app.call("POST", "/chat/start", {"intent": "progress"}, status=201)
    assert "Rainy days: 925.92 USD of 3,300.30 USD saved (28.06 %)" in chat["greeting"]
    asked = {"message": "What should I do next?", "session_id": chat["session_id"]}
    answer = app.call("POST", "/chat/message", asked)
    assert answer["session_id"] == chat["session_id"]
    assert "Next: 300.00 USD for Rainy days on 1 May 2026." in answer["response"]
    asked = {"message": "Any feedback on my week?", "session_id": chat["session_id"]}
    answer = app.call("POST", "/chat/message", asked)
    assert "spent about as planned, and felt 5 of 5." in answer["response"]
    assert app.call("POST", f"/chat/session/{chat['session_id']}/refresh").keys() == {"status", "message"}
    assert app.call("GET", f"/chat/session/{chat['session_id']}")["message_count"] == 2
    app.call("DELETE", f"/chat/session/{chat['session_id']}", status=204)

    export = app.call("GET", "/users/me/export")
    assert [row["id"] for row in export["tracking"]["pulses"]] == [given["id"]]
    assert (export["companion"]["chat_sessions"], export["companion"]["chat_messages"]) == ([], [])


def keep_in_touch(app: App, plan_id: str) -> None:
    """Notifications: what the server planned, moved, paused and removed; one's own, which is sent; a push."""
    work(datetime(2026, 3, 10, 12, 1, tzinfo=UTC))
    planned = {row["type"]: row for row in app.call("GET", "/notifications")}
    payment = planned["pre_transfer_reminder"]
    assert set(planned) == {"checkin_reminder", "weekly_summary", "pre_transfer_reminder", "goal_progress_update"}
    assert (payment["action_plan_id"], payment["next_send_at"]) == (plan_id, "2026-04-30T18:00:00Z")
    moved = app.call("PUT", f"/notifications/{payment['id']}", {"next_send_at": "2026-03-30T07:30:00.000Z"})
    assert moved["next_send_at"] == "2026-03-30T07:30:00Z"
    drift = f"/notifications/{planned['goal_progress_update']['id']}"
    assert app.call("PATCH", drift, {"status": "paused"})["status"] == "paused"
    app.call("DELETE", f"/notifications/{planned['weekly_summary']['id']}", status=204)
    assert app.call("GET", "/users/me/notification-preferences")["weekly_summary"] is False

    friday = {"type": "checkin_reminder", "channel": "email", "next_send_at": "2026-03-13T17:00:00.000Z"}
    own = app.call("POST", "/notifications", friday | {"status": "active"}, status=201)
    app.call("POST", "/devices", {"platform": "android", "token": "ExponentPushToken[kim]"}, status=201)
    push = app.call("POST", "/notifications", friday | {"channel": "push"}, status=201)
    work(datetime(2026, 3, 13, 17, tzinfo=UTC))
    assert [(message.to, message.subject) for message in mail.outbox[-1:]] == [
        (["kim@example.com"], "How are your goals doing?")
    ]
    sent = {row["id"]: row for row in app.call("GET", "/notifications")}
    for row in (own, push):
        assert sent[row["id"]]["last_sent_at"] == "2026-03-13T17:00:00Z"
        assert sent[row["id"]]["next_send_at"] == "2026-03-20T17:00:00Z"
    assert OutgoingPush.objects.get().notification_id == UUID(push["id"])
    assert sent[payment["id"]]["last_sent_at"] is None


def work(moment: datetime) -> None:
    """What the worker does by then."""
    follow_plans(since=moment - timedelta(minutes=5), now=moment)
    send_due_notifications(clock=lambda: moment)
    send_due_mail(clock=lambda: moment)
