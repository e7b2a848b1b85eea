"""Rows that are read: what Django makes of them, in fewer steps."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.db.models.signals import post_init, pre_init

from fincred.db.models import UUIDModel
from goals.models import Goal
from goals.tests.factories import GoalFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

# `__func__`: Django's own way, for our class.
djangos_from_db = models.Model.from_db.__func__  # type: ignore[attr-defined]


def content_of(row: models.Model) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = dict(row.__dict__)
    state = fields.pop("_state")
    return fields, {"fields_cache": state.fields_cache} | state.__dict__


class TestRowsThatAreRead:
    @pytest.mark.parametrize("rows", [Goal.objects.all(), Goal.objects.only("name")], ids=["whole", "in part"])
    def test_are_those_that_django_makes(
        self, saver: Any, rows: models.QuerySet[Goal], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        GoalFactory.create(user=saver)
        ours = rows.all()[0]
        with monkeypatch.context() as patch:
            patch.setattr(UUIDModel, "from_db", classmethod(djangos_from_db))
            djangos = rows.all()[0]
        assert content_of(ours) == content_of(djangos)
        assert ours.get_deferred_fields() == djangos.get_deferred_fields()
        assert ours.why_text == djangos.why_text

    def test_keep_the_fetch_mode_of_django_6(self) -> None:
        mode = object()
        row: Any = Goal.from_db("default", ["name"], ["Car"], fetch_mode=mode)
        assert (row.name, row._state.fetch_mode) == ("Car", mode)

    def test_leave_out_signals_that_nothing_here_listens_to(self) -> None:
        """An upgrade or a new field that listens has to make this go through `__init__` again."""
        assert not any(signal.has_listeners(Goal) for signal in (pre_init, post_init))
