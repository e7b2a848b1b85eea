"""Bearers: real ones, forged ones, and those whose session is over. Every refusal is a 401 that says `Bearer`."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from accounts.authentication import BearerAuthentication
from accounts.models import User
from accounts.services import end_session, erase_person, open_session, set_active
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.api.views import ApiView

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def ask(header: str | None) -> Any:
    client = APIClient()
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)
    return client.get("/api/v0/users/me")


def assert_refused(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def access_token(user: User) -> str:
    return open_session(user=user, now=clock.now()).access_token


def claims(user: User) -> dict[str, Any]:
    """The claims of a good token."""
    return jwt.decode(access_token(user), options={"verify_signature": False})


def sign(payload: dict[str, Any], key: str = settings.JWT_SECRET_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, key, algorithm=algorithm)


def encoded(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


class TestGoodToken:
    def test_is_the_person_and_the_session(self, saver: User) -> None:
        assert ask(f"Bearer {access_token(saver)}").json()["id"] == str(saver.pk)

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
    def test_the_scheme_has_no_case(self, saver: User, scheme: str) -> None:
        assert ask(f"{scheme} {access_token(saver)}").status_code == 200

    def test_says_only_what_it_must(self, saver: User) -> None:
        payload = claims(saver)
        assert set(payload) == {"token_type", "exp", "jti", "sub", "sid", "aud", "iss"}
        assert payload["sub"] == str(saver.pk)

    def test_costs_one_query(self, as_saver: APIClient, settings: Any, django_assert_num_queries: Any) -> None:
        settings.RATE_LIMIT_ENABLED = False
        with django_assert_num_queries(1):
            as_saver.get("/api/v0/users/me")

    def test_lives_thirty_minutes(self, saver: User, noon: datetime) -> None:
        token = access_token(saver)
        with time_machine.travel(noon + timedelta(minutes=30, seconds=-1), tick=False):
            assert ask(f"Bearer {token}").status_code == 200
        with time_machine.travel(noon + timedelta(minutes=30), tick=False):
            assert_refused(ask(f"Bearer {token}"), "TOKEN_EXPIRED")


class TestNoCredentials:
    @pytest.mark.parametrize("header", [None, "", "Basic c2FtOnNhbQ==", "Token abc", "Bearertoken"])
    def test_are_asked_for(self, header: str | None) -> None:
        assert_refused(ask(header), "NOT_AUTHENTICATED")


class TestScheme:
    def test_is_named_also_where_drf_itself_refuses(self) -> None:
        request = APIView().initialize_request(APIRequestFactory().get("/"))
        assert BearerAuthentication().authenticate_header(request) == "Bearer"


class TestForgedToken:
    def test_of_another_key(self, saver: User) -> None:
        assert_refused(ask(f"Bearer {sign(claims(saver), key='k' * 40)}"), "TOKEN_INVALID")

    def test_of_algorithm_none(self, saver: User) -> None:
        forged = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims(saver))}."
        assert_refused(ask(f"Bearer {forged}"), "TOKEN_INVALID")

    def test_of_another_algorithm_with_the_right_key(self, saver: User) -> None:
        key = settings.JWT_SECRET_KEY
        assert_refused(ask(f"Bearer {sign(claims(saver), key, algorithm='HS384')}"), "TOKEN_INVALID")

    @pytest.mark.parametrize("claim", ["token_type", "exp", "jti", "sub", "sid", "aud", "iss"])
    def test_without_a_claim(self, saver: User, claim: str) -> None:
        payload = claims(saver)
        del payload[claim]
        assert_refused(ask(f"Bearer {sign(payload)}"), "TOKEN_INVALID")

    @pytest.mark.parametrize(
        ("claim", "value"),
        [
            ("token_type", "refresh"),
            ("aud", "somebody-else"),
            ("iss", "somebody-else"),
            ("sub", "00000000-0000-4000-8000-000000000000"),
            ("sub", "me"),
            ("sid", "00000000-0000-4000-8000-000000000000"),
            ("sid", "all"),
            ("sid", 7),
            ("sid", None),
        ],
    )
    def test_with_another_claim(self, saver: User, claim: str, value: Any) -> None:
        assert_refused(ask(f"Bearer {sign(claims(saver) | {claim: value})}"), "TOKEN_INVALID")

    @pytest.mark.parametrize(
        "moment",
        [1e18, 10**17, 1e30, 10**30, "9" * 30, float("inf"), float("nan"), "soon", [], {}, True, -1e18, -1e30],
    )
    def test_with_a_moment_that_is_none(self, saver: User, moment: Any) -> None:
        answer = ask(f"Bearer {sign(claims(saver) | {'exp': moment})}")
        assert answer.status_code == 401
        assert answer.json()["error_code"] in {"TOKEN_INVALID", "TOKEN_EXPIRED"}

    @pytest.mark.parametrize("claim", ["nbf", "iat"])
    def test_with_a_moment_of_another_claim_that_is_none(self, saver: User, claim: str) -> None:
        assert_refused(ask(f"Bearer {sign(claims(saver) | {claim: 1e30})}"), "TOKEN_INVALID")

    def test_that_has_expired(self, saver: User) -> None:
        past = int(clock.now().timestamp()) - 1
        assert_refused(ask(f"Bearer {sign(claims(saver) | {'exp': past})}"), "TOKEN_EXPIRED")

    def test_of_somebody_elses_session(self, saver: User, stranger: User) -> None:
        mixed = claims(saver) | {"sub": str(stranger.pk)}
        assert_refused(ask(f"Bearer {sign(mixed)}"), "TOKEN_INVALID")

    @pytest.mark.parametrize("token", ["", "abc", "a.b.c", "a b", "..", "ü", "null", "%00"])
    def test_that_is_no_token(self, token: str) -> None:
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")

    def test_whose_header_is_nested_too_deep(self) -> None:
        header = base64.urlsafe_b64encode(b"[" * 9000).decode()
        assert_refused(ask(f"Bearer {header}.e30.e30"), "TOKEN_INVALID")


class TestTokenThatWasGood:
    def test_expires_all_the_same(self, saver: User) -> None:
        """Its signature is remembered, its time is not."""
        with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False) as time:
            token = open_session(user=saver, now=clock.now()).access_token
            assert ask(f"Bearer {token}").status_code == 200
            time.shift(timedelta(minutes=settings.ACCESS_TOKEN_MINUTES))
            assert ask(f"Bearer {token}").json()["error_code"] == "TOKEN_EXPIRED"


def routes(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from routes(pattern.url_patterns)


class Silent(ApiView):
    """A view that reads nothing and asks for no person."""

    def get(self, request: Request) -> HttpResponse:
        return self.answer({"secret": True})


class TestGuardOfGets:
    """The session of a GET is checked with its first read; none is answered before."""

    @pytest.fixture
    def ended(self, saver: User) -> str:
        token = access_token(saver)
        end_session(session_id=saver.sessions.get().pk, reason=EndReason.LOGOUT, now=clock.now())
        return f"Bearer {token}"

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_a_view_that_reads_nothing_refuses_an_ended_session(self, ended: str, method: str) -> None:
        make_request = getattr(APIRequestFactory(), method)
        answer = Silent.as_view()(make_request("/", HTTP_AUTHORIZATION=ended))
        assert (answer.status_code, b"secret" in answer.content) == (401, False)

    def test_a_view_that_reads_nothing_answers_a_live_session(self, saver: User) -> None:
        request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {access_token(saver)}")
        assert Silent.as_view()(request).content == b'{"secret":true}'

    def test_every_get_refuses_an_ended_session_before_all_else(self, ended: str) -> None:
        nothing = "00000000-0000-4000-8000-000000000000"
        document = Client().get("/openapi.json").json()
        operations = {path: item["get"] for path, item in document["paths"].items() if "get" in item}
        paths = [path for path, operation in operations.items() if {"bearer": []} in operation["security"]]
        assert len(paths) > 15
        for path in paths:
            url = re.sub(r"\{\w+\}", nothing, path)
            for query in ("", "?limit=x&ordering=x&from=x"):
                answer = APIClient().get(url + query, HTTP_AUTHORIZATION=ended)
                assert_refused(answer, "TOKEN_INVALID")

    def test_every_route_with_tokens_has_the_guard(self) -> None:
        callbacks = [pattern.callback for pattern in routes(get_resolver().url_patterns)]
        views = [callback.cls for callback in callbacks if hasattr(callback, "cls")]
        guarded = [view for view in views if BearerAuthentication in view.authentication_classes]
        assert len(guarded) > 20
        assert all(issubclass(view, ApiView) for view in guarded)


class TestTokenOfTheGone:
    def test_ended_session(self, saver: User) -> None:
        token = access_token(saver)
        end_session(session_id=saver.sessions.get().pk, reason=EndReason.LOGOUT, now=clock.now())
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")

    def test_disabled_person(self, saver: User) -> None:
        token = access_token(saver)
        set_active(user=saver, is_active=False, now=clock.now())
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")

    def test_enabling_again_revives_no_session(self, saver: User) -> None:
        token = access_token(saver)
        set_active(user=saver, is_active=False, now=clock.now())
        set_active(user=saver, is_active=True, now=clock.now())
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")

    def test_person_disabled_past_the_service(self, saver: User) -> None:
        token = access_token(saver)
        User.objects.filter(pk=saver.pk).update(is_active=False)
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")

    def test_erased_person(self, saver: User) -> None:
        token = access_token(saver)
        erase_person(user=saver, now=clock.now())
        assert_refused(ask(f"Bearer {token}"), "TOKEN_INVALID")
