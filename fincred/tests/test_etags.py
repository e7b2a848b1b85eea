"""Every GET of the OpenAPI document has an ETag, and answers 304 to a client that has its answer already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import OneTimeToken, User
from accounts.vocabulary import TokenPurpose
from conftest import client_of
from fincred.companion.models import Snippet
from fincred.companion.tests.education import write_texts
from fincred.companion.tests.factories import ChatSessionFactory, NotificationFactory, PhoneFactory
from fincred.tests.operations import OPERATIONS, Operation
from goals.tests.factories import GoalFactory
from planning.services.calendars import make_calendar_link, secret_of_calendar
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

GETS = [operation for operation in OPERATIONS if operation.method == "GET"]
# It is recorded in the audit trail, which is a part of it: no export is like the one before.
EXPORT = "GET /users/me/export"
LISTS = [operation for operation in GETS if "X-Total-Count" in operation.described["responses"]["200"]["headers"]]
GOALS = "/api/v0/goals"
SECURITY = ("Cache-Control", "X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security", "Vary")


@pytest.fixture
def urls(saver: User, noon: datetime) -> dict[str, str]:
    """The URL of each GET, for a person who has one of everything."""
    snapshot_of(saver)
    goal = GoalFactory.create(user=saver)
    plan, check_in = plan_for(goal), CheckInFactory.create(goal=goal)
    token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
    User.objects.update(is_staff=True)  # for the health check that only staff may see
    pulse = PulseFactory.create(user=saver)
    ids: dict[str, Any] = {"goal_id": goal.id, "plan_id": plan.id, "check_in_id": check_in.id}
    ids["pulse_id"] = pulse.id
    write_texts()
    ids["session_id"] = ChatSessionFactory.create(user=saver).pk
    ids["notification_id"] = NotificationFactory.create(user=saver).pk
    ids["device_id"] = PhoneFactory.create(user=saver).pk
    ids["secret"] = secret_of_calendar(make_calendar_link(owner=saver, now=noon).pk)
    ids["snippet_id"] = Snippet.objects.values_list("pk", flat=True)[0]
    queries = {
        "/api/v0/auth/verify-email": f"?token={token}",
        "/api/v0/planning/calendar": "?from=2026-03-01&to=2026-12-31",
    }
    return {operation.path: operation.path.format(**ids) + queries.get(operation.path, "") for operation in GETS}


@pytest.fixture
def client(saver: User, noon: datetime) -> APIClient:
    return client_of(saver)


def get(client: APIClient, url: str, tag: str | None = None) -> Any:
    return client.get(url, headers={} if tag is None else {"If-None-Match": tag})


@pytest.mark.parametrize("operation", GETS, ids=str)
class TestEveryGet:
    def test_has_a_tag_that_saves_sending_the_answer_again(
        self, operation: Operation, urls: dict[str, str], client: APIClient
    ) -> None:
        url = urls[operation.path]
        first = get(client, url)
        assert first.status_code == 200, first.content

        again = get(client, url, f'"other", W/{first.headers["ETag"]}')

        if str(operation) == EXPORT:
            assert again.status_code == 200
            assert again.headers["ETag"] != first.headers["ETag"]
            return
        assert again.status_code == 304
        assert again.content == b""
        assert "Content-Type" not in again.headers
        for name in ("ETag", "Content-Length", "X-Total-Count", "Link", *SECURITY):
            assert again.headers.get(name) == first.headers.get(name), name

    def test_is_answered_whole_to_another_tag(
        self, operation: Operation, urls: dict[str, str], client: APIClient
    ) -> None:
        answer = get(client, urls[operation.path], '"other"')
        assert answer.status_code == 200
        assert answer.content

    def test_tells_so_in_the_document(self, operation: Operation) -> None:
        answers = operation.described["responses"]
        assert "If-None-Match" in operation.parameters("header")
        assert "ETag" in answers["200"]["headers"]
        assert "content" not in answers["304"]


class TestLists:
    def test_are_more_than_one(self) -> None:
        assert len(LISTS) >= 6

    def test_keep_their_total_where_they_are_not_sent_again(self, urls: dict[str, str], client: APIClient) -> None:
        assert get(client, GOALS, "*").headers["X-Total-Count"] == "1"


class TestTag:
    def test_of_head_is_that_of_get(self, urls: dict[str, str], client: APIClient) -> None:
        tag = get(client, GOALS).headers["ETag"]
        assert client.head(GOALS).headers["ETag"] == tag
        assert client.head(GOALS, headers={"If-None-Match": tag}).status_code == 304

    def test_changes_with_the_answer(self, client: APIClient, saver: User) -> None:
        none = get(client, GOALS).headers["ETag"]
        GoalFactory.create(user=saver)
        answer = get(client, GOALS, none)
        assert answer.status_code == 200
        assert answer.headers["ETag"] != none

    def test_is_not_on_a_refusal(self, client: APIClient) -> None:
        answer = get(client, f"{GOALS}?limit=0", "*")
        assert answer.status_code == 400
        assert "ETag" not in answer.headers

    def test_that_is_malformed_is_refused(self, client: APIClient) -> None:
        answer = get(client, GOALS, "unquoted")
        assert answer.status_code == 400
        assert answer.json()["error_code"] == "MALFORMED_REQUEST"

    def test_of_another_method_than_get_does_not_count(self, client: APIClient) -> None:
        body = {"income_delta": 1}
        plain = client.post("/api/v0/planning/what-if", body)
        assert client.post("/api/v0/planning/what-if", body, headers={"If-None-Match": "*"}).status_code == (
            plain.status_code
        )


class TestBrowsers:
    """Pages of another origin can send what they need and read what they get."""

    def test_may_name_a_tag_and_read_one(self, client: APIClient, settings: Any) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
        asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
        allowed = client.options(GOALS, headers=asked).headers["Access-Control-Allow-Headers"].split(", ")
        exposed = get(client, GOALS)
        answer = client.get(GOALS, headers={"Origin": "https://app.example", "If-None-Match": "*"})
        assert exposed.status_code == 200
        assert {"if-match", "if-none-match"} <= set(allowed)
        assert answer.status_code == 304
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert {"ETag", "Location"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
