from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from fincred.api import openapi
from fincred.api.openapi import document
from fincred.api.query_params import MAY_BE_REPEATED
from fincred.api.renderers import render_json
from fincred.api.tests.all_errors import all_errors
from fincred.errors import FinCredError

pytestmark = [pytest.mark.integration, pytest.mark.platform]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def answered() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of answers."""
    for name, schema in document()["components"]["schemas"].items():
        if not name.endswith("Request"):
            yield name, schema


def undescribed(schema: dict[str, Any], value: Any) -> list[str]:
    """The fields of a document that its schema doesn't name."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = [name for kind in schema.get("oneOf", ()) if value is not None for name in undescribed(kind, value)]
    if isinstance(value, list):
        found += [name for entry in value for name in undescribed(schema["items"], entry)]
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        found += [] if "additionalProperties" in schema else list(value.keys() - fields.keys())
        found += [name for key in value.keys() & fields.keys() for name in undescribed(fields[key], value[key])]
    return found


class TestDocument:
    def test_every_operation_declares_its_errors_in_the_envelope(self) -> None:
        for method, path, operation in operations():
            answers = operation["responses"]
            assert {"405", "406", "429", "500", "503"} <= set(answers), (method, path)
            for status, answer in answers.items():
                if status >= "400":
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}, (method, path, status)

    def test_names_every_code_of_an_error_at_an_operation(self) -> None:
        """A code that no view documents would reach clients that have never heard of it."""
        answers = [answer for _, _, operation in operations() for answer in operation["responses"].values()]
        named = {code for answer in answers for code in re.findall("`([A-Z_]+)`", answer["description"])}
        ours = [error for error in all_errors(FinCredError)[1:] if ".tests." not in error.__module__]
        assert {error.code for error in ours if "code" in vars(error)} <= named

    def test_every_operation_with_credentials_names_the_faults_of_a_token(self) -> None:
        """An app decides by them whether it refreshes its tokens or asks for the password."""
        for method, path, operation in operations():
            if operation.get("security"):
                named = operation["responses"]["401"]["description"]
                assert named == "`NOT_AUTHENTICATED`, `TOKEN_INVALID`, `TOKEN_EXPIRED`", (method, path)

    def test_every_operation_says_what_it_does_and_shows_an_example(self) -> None:
        for method, path, operation in operations():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            body = operation.get("requestBody")
            if body:
                kinds = body["content"].values()
                assert any("examples" in kind for kind in kinds), (method, path)

    def test_what_may_be_repeated_takes_a_list_in_every_operation(self) -> None:
        """Repeated parameters are refused by these names alone, before it is known which operation reads them."""
        for method, path, operation in operations():
            for parameter in operation.get("parameters", ()):
                is_list = parameter["in"] == "query" and parameter["schema"].get("type") == "array"
                assert is_list == (parameter["name"] in MAY_BE_REPEATED), (method, path, parameter["name"])

    def test_money_is_a_number(self) -> None:
        amount = document()["components"]["schemas"]["Goal"]["properties"]["target_amount"]
        assert amount["type"] == "number"

    @pytest.mark.parametrize(
        ("schema", "code"),
        [("Explanation", "FUNDED_UNEVENLY"), ("SuggestionExplanation", "FIRE"), ("Drift", "PAST_DATE")],
    )
    def test_lists_the_codes_of_explanations(self, schema: str, code: str) -> None:
        assert code in document()["components"]["schemas"][schema]["properties"]["code"]["enum"]

    def test_lists_the_codes_of_a_failing_database(self) -> None:
        answers = document()["paths"]["/api/v0/goals"]["get"]["responses"]
        assert "DATABASE_ERROR" in answers["500"]["description"]
        assert "DATABASE_UNAVAILABLE" in answers["503"]["description"]

    def test_every_example_is_as_its_schema_says(self) -> None:
        whole = document()
        examples = whole["components"]["examples"]
        checked = 0
        for method, path, operation in operations():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            described = [body["content"].get("application/json") for body in bodies if "content" in body]
            for content in filter(None, described):  # a calendar has another form
                validator = Draft202012Validator(
                    {**content["schema"], "components": whole["components"]}, format_checker=FormatChecker()
                )
                for example in content["examples"].values():
                    value = examples.get(example.get("$ref", "").rpartition("/")[2], example)["value"]
                    assert not [error.message for error in validator.iter_errors(value)], (method, path)
                    assert not undescribed(content["schema"], value), (method, path)
                    checked += 1
        assert checked > len(list(operations()))

    def test_a_choice_has_no_length(self) -> None:
        """orval's zod schemas wouldn't build."""
        choices = [part for part in openapi._objects(document()) if "enum" in part]
        assert len(choices) > 50
        assert not [choice for choice in choices if "minLength" in choice]

    def test_lists_tell_their_headers(self) -> None:
        goals = document()["paths"]["/api/v0/goals"]["get"]
        assert {"X-Total-Count", "Link"} <= set(goals["responses"]["200"]["headers"])


