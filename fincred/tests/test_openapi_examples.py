"""The request examples of the OpenAPI document work as they are, today and years from now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from accounts.examples import EXPORT
from accounts.models import User
from conftest import client_of
from fincred.api.openapi import document
from fincred.companion.tests.factories import NotificationFactory, PhoneFactory
from fincred.db.privacy import personal_models
from goals.examples import GOAL
from goals.tests.factories import GoalFactory
from planning.examples import GOAL_PLAN
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

# Their examples hold an invented secret.
NOT_THIS_PERSONS = {
    "/api/v0/auth/login": 401,
    "/api/v0/auth/password/reset/confirm": 401,
    "/api/v0/auth/refresh": 401,
    "/api/v0/auth/verify-email": 401,
    "/api/v0/action-plans/{plan_id}/proposal/accept": 409,  # the plan has not drifted
}


def examples() -> Iterator[Any]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in body.get("examples", {}).values():
                yield pytest.param(method, path, example["value"], id=f"{method} {path}")


@pytest.mark.parametrize("year", [2026, 2044])
@pytest.mark.parametrize(("method", "path", "body"), list(examples()))
def test_a_request_example_is_accepted(method: str, path: str, body: Any, year: int, saver: User) -> None:
    with time_machine.travel(datetime(year, 11, 26, 12, tzinfo=UTC), tick=False):
        snapshot_of(saver)
        goal = GoalFactory.create(user=saver, target_date=datetime(year + 2, 1, 1, tzinfo=UTC).date())
        other = GoalFactory.create(user=saver, target_date=datetime(year + 2, 1, 1, tzinfo=UTC).date())
        ids = {
            "plan_id": plan_for(goal).id,
            "check_in_id": CheckInFactory.create(goal=goal).id,
            "pulse_id": PulseFactory.create(user=saver).id,
            "notification_id": NotificationFactory.create(user=saver).id,
            "goal_id": other.id,  # without a plan yet
        }
        if method == "delete":
            PhoneFactory.create(user=saver)
        text = json.dumps(body).replace(str(GOAL["id"]), str(goal.id)).replace(GOAL_PLAN["goal_id"], str(goal.id))
        send = getattr(client_of(saver), method)
        response = send(path.format(**ids), text, content_type="application/json")
    expected = NOT_THIS_PERSONS.get(path)
    assert response.status_code == expected if expected else response.status_code < 300, response.content


def test_the_example_of_the_export_has_every_section_and_no_other() -> None:
    sections = {privacy.section for _, privacy in personal_models() if privacy.section}
    groups = {section.partition(".")[0] for section in sections if "." in section}
    inner = {f"{group}.{name}" for group in groups for name in EXPORT[group]}
    assert inner | EXPORT.keys() - groups == sections | {"exported_at"}
