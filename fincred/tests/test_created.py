"""What a POST creates is found at the `Location` of the answer, also by a client that repeats the POST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import IdempotencyKey, User
from conftest import client_of
from fincred.tests.operations import OPERATIONS, Operation
from goals.tests.factories import GoalFactory
from planning.tests.factories import snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

CREATIONS = [operation for operation in OPERATIONS if "201" in operation.described["responses"]]
# A person who registers can't sign in before the address is verified, so there is no URL for them yet.
WITHOUT_URL = {"POST /auth/register"}
# What is there is a calendar, not JSON (planning/tests/test_calendar_link.py).
SECRET = {"POST /planning/calendar/link"}
FOUND = [operation for operation in CREATIONS if str(operation) not in WITHOUT_URL | SECRET]


@pytest.fixture
def client(saver: User, noon: datetime) -> APIClient:
    snapshot_of(saver)
    return client_of(saver)


@pytest.fixture
def goal(saver: User, noon: datetime) -> str:
    return str(GoalFactory.create(user=saver).pk)


def create(client: APIClient, operation: Operation, goal: str, **headers: Any) -> Any:
    answer = client.post(operation.path.format(goal_id=goal), operation.example, **headers)
    assert answer.status_code == 201, answer.content
    return answer


def id_of(document: Any) -> Any:
    """The existing app has other names for it."""
    return document.get("id") or document.get("session_id") or document["progress"]["id"]


class TestLocation:
    @pytest.mark.parametrize("operation", FOUND, ids=str)
    def test_is_where_the_new_object_is(self, operation: Operation, client: APIClient, goal: str) -> None:
        made = create(client, operation, goal)
        found = client.get(made.headers["Location"])
        assert found.status_code == 200
        assert id_of(found.json()) == id_of(made.json())
        assert {"Location", "ETag"} <= set(operation.described["responses"]["201"]["headers"])

    @pytest.mark.parametrize("operation", [o for o in CREATIONS if str(o) in WITHOUT_URL], ids=str)
    def test_is_absent_where_there_is_no_such_path(
        self, operation: Operation, client: APIClient, goal: str
    ) -> None:
        assert "Location" not in create(client, operation, goal).headers
        assert "Location" not in operation.described["responses"]["201"].get("headers", {})


@pytest.mark.parametrize("operation", FOUND, ids=str)
class TestRepeat:
    def test_has_the_headers_of_the_first_answer(self, operation: Operation, client: APIClient, goal: str) -> None:
        first, again = (create(client, operation, goal, headers={"Idempotency-Key": "k"}) for _ in range(2))
        assert again.headers["Idempotent-Replayed"] == "true"
        for name in ("Location", "ETag", "Content-Type"):
            assert again.headers[name] == first.headers[name]

    def test_of_an_answer_that_a_version_before_kept_has_none(
        self, operation: Operation, client: APIClient, goal: str
    ) -> None:
        first = create(client, operation, goal, headers={"Idempotency-Key": "k"})
        IdempotencyKey.objects.update(headers=None)
        again = create(client, operation, goal, headers={"Idempotency-Key": "k"})
        assert again.content == first.content
        assert "Location" not in again.headers
