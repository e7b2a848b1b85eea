from __future__ import annotations

from typing import Any

import pytest
from django.db import models

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]


def made_by_django(row: models.Model) -> models.Model:
    """What Django's own `from_db` makes of the same columns."""
    model = type(row)
    names = [field.attname for field in model._meta.concrete_fields]
    return models.Model.from_db.__func__(model, "default", names, [getattr(row, name) for name in names])  # type: ignore[attr-defined, no-any-return]


class TestFromDb:
    @pytest.fixture
    def check_in(self, saver: User) -> CheckIn:
        return CheckInFactory.create(goal=GoalFactory.create(user=saver))

    @pytest.mark.parametrize("model", [User, Goal, CheckIn])
    def test_makes_what_django_makes(self, check_in: CheckIn, model: type[Any]) -> None:
        row = model.objects.first()
        theirs = made_by_django(row)
        assert row == theirs
        assert {k: v for k, v in vars(row).items() if k != "_state"} == {
            k: v for k, v in vars(theirs).items() if k != "_state"
        }
        assert (row._state.adding, row._state.db) == (theirs._state.adding, theirs._state.db) == (False, "default")

    def test_fetches_later_what_was_deferred(self, check_in: CheckIn) -> None:
        row = CheckIn.objects.only("current_amount").get()
        assert row.get_deferred_fields() >= {"check_in_date", "reflection"}
        assert row.check_in_date == check_in.check_in_date

    def test_brings_along_what_was_joined(self, check_in: CheckIn) -> None:
        row = CheckIn.objects.select_related("goal__user").get()
        assert row._state.fields_cache["goal"] == check_in.goal
        assert row.goal.user == check_in.goal.user
