from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from fincred.api import openapi
from fincred.api.openapi import document

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
                    assert schema == {"$ref": "#/components/schemas/Error"}, (method, path, status)

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
        ("schema", "code"), [("Explanation", "FUNDED_UNEVENLY"), ("Reckoning", "FIRE"), ("Drift", "PAST_DATE")]
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
