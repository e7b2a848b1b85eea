"""Two devices don't overwrite each other: a change names the version that it is meant for, or that it isn't."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.urls import get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import UserFactory
from conftest import client_of
from fincred import clock
from fincred.companion.tests.factories import ChatSessionFactory, NotificationFactory, PhoneFactory
from fincred.db.backup import digests
from fincred.tests.operations import OPERATIONS, Operation
from goals.examples import GOAL as GOAL_EXAMPLE
from goals.examples import NEW_GOAL
from goals.tests.factories import GoalFactory
from planning.services.calendars import make_calendar_link, secret_of_calendar
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]

V0 = "/api/v0"
CHANGING = ("PUT", "PATCH", "DELETE")
CHANGES = [one for one in OPERATIONS if one.method in CHANGING]
# A calendar's link is told once: no answer has a tag of it.
TAGGED = [one for one in CHANGES if str(one) != "DELETE /planning/calendar/link"]
# Where the tag of what is changed is told, if not at the same path: a device is removed by its token.
SHOWN_AT = {"DELETE /devices": "/api/v0/devices/{device_id}"}
QUERIES = {"GET /planning/calendar": "?from=2026-03-01&to=2026-12-31"}
OF_SOMEBODY = [operation for operation in CHANGES if "{" in operation.path]
POSTS = [operation for operation in OPERATIONS if operation.method == "POST"]
# No revision is 0 but that of a snapshot that was never stored.
STALE = '"0-0123456789abcdef"'


class Device:
    """A client of a person who has one of everything."""

    def __init__(self, owner: User) -> None:
        snapshot_of(owner)
        goal = GoalFactory.create(user=owner)
        plan, check_in = plan_for(goal), CheckInFactory.create(goal=goal)
        self.ids = {"goal_id": str(goal.id), "plan_id": str(plan.id), "check_in_id": str(check_in.id)}
        self.ids["session_id"] = str(ChatSessionFactory.create(user=owner).pk)
        self.ids["pulse_id"] = str(PulseFactory.create(user=owner).id)
        self.ids["notification_id"] = str(NotificationFactory.create(user=owner).id)
        self.ids["device_id"] = str(PhoneFactory.create(user=owner).id)
        self.ids["secret"] = secret_of_calendar(make_calendar_link(owner=owner, now=clock.now()).pk)
        self.owner, self.client = owner, client_of(owner)

    def url(self, operation: Operation) -> str:
        return operation.path.format(**self.ids) + QUERIES.get(str(operation), "")

    def tag_for(self, operation: Operation) -> str:
        return self.tag(SHOWN_AT.get(str(operation), operation.path).format(**self.ids))

    def tag(self, url: str) -> str:
        return str(self.client.get(url).headers["ETag"])

    def send(self, operation: Operation, headers: dict[str, str], client: APIClient | None = None) -> Any:
        """The document's own example, of this person's goal."""
        body = json.dumps(operation.example).replace(str(GOAL_EXAMPLE["id"]), self.ids["goal_id"])
        return (client or self.client).generic(
            operation.method, self.url(operation), body, "application/json", headers=headers
        )

    def patch(self, url: str, body: dict[str, Any], if_match: str) -> Any:
        return self.client.patch(url, body, headers={"If-Match": if_match})


class UnreadBody(BytesIO):
    """`{}`, and whether it was asked for."""

    is_read = False

    def read(self, size: int | None = -1) -> bytes:
        self.is_read = True
        return b"{}"


@pytest.fixture
def device(noon: datetime, db: None) -> Device:
    return Device(UserFactory.create())


@pytest.fixture
def goal(device: Device) -> str:
    return f"{V0}/goals/{device.ids['goal_id']}"


def version_of(tag: str) -> int:
    version, _, digest = tag.strip('"').partition("-")
    assert len(digest) == 16
    return int(version)


def assert_failed(answer: Any) -> None:
    assert answer.status_code == 412, answer.content
    assert answer.json()["error_code"] == "PRECONDITION_FAILED"


@pytest.mark.parametrize("operation", CHANGES, ids=str)
class TestEveryChange:
    def test_is_documented_with_its_precondition(self, operation: Operation) -> None:
        answers = operation.described["responses"]
        assert "If-Match" in operation.parameters("header")
        assert "PRECONDITION_FAILED" in answers["412"]["description"]
        assert operation.method == "DELETE" or "ETag" in answers["200"]["headers"]

    def test_of_another_version_is_refused_and_changes_nothing(self, operation: Operation, device: Device) -> None:
        before = digests()
        assert_failed(device.send(operation, {"If-Match": STALE}))
        assert digests() == before

    def test_of_nothing_is_refused_and_changes_nothing(self, operation: Operation, device: Device) -> None:
        before = digests()
        assert_failed(device.send(operation, {"If-None-Match": "*"}))
        assert digests() == before
        assert "If-None-Match" in operation.parameters("header")

    def test_of_none_of_other_versions_is_made(self, operation: Operation, device: Device) -> None:
        assert device.send(operation, {"If-None-Match": STALE}).status_code in (200, 204)

    def test_of_any_version_is_made(self, operation: Operation, device: Device) -> None:
        assert device.send(operation, {"If-Match": "*"}).status_code in (200, 204)

    def test_whose_precondition_is_malformed_is_refused(self, operation: Operation, device: Device) -> None:
        answer = device.send(operation, {"If-Match": "1-unquoted"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")

    def test_whose_precondition_is_malformed_needs_no_body(self, operation: Operation, device: Device) -> None:
        """A client that asks first, by `Expect: 100-continue`, is not told to send it."""
        body = UnreadBody()
        sent: dict[str, Any] = {"CONTENT_LENGTH": "2", "wsgi.input": body, "HTTP_IF_MATCH": "1-unquoted"}
        url = device.url(operation)
        answer = device.client.generic(operation.method, url, "", "application/json", **sent)
        assert (answer.status_code, body.is_read) == (400, False)


@pytest.mark.parametrize("operation", TAGGED, ids=str)
class TestEveryChangeOfWhatHasATag:
    def test_of_the_present_version_is_made(self, operation: Operation, device: Device) -> None:
        answer = device.send(operation, {"If-Match": device.tag_for(operation)})
        assert answer.status_code in (200, 204), answer.content
        if operation.method != "DELETE":
            assert answer.headers["ETag"] == device.tag_for(operation)

    def test_of_none_but_others_is_refused_and_changes_nothing(self, operation: Operation, device: Device) -> None:
        before, tag = digests(), device.tag_for(operation)
        for header in (tag, f'"7-a", W/{tag}'):
            assert_failed(device.send(operation, {"If-None-Match": header}))
        assert digests() == before


def routes(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each method and path by which the URL conf lets something be changed."""
    for each in patterns:
        path = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, path)
        elif path.startswith(V0[1:]):
            for method in CHANGING:
                if hasattr(each.callback.view_class, method.lower()):
                    yield method, "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def test_no_change_is_left_out() -> None:
    assert sorted(routes(get_resolver().url_patterns)) == sorted((one.method, one.path) for one in CHANGES)


