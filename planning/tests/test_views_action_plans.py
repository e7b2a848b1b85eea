"""Action plans over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from goals.models import Goal
from planning.engine import ENGINE_VERSION
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.tests.factories import goal_of, plan_for, snapshot_of
from planning.tests.requests import CHOICE, field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestActionPlans:
    def test_an_empty_body_has_it_generated(self, as_saver: APIClient, goal: Goal) -> None:
        response = as_saver.post(f"/api/v0/goals/{goal.id}/action-plans", {})
        assert response.status_code == 201
        document = response.json()
        document.pop("explanation")
        upcoming = document.pop("upcoming")
        assert len(upcoming) == 12
        assert upcoming[:2] == [{"date": "2026-03-10", "amount": 100}, {"date": "2026-04-10", "amount": 100}]
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

    def test_a_choice_without_a_day_is_paid_on_the_first(self, as_saver: APIClient, goal: Goal) -> None:
        choice = {name: value for name, value in CHOICE.items() if name != "day_of_period"}
        document = as_saver.post(f"/api/v0/goals/{goal.id}/action-plans", choice).json()
        assert document["day_of_period"] == 1
        assert document["next_action_date"] == "2026-03-16"  # a Monday

    @pytest.mark.parametrize("body", [{}, CHOICE], ids=["generated", "chosen"])
    def test_keeps_that_the_payment_is_arranged(
        self, as_saver: APIClient, goal: Goal, body: dict[str, Any]
    ) -> None:
        path = f"/api/v0/goals/{goal.id}/action-plans"
        document = as_saver.post(path, body | {"is_confirmed_set_up": True}).json()
        assert document["is_confirmed_set_up"] is True
        assert as_saver.get(f"/api/v0/action-plans/{document['id']}").json() == document
        actions = AuditEntry.objects.filter(object_id=document["id"]).order_by("sequence")
        assert list(actions.values_list("action", flat=True)) == ["action_plan.planned", "action_plan.confirmed"]

    def test_choosing_exactly_what_is_required_arrives(self, as_saver: APIClient, saver: User) -> None:
        """The formula rounded up, 32.53, would be a cent short: interest is rounded each month."""
        snapshot_of(saver)
        goal = goal_of(saver, target_amount=400, annual_rate=Decimal("4.5"))
        path = f"/api/v0/goals/{goal.id}/action-plans"
        required = as_saver.post(path, {}).json()["required_monthly_contribution"]
        assert required == 32.54
        plan = as_saver.patch(f"/api/v0/action-plans/{ActionPlan.objects.get().id}", {"amount": 32.53}).json()
        assert (plan["feasibility"], plan["shortfall"]) == ("Unrealistic", 0.01)
        plan = as_saver.patch(f"/api/v0/action-plans/{plan['id']}", {"amount": required}).json()
        assert (plan["feasibility"], plan["shortfall"]) == ("Comfortable", 0)

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"amount": 5}, dict.fromkeys(("type", "frequency"), "required")),
            ({"day_of_period": 5}, dict.fromkeys(("type", "amount", "frequency"), "required")),
            (CHOICE | {"is_confirmed_set_up": "yes"}, {"is_confirmed_set_up": "invalid"}),
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
            ENGINE_VERSION,
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
    def test_another_persons_plan_does_not_exist(
        self, as_stranger: APIClient, plan: ActionPlan, method: str, path: str
    ) -> None:
        theirs = as_stranger.generic(method, "/api/v0/" + path.format(goal=plan.goal_id, plan=plan.id))
        never = as_stranger.generic(method, "/api/v0/" + path.format(goal=uuid4(), plan=uuid4()))
        assert (theirs.status_code, theirs.content) == (404, never.content)
        assert PlanVersion.objects.count() == 1
