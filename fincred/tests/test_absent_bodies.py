"""What isn't there is no value: an update without a body is refused and changes nothing."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.api.openapi import document
from fincred.companion.tests.factories import ChatSessionFactory, NotificationFactory
from fincred.db.backup import digests
from goals.tests.factories import GoalFactory
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

UPDATES = [
    (method, path)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
    if method in ("put", "patch") and "requestBody" in operation
]


# A person who wants to leave may, with any body; the button of a mail is pressed by any program of mail.
LEAVING = {"/api/v0/auth/logout", "/api/v0/auth/logout-all", "/api/v0/unsubscribe/{token}"}
WITHOUT_INPUT = [
    path
    for path, methods in document()["paths"].items()
    if "post" in methods and "requestBody" not in methods["post"] and path not in LEAVING
]


@pytest.mark.parametrize("content_type", ["application/json", ""])
@pytest.mark.parametrize(("method", "path"), UPDATES)
def test_an_update_without_a_body_is_refused(
    method: str, path: str, content_type: str, as_saver: APIClient, saver: User
) -> None:
    snapshot_of(saver)
    goal = GoalFactory.create(user=saver)
    ids = {"goal_id": goal.id, "plan_id": plan_for(goal).id, "check_in_id": CheckInFactory.create(goal=goal).id}
    ids["pulse_id"] = PulseFactory.create(user=saver).id
    ids["notification_id"] = NotificationFactory.create(user=saver).id
    before = digests()

    response = as_saver.generic(method.upper(), path.format(**ids), "", content_type=content_type)

    assert response.status_code == 400, response.content
    assert response.json()["error_code"] == "MALFORMED_REQUEST"
    assert digests() == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        *((("application/json", body), 400) for body in ("garbage", "null", "[]", "1", "{")),
        *(((kind, "{}"), 415) for kind in ("text/plain", "*/*")),
    ],
)
@pytest.mark.parametrize("path", WITHOUT_INPUT)
def test_a_post_that_needs_no_body_takes_none_but_an_object(
    path: str, sent: tuple[str, str], status: int, as_saver: APIClient, saver: User
) -> None:
    snapshot_of(saver)
    ids = {"plan_id": plan_for(GoalFactory.create(user=saver)).id}
    ids["session_id"] = ChatSessionFactory.create(user=saver).pk
    before = digests()

    content_type, body = sent
    response = as_saver.generic("POST", path.format(**ids), body, content_type=content_type)

    assert response.status_code == status, response.content
    assert digests() == before


@pytest.mark.parametrize("path", ["/api/v0/auth/logout", "/api/v0/auth/logout-all"])
def test_who_leaves_may_send_anything(path: str, as_saver: APIClient) -> None:
    assert as_saver.generic("POST", path, "garbage", content_type="text/plain").status_code == 200
    assert as_saver.get("/api/v0/goals").status_code == 401


def test_a_body_that_is_said_to_be_a_part_is_refused(as_saver: APIClient, saver: User) -> None:
    snapshot_of(saver)
    before = digests()

    response = as_saver.put("/api/v0/snapshot", {}, headers={"Content-Range": "bytes 0-1/400"})

    assert response.status_code == 400
    assert response.json()["error_code"] == "MALFORMED_REQUEST"
    assert digests() == before


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_in_a_coding_that_is_not_taken_is_refused(coding: str, as_saver: APIClient, saver: User) -> None:
    snapshot_of(saver)
    before = digests()

    response = as_saver.put("/api/v0/snapshot", {}, headers={"Content-Encoding": coding})

    assert response.status_code == 415
    assert response.json()["error_code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert digests() == before