@pytest.mark.parametrize("if_match", ["*", '"1-a"', STALE])
@pytest.mark.parametrize("operation", OF_SOMEBODY, ids=str)
class TestNotFound:
    def test_comes_before_the_precondition(
        self, operation: Operation, if_match: str, device: Device, as_stranger: APIClient
    ) -> None:
        assert device.send(operation, {"If-Match": if_match}, client=as_stranger).status_code == 404

    def test_of_nothing_is_the_same(self, operation: Operation, if_match: str, device: Device) -> None:
        device.ids = dict.fromkeys(device.ids, "00000000-0000-4000-8000-000000000000")
        assert device.send(operation, {"If-Match": if_match}).status_code == 404


@pytest.mark.parametrize("path", ["/devices", "/planning/calendar/link"])
def test_not_found_comes_first_also_without_an_id(path: str, device: Device, as_stranger: APIClient) -> None:
    [operation] = [one for one in CHANGES if str(one) == f"DELETE {path}"]
    assert device.send(operation, {"If-Match": STALE}, client=as_stranger).status_code == 404


class TestGoalOnTwoDevices:
    def test_the_second_to_save_is_told_and_the_first_change_stays(self, device: Device, goal: str) -> None:
        tag = device.tag(goal)
        assert device.patch(goal, {"name": "From the phone"}, tag).status_code == 200
        assert_failed(device.patch(goal, {"name": "From the tablet"}, tag))
        assert device.client.get(goal).json()["name"] == "From the phone"

    def test_an_answer_has_the_tag_for_the_next_change(self, device: Device, goal: str) -> None:
        tag = device.tag(goal)
        for name in ("One", "Two", "Three"):
            answer = device.patch(goal, {"name": name, "target_amount": len(name) * 1000}, tag)
            assert answer.status_code == 200
            tag = answer.headers["ETag"]
        assert tag == device.tag(goal)

    def test_what_changes_nothing_keeps_the_tag(self, device: Device, goal: str) -> None:
        tag = device.tag(goal)
        name = device.client.get(goal).json()["name"]
        assert device.patch(goal, {"name": name}, tag).headers["ETag"] == tag

    def test_without_a_precondition_the_last_one_wins(self, device: Device, goal: str) -> None:
        for name in ("One", "Two"):
            assert device.client.patch(goal, {"name": name}).status_code == 200
        assert device.client.get(goal).json()["name"] == "Two"

    @pytest.mark.parametrize("change", [{"status": "completed"}, {"target_date": "2020-01-01"}])
    def test_a_stale_change_is_told_so_before_its_rules_are_asked(
        self, device: Device, goal: str, change: dict[str, str]
    ) -> None:
        device.client.delete(goal)
        assert_failed(device.patch(goal, change, STALE))


