"""People with random finances, made over the API on 10 March 2026."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import UserFactory
from conftest import client_of

V0 = "/api/v0"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = NOON.date()


class Invented:
    """A person with random finances, goals, check-ins and pulses, made over the API."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self.user: User = UserFactory.create()
        self.client: APIClient = client_of(self.user)
        debts = [self._debt(index) for index in range(self.random.randrange(4))]
        money: dict[str, Any] = {
            "income": {"amount": self._amount(1500, 4000), "frequency": "monthly"},
            "debts": debts,
        }
        if number % 2:
            money["savings"] = [{"balance": f"{number}00.50"}]
        self.send("put", "/snapshot", money | {"expenses": {"total_amount": self._amount(800, 2500)}})
        for index in range(self.random.randrange(1, 5)):
            goal = self.send("post", "/goals", self._goal(index))
            if self.random.random() < 0.7:
                body = {"current_amount": self._amount(0, 500)}
                self.send("post", f"/goals/{goal['id']}/check-ins", body)
        self.send("post", "/planning/plan", {})
        for _ in range(self.random.randrange(3)):
            self.send("post", "/checkins", self._pulse())

    def _amount(self, least: int, most: int) -> str:
        return f"{self.random.randrange(least, most)}.{self.random.randrange(100):02}"

    def _debt(self, index: int) -> dict[str, Any]:
        return {
            "type": "credit_card",
            "label": f"Card {index}",
            "balance": self._amount(100, 5000),
            "interest_rate_annual": self.random.choice(["0", "9.9", "22.99", "60"]),
            "min_payment": self._amount(20, 150),
        }

    def _goal(self, index: int) -> dict[str, Any]:
        return {
            "type": self.random.choice(["emergency_fund", "short_term_saving", "debt_payoff", "fire_starter"]),
            "name": f"Goal {index}",
            "target_amount": self._amount(500, 20_000),
            "target_date": (TODAY + timedelta(days=self.random.randrange(60, 900))).isoformat(),
            "priority": self.random.choice(["High", "Medium", "Low"]),
        }

    def _pulse(self) -> dict[str, Any]:
        return {
            "made_planned_payments": self.random.choice(["yes", "no", "partial"]),
            "spending_vs_plan": self.random.choice(["under", "on", "over"]),
            "mood_score": self.random.randrange(1, 6),
        }

    def send(self, method: str, path: str, body: Any) -> Any:
        answer = getattr(self.client, method)(f"{V0}{path}", body)
        assert answer.status_code < 300, answer.content
        return answer.json()

    def get(self, path: str) -> Any:
        return exact(self.client.get(f"{V0}{path}").content)

    def post(self, path: str, body: Any) -> Any:
        return exact(self.client.post(f"{V0}{path}", body).content)

    def ask(self, message: str) -> str:
        answer = self.client.post(f"{V0}/chat/message", {"message": message})
        assert answer.status_code == 200, answer.content
        return str(answer.json()["response"])


def exact(content: bytes) -> Any:
    return json.loads(content, parse_float=Decimal)
