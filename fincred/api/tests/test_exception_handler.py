from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.test import RequestFactory
from rest_framework import exceptions as drf
from rest_framework.exceptions import ErrorDetail

from fincred import errors
from fincred.api.exception_handler import bad_request, flatten, handle, server_error, status_of
from fincred.api.tests.all_errors import all_errors

pytestmark = [pytest.mark.unit, pytest.mark.platform]

REQUEST = RequestFactory().get("/")


class TestStatus:
    def test_every_error_that_can_be_raised_has_one(self) -> None:
        for error in all_errors(errors.FinCredError)[1:]:
            assert 400 <= status_of(error) < 600

    def test_the_nearest_category_decides(self) -> None:
        assert status_of(errors.DatabaseError) == 500
        assert status_of(errors.DatabaseUnavailableError) == 503


class TestHandle:
    def test_facts_become_details(self) -> None:
        response = handle(errors.ConflictError(current=5, most=5), {})
        assert response is not None
        assert response.status_code == 409
        assert json.loads(response.content) == {
            "success": False,
            "error": "This conflicts with the current state",
            "error_code": "CONFLICT",
            "details": {"current": 5, "most": 5},
        }

    def test_an_error_with_a_field_lists_itself_as_its_field_error(self) -> None:
        class TakenError(errors.ValidationError):
            code = "TAKEN"
            message = "Taken"
            field = "name"

        try:
            response = handle(TakenError(), {})
            assert response is not None
            assert json.loads(response.content)["details"] == {
                "errors": [{"field": "name", "message": "Taken", "code": "taken"}]
            }
        finally:
            del TakenError

    def test_401_asks_for_a_bearer_and_429_says_when(self) -> None:
        refused, limited = (
            handle(errors.NotAuthenticatedError(), {}),
            handle(errors.RateLimitExceededError(retry_after=12), {}),
        )
        assert refused is not None
        assert limited is not None
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert limited.headers["Retry-After"] == "12"

    @pytest.mark.parametrize(
        ("raised", "status", "code"),
        [
            (drf.NotFound(), 404, "RESOURCE_NOT_FOUND"),
            (drf.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
            (drf.NotAcceptable(), 406, "NOT_ACCEPTABLE"),
            (drf.UnsupportedMediaType("text/csv"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (drf.ParseError(), 400, "MALFORMED_REQUEST"),
        ],
    )
    def test_what_drf_raises_has_our_codes(self, raised: Exception, status: int, code: str) -> None:
        response = handle(raised, {})
        assert response is not None
        assert (response.status_code, json.loads(response.content)["error_code"]) == (status, code)

    def test_the_unexpected_is_left_to_rise(self) -> None:
        assert handle(ZeroDivisionError(), {}) is None


class TestFlatten:
    def test_nested_fields_are_dotted_and_whole_objects_stand_under_none(self) -> None:
        detail: Any = {
            "name": [ErrorDetail("Too long", "max_length")],
            "debts": [{}, {"balance": [ErrorDetail("Too small", "min_value")]}],
            "expenses": {"non_field_errors": [ErrorDetail("Odd", "odd")]},
            "non_field_errors": [ErrorDetail("All wrong", "invalid")],
            "tags": {0: [ErrorDetail("Bad", "bad")]},
        }
        assert [(entry["field"], entry["code"]) for entry in flatten(detail)] == [
            ("name", "max_length"),
            ("debts.1.balance", "min_value"),
            ("expenses", "odd"),
            (None, "invalid"),
            ("tags.0", "bad"),
        ]


class TestOutsideDRF:
    def test_a_body_that_django_finds_too_large_is_413(self) -> None:
        assert bad_request(REQUEST, RequestDataTooBig()).status_code == 413
        assert bad_request(REQUEST, ValueError()).status_code == 400

    @pytest.mark.parametrize(
        ("raised", "status", "code"),
        [
            (OperationalError("gone: password=hunter2"), 503, "DATABASE_UNAVAILABLE"),
            (DataError("value out of range"), 500, "DATABASE_ERROR"),
            (ZeroDivisionError("division"), 500, "INTERNAL_ERROR"),
        ],
    )
    def test_the_unexpected_is_told_without_its_text(self, raised: Exception, status: int, code: str) -> None:
        try:
            raise raised
        except Exception:
            response = server_error(REQUEST)
        body = json.loads(response.content)
        assert (response.status_code, body["error_code"]) == (status, code)
        assert str(raised) not in response.content.decode()
        assert ("Retry-After" in response.headers) == (status == 503)
