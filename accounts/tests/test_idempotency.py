from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts.authentication import BearerAuthentication
from accounts.idempotency import idempotent
from accounts.models import IdempotencyKey, User
from fincred import clock
from fincred.api.views import ApiView
from fincred.errors import FieldError
from goals.models import Goal

pytestmark = [pytest.mark.integration, pytest.mark.accounts]

GOALS = "/api/v0/goals"
GOAL = {
    "type": "short_term_saving",
    "name": "Bicycle",
    "target_amount": 1200,
    "target_date": "2099-01-01",
    "priority": "High",
}


def post(client: APIClient, body: Any, key: str, path: str = GOALS) -> Any:
    return client.post(path, body, headers={"Idempotency-Key": key})


def post_text(client: APIClient, amount: str) -> Any:
    """A goal whose amount is written like this."""
    body = json.dumps(GOAL | {"target_amount": "AMOUNT"}).replace('"AMOUNT"', amount)
    return client.generic("POST", GOALS, body, "application/json", headers={"Idempotency-Key": "k"})


@pytest.mark.django_db
class TestRepeat:
    def test_is_done_once_and_answered_twice_with_the_same_bytes(self, as_saver: APIClient) -> None:
        first, again = post(as_saver, GOAL, "k1"), post(as_saver, GOAL, "k1")
        assert first.status_code == again.status_code == 201
        assert first.content == again.content
        assert again.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first.headers
        assert Goal.objects.count() == 1

    def test_counts_what_was_meant_not_how_it_was_spaced(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL, "k1")
        assert post(as_saver, dict(reversed(GOAL.items())), "k1").status_code == 201
        assert Goal.objects.count() == 1

    @pytest.mark.parametrize(
        ("first", "again"),
        [("1000", "1000.0"), ("1000", "1e3"), ("1000.00", "1E+3"), ("1200.5", "1200.50"), ("0", "-0.0")],
    )
    def test_may_write_a_number_in_another_way(self, as_saver: APIClient, first: str, again: str) -> None:
        answers = [post_text(as_saver, first), post_text(as_saver, again)]
        assert answers[0].content == answers[1].content
        assert answers[1].headers["Idempotent-Replayed"] == "true"

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ("1000", '"1000"'),
            ('"1000"', '"1000.0"'),
            ("1", "true"),
            ("1000", "100"),
            ("12345678901234567890123456789012345", "12345678901234567890123456789012346"),
            ("1e999999999", "1e999999998"),
            ("[1,2]", '["1,2"]'),
            ('{"a": 1, "b": 2}', '{"a": "1,b:2"}'),
            ("1", "-1"),
        ],
    )
    def test_with_another_value_is_refused(self, as_saver: APIClient, first: str, again: str) -> None:
        post_text(as_saver, first)
        assert post_text(as_saver, again).status_code == 422

    @pytest.mark.parametrize(
        "number", ["1e999999999", "-1e-999999999999999999", "1" + "0" * 4000, "1." + "0" * 4000]
    )
    def test_takes_numbers_of_any_size(self, as_saver: APIClient, number: str) -> None:
        first, again = post_text(as_saver, number), post_text(as_saver, number)
        assert first.content == again.content
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_compares_fields_that_are_not_known(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL | {"unknown": 1}, "k1")
        assert post(as_saver, GOAL | {"unknown": Decimal("1.0")}, "k1").status_code == 201
        assert post(as_saver, GOAL | {"unknown": 2}, "k1").status_code == 422
        assert post(as_saver, GOAL, "k1").status_code == 422

    def test_with_another_body_is_refused(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL, "k1")
        response = post(as_saver, GOAL | {"name": "Boat"}, "k1")
        assert response.status_code == 422
        assert response.json()["error_code"] == "IDEMPOTENCY_KEY_REUSED"
        assert Goal.objects.count() == 1

    def test_of_a_refusal_is_refused_the_same_way(self, as_saver: APIClient) -> None:
        bad = GOAL | {"target_amount": -1}
        first, again = post(as_saver, bad, "k1"), post(as_saver, bad, "k1")
        assert first.status_code == again.status_code == 400
        assert first.content == again.content

    def test_of_a_refusal_with_a_mended_body_needs_another_key_and_is_told_so(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL | {"target_amount": -1}, "k1")
        refused = post(as_saver, GOAL, "k1")
        assert refused.status_code == 422
        assert "another key" in refused.json()["error"]
        assert post(as_saver, GOAL, "k2").status_code == 201

    def test_after_a_day_is_a_new_request(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL, "k1")
        IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=24, seconds=1))
        assert post(as_saver, GOAL, "k1").status_code == 201
        assert Goal.objects.count() == 2
        assert IdempotencyKey.objects.count() == 1

    def test_within_a_day_is_replayed(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL, "k1")
        IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=23, minutes=59))
        post(as_saver, GOAL, "k1")
        assert Goal.objects.count() == 1


