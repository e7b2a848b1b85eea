"""Calls without a sign-in: what they parse for anybody."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.views.base import LARGEST_BODY
from fincred.api.openapi import document
from fincred.ops.tests.test_middleware import assert_envelope

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

OPEN = [
    (method, path, described)
    for path, methods in document()["paths"].items()
    for method, described in methods.items()
    if described["security"] == [] and "requestBody" in described
]


class TestABody:
    def test_is_taken_by_these_calls(self) -> None:
        assert {path.partition("/auth/")[2] for _, path, _ in OPEN} == {
            "register", "login", "refresh", "verify-email", "resend-verification",
            "password/reset", "password/reset/confirm",
        }  # fmt: skip

    @pytest.mark.parametrize(("method", "path", "described"), OPEN)
    def test_is_small(self, api: APIClient, method: str, path: str, described: Any) -> None:
        def send(length: int) -> Any:
            return api.generic(method, path, "{}".ljust(length), "application/json")

        assert_envelope(send(LARGEST_BODY), 400, "VALIDATION_ERROR")
        refused = send(LARGEST_BODY + 1)
        assert_envelope(refused, 413, "REQUEST_TOO_LARGE")
        assert refused.json()["details"] == {"most": 16 * 1024}
        assert described["description"].endswith("The body may be of at most 16 KiB.")

    def test_is_not_read_as_json_where_it_is_larger(self, api: APIClient) -> None:
        answer = api.generic("POST", "/api/v0/auth/login", "[" * (LARGEST_BODY + 1), "application/json")
        assert_envelope(answer, 413, "REQUEST_TOO_LARGE")

    def test_of_a_form_is_small_too(self, api: APIClient) -> None:
        form = "username=a@example.com&password=" + "x" * LARGEST_BODY
        answer = api.generic("POST", "/api/v0/auth/login", form, "application/x-www-form-urlencoded")
        assert_envelope(answer, 413, "REQUEST_TOO_LARGE")