class TestTypes:
    """What a generated client knows of an answer."""

    def test_every_field_is_there_in_each_answer_but_these(self) -> None:
        optional = {
            (name, field)
            for name, schema in answered()
            for field in schema.get("properties", {}).keys() - set(schema.get("required", ()))
        }
        of_its_kind = {("Alternative", name) for name in ("target_date", "target_amount", "extra_monthly")}
        of_its_kind.add(("Entry", "goal_id"))
        assert optional == of_its_kind | {("ScheduledGoalPlan", "schedule")}

    def test_every_object_has_described_fields_but_these(self) -> None:
        """Facts depend on the code, inputs and outputs on the engine's version."""
        free = {
            (name, field)
            for name, schema in answered()
            for field, kind in schema.get("properties", {}).items()
            if kind.get("type") == "object" and "properties" not in kind
        }
        facts = {(name, "facts") for name in ("Explanation", "SuggestionExplanation", "Drift")}
        assert free == facts | {("PlanVersion", "inputs"), ("PlanVersion", "outputs")}

    def test_every_answer_has_a_schema_but_the_export(self) -> None:
        free = [
            path
            for _, path, operation in operations()
            for status, answer in operation["responses"].items()
            for form, content in answer.get("content", {}).items()
            if form == "application/json" and not content["schema"].keys() & {"$ref", "items"}
        ]
        assert free == ["/api/v0/users/me/export"]

    def test_the_login_answers_with_tokens_and_the_person(self) -> None:
        answer = document()["paths"]["/api/v0/auth/login"]["post"]["responses"]["200"]
        assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/LoginAnswer"}

    def test_a_refusal_tells_which_fields(self) -> None:
        details = document()["components"]["schemas"]["ErrorEnvelope"]["properties"]["details"]
        assert details["properties"]["errors"]["items"] == {"$ref": "#/components/schemas/FieldError"}

    def test_no_description_is_that_of_a_base_class_or_repeats_a_value(self) -> None:
        text = render_json(document()).decode()
        assert "The base of all" not in text
        assert "`active` - active" not in text

    def test_no_field_is_read_only(self) -> None:
        """Requests have schemas of their own, and generators make no objects with read-only fields."""
        assert b"readOnly" not in render_json(document())


class TestForGenerators:
    """What client generators and linters trip over isn't in the document."""

    def test_an_example_of_a_list_is_a_list_of_objects(self) -> None:
        lists = [
            example["value"]
            for _, _, operation in operations()
            for answer in operation["responses"].values()
            for kind in answer.get("content", {}).values()
            if kind["schema"].get("type") == "array"
            for example in kind["examples"].values()
        ]
        assert len(lists) >= 7
        assert all(isinstance(entry, dict) for values in lists for entry in values)

    def test_every_operation_says_whether_it_needs_a_sign_in(self) -> None:
        assert all("security" in operation for _, _, operation in operations())
        assert document()["paths"]["/api/v0/auth/login"]["post"]["security"] == []

    def test_bodies_of_put_and_patch_are_required(self) -> None:
        bodies = [operation["requestBody"] for method, _, operation in operations() if method in ("put", "patch")]
        assert bodies
        assert all(body["required"] for body in bodies)

    def test_a_request_has_its_defaults_in_words(self) -> None:
        requests = {n: s for n, s in document()["components"]["schemas"].items() if n.endswith("Request")}
        fields = [field for schema in requests.values() for field in schema["properties"].values()]
        assert not [field for field in fields if "default" in field]
        assert "Default: 0" in requests["WhatIfRequest"]["properties"]["extra_monthly"]["description"]

    def test_nothing_of_the_library_itself_is_left(self) -> None:
        assert b"x-spec-enum-id" not in render_json(document())

    def test_headers_that_clients_need_are_told(self) -> None:
        answers = document()["paths"]["/api/v0/goals"]["post"]["responses"]
        assert {"RateLimit", "Idempotent-Replayed"} <= set(answers["201"]["headers"])
        assert "RateLimit" in answers["409"]["headers"]
        assert "WWW-Authenticate" in answers["401"]["headers"]
        assert {"Retry-After", "RateLimit"} <= set(answers["429"]["headers"])
        assert "Retry-After" in answers["503"]["headers"]

    def test_login_takes_json_there(self) -> None:
        """Three media types of one call break openapi-python-client and openapi-generator's TypeScript."""
        body = document()["paths"]["/api/v0/auth/login"]["post"]["requestBody"]
        assert list(body["content"]) == ["application/json"]


class TestFirstRequests:
    def test_generate_the_document_one_after_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        inside: list[int] = []
        most = 0

        def generate() -> dict[str, str]:
            nonlocal most
            inside.append(1)
            most = max(most, len(inside))
            time.sleep(0.01)
            inside.pop()
            return {}

        monkeypatch.setattr(openapi, "_generated", generate)
        with ThreadPoolExecutor(4) as threads:
            for _ in range(4):
                threads.submit(document)
        assert most == 1


def test_the_document_is_written_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    first = client.get("/openapi.json").content
    monkeypatch.setattr(openapi, "render_json", None)
    assert client.get("/openapi.json").content == first


class TestPages:
    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_load_nothing_from_elsewhere(self, path: str) -> None:
        page = Client().get(path).content.decode()
        assert "/static/drf_spectacular_sidecar/" in page
        assert not re.search(r"""\b(?:src|href|url)\s*[=:]\s*["'](?:\w+:)?//""", page)

    def test_the_root_leads_to_the_documentation(self) -> None:
        assert Client().get("/").headers["Location"] == "/docs"