class TestVersion:
    def test_alone_is_compared(self, device: Device, goal: str) -> None:
        """The hash changes with the day, since an answer tells how far a goal is today."""
        version = version_of(device.tag(goal))
        for name, tag in [("One", f'"{version}-0"'), ("Two", f'W/"{version + 1}-0"')]:
            assert device.patch(goal, {"name": name}, tag).status_code == 200

    def test_may_be_one_of_several(self, device: Device, goal: str) -> None:
        assert device.patch(goal, {"name": "One"}, f'"zzz", {STALE}, W/{device.tag(goal)}').status_code == 200

    @pytest.mark.parametrize("tag", ['"zzz"', '"1"', '"01-a"', '"-1"', '" 1-a"', '"1 -a"', '"\u00b9-a"', '""'])
    def test_of_a_tag_that_never_was_is_none(self, device: Device, goal: str, tag: str) -> None:
        answer = device.patch(goal, {"name": "One"}, tag)
        assert answer.status_code in (400, 412)
        assert device.client.get(goal).json()["name"] != "One"

    def test_of_a_plan_grows_also_where_no_version_of_it_is_made(self, device: Device) -> None:
        plan = f"{V0}/action-plans/{device.ids['plan_id']}"
        tag = device.tag(plan)
        answer = device.patch(plan, {"is_confirmed_set_up": True}, tag)
        assert answer.json()["version"] == 1
        assert_failed(device.patch(plan, {"is_confirmed_set_up": False}, tag))

    def test_of_a_person_is_that_of_the_profile(self, device: Device) -> None:
        tag = device.tag(f"{V0}/users/me")
        device.client.patch(f"{V0}/users/me/profile", {"full_name": "Another"})
        answer = device.client.delete(
            f"{V0}/users/me", {"password": "correct horse battery"}, headers={"If-Match": tag}
        )
        assert_failed(answer)

    def test_of_the_snapshot_begins_before_there_is_one(self, as_saver: APIClient) -> None:
        url = f"{V0}/snapshot"
        before = as_saver.get(url).headers["ETag"]
        first = as_saver.put(url, {"savings": [{"balance": 1}]}, headers={"If-Match": before})
        assert first.status_code == 200
        assert_failed(as_saver.put(url, {"savings": [{"balance": 2}]}, headers={"If-Match": before}))
        assert first.headers["ETag"] == as_saver.get(url).headers["ETag"]

    def test_of_the_first_snapshot_is_that_there_is_none(self, as_saver: APIClient) -> None:
        url = f"{V0}/snapshot"
        first = as_saver.put(url, {"savings": [{"balance": 1}]}, headers={"If-None-Match": "*"})
        assert first.status_code == 200
        assert_failed(as_saver.put(url, {"savings": [{"balance": 2}]}, headers={"If-None-Match": "*"}))
        assert as_saver.get(url).content == first.content


