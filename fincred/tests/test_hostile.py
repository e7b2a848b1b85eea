"""The hostile corpus against every operation of the OpenAPI document: refused or served, but in the contract.

Every answer is JSON, but for the page of a link in a mail, and no 5xx; every refusal is in the envelope, and a
refused request changes no row. What is accepted is answered as the document says, and rolled back at once, so that
each request meets the same rows.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker
from pytest_django import Settings
from rest_framework.test import APIClient

from fincred.api.openapi import document
from fincred.companion.unsubscribing import PATH as PAGE
from fincred.companion.unsubscribing import token_for
from fincred.companion.vocabulary import MessageKind
from fincred.tests import hostile
from fincred.tests.operations import OPERATIONS, Operation
from goals.examples import GOAL

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.no_cover]

ENVELOPE = {"success", "error", "error_code", "details"}


WITH_BODY = [operation for operation in OPERATIONS if operation.content]
WITHOUT_BODY = [operation for operation in OPERATIONS if not operation.content]
PRIVATE = [operation for operation in OPERATIONS if operation.described.get("security")]
WITH_KEY = [operation for operation in OPERATIONS if "Idempotency-Key" in operation.parameters("header")]
# A PATCH is the same view and schema as its PUT.
WITH_FIELDS = [operation for operation in WITH_BODY if operation.method != "PATCH"]
WITH_PLACES = [operation for operation in OPERATIONS if "{" in operation.path]
# Sign-in takes forms too. The document says so in words: generators send what it lists.
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELDS = ("username", "password")
KINDS = {"GET /goals", "POST /goals", "PATCH /goals/{goal_id}", "POST /auth/login", "GET /health"}
OF_EVERY_KIND = [operation for operation in OPERATIONS if str(operation) in KINDS]


def example_of(name: str) -> dict[str, Any]:
    return next(operation.example for operation in OPERATIONS if str(operation) == name)


class World:
    """A person with one of everything that has an id, and a snapshot, in whose name hostile requests are sent."""

    operation: Operation | None = None

    def __init__(self, client: APIClient) -> None:
        self.client = client
        self.client.raise_request_exception = False
        self.faults: list[str] = []
        goal = self._make("POST", "/goals", example_of("POST /goals"))
        self._make("PUT", "/snapshot", example_of("PUT /snapshot"))
        plan = self._make("POST", f"/goals/{goal}/action-plans", {})
        check_in = self._make("POST", f"/goals/{goal}/check-ins", {"current_amount": 10})
        pulse = self._make("POST", "/checkins", example_of("POST /checkins"))
        self.ids = {"goal_id": goal, "plan_id": plan, "check_in_id": check_in, "pulse_id": pulse}
        chat = client.post("/api/v0/chat/start", {}).json()
        self.ids["session_id"] = chat["session_id"]
        self.ids["snippet_id"] = str(uuid4())  # texts aren't the person's
        self.ids["notification_id"] = self._make("POST", "/notifications", example_of("POST /notifications"))
        self.ids["device_id"] = self._make("POST", "/devices", example_of("POST /devices"))
        person = client.get("/api/v0/users/me").json()["id"]
        self.ids["secret"] = client.post("/api/v0/planning/calendar/link").json()["url"][-47:-4]
        self.ids["token"] = token_for(UUID(person), MessageKind.DRIFT)

    def example(self, operation: Operation) -> dict[str, Any]:
        """What the document shows, but of this person's goal."""
        shown = json.dumps(operation.example).replace(str(GOAL["id"]), self.ids["goal_id"])
        return dict(json.loads(shown))

    def _undescribed(self, method: str, response: HttpResponse) -> Iterator[str]:
        """What the document doesn't say of an answer to what was accepted."""
        operation = self.operation
        is_accepted = operation and operation.method == method and response.status_code < 300 and response.content
        if operation and is_accepted and response.headers.get("Content-Type") == "application/json":
            answers = answer_of(method, operation.path, response.status_code)
            for error in answers.iter_errors(json.loads(response.content)):
                yield f"not as described, {error.json_path}: {error.message[:200]}"

    def _make(self, method: str, path: str, body: dict[str, Any]) -> str:
        response = self.client.generic(method, f"/api/v0{path}", json.dumps(body), "application/json")
        assert response.status_code in (200, 201), response.content
        return str(json.loads(response.content)["id"])

    def through(self, operations: Iterable[Operation]) -> Iterator[tuple[Operation, str]]:
        """Each operation and its URL. A row that its refusals changed is a fault."""
        before = fingerprints()
        for operation in operations:
            self.operation = operation
            yield operation, operation.path.format(**self.ids)
            after = fingerprints()
            changed = [table for table in after if after[table] != before[table]]
            self.faults += [f"{table} changed by what {operation} refused" for table in changed]
            before = after

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        content_type: str = "application/json",
        *,
        expected: tuple[int, str] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Send it, note what is wrong with the answer, undo what was accepted, and return the status."""
        environ: dict[str, Any] = {_in_environ(name): value for name, value in headers.items()}
        environ["QUERY_STRING"] = url.partition("?")[2]
        with transaction.atomic():
            response: HttpResponse = self.client.generic(method, url, cast("str", body), content_type, **environ)
            transaction.set_rollback(response.status_code < 400 or response.status_code >= 500)
        for fault in (*faults_of(method, response, expected), *self._undescribed(method, response)):
            request = f"{method} {url[:200]} {content_type[:50]!r} {str(headers)[:200]} {body[:300]!r}"
            self.faults.append(f"{fault}: {request}\n    {response.status_code} {response.content[:300]!r}")
        return response.status_code


@pytest.fixture
def world(noon: datetime, settings: Settings, as_saver: APIClient) -> Iterator[World]:
    """Fails the test when an answer broke the contract."""
    settings.RATE_LIMIT_ENABLED = False
    logging.disable(logging.INFO)
    world = World(as_saver)
    yield world
    logging.disable(logging.NOTSET)
    assert world.faults == [], f"{len(world.faults)} faults\n" + "\n".join(world.faults[:20])


def faults_of(method: str, response: HttpResponse, expected: tuple[int, str] | None) -> Iterator[str]:
    """Where an answer breaks the contract."""
    if response.status_code >= 500:
        yield "5xx"
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", response.headers.get("X-Request-ID", "")):
        yield "no proper X-Request-ID"
    if response.status_code == 401 and response.headers.get("WWW-Authenticate") != "Bearer":
        yield "no WWW-Authenticate"
    if response.status_code in (204, 304) or method == "HEAD":
        return
    path = response.wsgi_request.path  # type: ignore[attr-defined]  # the test client's
    if response.status_code == 200 and method.upper() == "GET" and path.startswith((PAGE, "/api/v0/calendar/")):
        return
    if response.headers.get("Content-Type") != "application/json":
        yield f"content type {response.headers.get('Content-Type')}"
        return
    try:
        answer = json.loads(response.content.decode(), parse_constant=_no_json)
    except ValueError:
        yield "not JSON"
        return
    if response.status_code >= 400 and not _is_envelope(answer):
        yield "not the envelope"
    elif expected and (response.status_code, answer.get("error_code")) != expected:
        yield f"not {expected}"


def _no_json(name: str) -> None:
    raise ValueError(name)


def _is_envelope(answer: Any) -> bool:
    return (
        isinstance(answer, dict)
        and answer.keys() == ENVELOPE
        and answer["success"] is False
        and isinstance(answer["details"], dict)
        and all(isinstance(answer[name], str) and answer[name] for name in ("error", "error_code"))
    )


@cache
def answer_of(method: str, path: str, status: int) -> Draft202012Validator:
    """What the document says of the body of an answer."""
    described = document()["paths"][path][method.lower()]["responses"][str(status)]
    schema = described["content"]["application/json"]["schema"]
    whole = {"components": document()["components"], "allOf": [schema]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


@cache
def _tables() -> tuple[str, ...]:
    """Every table but two, which refusals are for.

    A refusal under an `Idempotency-Key` is kept, to be repeated word for word, and refused sign-ins are counted.
    """
    left_out = {apps.get_model("accounts", name)._meta.db_table for name in ("IdempotencyKey", "RefusedSignIns")}
    with connection.cursor() as cursor:
        return tuple(name for name in connection.introspection.table_names(cursor) if name not in left_out)


def fingerprints() -> dict[str, str]:
    """A hash of the rows of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  the database's own names
            rows = "\n".join(sorted(map(repr, cursor.fetchall())))
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found


