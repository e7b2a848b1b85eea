"""Names that grow when they are normalised or folded fit their columns, or are refused."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory

pytestmark = [pytest.mark.integration, pytest.mark.goals, pytest.mark.django_db]

GOALS = "/api/v0/goals"
GOAL = {
    "type": "short_term_saving",
    "target_amount": 1200,
    "target_date": "2099-01-01",
    "priority": "High",
}
DEVANAGARI_QA = "\u0958"  # two characters in normal form C
LIGATURE_FFL = "\ufb04"  # three when folded


class TestGrowing:
    @pytest.mark.parametrize(("field", "limit"), [("name", 100), ("why_text", 500)])
    def test_beyond_the_limit_by_normalising_is_refused(self, as_saver: APIClient, field: str, limit: int) -> None:
        answer = as_saver.post(GOALS, GOAL | {"name": "x", field: DEVANAGARI_QA * limit})
        [error] = answer.json()["details"]["errors"]
        assert (answer.status_code, error["field"], error["code"]) == (400, field, "max_length")
        goal = as_saver.post(GOALS, GOAL | {"name": "x", field: DEVANAGARI_QA * (limit // 2)}).json()
        assert len(goal[field]) == limit
        refused = as_saver.patch(f"{GOALS}/{goal['id']}", {field: DEVANAGARI_QA * limit})
        assert refused.status_code == 400

    def test_by_folding_is_stored_and_found(self, as_saver: APIClient) -> None:
        name = LIGATURE_FFL * 100
        assert as_saver.post(GOALS, GOAL | {"name": name}).status_code == 201
        assert len(Goal.objects.get().name_folded) == 300
        for search in (name, "FFL" * 33):
            [found] = as_saver.get(GOALS, {"search": search}).json()
            assert found["name"] == name

    def test_the_migration_keeps_a_name_whose_normal_form_does_not_fit(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        Goal.objects.update(name=DEVANAGARI_QA * 100, name_folded="")
        fill = import_module("goals.migrations.0004_fold_names").fill
        fill(apps, SimpleNamespace(connection=connection))
        goal.refresh_from_db()
        assert goal.name == DEVANAGARI_QA * 100
        assert len(goal.name_folded) == 200