class TestPost:
    def test_says_the_version_of_what_it_made(self, device: Device) -> None:
        made = device.client.post(f"{V0}/goals", NEW_GOAL)
        goal = f"{V0}/goals/{made.json()['id']}"
        plan = device.client.post(f"{goal}/action-plans", {})
        check_in = device.client.post(f"{goal}/check-ins", {"current_amount": 5})
        assert version_of(made.headers["ETag"]) == 1 < version_of(device.tag(goal))  # it has a plan and a check-in
        assert version_of(plan.headers["ETag"]) == version_of(device.tag(f"{V0}/action-plans/{plan.json()['id']}"))
        answer = device.patch(
            f"{V0}/check-ins/{check_in.json()['id']}", {"current_amount": 6}, check_in.headers["ETag"]
        )
        assert answer.status_code == 200

    def test_of_a_plan_says_what_its_get_says(self, saver: User) -> None:
        snapshot_of(saver)
        goal, client = GoalFactory.create(user=saver, target_amount=Decimal("90000.00")), client_of(saver)
        made = client.post(f"{V0}/goals/{goal.pk}/action-plans", {})
        url = str(made.headers["Location"])
        chosen = {"amount": 33, "frequency": "weekly", "day_of_period": 2}
        changes = [lambda: made, lambda: client.patch(url, chosen), lambda: client.post(f"{url}/regenerate")]
        for change in changes:
            answer, read = change(), client.get(url)
            assert len(answer.json()["explanation"]["facts"]) > 1
            assert (answer.content, answer.headers["ETag"]) == (read.content, read.headers["ETag"])

    def test_of_a_plan_again_says_its_new_version(self, device: Device) -> None:
        plan = f"{V0}/action-plans/{device.ids['plan_id']}"
        again = device.client.post(f"{plan}/regenerate")
        assert version_of(again.headers["ETag"]) == version_of(device.tag(plan)) == 2

    def test_has_no_precondition_where_it_makes_something(self, device: Device) -> None:
        made = device.client.post(f"{V0}/goals", NEW_GOAL, headers={"If-Match": STALE})
        assert made.status_code == 201

    def test_has_one_where_it_answers_with_what_it_changed(self) -> None:
        documented = [str(operation) for operation in POSTS if "If-Match" in operation.parameters("header")]
        assert documented == [
            f"POST /action-plans/{{plan_id}}/{deed}" for deed in ("proposal/accept", "regenerate")
        ]
        for operation in POSTS:
            answers = operation.described["responses"]
            changes = "ETag" in answers.get("200", {}).get("headers", ())
            assert (str(operation) in documented, "412" in answers) == (changes, changes)


ONE_OF: dict[str, Callable[[dict[str, str]], str]] = {
    "goal": lambda ids: f"goals/{ids['goal_id']}",
    "check-in": lambda ids: f"check-ins/{ids['check_in_id']}",
    "action plan": lambda ids: f"action-plans/{ids['plan_id']}",
    "profile": lambda ids: "users/me/profile",
    "snapshot": lambda ids: "snapshot",
}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.mark.parametrize("kind", ONE_OF)
    def test_one_of_several_devices_with_the_same_tag_wins(self, kind: str, noon: datetime) -> None:
        devices = 4
        owner = UserFactory.create()
        first = Device(owner)
        url = f"{V0}/{ONE_OF[kind](first.ids)}"
        tag, barrier = first.tag(url), Barrier(devices, timeout=20)
        clients = [client_of(owner) for _ in range(devices)]

        def put(number: int) -> int:
            body = {
                "name": f"From {number}",
                "reflection": f"From {number}",
                "full_name": f"From {number}",
                "amount": 101 + number,
                "savings": [{"balance": number}],
            }
            try:
                barrier.wait()
                return int(clients[number].put(url, body, headers={"If-Match": tag}).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(devices) as threads:
            answers = sorted(threads.map(put, range(devices)))

        assert answers == [200, 412, 412, 412]
