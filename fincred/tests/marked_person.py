"""A person whose every word is marked, to be searched for. `Person.tell` tells all that the API takes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.mail import send_due_mail
from accounts.models import User
from fincred import clock
from fincred.companion.services import send_due_notifications

MARK = "zq7mark"
ADDRESS = "203.0.113.77"
EMAIL = f"{MARK}.mail@example.com"
PASSWORD = f"{MARK} pass phrase"
NEW_PASSWORD = f"{MARK} other phrase"
V0 = "/api/v0"

WORDS = ("full_name", "age_range", "employment_status", "persona_hint")
PROFILE = {"country": "Germany"} | {name: f"{MARK} {name}" for name in WORDS}
GOAL = {
    "type": "debt_payoff",
    "name": f"{MARK} goal",
    "target_amount": 4000,
    "target_date": "2099-01-01",
    "priority": "High",
    "why_text": f"first line\n{MARK} why",
}


class Person:
    """Everything that can be told to FinCred over its API, told once."""

    def __init__(self, email: str = EMAIL) -> None:
        self.email = email
        self.client = APIClient(REMOTE_ADDR=ADDRESS)
        self.secrets = [PASSWORD, NEW_PASSWORD]

    @property
    def id(self) -> UUID:
        return User.objects.get(email=self.email).pk

    def send(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        answer = self.client.generic(method, V0 + path, json.dumps(body or {}), "application/json", **headers)
        assert answer.status_code < 300, (path, answer.content)
        return json.loads(answer.content) if answer.content else None

    def sign_in(self, pair: dict[str, Any]) -> None:
        self.secrets += [pair["access_token"], pair["refresh_token"]]
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access_token']}")

    def join(self) -> None:
        self.send(
            "POST", "/auth/register", {"email": self.email, "password": PASSWORD, "full_name": f"{MARK} name"}
        )
        self.sign_in(self.send("POST", "/auth/verify-email", {"token": self.mailed()}))
        pair = self.send("POST", "/auth/login", {"email": self.email, "password": PASSWORD})
        self.sign_in(self.send("POST", "/auth/refresh", {"refresh_token": pair["refresh_token"]}))
        self.send("POST", "/auth/password/reset", {"email": self.email})
        self.mailed()

    def mailed(self) -> str:
        """The one-time token of a mail that is sent now."""
        send_due_mail(clock=clock.now)
        self.secrets.append(re.findall(r"token=(\S+)", "".join(str(sent.body) for sent in mail.outbox))[-1])
        return self.secrets[-1]

    def tell(self) -> None:
        self.send("PATCH", "/users/me/profile", PROFILE)
        goal = self.send("POST", "/goals", GOAL, HTTP_IDEMPOTENCY_KEY=f"{MARK}-key")["id"]
        debt = {"type": "credit_card", "label": f"{MARK} card", "balance": 4000, "interest_rate_annual": 9}
        self.send(
            "PUT",
            "/snapshot",
            {
                "incomes": [{"amount": 3000, "frequency": "monthly", "source_label": f"{MARK} employer"}],
                "expenses": {"total_amount": 1000},
                "debts": [debt | {"min_payment": 50, "goal_id": goal}],
                "savings": [{"label": f"{MARK} bank", "balance": 500}],
            },
        )
        self.send("POST", "/planning/plan")
        self.send(
            "POST",
            f"/goals/{goal}/check-ins",
            {"current_amount": 2500, "reflection": f"{MARK} thought"},
            HTTP_IDEMPOTENCY_KEY=f"{MARK}-check",
        )
        self.send("POST", "/devices", {"platform": "ios", "token": f"ExponentPushToken[{MARK}]"})
        soon = clock.now() + timedelta(seconds=1)
        body = {"type": "weekly_summary", "channel": "push", "next_send_at": soon.isoformat()}
        self.send("POST", "/notifications", body)
        send_due_notifications(clock=lambda: soon)
        self.send("POST", "/chat/message", {"message": f"{MARK} why?"}, HTTP_IDEMPOTENCY_KEY=f"{MARK}-chat")
        url: str = self.send("POST", "/planning/calendar/link")["url"]
        self.secrets.append(url.rpartition("/")[2].removesuffix(".ics"))
        pulse = {"made_planned_payments": "no", "spending_vs_plan": "over", "mood_score": 2}
        self.send("POST", "/checkins", pulse | {"comment": f"{MARK} week"}, HTTP_IDEMPOTENCY_KEY=f"{MARK}-pulse")


def staff_member() -> Client:
    client = Client(REMOTE_ADDR=ADDRESS)
    boss = User.objects.filter(email="boss@example.com").first()
    client.force_login(boss or User.objects.create_superuser("boss@example.com"))
    return client


@pytest.fixture
def person(settings: Any) -> Person:
    """Limits are on, so that their counters are searched as well."""
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
    marked = Person()
    marked.join()
    marked.tell()
    staff_member().get("/admin/accounts/user/", {"q": EMAIL})
    return marked