@pytest.mark.django_db
class TestScope:
    def test_is_the_person_the_method_and_the_path(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        goal = post(as_saver, GOAL, "k1").json()
        assert post(as_stranger, GOAL, "k1").status_code == 201
        check_in = post(as_saver, {"current_amount": 5}, "k1", f"{GOALS}/{goal['id']}/check-ins")
        assert check_in.status_code == 201
        assert Goal.objects.count() == 2

    def test_is_not_under_auth(self, api: APIClient) -> None:
        for _ in range(2):
            post(api, {"email": "a@example.com", "password": "wrong wrong"}, "k1", "/api/v0/auth/login")
        assert IdempotencyKey.objects.count() == 0

    @pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ké"])
    def test_a_key_is_visible_ascii(self, as_saver: APIClient, key: str) -> None:
        response = post(as_saver, GOAL, key)
        assert response.status_code == 400
        assert response.json()["details"]["errors"][0]["field"] == "Idempotency-Key"
        assert Goal.objects.count() == 0


@pytest.mark.django_db
class TestNotKept:
    def test_what_says_nothing_about_the_work(self, as_saver: APIClient, api: APIClient) -> None:
        assert post(api, GOAL, "k1").status_code == 401
        assert IdempotencyKey.objects.count() == 0

    def test_a_crash_leaves_neither_key_nor_row(
        self, as_saver: APIClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        as_saver.raise_request_exception = False
        with monkeypatch.context() as patched:
            patched.setattr("accounts.models.IdempotencyKey.save", crash)
            assert post(as_saver, GOAL, "k1").status_code == 500
        assert not IdempotencyKey.objects.exists()
        assert not Goal.objects.exists()
        assert post(as_saver, GOAL, "k1").status_code == 201

    def test_leaves_with_the_person(self, as_saver: APIClient) -> None:
        post(as_saver, GOAL, "k1")
        as_saver.delete("/api/v0/users/me", {"password": "correct horse battery"})
        assert not IdempotencyKey.objects.exists()


class _Erased(BearerAuthentication):
    """The person is erased right after their session was checked."""

    def authenticate(self, request: Request) -> Any:
        known = super().authenticate(request)
        User.objects.get().delete()
        return known


class _Refusing(ApiView):
    authentication_classes = (_Erased,)

    @idempotent
    def post(self, request: Request) -> HttpResponse:
        raise FieldError(field="name", message="Wrong.", code="wrong")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_of_a_person_who_is_erased_meanwhile_is_not_kept(as_saver: APIClient) -> None:
    credentials = as_saver._credentials  # type: ignore[attr-defined]
    request = APIRequestFactory().post(GOALS, {}, headers={"Idempotency-Key": "k1"}, **credentials)
    response = _Refusing.as_view()(request)
    assert (response.status_code, IdempotencyKey.objects.count()) == (401, 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestParallel:
    def test_sixteen_at_once_are_one_goal_and_one_answer(self, as_saver: APIClient) -> None:
        barrier = Barrier(16)
        credentials = as_saver._credentials  # type: ignore[attr-defined]

        def send(_: int) -> tuple[int, bytes]:
            client = APIClient()
            client.credentials(**credentials)
            barrier.wait()
            try:
                response = post(client, GOAL, "k1")
                return response.status_code, response.content
            finally:
                connections.close_all()

        with ThreadPoolExecutor(16) as pool:
            answers = set(pool.map(send, range(16)))
        assert len(answers) == 1
        assert next(iter(answers))[0] == 201
        assert Goal.objects.count() == 1
