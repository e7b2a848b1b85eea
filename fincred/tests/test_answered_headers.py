"""What clients may read of an answer's headers is in the document, and the other way round."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as project
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD, UserFactory
from fincred.companion.models import Snippet
from fincred.companion.tests.education import write_texts
from fincred.tests.operations import OPERATIONS, Operation
from fincred.tests.test_preconditions import Device

pytestmark = [pytest.mark.integration, pytest.mark.platform]

# Every answer has these, and only repeats and pages that go on have the others.
NOT_DESCRIBED = {"X-Request-ID", "X-Process-Time"}
NOT_ALWAYS = {"Idempotent-Replayed", "Link"}
# They need a mailed token, or a staff member's.
NEEDS_MORE = ("GET /auth/verify-email", "GET /health/detailed")
ANSWERED = [one for one in OPERATIONS if one.method != "POST" and str(one) not in NEEDS_MORE]


@pytest.fixture(autouse=True)
def limited(settings: Any, noon: datetime, db: None) -> None:
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""


def exposed(answer: Any) -> set[str]:
    return {name for name in project.CORS_EXPOSE_HEADERS if name in answer.headers} - NOT_DESCRIBED


def described(operation: Operation, status: int) -> set[str]:
    return set(operation.described["responses"][str(status)].get("headers", {}))


@pytest.mark.parametrize("operation", ANSWERED, ids=str)
def test_of_a_call_are_described(operation: Operation) -> None:
    device = Device(UserFactory.create())
    write_texts()  # tests that empty all tables take them away
    device.ids["snippet_id"] = str(Snippet.objects.values_list("pk", flat=True)[0])
    answer = device.send(operation, {})
    assert answer.status_code in (200, 204), answer.content
    assert exposed(answer) - NOT_ALWAYS == described(operation, answer.status_code) - NOT_ALWAYS


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("POST /auth/login", {"email": "sam@example.com", "password": PASSWORD}),
        ("POST /auth/register", {"email": "new@example.com", "password": PASSWORD}),
        ("POST /auth/resend-verification", {"email": "sam@example.com"}),
        ("POST /auth/password/reset", {"email": "sam@example.com"}),
    ],
)
def test_of_a_call_without_a_token_are_described(call: str, body: dict[str, str], api: APIClient) -> None:
    UserFactory.create(email="sam@example.com")
    [operation] = [operation for operation in OPERATIONS if str(operation) == call]
    answer = api.post(operation.path, body)
    assert answer.status_code in (200, 201), answer.content
    assert exposed(answer) == described(operation, answer.status_code)