class TestBodies:
    def test_a_hostile_value_in_any_field(self, world: World) -> None:
        components = dict(document()["components"]["schemas"])
        known: set[str] = set()
        for operation, url in world.through(WITH_FIELDS):
            example = world.example(operation)
            for path, schema in hostile.fields(operation.content["schema"], components):
                # Everything once; where a field of the same schema occurs again, some of it.
                same = json.dumps({**schema, "description": "", "title": ""}, sort_keys=True)
                for value in hostile.values_of(schema)[:: 4 if same in known else 1]:
                    world.send(operation.method, url, hostile.planted(example, path, value))
                known.add(same)

    @pytest.mark.once
    def test_what_is_not_json_is_refused(self, world: World) -> None:
        for operation, url in world.through(WITH_BODY):
            for body in hostile.UNREADABLE:
                world.send(operation.method, url, body, expected=(400, "MALFORMED_REQUEST"))

    @pytest.mark.once
    def test_what_is_no_object_is_refused(self, world: World) -> None:
        for operation, url in world.through(WITH_BODY):
            for body in hostile.NO_OBJECT:
                world.send(operation.method, url, body, expected=(400, "VALIDATION_ERROR"))

    def test_unknown_fields_are_ignored_whatever_is_in_them(self, world: World) -> None:
        for operation, url in world.through(WITH_BODY):
            usual = world.send(operation.method, url, json.dumps(world.example(operation)).encode())
            unusual = world.send(operation.method, url, hostile.with_unknown(world.example(operation)))
            assert usual == unusual, str(operation)

    @pytest.mark.once
    def test_another_content_type_is_refused(self, world: World) -> None:
        for operation, url in world.through(WITH_BODY):
            taken = FORMS if str(operation) == "POST /auth/login" else ()
            for content_type in hostile.OTHER_TYPES:
                if content_type.partition(";")[0] in taken:
                    continue
                refusal = (415, "UNSUPPORTED_MEDIA_TYPE")
                world.send(operation.method, url, b"{}", content_type, expected=refusal)

    @pytest.mark.once
    def test_a_body_over_the_limit_is_refused(self, world: World) -> None:
        for operation, url in world.through(OPERATIONS):
            world.send(operation.method, url, hostile.TOO_LARGE, expected=(413, "REQUEST_TOO_LARGE"))

    @pytest.mark.once
    def test_a_body_where_none_belongs(self, world: World) -> None:
        for operation, url in world.through(WITHOUT_BODY):
            for body in (*hostile.UNREADABLE[-4:], *hostile.NO_OBJECT[:4]):
                world.send(operation.method, url, body)
            for content_type in hostile.OTHER_TYPES[:4]:
                world.send(operation.method, url, b"\x00\xff", content_type)

    def test_under_an_idempotency_key(self, world: World) -> None:
        for operation, url in world.through(WITH_KEY):
            bodies = (*hostile.UNREADABLE, *hostile.NO_OBJECT, hostile.with_unknown(world.example(operation)))
            for place, body in enumerate(bodies):
                first, again = (
                    world.send(operation.method, url, body, headers={"Idempotency-Key": f"{place}"})
                    for _ in range(2)
                )
                assert first == again, (str(operation), body[:300])

    def test_a_login_by_form(self, world: World) -> None:
        for value in hostile.QUERIES:
            for body in (f"username={value}&password={value}", value, f"{value}={value}"):
                for form in (*FORMS, "multipart/form-data; boundary=a"):
                    world.send("POST", "/api/v0/auth/login", body.encode(), form)
            parts = (f'--a\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name in FIELDS)
            form = "multipart/form-data; boundary=a"
            world.send("POST", "/api/v0/auth/login", f"{''.join(parts)}--a--\r\n".encode(), form)


class TestAddresses:
    def test_hostile_query_parameters(self, world: World) -> None:
        known: set[str] = set()
        for operation, url in world.through(OPERATIONS):
            for name in operation.parameters("query"):
                # Everything once; where the same parameter occurs again, some of it.
                for value in hostile.QUERIES[:: 4 if name in known else 1]:
                    world.send(operation.method, f"{url}?{name}={value}")
                known.add(name)
        for operation, url in world.through(OF_EVERY_KIND):
            for query in hostile.WHOLE_QUERIES:
                world.send(operation.method, f"{url}?{query}")

    @pytest.mark.once
    def test_a_query_that_is_not_utf8_is_refused_also_where_none_is_read(self, world: World) -> None:
        for operation, url in world.through(OPERATIONS):
            world.send(operation.method, f"{url}?q=%E4", expected=(400, "VALIDATION_ERROR"))

    def test_hostile_ids(self, world: World) -> None:
        for operation, _ in world.through(WITH_PLACES):
            body = json.dumps(world.example(operation)).encode()
            before, _, after = re.split(r"(\{\w+\})", operation.path)
            for value in hostile.PATH_IDS:
                url = f"{before}{value}{after}"
                world.send(operation.method, url, body, expected=(404, "RESOURCE_NOT_FOUND"))

    @pytest.mark.once
    def test_paths_that_are_no_operation(self, world: World) -> None:
        for path in hostile.OTHER_PATHS:
            for method in hostile.METHODS:
                world.send(method, path, b"[")


class TestHeaders:
    def test_hostile_credentials(self, world: World) -> None:
        """Of one operation of each kind: `test_identity.py` has bad tokens of every operation."""
        self._send(world, [operation for operation in OF_EVERY_KIND if operation in PRIVATE], "Authorization")

    def test_hostile_idempotency_keys(self, world: World) -> None:
        self._send(world, WITH_KEY, "Idempotency-Key")

    @pytest.mark.once
    def test_hostile_headers(self, world: World) -> None:
        self._send(world, OF_EVERY_KIND, *hostile.HEADERS)

    @staticmethod
    def _send(world: World, operations: Iterable[Operation], *names: str) -> None:
        for operation, url in world.through(operations):
            body = json.dumps(world.example(operation)).encode()
            for name in names:
                for value in hostile.HEADERS[name]:
                    world.send(operation.method, url, body, headers={name: value})


@pytest.mark.once
class TestMethods:
    def test_any_method_on_any_path(self, world: World) -> None:
        for _, url in world.through(OPERATIONS):
            for method in hostile.METHODS:
                world.send(method, url, b"[")


def _in_environ(name: str) -> str:
    known = name.upper().replace("-", "_")
    return known if known == "CONTENT_LENGTH" else f"HTTP_{known}"
