"""Planning over HTTP: the contract's shapes, codes and boundaries."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.api.openapi import document
from goals.models import Goal
from goals.services import record_progress
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.tests.factories import NOON, TODAY, contents, debt, goal_of, plan_for, savings, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]

MONTHLY = {"amount": 3000, "frequency": "monthly"}
ENOUGH = {"income": MONTHLY, "expenses": {"total_amount": 2000}}
CHOICE = {"type": "manual_habit", "amount": 100, "frequency": "biweekly", "day_of_period": 5}


def field_errors(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    assert response.json()["error_code"] == "VALIDATION_ERROR"
    return {error["field"]: error["code"] for error in response.json()["details"]["errors"]}


@pytest.fixture
def goal(saver: User) -> Goal:
    """100 a month of 1 000."""
    snapshot_of(saver)
    return goal_of(saver)


@pytest.fixture
def plan(goal: Goal) -> ActionPlan:
    return plan_for(goal)


class TestSnapshot:
    def test_is_nulls_and_empty_lists_when_there_is_none(self, as_saver: APIClient) -> None:
        response = as_saver.get("/api/v0/snapshot")
        assert response.json() == {
            "id": None,
            "incomes": [],
            "income": None,
            "expenses": None,
            "debts": [],
            "savings": [],
            "summary": None,
            "created_at": None,
        }

    def test_is_read_as_it_was_stored(self, as_saver: APIClient) -> None:
        told = {
            "incomes": [{"amount": "1500.50", "frequency": "biweekly", "source_label": " Job "}],
            "expenses": {"total_amount": 2000, "essential_amount": 1500},
            "debts": [{"type": "car_loan", "balance": 900, "interest_rate_annual": 4.25, "min_payment": 50}],
            "savings": [{"label": "", "balance": 0.1}],
        }
        stored = as_saver.put("/api/v0/snapshot", told)
        assert stored.status_code == 200
        assert stored.json() == as_saver.get("/api/v0/snapshot").json()
        document = stored.json()
        assert document["incomes"] == [{"amount": 1500.5, "frequency": "biweekly", "source_label": "Job"}]
        assert document["income"] == document["incomes"][0]
        assert document["savings"] == [{"label": None, "balance": 0.1}]
        assert document["debts"][0]["goal_id"] is None
        assert document["summary"] == {
            "monthly_income": 3251.08,
            "monthly_expenses": 2000,
            "monthly_minimum_payments": 50,
            "monthly_surplus": 1201.08,
            "total_debt": 900,
            "total_savings": 0.1,
            "net_worth": -899.9,
        }
        assert document["created_at"] == "2026-03-10T12:00:00Z"

    def test_the_largest_amount_comes_back_to_the_cent(self, as_saver: APIClient) -> None:
        as_saver.put("/api/v0/snapshot", {"savings": [{"balance": "999999999999.99"}]})
        assert b'"total_savings":999999999999.99' in as_saver.get("/api/v0/snapshot").content

    def test_put_replaces_the_whole_document(self, as_saver: APIClient) -> None:
        as_saver.put("/api/v0/snapshot", ENOUGH)
        document = as_saver.put("/api/v0/snapshot", {}).json()
        assert (document["incomes"], document["income"], document["expenses"]) == ([], None, None)
        assert document["summary"]["monthly_surplus"] == 0

    @pytest.mark.parametrize("incomes", [[], [MONTHLY], [{**MONTHLY, "source_label": "Job"}, MONTHLY]])
    def test_what_was_read_can_be_put_back(self, as_saver: APIClient, incomes: list[dict[str, Any]]) -> None:
        told = {"incomes": incomes, "expenses": {"total_amount": 2000}, "savings": [{"balance": 5}]}
        read = as_saver.put("/api/v0/snapshot", told).json()
        again = as_saver.put("/api/v0/snapshot", read)
        assert again.status_code == 200, again.content
        assert again.json() | {"id": read["id"]} == read
        assert again.json()["id"] != read["id"]

    def test_income_is_null_when_there_are_several(self, as_saver: APIClient) -> None:
        document = as_saver.put("/api/v0/snapshot", {"incomes": [MONTHLY, MONTHLY]}).json()
        assert (document["income"], len(document["incomes"])) == (None, 2)

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"income": MONTHLY, "incomes": [MONTHLY, MONTHLY]}, {"income": "ambiguous"}),
            ({"income": MONTHLY, "incomes": [{**MONTHLY, "amount": 3000.01}]}, {"income": "ambiguous"}),
            ({"income": MONTHLY, "incomes": []}, {"income": "ambiguous"}),
            ({"incomes": [MONTHLY] * 51}, {"incomes": "max_length"}),
            ({"savings": [{"balance": 1}] * 51}, {"savings": "max_length"}),
            ({"incomes": [MONTHLY, {**MONTHLY, "frequency": "daily"}]}, {"incomes.1.frequency": "invalid_choice"}),
            ({"incomes": "all"}, {"incomes": "not_a_list"}),
            ({"savings": [{"balance": -1}]}, {"savings.0.balance": "min_value"}),
            ({"savings": [{"balance": 0.001}]}, {"savings.0.balance": "max_decimal_places"}),
            ({"savings": [{"balance": 1, "label": "x" * 101}]}, {"savings.0.label": "max_length"}),
            (
                {"expenses": {"total_amount": 10, "essential_amount": 10.01}},
                {"expenses.essential_amount": "max_value"},
            ),
            ({"savings": [{"balance": 999999999999.99}] * 2}, {"savings": "max_value"}),
            ({"incomes": [{"amount": 999999999999, "frequency": "weekly"}]}, {"incomes": "max_value"}),
            ({"debts": [{"type": "other"}]}, dict.fromkeys(
                ("debts.0.balance", "debts.0.interest_rate_annual", "debts.0.min_payment"), "required"
            )),
            (
                {"debts": [{"type": "other", "balance": 1, "interest_rate_annual": 1000.1, "min_payment": 0}]},
                {"debts.0.interest_rate_annual": "max_value"},
            ),
        ],
    )  # fmt: skip
    def test_refuses(self, as_saver: APIClient, body: dict[str, Any], errors: dict[str, str]) -> None:
        assert field_errors(as_saver.put("/api/v0/snapshot", body)) == errors
        assert not Snapshot.objects.exists()

    def test_refuses_a_debt_of_a_goal_that_is_not_ones_own(self, as_saver: APIClient, stranger: User) -> None:
        theirs = goal_of(stranger, type="debt_payoff")
        owed = {
            "type": "other",
            "balance": 1,
            "interest_rate_annual": 1,
            "min_payment": 1,
            "goal_id": str(theirs.id),
        }
        response = as_saver.put("/api/v0/snapshot", {"debts": [owed]})
        assert field_errors(response) == {"debts.0.goal_id": "unknown_goal"}

    def test_history_is_newest_first_in_pages(self, as_saver: APIClient, saver: User) -> None:
        for income in ("1.00", "2.00", "3.00"):
            snapshot_of(saver, contents(income=income))
        response = as_saver.get("/api/v0/snapshot/history?limit=2")
        assert [row["summary"]["monthly_income"] for row in response.json()] == [3, 2]
        assert response["X-Total-Count"] == "3"
        assert 'rel="next"' in response["Link"]

    def test_history_is_ones_own(self, as_saver: APIClient, stranger: User) -> None:
        snapshot_of(stranger)
        assert as_saver.get("/api/v0/snapshot/history").json() == []


class TestPlanEverything:
    def test_answers_as_the_contract_says(self, as_saver: APIClient, goal: Goal) -> None:
        response = as_saver.post("/api/v0/planning/plan")
        assert response.status_code == 200
        document = response.json()
        (planned,) = document.pop("goals")
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

    def test_says_what_a_plan_told_and_stored_alike(self, as_saver: APIClient, goal: Goal) -> None:
        goal_of(goal.user, target_amount=Decimal("99000.00"), priority="Low", name="12.50")
        told = {planned["goal_id"]: planned for planned in as_saver.post("/api/v0/planning/plan").json()["goals"]}
        for stored in as_saver.get("/api/v0/action-plans").json():
            for name in ("explanation", "alternatives", "shortfall", "feasibility", "projected_completion_date"):
                assert stored[name] == told[stored["goal_id"]][name]

    def test_refuses_without_a_snapshot(self, as_saver: APIClient) -> None:
        response = as_saver.post("/api/v0/planning/plan")
        assert response.status_code == 400
        assert response.json()["error_code"] == "SNAPSHOT_REQUIRED"
        assert response.json()["details"] == {"missing": ["incomes", "expenses"]}


class TestActionPlans:
    def test_an_empty_body_has_it_generated(self, as_saver: APIClient, goal: Goal) -> None:
        response = as_saver.post(f"/api/v0/goals/{goal.id}/action-plans", {})
        assert response.status_code == 201
        document = response.json()
        document.pop("explanation")
        assert document == {
            "id": str(ActionPlan.objects.get().id),
            "user_id": str(goal.user_id),
            "goal_id": str(goal.id),
            "type": "automated_transfer",
            "amount": 100,
            "frequency": "monthly",
            "day_of_period": 10,
            "is_confirmed_set_up": False,
            "required_monthly_contribution": 100,
            "allocated_monthly_contribution": 100,
            "this_month": 100,
            "shortfall": 0,
            "feasibility": "Comfortable",
            "alternatives": [],
            "projected_completion_date": "2027-02-10",
            "next_action_date": "2026-03-10",
            "version": 1,
            "created_at": "2026-03-10T12:00:00Z",
            "updated_at": "2026-03-10T12:00:00Z",
        }

    def test_no_body_at_all_has_it_generated(self, as_saver: APIClient, goal: Goal) -> None:
        assert as_saver.post(f"/api/v0/goals/{goal.id}/action-plans").status_code == 201

    def test_takes_a_choice(self, as_saver: APIClient, goal: Goal) -> None:
        document = as_saver.post(f"/api/v0/goals/{goal.id}/action-plans", CHOICE).json()
        assert {name: document[name] for name in CHOICE} == CHOICE
        assert document["next_action_date"] == "2026-03-13"

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"amount": 5}, dict.fromkeys(("type", "frequency", "day_of_period"), "required")),
            (CHOICE | {"day_of_period": 8}, {"day_of_period": "day_outside_period"}),
            (CHOICE | {"day_of_period": 0}, {"day_of_period": "min_value"}),
            (CHOICE | {"day_of_period": 32, "frequency": "monthly"}, {"day_of_period": "max_value"}),
            (CHOICE | {"day_of_period": "5"}, {"day_of_period": "invalid"}),
            (CHOICE | {"amount": 0}, {"amount": "positive"}),
            (CHOICE | {"amount": None}, {"amount": "null"}),
            (CHOICE | {"frequency": "daily"}, {"frequency": "invalid_choice"}),
        ],
    )
    def test_refuses_half_a_choice(
        self, as_saver: APIClient, goal: Goal, body: dict[str, Any], errors: dict[str, str]
    ) -> None:
        assert field_errors(as_saver.post(f"/api/v0/goals/{goal.id}/action-plans", body)) == errors
        assert not ActionPlan.objects.exists()

    def test_refuses_a_second_plan(self, as_saver: APIClient, plan: ActionPlan) -> None:
        response = as_saver.post(f"/api/v0/goals/{plan.goal_id}/action-plans")
        assert (response.status_code, response.json()["error_code"]) == (409, "ACTION_PLAN_EXISTS")
        assert response.json()["details"] == {"action_plan_id": str(plan.id)}

    def test_refuses_a_goal_that_is_not_active(self, as_saver: APIClient, goal: Goal) -> None:
        as_saver.delete(f"/api/v0/goals/{goal.id}")
        response = as_saver.post(f"/api/v0/goals/{goal.id}/action-plans")
        assert (response.status_code, response.json()["error_code"]) == (409, "CONFLICT")
        assert response.json()["details"] == {"goal_id": str(goal.id), "status": "cancelled"}

    def test_with_one_idempotency_key_is_made_once(self, as_saver: APIClient, goal: Goal) -> None:
        path = f"/api/v0/goals/{goal.id}/action-plans"
        answers = [as_saver.post(path, headers={"Idempotency-Key": "once"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_changes_what_is_named(self, as_saver: APIClient, plan: ActionPlan, method: str) -> None:
        response = getattr(as_saver, method)(f"/api/v0/action-plans/{plan.id}", {"amount": 120})
        assert response.status_code == 200
        document = response.json()
        assert (document["amount"], document["day_of_period"], document["version"]) == (120, 10, 2)
        assert document == as_saver.get(f"/api/v0/action-plans/{plan.id}").json()

    def test_refuses_to_change_nothing(self, as_saver: APIClient, plan: ActionPlan) -> None:
        response = as_saver.patch(f"/api/v0/action-plans/{plan.id}", {"version": 7, "goal_id": str(uuid4())})
        assert (response.status_code, response.json()["error_code"]) == (400, "NO_FIELDS_TO_UPDATE")

    def test_regenerate_makes_the_next_version(self, as_saver: APIClient, plan: ActionPlan) -> None:
        response = as_saver.post(f"/api/v0/action-plans/{plan.id}/regenerate")
        assert (response.status_code, response.json()["version"]) == (200, 2)

    def test_an_ended_plan_is_gone_but_its_versions_stay(self, as_saver: APIClient, plan: ActionPlan) -> None:
        path = f"/api/v0/action-plans/{plan.id}"
        assert as_saver.delete(path).status_code == 204
        assert as_saver.get(path).status_code == 404
        assert as_saver.delete(path).status_code == 404
        assert as_saver.get("/api/v0/action-plans").json() == []
        assert [row["version"] for row in as_saver.get(f"{path}/versions").json()] == [1]

    def test_versions_tell_what_was_decided_from_what_and_why(self, as_saver: APIClient, plan: ActionPlan) -> None:
        as_saver.patch(f"/api/v0/action-plans/{plan.id}", {"amount": 120.5})
        newest, first = as_saver.get(f"/api/v0/action-plans/{plan.id}/versions").json()
        assert [first["reason"], newest["reason"]] == ["created", "regenerated"]
        assert first["inputs"]["plan"]["finances"] == {
            "monthly_income": 3000,
            "monthly_expenses": 2000,
            "minimum_payments": 0,
        }
        assert first["inputs"]["plan"]["goals"][0]["created_at"] == "2026-03-10T12:00:00Z"
        assert (newest["outputs"]["amount"], newest["as_of"], newest["engine_version"]) == (
            120.5,
            "2026-03-10",
            "1",
        )

    @pytest.mark.parametrize("rows", [1, 50])
    def test_lists_run_a_constant_number_of_queries(
        self, as_saver: APIClient, saver: User, rows: int, django_assert_num_queries: Any
    ) -> None:
        snapshot_of(saver)
        # Fifty active goals are more than a person may have; the rows are what counts here.
        for _ in range(rows):
            plan = ActionPlan.objects.first() or plan_for(goal_of(saver))
            if ActionPlan.objects.count() < rows:
                plan.id, plan.goal = uuid4(), goal_of(saver)
                plan.save(force_insert=True)
            last = Snapshot.objects.newest_first()[0]
            copied = {field.attname: getattr(last, field.attname) for field in Snapshot._meta.concrete_fields}
            Snapshot.objects.create(**copied | {"id": uuid4(), "number": last.number + 1})
        as_saver.get("/api/v0/action-plans")
        for path in ("action-plans", "snapshot/history"):
            with django_assert_num_queries(2):
                assert len(as_saver.get(f"/api/v0/{path}?limit=100").json()) >= rows

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("post", "goals/{goal}/action-plans"),
            ("get", "action-plans/{plan}"),
            ("put", "action-plans/{plan}"),
            ("patch", "action-plans/{plan}"),
            ("delete", "action-plans/{plan}"),
            ("post", "action-plans/{plan}/regenerate"),
            ("get", "action-plans/{plan}/versions"),
            ("get", "action-plans/{plan}/proposal"),
            ("post", "action-plans/{plan}/proposal/accept"),
        ],
    )
    def test_somebody_elses_does_not_exist(
        self, as_stranger: APIClient, plan: ActionPlan, method: str, path: str
    ) -> None:
        theirs = as_stranger.generic(method, "/api/v0/" + path.format(goal=plan.goal_id, plan=plan.id))
        never = as_stranger.generic(method, "/api/v0/" + path.format(goal=uuid4(), plan=uuid4()))
        assert (theirs.status_code, theirs.content) == (404, never.content)
        assert PlanVersion.objects.count() == 1


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
        told = as_saver.post("/api/v0/planning/plan").json()
        asked = {"extra_monthly": 5, "goals": [{"id": str(plan.goal_id), "target_amount": 2400}]}
        document = as_saver.post(self.PATH, asked).json()
        assert document["baseline"] == told
        assert document["scenario"]["summary"]["estimated_monthly_surplus"] == 1005
        assert document["differences"][0]["required_monthly_contribution"] == {"from": 100, "to": 200}
        assert (PlanVersion.objects.count(), Snapshot.objects.count()) == (1, 1)

    def test_the_same_question_has_the_same_answer_byte_for_byte(self, as_saver: APIClient, goal: Goal) -> None:
        asked = {"income_delta": -500, "expenses_delta": 450, "include_schedule": True}
        assert as_saver.post(self.PATH, asked).content == as_saver.post(self.PATH, asked).content

    def test_leaves_out_and_adds_goals(self, as_saver: APIClient, goal: Goal) -> None:
        new = {
            "name": "Bike",
            "type": "short_term_saving",
            "target_amount": "600.00",
            "target_date": "2026-09-10",
            "priority": "Low",
            "current_amount": 300,
        }
        asked = {"goals": [{"id": str(goal.id), "exclude": True}], "new_goals": [new]}
        left, added = as_saver.post(self.PATH, asked).json()["differences"]
        assert left["shortfall"] == {"from": 0, "to": None}
        assert (added["goal_id"], added["name"]) == (None, "Bike")
        assert added["required_monthly_contribution"] == {"from": None, "to": 50}

    def test_carries_schedules_only_when_asked(self, as_saver: APIClient, goal: Goal) -> None:
        without = as_saver.post(self.PATH, {}).json()["baseline"]["goals"][0]
        asked = as_saver.post(self.PATH, {"include_schedule": True}).json()["baseline"]["goals"][0]
        assert "schedule" not in without
        assert asked["schedule"][0] == {"date": "2026-03-10", "amount": 100, "balance": 100}

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
        asked = {"as_of": "1949-01-01", "snapshot": ENOUGH, "new_goals": [new]}
        document = as_saver.post(self.PATH, asked).json()
        assert (document["as_of"], document["baseline"]["goals"]) == ("1949-01-01", [])
        assert document["scenario"]["goals"][0]["feasibility"] == "Comfortable"

    def test_alternatives_are_true_when_put_back(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver, target_amount=Decimal("13000.00"))
        (planned,) = as_saver.post("/api/v0/planning/plan").json()["goals"]
        alternatives = {each["kind"]: each for each in planned["alternatives"]}
        assert set(alternatives) == {"later_date", "smaller_amount", "more_money"}
        for kind, name in (("later_date", "target_date"), ("smaller_amount", "target_amount")):
            asked = {"goals": [{"id": str(goal.id), name: alternatives[kind][name]}]}
            assert as_saver.post(self.PATH, asked).json()["scenario"]["goals"][0]["shortfall"] == 0
        asked = {"extra_monthly": alternatives["more_money"]["extra_monthly"]}
        assert as_saver.post(self.PATH, asked).json()["scenario"]["goals"][0]["shortfall"] == 0

    @pytest.mark.parametrize(
        ("asked", "errors"),
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
    def test_refuses(self, as_saver: APIClient, goal: Goal, asked: Any, errors: dict[str, str]) -> None:
        assert field_errors(as_saver.post(self.PATH, _filled_in(asked, str(goal.id)))) == errors

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


def _filled_in(asked: Any, goal_id: str) -> Any:
    if isinstance(asked, dict):
        return {key: _filled_in(value, goal_id) for key, value in asked.items()}
    if isinstance(asked, list):
        return [_filled_in(value, goal_id) for value in asked]
    return goal_id if asked == "{goal}" else asked


class TestDebtPayoff:
    PATH = "/api/v0/planning/debt-payoff"
    THREE = (
        {"type": "credit_card", "label": "A", "balance": 4200, "interest_rate_annual": 22.99, "min_payment": 95},
        {"type": "car_loan", "label": "B", "balance": 8500, "interest_rate_annual": 11.5, "min_payment": 210},
        {"type": "other", "label": "C", "balance": 1350, "interest_rate_annual": 19.99, "min_payment": 35},
    )

    def test_compares_both_strategies_on_one_budget(self, as_saver: APIClient) -> None:
        document = as_saver.post(
            self.PATH, {"as_of": "2026-01-01", "monthly_budget": 500, "debts": self.THREE}
        ).json()
        avalanche, snowball = document["strategies"]["avalanche"], document["strategies"]["snowball"]
        assert (avalanche["months"], avalanche["total_interest"]) == (35, 3212.71)
        assert (snowball["months"], snowball["total_interest"]) == (35, 3284.79)
        assert {each["label"]: each["months"] for each in avalanche["order"]} == {"A": 20, "C": 24, "B": 35}
        assert [each["label"] for each in snowball["order"]] == ["C", "A", "B"]
        assert (document["recommended"], document["interest_saved"]) == ("avalanche", 72.08)
        assert avalanche["debt_free_date"] == "2028-12-01"
        assert avalanche["series"][0] == {"date": "2026-01-01", "balance": 14050}
        assert [each["extra"] for each in document["more"]] == [50, 100]

    def test_takes_the_snapshots_debts(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver, contents(debts=(debt(),)))
        document = as_saver.post(self.PATH, {"extra_monthly": 344.25}).json()
        assert (document["monthly_budget"], document["strategies"]["avalanche"]["months"]) == (444.25, 12)
        assert document["as_of"] == "2026-03-10"

    def test_without_any_debts_is_done_today(self, as_saver: APIClient) -> None:
        document = as_saver.post(self.PATH, {}).json()
        assert document["strategies"]["avalanche"]["months"] == 0
        assert document["strategies"]["avalanche"]["never"] is False

    def test_says_never_and_the_interest_that_eats_the_budget(self, as_saver: APIClient) -> None:
        owed = {"type": "other", "balance": 10000, "interest_rate_annual": 24, "min_payment": 150}
        document = as_saver.post(self.PATH, {"debts": [owed]}).json()
        snowball = document["strategies"]["snowball"]
        assert (snowball["never"], snowball["months"], snowball["interest_floor"]) == (True, None, 200)
        assert document["recommended"] is None

    @pytest.mark.parametrize(
        ("asked", "errors"),
        [
            ({"monthly_budget": 339.99, "debts": THREE}, {"monthly_budget": "min_value"}),
            ({"monthly_budget": 500, "extra_monthly": 1, "debts": THREE}, {"monthly_budget": "ambiguous"}),
            ({"extra_monthly": -1}, {"extra_monthly": "min_value"}),
            ({"debts": [THREE[0]] * 51}, {"debts": "max_length"}),
            ({"as_of": "2300-01-01"}, {"as_of": "max_value"}),
        ],
    )
    def test_refuses(self, as_saver: APIClient, asked: Any, errors: dict[str, str]) -> None:
        assert field_errors(as_saver.post(self.PATH, asked)) == errors


class TestSuggestions:
    PATH = "/api/v0/planning/suggestions"

    def test_are_none_without_a_snapshot(self, as_saver: APIClient) -> None:
        assert as_saver.get(self.PATH).json() == []

    def test_carry_their_arithmetic(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver, contents(debts=(debt(),), savings=(savings("1000.00"),)))
        response = as_saver.get(self.PATH)
        fund, payoff, fire = response.json()
        assert (fund["type"], fund["target_amount"], fund["explanation"]["facts"]["months"]) == (
            "emergency_fund", 5000, 3,
        )  # fmt: skip
        assert (payoff["type"], payoff["target_amount"]) == ("debt_payoff", 5000)
        assert (fire["type"], fire["target_amount"]) == ("fire_starter", 600000)
        assert response["X-Total-Count"] == "3"

    def test_of_the_self_employed_span_six_months(self, as_saver: APIClient, saver: User) -> None:
        saver.profile.employment_status = "Self-employed"
        saver.profile.save()
        snapshot_of(saver)
        assert as_saver.get(self.PATH).json()[0]["target_amount"] == 12000


class TestProposal:
    """Six months into 12 x 100 there are 200: 400 behind."""

    @pytest.fixture
    def behind(self, plan: ActionPlan, time_machine: Any) -> ActionPlan:
        return self.drifted(plan, "200.00", time_machine)

    @staticmethod
    def drifted(plan: ActionPlan, amount: str, time_machine: Any, day: date = date(2026, 9, 10)) -> ActionPlan:
        goal = Goal.objects.get(pk=plan.goal_id)
        record_progress(goal=goal, current_amount=Decimal(amount), last_check_in_date=day, now=NOON, today=day)
        time_machine.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=NOON.tzinfo), tick=False)
        return plan

    @pytest.fixture
    def as_saver(self, behind: ActionPlan, as_saver: APIClient) -> APIClient:
        """Signed in on that later day."""
        return as_saver

    def path(self, plan: ActionPlan) -> str:
        return f"/api/v0/action-plans/{plan.id}/proposal"

    def test_offers_two_ways_back_and_says_why(self, as_saver: APIClient, behind: ActionPlan) -> None:
        document = as_saver.get(self.path(behind)).json()
        assert document["direction"] == "BEHIND"
        assert document["why"]["facts"]["difference"] == -400
        assert document["same_date"] == {
            "contribution": 166.67,
            "target_date": "2027-03-10",
            "feasibility": "Comfortable",
            "shortfall": 0,
        }
        assert document["same_contribution"]["contribution"] == 100
        assert document["same_contribution"]["target_date"] == "2027-06-11"

    def test_accepting_another_contribution_makes_the_next_version(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert response.status_code == 200
        assert (response.json()["version"], response.json()["amount"]) == (2, 166.67)
        assert behind.versions.get(number=2).reason == "replan_accepted"
        assert as_saver.get(f"/api/v0/goals/{behind.goal_id}").json()["progress_status"] == "on_track"

    def test_accepting_another_date_moves_the_goal_with_one_version(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_contribution"})
        assert (response.json()["version"], response.json()["amount"]) == (2, 100)
        assert Goal.objects.get().target_date == date(2027, 6, 11)
        assert [version.reason for version in behind.versions.order_by("number")] == ["created", "replan_accepted"]

    def test_accepting_changes_the_persons_own_amount(self, as_saver: APIClient, behind: ActionPlan) -> None:
        ActionPlan.objects.filter(pk=behind.pk).update(is_chosen=True)
        document = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"}).json()
        assert document["amount"] == 166.67
        assert ActionPlan.objects.get().is_chosen

    def test_is_null_once_accepted_and_there_is_nothing_more_to_accept(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        response = as_saver.get(self.path(behind))
        assert (response.status_code, response.content) == (200, b"null")
        assert response["Content-Type"] == "application/json"
        again = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert (again.status_code, again.json()["error_code"]) == (409, "CONFLICT")

    def test_is_null_before_the_first_check_in(self, as_saver: APIClient, behind: ActionPlan) -> None:
        Goal.objects.update(last_check_in_date=None)
        assert as_saver.get(self.path(behind)).json() is None

    def test_is_null_for_a_paused_goal(self, as_saver: APIClient, behind: ActionPlan) -> None:
        as_saver.patch(f"/api/v0/goals/{behind.goal_id}", {"status": "paused"})
        assert as_saver.get(self.path(behind)).json() is None

    def test_past_the_date_only_another_date_is_offered(
        self, as_saver: APIClient, behind: ActionPlan, time_machine: Any, saver: User
    ) -> None:
        from conftest import client_of

        self.drifted(behind, "300.00", time_machine, TODAY + timedelta(days=400))
        late = client_of(saver)
        document = late.get(self.path(behind)).json()
        assert (document["direction"], document["same_date"]) == ("PAST_DATE", None)
        refused = late.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert (refused.status_code, refused.json()["details"]["choice"]) == (409, "same_date")

    def test_refuses_an_unknown_choice(self, as_saver: APIClient, behind: ActionPlan) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "give_up"})
        assert field_errors(response) == {"choice": "invalid_choice"}


class TestText:
    def test_explanations_show_amounts_to_the_cent(self, as_saver: APIClient, goal: Goal) -> None:
        (planned,) = as_saver.post("/api/v0/planning/plan").json()["goals"]
        assert re.search(r"1,200\.00", planned["explanation"]["text"])


class TestImmenseAmounts:
    """A debt at 1000 % that nobody pays grows to hundreds of digits within a lifetime."""

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
        asked = as_saver.post("/api/v0/planning/what-if", {"include_schedule": True}).json()
        assert asked["differences"][0]["shortfall"] == {"from": 999999999999.99, "to": 999999999999.99}
        assert asked["baseline"]["goals"][0]["schedule"][-1]["balance"] == 999999999999.99


class TestDocumentation:
    def test_says_that_a_proposal_may_be_null(self) -> None:
        schemas = document()["components"]["schemas"]
        assert schemas["ProposalOrNull"]["oneOf"][1] == {"type": "null"}
