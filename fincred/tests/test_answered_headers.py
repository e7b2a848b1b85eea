"""What clients may read of an answer's headers is in the document, and the other way round."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as project
from rest_framework.test import APIClient

from accounts.errors import TokenInvalidError
from accounts.rate_limits import Policy, policies
from accounts.services import end_all_sessions
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import EndReason
from conftest import client_of
from fincred import clock
from fincred.companion.models import Snippet
from fincred.companion.tests.education import write_texts
from fincred.ops.middleware import SECURITY_HEADERS
from fincred.tests.operations import OPERATIONS, Operation
from fincred.tests.test_preconditions import QUERIES, Device

pytestmark = [pytest.mark.integration, pytest.mark.platform]

# HTTP's own, those against attacks, and for 405 those of another operation of the path: no client reads them here.
GENERAL = {"Content-Type", "Content-Length", "Vary", "Cache-Control", "Allow", "Connection", *SECURITY_HEADERS}
# Only repeats and pages that go on have these.
NOT_ALWAYS = {"Idempotent-Replayed", "Link"}
NOBODY = "00000000-0000-4000-8000-000000000000"
# They need a mailed token, or a staff member's.
NEEDS_MORE = ("GET /auth/verify-email", "GET /health/detailed")
ANSWERED = [one for one in OPERATIONS if one.method != "POST" and str(one) not in NEEDS_MORE]


@pytest.fixture(autouse=True)
def limited(settings: Any, noon: datetime, db: None) -> None:
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""


def exposed(answer: Any) -> set[str]:
    return {name for name in project.CORS_EXPOSE_HEADERS if name in answer.headers}


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


def refused_calls(client: APIClient, operation: Operation, ids: dict[str, str]) -> Iterator[Any]:
    """Answers to calls that are each wrong in one way, or need no new answer."""
    unknown = operation.path.format_map(defaultdict(lambda: NOBODY))
    known = operation.path.format_map(defaultdict(lambda: NOBODY, ids)) + QUERIES.get(str(operation), "")
    sent = json.dumps(operation.example)

    def call(url: str = known, body: str = sent, kind: str = "application/json", **headers: str) -> Any:
        return client.generic(operation.method, url, body, kind, headers=headers)

    yield call(authorization="Bearer x")
    yield call(accept="image/png")
    if operation.method != "GET":  # no client sends a body with that
        yield call(body="{")
        yield call(body=json.dumps("x" * 2**20))
        yield call(kind="text/csv")
    yield call(**{"if-none-match": "*", "if-match": '"0-0"'})
    yield call(**{"idempotency-key": "a b"})
    yield call(unknown)
    yield call(f"{unknown}?x=1&x=2")


@pytest.mark.once
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_of_refusals_are_described(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(UserFactory.create())
    answers = list(refused_calls(device.client, operation, device.ids))
    answers += refused_calls(APIClient(), operation, device.ids)
    with suppress(TokenInvalidError):  # one of these calls has erased the person
        end_all_sessions(user=device.owner, reason=EndReason.LOGOUT, now=clock.now())
    answers += refused_calls(device.client, operation, device.ids)
    for name in ("READS", "WRITES", "COST", "SIGN_OUT", "TOKEN_BY_ADDRESS"):
        monkeypatch.setattr(policies, name, Policy(getattr(policies, name).name, 0))
    answers += refused_calls(client_of(UserFactory.create()), operation, {})
    for answer in answers:
        answered = {name for name in answer.headers if name not in GENERAL}
        assert answered <= described(operation, answer.status_code), (answer.status_code, answer.content)
        assert {"X-Request-ID", "X-Process-Time"} <= answered


def test_of_a_refused_sign_in_are_described(api: APIClient) -> None:
    UserFactory.create(email="sam@example.com")
    [login] = [operation for operation in OPERATIONS if str(operation) == "POST /auth/login"]
    answer = api.post(login.path, {"email": "sam@example.com", "password": "another one"})
    assert exposed(answer) == described(login, 401)
