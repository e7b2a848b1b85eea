"""An id in capitals is the same id at every door; answers have it in lower case."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import find_person
from accounts.tests.factories import UserFactory
from fincred.tests.operations import WITH_IDS
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


@pytest.fixture
def goal(saver: User) -> Goal:
    return GoalFactory.create(user=saver, type="debt_payoff")


def capitals(row: Any) -> str:
    return str(row.pk).upper()


class TestPaths:
    def test_answer_the_same(self, as_saver: APIClient, goal: Goal) -> None:
        path = f"/api/v0/goals/{capitals(goal)}"
        assert as_saver.get(path).content == as_saver.get(path.lower()).content
        assert as_saver.get(path).json()["id"] == str(goal.pk)

    def test_are_ids_in_the_document(self) -> None:
        declared = [each for operation in WITH_IDS for each in operation.described["parameters"]]
        schemas = [each["schema"] for each in declared if each["in"] == "path"]
        assert schemas == [{"type": "string", "format": "uuid"}] * len(WITH_IDS)

    @pytest.mark.parametrize("wrong", ["{%s}", "%s0", "urn:uuid:%s"])
    def test_are_not_what_merely_contains_an_id(self, as_saver: APIClient, goal: Goal, wrong: str) -> None:
        assert as_saver.get(f"/api/v0/goals/{wrong % goal.pk}").status_code == 404

    def test_links_to_other_pages_have_lower_case(self, as_saver: APIClient, goal: Goal) -> None:
        answer = as_saver.get(f"/api/v0/goals/{capitals(goal)}/check-ins")
        assert f"/goals/{goal.pk}/check-ins?" in answer.headers["Link"]

    def test_an_idempotency_key_is_of_the_path_in_either_case(self, as_saver: APIClient, goal: Goal) -> None:
        path = f"/api/v0/goals/{capitals(goal)}/check-ins"
        for each in (path, path.replace(capitals(goal), str(goal.pk))):
            answer = as_saver.post(each, {"current_amount": 5}, headers={"Idempotency-Key": "k"})
            assert answer.status_code == 201
        assert CheckIn.objects.count() == 1


class TestQueriesAndBodies:
    def test_find_the_row(self, as_saver: APIClient, goal: Goal) -> None:
        assert as_saver.get("/api/v0/check-ins", {"goal_id": capitals(goal)}).status_code == 200
        debt = {"type": "credit_card", "balance": 5, "interest_rate_annual": 5, "min_payment": 1}
        snapshot = {
            "income": {"amount": 3000, "frequency": "monthly"},
            "expenses": {"total_amount": 1000},
            "debts": [debt | {"goal_id": capitals(goal)}],
        }
        stored = as_saver.put("/api/v0/snapshot", snapshot)
        assert stored.json()["debts"][0]["goal_id"] == str(goal.pk)
        change = {"goals": [{"id": capitals(goal), "target_amount": 4600}]}
        what_if = as_saver.post("/api/v0/planning/what-if", change)
        assert what_if.json()["differences"][0]["goal_id"] == str(goal.pk)


class TestOperatorsAndSupport:
    def test_commands_find_the_person(self, saver: User) -> None:
        assert find_person(capitals(saver)) == saver
        out = StringIO()
        call_command("export_user", capitals(saver), stdout=out)
        assert json.loads(out.getvalue())["account"]["id"] == str(saver.pk)

    def test_the_back_office_finds_the_row(self, saver: User, goal: Goal) -> None:
        client = Client()
        client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
        assert client.get(reverse("admin:goals_goal_change", args=[capitals(goal)])).status_code == 200
        goals = reverse("admin:goals_goal_changelist")
        assert list(client.get(goals, {"user__exact": capitals(saver)}).context["cl"].result_list) == [goal]
        people = reverse("admin:accounts_user_changelist")
        assert list(client.get(people, {"q": capitals(saver)}).context["cl"].result_list) == [saver]
