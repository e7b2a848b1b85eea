"""Rules under parallel requests to two workers: on PostgreSQL, and on SQLite in a file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from fincred.tests.live import LiveServer, live_server

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]

GOAL = {
    "type": "short_term_saving",
    "name": "Bicycle",
    "target_amount": 1200,
    "target_date": "2099-01-01",
    "priority": "High",
}
Answer = tuple[int, Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("parallel")
    with live_server(folder, "--workers", "2", RATE_LIMIT_ENABLED="false") as server:
        yield server


class Person:
    """A person who registered, verified the address and is signed in."""

    def __init__(self, server: LiveServer) -> None:
        self.server, self.token = server, ""
        email = f"{uuid4().hex}@example.com"
        assert self.send("POST", "/auth/register", {"email": email, "password": "staple the horse"})[0] == 201
        mail = next(mail for mail in server.mails.iterdir() if email in mail.read_text())
        found = re.search(r"token=([\w-]+)", mail.read_text())
        assert found
        status, self.tokens = self.send("POST", "/auth/verify-email", {"token": found[1]})
        assert status == 200
        self.token = self.tokens["access_token"]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Content-Type": "application/json", **headers}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        with closing(self.server.connect()) as connection:
            connection.request(method, f"/api/v0{path}", json.dumps(body or {}), sent)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None


def at_once(*calls: Callable[[], Answer]) -> list[Answer]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.fixture
def person(server: LiveServer) -> Person:
    return Person(server)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(status for status, _ in answers)


class TestGoals:
    def test_never_more_than_five_are_active_whatever_is_created_reactivated_and_reopened(
        self, person: Person
    ) -> None:
        made = [person.send("POST", "/goals", GOAL)[1]["id"] for _ in range(4)]
        for goal_id, status in zip(made, ("paused", "paused", "cancelled", "cancelled"), strict=True):
            person.send("PATCH", f"/goals/{goal_id}", {"status": status})
        create = partial(person.send, "POST", "/goals", GOAL)
        activate = [partial(person.send, "PATCH", f"/goals/{goal_id}", {"status": "active"}) for goal_id in made]
        calls = [create] * 12 + activate * 2
        assert set(statuses(at_once(*calls))) <= {200, 201, 409}
        _, active = person.send("GET", "/goals?status=active")
        assert len(active) == 5

    def test_at_most_one_is_the_primary_one(self, person: Person) -> None:
        answers = at_once(*[lambda: person.send("POST", "/goals", GOAL | {"primary_flag": True})] * 5)
        assert statuses(answers) == {201: 5}
        _, goals = person.send("GET", "/goals")
        assert sum(goal["primary_flag"] for goal in goals) == 1


class TestPlans:
    def test_a_goal_has_one(self, person: Person) -> None:
        income = {"amount": 3000, "frequency": "monthly"}
        person.send("PUT", "/snapshot", {"income": income, "expenses": {"total_amount": 1}})
        goal_id = person.send("POST", "/goals", GOAL)[1]["id"]
        answers = at_once(*[lambda: person.send("POST", f"/goals/{goal_id}/action-plans")] * 8)
        assert statuses(answers) == {201: 1, 409: 7}


class TestRepeats:
    def test_under_one_key_it_is_done_once_and_answered_alike(self, person: Person) -> None:
        key = {"Idempotency-Key": uuid4().hex}
        answers = at_once(*[lambda: person.send("POST", "/goals", GOAL, **key)] * 16)
        assert statuses(answers) == {201: 16}
        assert len({answer["id"] for _, answer in answers}) == 1
        assert len(person.send("GET", "/goals")[1]) == 1


class TestSessions:
    def test_a_refresh_token_has_one_winner(self, person: Person) -> None:
        spent = {"refresh_token": person.tokens["refresh_token"]}
        answers = at_once(*[lambda: person.send("POST", "/auth/refresh", spent)] * 16)
        assert statuses(answers) == {200: 1, 401: 15}
        assert {body["error_code"] for status, body in answers if status == 401} == {"TOKEN_INVALID"}


def test_a_token_that_several_people_add_at_once_belongs_to_one_of_them(server: LiveServer) -> None:
    people = [Person(server) for _ in range(4)]
    for number in range(5):
        phone = {"platform": "ios", "token": f"ExponentPushToken[{number}]"}
        answers = at_once(*(partial(person.send, "POST", "/devices", phone) for person in people))
        assert [status for status, _ in answers] == [201] * 4
    assert sum(len(person.send("GET", "/devices")[1]) for person in people) == 5


def test_a_token_that_others_remove_meanwhile_is_added(server: LiveServer) -> None:
    people = [Person(server) for _ in range(4)]
    phone = {"platform": "ios", "token": "ExponentPushToken[shared]"}
    calls = [partial(person.send, method, "/devices", phone) for person in people for method in ("POST", "DELETE")]
    for _ in range(30):
        assert set(statuses(at_once(*calls, *calls))) <= {201, 204, 404}
