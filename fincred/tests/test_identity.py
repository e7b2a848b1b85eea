"""Every operation of the OpenAPI document: other people's rows don't exist, and bad tokens are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts import services
from accounts.models import User
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.tests.operations import OPERATIONS, WITH_IDS, Operation

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
FUTURE_MOMENT = (clock.now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")


FOR_PEOPLE = [operation for operation in OPERATIONS if operation.is_for_people]
OF_PEOPLE = [operation for operation in WITH_IDS if operation.is_for_people]
_IDS = "goal_id plan_id check_in_id pulse_id session_id notification_id device_id"
UNKNOWN = {name: uuid4() for name in _IDS.split()}


def send(client: APIClient, operation: Operation, **ids: Any) -> HttpResponse:
    """The document's own example."""
    path = operation.path.format(**ids)
    return client.generic(operation.method, path, json.dumps(operation.example), "application/json")


@pytest.fixture
def strangers(as_stranger: APIClient) -> dict[str, str]:
    """The ids of another person's goal, its plan and its check-in."""

    def make(method: str, path: str, body: Any) -> str:
        answer = as_stranger.generic(method, f"/api/v0{path}", json.dumps(body), "application/json")
        assert answer.status_code in (200, 201), answer.content
        return str(json.loads(answer.content)["id"])

    body = next(operation.example for operation in OPERATIONS if str(operation) == "POST /goals")
    goal = make("POST", "/goals", body | {"target_date": "2099-01-01"})
    make(
        "PUT",
        "/snapshot",
        {"income": {"amount": 3000, "frequency": "monthly"}, "expenses": {"total_amount": 1000}},
    )
    plan = make("POST", f"/goals/{goal}/action-plans", {})
    check_in = make("POST", f"/goals/{goal}/check-ins", {"current_amount": 10})
    pulse = make("POST", "/checkins", next(one.example for one in OPERATIONS if str(one) == "POST /checkins"))
    chat = as_stranger.post("/api/v0/chat/start", {}).json()["session_id"]
    body = {"type": "weekly_summary", "channel": "push", "next_send_at": FUTURE_MOMENT}
    ids = {"goal_id": goal, "plan_id": plan, "check_in_id": check_in, "pulse_id": pulse, "session_id": chat}
    device = {"platform": "ios", "token": "ExponentPushToken[theirs]"}
    ids |= {"notification_id": make("POST", "/notifications", body), "device_id": make("POST", "/devices", device)}
    return ids


def unseen(client: APIClient, **ids: str) -> list[str]:
    """The operations that answer 404; what the others change is undone, so that each meets the same rows."""
    missing = []
    for operation in OF_PEOPLE:
        with transaction.atomic():
            if send(client, operation, **ids).status_code == 404:
                missing.append(str(operation))
            transaction.set_rollback(True)
    return missing


class TestRowOfAnotherPerson:
    def test_is_answered_like_an_unknown_id(self, as_saver: APIClient, strangers: dict[str, str]) -> None:
        for operation in OF_PEOPLE:
            theirs, unknown = send(as_saver, operation, **strangers), send(as_saver, operation, **UNKNOWN)
            assert theirs.status_code == unknown.status_code == 404, operation
            assert theirs.content == unknown.content, operation

    def test_is_there_for_its_owner(self, as_stranger: APIClient, strangers: dict[str, str]) -> None:
        assert unseen(as_stranger, **strangers) == []

    def test_is_there_for_its_owner_under_an_id_in_capitals(
        self, as_stranger: APIClient, strangers: dict[str, str]
    ) -> None:
        assert unseen(as_stranger, **{name: value.upper() for name, value in strangers.items()}) == []


def _forge(token: str, **claims: Any) -> str:
    known = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(known | claims, settings.JWT_SECRET_KEY, algorithm="HS256")


def _ended(user: User, token: str) -> str:
    services.end_session(session_id=user.sessions.get().pk, reason=EndReason.LOGOUT, now=clock.now())
    return token


def _disabled(user: User, token: str) -> str:
    services.set_active(user=user, is_active=False, now=clock.now())
    return token


def _erased(user: User, token: str) -> str:
    services.erase_person(user=user, now=clock.now())
    return token


def _expired(user: User, token: str) -> str:
    return _forge(token, exp=int((clock.now() - timedelta(seconds=1)).timestamp()))


def _of_another_key(user: User, token: str) -> str:
    known = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(known | {"exp": int(FUTURE.timestamp())}, "k" * 40, algorithm="HS256")


def _for_another_audience(user: User, token: str) -> str:
    return _forge(token, aud="somebody-else")


def _of_another_type(user: User, token: str) -> str:
    return _forge(token, token_type="refresh")


BAD = {
    "ended session": (_ended, "TOKEN_INVALID"),
    "disabled": (_disabled, "TOKEN_INVALID"),
    "erased": (_erased, "TOKEN_INVALID"),
    "expired": (_expired, "TOKEN_EXPIRED"),
    "another key": (_of_another_key, "TOKEN_INVALID"),
    "another audience": (_for_another_audience, "TOKEN_INVALID"),
    "another type": (_of_another_type, "TOKEN_INVALID"),
}


class TestBadToken:
    @staticmethod
    def refusal(answer: HttpResponse) -> tuple[int, str]:
        return answer.status_code, json.loads(answer.content)["error_code"]

    @pytest.mark.parametrize("name", BAD)
    def test_is_refused_by_every_operation_for_people(self, saver: User, name: str) -> None:
        spoil: Callable[[User, str], str]
        spoil, code = BAD[name]
        client = APIClient()
        good = services.open_session(user=saver, now=clock.now()).access_token
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {spoil(saver, good)}")
        refusals = {str(operation): self.refusal(send(client, operation, **UNKNOWN)) for operation in FOR_PEOPLE}
        assert refusals == dict.fromkeys(refusals, (401, code))

    def test_and_so_is_none_at_all(self, api: APIClient, db: None) -> None:
        assert {send(api, operation, **UNKNOWN).status_code for operation in FOR_PEOPLE} == {401}

    def test_there_are_operations_for_people(self) -> None:
        assert len(FOR_PEOPLE) > 30
        assert len(WITH_IDS) > 15
