"""A person over HTTP: signs in, tells figures, plans, checks in, day after day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from conftest import client_of
from planning.tests.requests import ENOUGH


class Person:
    """A person with an income, who signs in on each day anew."""

    def __init__(self, user: User, clock: Any) -> None:
        self._user, self._clock = user, clock
        self.on("2026-03-10")

    def on(self, day: str) -> Person:
        self._clock.move_to(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC), tick=False)
        self.client: APIClient = client_of(self._user)
        return self

    def later(self, seconds: int) -> None:
        """So that no rate limit is reached."""
        self._clock.shift(seconds)

    def earns(self, income: int) -> None:
        body = {**ENOUGH, "income": {"amount": 2000 + income, "frequency": "monthly"}}
        assert self.client.put("/api/v0/snapshot", body).status_code == 200

    def tells(self, *incomes: dict[str, Any], expenses: float, planned: Sequence[dict[str, Any]] = ()) -> None:
        """Incomes and planned expenses, some of them with dates."""
        body = {"incomes": incomes, "expenses": {"total_amount": expenses, "planned": planned}}
        response = self.client.put("/api/v0/snapshot", body)
        assert response.status_code == 200, response.content

    def owes(self, surplus: float, goal: str, *, balance: float, rate: float, minimum: float) -> None:
        """A debt that is linked to a goal, and so much left a month before its minimum payment."""
        debt = {"type": "student_loan", "balance": balance, "interest_rate_annual": rate, "min_payment": minimum}
        body = {**ENOUGH, "income": {"amount": 2000 + surplus, "frequency": "monthly"}}
        response = self.client.put("/api/v0/snapshot", body | {"debts": [debt | {"goal_id": goal}]})
        assert response.status_code == 200, response.content

    def wants(self, target: float, by: str, priority: str = "Medium", **more: Any) -> str:
        body = {"type": "short_term_saving", "name": f"{target}", "target_amount": target, "target_date": by}
        response = self.client.post("/api/v0/goals", body | {"priority": priority} | more)
        assert response.status_code == 201, response.content
        return str(response.json()["id"])

    def plans_for(self, **goal: Any) -> str:
        """A new goal with these fields, planned."""
        response = self.client.post("/api/v0/goals", goal)
        assert response.status_code == 201, response.content
        self.plans()
        return str(response.json()["id"])

    def goal(self, goal: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"/api/v0/goals/{goal}").json()
        return answer

    def has(self, goal: str, amount: float, day: str | None = None) -> dict[str, Any]:
        self._clock.shift(1)
        body = {"current_amount": amount} | ({"check_in_date": day} if day else {})
        response = self.client.post(f"/api/v0/goals/{goal}/check-ins", body)
        assert response.status_code == 201
        told: dict[str, Any] = response.json()
        return told

    def plans(self) -> dict[str, Any]:
        response = self.client.post("/api/v0/planning/plan", {})
        assert response.status_code == 200, response.content
        self.summary, self.cash_flow = response.json()["summary"], response.json()["cash_flow"]
        return self.stored()

    def stored(self) -> dict[str, Any]:
        return {plan["goal_id"]: plan for plan in self.client.get("/api/v0/action-plans").json()}
