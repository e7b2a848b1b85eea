from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from fincred.api import openapi
from fincred.api.openapi import document
from fincred.api.renderers import render_json

pytestmark = [pytest.mark.integration, pytest.mark.platform]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


class TestDocument:
    def test_every_operation_declares_its_errors_in_the_envelope(self) -> None:
        for method, path, operation in operations():
            answers = operation["responses"]
            assert {"405", "406", "429", "500", "503"} <= set(answers), (method, path)
            for status, answer in answers.items():
                if status >= "400":
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}, (method, path, status)

    def test_every_operation_with_credentials_can_answer_401(self) -> None:
        for method, path, operation in operations():
            assert ("401" in operation["responses"]) or not operation.get("security"), (method, path)

    def test_every_operation_says_what_it_does_and_shows_an_example(self) -> None:
        for method, path, operation in operations():
            assert operation["summary"], (method, path)
            body = operation.get("requestBody")
            if body:
                kinds = body["content"].values()
                assert any("examples" in kind for kind in kinds), (method, path)

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

    def test_lists_tell_their_headers(self) -> None:
        goals = document()["paths"]["/api/v0/goals"]["get"]
        assert {"X-Total-Count", "Link"} <= set(goals["responses"]["200"]["headers"])


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


class TestPages:
    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_load_nothing_from_elsewhere(self, path: str) -> None:
        page = Client().get(path).content.decode()
        assert "/static/drf_spectacular_sidecar/" in page
        assert "cdn" not in page.lower()

    def test_the_root_leads_to_the_documentation(self) -> None:
        assert Client().get("/").headers["Location"] == "/docs"
