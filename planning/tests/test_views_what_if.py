"""What if, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.tests.factories import goal_of, snapshot_of
from planning.tests.requests import ENOUGH, MONTHLY, field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestWhatIf:
    PATH = "/api/v0/planning/what-if"

    def test_an_empty_question_changes_nothing(self, as_saver: APIClient, plan: ActionPlan) -> None:
        response = as_saver.post(self.PATH, {})
        assert response.status_code == 200
        document = response.json()
        assert document["as_of"] == "2026-03-10"
        assert document["baseline"] == document["scenario"]
        assert document["differences"] == [
            {
                "goal_id": str(plan.goal_id),
                "name": plan.goal.name,
                "required_monthly_contribution": {"from": 100, "to": 100},
                "allocated_monthly_contribution": {"from": 100, "to": 100},
                "shortfall": {"from": 0, "to": 0},
                "projected_completion_date": {"from": "2027-02-10", "to": "2027-02-10"},
                "feasibility": {"from": "Comfortable", "to": "Comfortable"},
            }
        ]

    def test_has_the_shape_of_a_plan_and_stores_nothing(self, as_saver: APIClient, plan: ActionPlan) -> None:
        plan_answer = as_saver.post("/api/v0/planning/plan").json()
        body = {"extra_monthly": 5, "goals": [{"id": str(plan.goal_id), "target_amount": 2400}]}
        document = as_saver.post(self.PATH, body).json()
        assert document["baseline"] == plan_answer
        assert document["scenario"]["summary"]["estimated_monthly_surplus"] == 1005
        assert document["differences"][0]["required_monthly_contribution"] == {"from": 100, "to": 200}
        assert (PlanVersion.objects.count(), Snapshot.objects.count()) == (1, 1)

    def test_the_same_question_has_the_same_answer_byte_for_byte(self, as_saver: APIClient, goal: Goal) -> None:
        body = {"income_delta": -500, "expenses_delta": 450, "include_schedule": True}
        assert as_saver.post(self.PATH, body).content == as_saver.post(self.PATH, body).content

    def test_leaves_out_and_adds_goals(self, as_saver: APIClient, goal: Goal) -> None:
        new = {
            "name": "Bike",
            "type": "short_term_saving",
            "target_amount": "600.00",
            "target_date": "2026-09-10",
            "priority": "Low",
            "current_amount": 300,
        }
        body = {"goals": [{"id": str(goal.id), "exclude": True}], "new_goals": [new]}
        left, added = as_saver.post(self.PATH, body).json()["differences"]
        assert left["shortfall"] == {"from": 0, "to": None}
        assert (added["goal_id"], added["name"]) == (None, "Bike")
        assert added["required_monthly_contribution"] == {"from": None, "to": 50}

    def test_carries_schedules_only_when_asked(self, as_saver: APIClient, goal: Goal) -> None:
        without = as_saver.post(self.PATH, {}).json()["baseline"]["goals"][0]
        scheduled = as_saver.post(self.PATH, {"include_schedule": True}).json()["baseline"]["goals"][0]
        assert "schedule" not in without
        assert scheduled["schedule"][0] == {"date": "2026-03-10", "amount": 100, "balance": 100}

    def test_a_snapshot_in_the_question_replaces_the_stored_one_in_both(
        self, as_saver: APIClient, goal: Goal
    ) -> None:
        document = as_saver.post(
            self.PATH, {"snapshot": {"income": {"amount": 50, "frequency": "monthly"}}}
        ).json()
        for side in ("baseline", "scenario"):
            assert document[side]["summary"]["estimated_monthly_surplus"] == 50

    def test_needs_no_stored_goals_nor_snapshot(self, as_saver: APIClient) -> None:
        new = {
            "name": "A",
            "type": "fire_starter",
            "target_amount": 1,
            "target_date": "1950-01-01",
            "priority": "High",
        }
        body = {"as_of": "1949-01-01", "snapshot": ENOUGH, "new_goals": [new]}
        document = as_saver.post(self.PATH, body).json()
        assert (document["as_of"], document["baseline"]["goals"]) == ("1949-01-01", [])
        assert document["scenario"]["goals"][0]["feasibility"] == "Comfortable"

    def test_alternatives_are_true_when_put_back(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver, target_amount=Decimal("13000.00"))
        (planned,) = as_saver.post("/api/v0/planning/plan").json()["goals"]
        alternatives = {each["kind"]: each for each in planned["alternatives"]}
        assert set(alternatives) == {"later_date", "smaller_amount", "more_money"}
        for kind, name in (("later_date", "target_date"), ("smaller_amount", "target_amount")):
            body = {"goals": [{"id": str(goal.id), name: alternatives[kind][name]}]}
            assert as_saver.post(self.PATH, body).json()["scenario"]["goals"][0]["shortfall"] == 0
        body = {"extra_monthly": alternatives["more_money"]["extra_monthly"]}
        assert as_saver.post(self.PATH, body).json()["scenario"]["goals"][0]["shortfall"] == 0

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"as_of": "1899-12-31"}, {"as_of": "min_value"}),
            ({"as_of": "2201-01-01"}, {"as_of": "max_value"}),
            ({"as_of": "20260310"}, {"as_of": "invalid"}),
            ({"goals": [{"id": str(uuid4())}]}, {"goals.0.id": "unknown_goal"}),
            ({"goals": [{"id": "{goal}"}, {"id": "{goal}"}]}, {"goals.1.id": "duplicate"}),
            (
                {"goals": [{"id": "{goal}", "target_date": "2026-03-10"}]},
                {"goals.0.target_date": "not_after_as_of"},
            ),
            (
                {"new_goals": [{"name": "A", "type": "fire_starter", "priority": "Low"}]},
                {"new_goals.0.target_amount": "required", "new_goals.0.target_date": "required"},
            ),
            ({"new_goals": [{"name": "A"}] * 101}, {"new_goals": "max_length"}),
            ({"income_delta": -3000.01}, {"income_delta": "min_value"}),
            ({"expenses_delta": -2000.01}, {"expenses_delta": "min_value"}),
            ({"extra_monthly": -1}, {"extra_monthly": "min_value"}),
            ({"snapshot": {"income": MONTHLY, "incomes": []}}, {"snapshot.income": "ambiguous"}),
            ({"snapshot": {"debts": [{
                "type": "other", "balance": 1, "interest_rate_annual": 1, "min_payment": 1, "goal_id": "{goal}",
            }]}}, {"snapshot.debts.0.goal_id": "unknown_goal"}),
        ],
    )  # fmt: skip
    def test_refuses(self, as_saver: APIClient, goal: Goal, body: Any, errors: dict[str, str]) -> None:
        assert field_errors(as_saver.post(self.PATH, _filled_in(body, str(goal.id)))) == errors

    def test_refuses_more_than_a_hundred_goals_in_all(self, as_saver: APIClient, goal: Goal) -> None:
        new = {
            "name": "A",
            "type": "fire_starter",
            "target_amount": 1,
            "target_date": "2030-01-01",
            "priority": "Low",
        }
        response = as_saver.post(self.PATH, {"new_goals": [new] * 100})
        assert field_errors(response) == {"new_goals": "max_length"}

    def test_refuses_without_any_snapshot(self, as_saver: APIClient) -> None:
        assert as_saver.post(self.PATH, {}).json()["error_code"] == "SNAPSHOT_REQUIRED"


def _filled_in(body: Any, goal_id: str) -> Any:
    if isinstance(body, dict):
        return {key: _filled_in(value, goal_id) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled_in(value, goal_id) for value in body]
    return goal_id if body == "{goal}" else body
