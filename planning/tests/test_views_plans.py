"""The plan of all goals over HTTP."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from planning.models import ActionPlan
from planning.tests.factories import contents, debt, goal_of, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestPlanEverything:
    def test_answers_as_the_contract_says(self, as_saver: APIClient, goal: Goal) -> None:
        response = as_saver.post("/api/v0/planning/plan")
        assert response.status_code == 200
        document = response.json()
        (planned,), months = document.pop("goals"), document.pop("cash_flow")
        assert document == {
            "as_of": "2026-03-10",
            "currency": "USD",
            "summary": {
                "estimated_monthly_surplus": 1000,
                "total_required_contributions": 100,
                "total_allocated_contributions": 100,
                "buffer_remaining": 900,
            },
        }
        assert len(months) == 12
        assert months[1] == {
            "from": "2026-04-10",
            "income": 3000,
            "expenses": 2000,
            "minimum_payments": 0,
            "surplus": 1000,
            "given": 100,
            "carried": 1800,
            "held_back": 0,
        }
        explanation = planned.pop("explanation")
        assert planned == {
            "goal_id": str(goal.id),
            "name": goal.name,
            "type": "short_term_saving",
            "target_amount": 1200,
            "target_date": "2027-03-10",
            "required_monthly_contribution": 100,
            "allocated_monthly_contribution": 100,
            "this_month": 100,
            "shortfall": 0,
            "feasibility": "Comfortable",
            "alternatives": [],
            "projected_completion_date": "2027-02-10",
        }
        assert set(explanation) == {"code", "text", "facts"}
        assert explanation["facts"]["surplus"] == 1000
        assert ActionPlan.objects.get().goal == goal

    def test_answers_what_it_stores(self, as_saver: APIClient, goal: Goal) -> None:
        goal_of(goal.user, target_amount=Decimal("99000.00"), priority="Low", name="12.50")
        answered = {
            planned["goal_id"]: planned for planned in as_saver.post("/api/v0/planning/plan").json()["goals"]
        }
        for stored in as_saver.get("/api/v0/action-plans").json():
            for name in ("explanation", "alternatives", "shortfall", "feasibility", "projected_completion_date"):
                assert stored[name] == answered[stored["goal_id"]][name]

    def test_refuses_without_a_snapshot(self, as_saver: APIClient) -> None:
        response = as_saver.post("/api/v0/planning/plan")
        assert response.status_code == 400
        assert response.json()["error_code"] == "SNAPSHOT_REQUIRED"
        assert response.json()["details"] == {"missing": ["incomes", "expenses"]}

    def test_explanations_show_amounts_to_the_cent(self, as_saver: APIClient, goal: Goal) -> None:
        (planned,) = as_saver.post("/api/v0/planning/plan").json()["goals"]
        assert re.search(r"1,200\.00", planned["explanation"]["text"])


class TestImmenseAmounts:
    """A debt at 1000 % that is not paid grows to hundreds of digits within a lifetime."""

    def test_are_shown_as_the_largest_there_is(self, as_saver: APIClient, saver: User) -> None:
        goal = goal_of(saver, type="debt_payoff", target_date=date(2106, 3, 10))
        immense = debt(
            balance=Decimal("999999999999.99"),
            interest_rate_annual=Decimal("1000.0000"),
            min_payment=Decimal("0.00"),
            goal_id=goal.id,
        )
        snapshot_of(saver, contents(debts=(immense,)))
        (planned,) = as_saver.post("/api/v0/planning/plan").json()["goals"]
        (stored,) = as_saver.get("/api/v0/action-plans").json()
        assert planned["shortfall"] == stored["shortfall"] == 999999999999.99
        assert stored["explanation"] == planned["explanation"]
        answer = as_saver.post("/api/v0/planning/what-if", {"include_schedule": True}).json()
        assert answer["differences"][0]["shortfall"] == {"from": 999999999999.99, "to": 999999999999.99}
        assert answer["baseline"]["goals"][0]["schedule"][-1]["balance"] == 999999999999.99


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "MALFORMED_REQUEST"),
            (b"[]", "VALIDATION_ERROR"),
            (b"", None),
            (b"{}", None),
            (b'{"a": 1}', None),
        ],
    )
    def test_that_are_not_needed_may_be_empty_but_are_json(
        self, as_saver: APIClient, goal: Goal, body: bytes, code: str | None
    ) -> None:
        plan = as_saver.post("/api/v0/planning/plan").json() and ActionPlan.objects.get()
        for path in ("planning/plan", f"action-plans/{plan.pk}/regenerate", "planning/calendar/link"):
            answer = as_saver.post(f"/api/v0/{path}", body, content_type="application/json")
            assert (answer.status_code, answer.json().get("error_code")) == (
                (400, code) if code else (201 if "link" in path else 200, None)
            )
