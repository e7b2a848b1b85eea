"""A client that computes in binary floats sends 3703.6800000000003: every call takes it as 3703.68."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

V0 = "/api/v0"
OFF = 3703.6800000000003
INCOME = {"income": {"amount": OFF, "frequency": "monthly"}}
EXPENSES = {"expenses": {"total_amount": 0.1 + 0.2, "essential_amount": 0.1 + 0.2}}
DEBT = {"type": "credit_card", "balance": OFF, "interest_rate_annual": 20, "min_payment": 0.1 + 0.2}
GOAL = {"type": "emergency_fund", "name": "Fund", "target_date": "2099-01-01", "priority": "High"}


@pytest.fixture
def goal_id(as_saver: APIClient) -> str:
    as_saver.put(f"{V0}/snapshot", INCOME | EXPENSES | {"debts": [DEBT], "savings": [{"balance": OFF}]})
    return str(as_saver.post(f"{V0}/goals", GOAL | {"target_amount": OFF}).json()["id"])


def test_the_amounts_are_not_exact_in_the_request() -> None:
    assert repr(OFF) == "3703.6800000000003"
    assert repr(0.1 + 0.2) == "0.30000000000000004"


def test_a_snapshot(as_saver: APIClient, goal_id: str) -> None:
    text = as_saver.get(f"{V0}/snapshot").content.decode()
    assert '"monthly_income":3703.68,"monthly_expenses":0.30,"monthly_minimum_payments":0.30' in text
    assert '"total_debt":3703.68,"total_savings":3703.68' in text


def test_goals_and_check_ins(as_saver: APIClient, goal_id: str) -> None:
    checked = as_saver.post(f"{V0}/goals/{goal_id}/check-ins", {"current_amount": 0.1 + 0.2})
    assert b'"current_amount":0.30' in checked.content
    changed = as_saver.patch(f"{V0}/goals/{goal_id}", {"target_amount": 1234567.89 * 3})
    assert b'"target_amount":3703703.67' in changed.content


def test_an_action_plan(as_saver: APIClient, goal_id: str) -> None:
    terms = {"type": "manual_habit", "amount": 0.1 + 0.2, "frequency": "monthly", "day_of_period": 1}
    assert b'"amount":0.30' in as_saver.post(f"{V0}/goals/{goal_id}/action-plans", terms).content


def test_what_if(as_saver: APIClient, goal_id: str) -> None:
    def asked(amount: float) -> Any:
        fields = ("income_delta", "expenses_delta", "extra_monthly")
        body = dict.fromkeys(fields, amount) | {
            "goals": [{"id": goal_id, "target_amount": amount}],
            "new_goals": [GOAL | {"target_amount": amount}],
            "snapshot": {"income": {"amount": amount, "frequency": "monthly"}, **EXPENSES},
        }
        return as_saver.post(f"{V0}/planning/what-if", body)

    assert asked(OFF).status_code == 200
    assert asked(OFF).content == asked(3703.68).content


def test_debt_payoff(as_saver: APIClient, goal_id: str) -> None:
    def asked(amount: float) -> Any:
        debts = [DEBT | {"balance": amount, "min_payment": 100}]
        return as_saver.post(f"{V0}/planning/debt-payoff", {"debts": debts, "extra_monthly": amount})

    assert asked(OFF).status_code == 200
    assert asked(OFF).content == asked(3703.68).content


def test_a_rate_is_not_money(as_saver: APIClient, goal_id: str) -> None:
    refused = as_saver.patch(f"{V0}/goals/{goal_id}", {"annual_rate": 0.1 + 0.2})
    assert refused.json()["details"]["errors"][0]["code"] == "max_decimal_places"
