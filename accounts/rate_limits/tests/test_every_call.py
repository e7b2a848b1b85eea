"""Each call that writes has a limit, and each costly call takes points."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.back_office.tests.acting import PEOPLE, act_in_back_office
from accounts.errors import TokenInvalidError, TokenReusedError
from accounts.models import AuditEntry, RefreshToken, User
from accounts.rate_limits import Policy, policies
from accounts.services import end_all_sessions, open_session, refresh
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.api.openapi import document
from fincred.context import Caller, set_caller
from fincred.errors import RateLimitExceededError

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

V0 = "/api/v0"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def limited(settings: Any) -> None:
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""


def counted_against(answer: Any) -> set[str]:
    """The names of the quotas in the answer's headers."""
    listed = answer.headers.get("RateLimit-Policy", "")
    return {one.partition(";")[0].strip('"') for one in listed.split(", ") if one}


def send(method: str, path: str, body: Any) -> Any:
    """As a new person, so that no call hinders the next one."""
    user = UserFactory.create()
    pair = open_session(user=user, now=clock.now())
    known = {
        "/auth/login": {"email": user.email, "password": PASSWORD},
        "/auth/refresh": {"refresh_token": pair.refresh_token},
    }
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}")
    url = path.format_map(defaultdict(lambda: user.pk))  # an id of each kind, and no token of ours
    sent = json.dumps(known.get(path.removeprefix(V0), body))
    return client.generic(method.upper(), url, sent, "application/json")


class TestEveryCallThatWrites:
    def test_counts_against_a_quota(self, db: None) -> None:
        writing = [
            (method, path, described)
            for path, methods in document()["paths"].items()
            for method, described in methods.items()
            if method in {"post", "put", "patch", "delete"}
        ]
        assert len(writing) > 20
        unlimited = []
        for method, path, described in writing:
            content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
            bodies = [example["value"] for example in content.get("examples", {}).values()]
            if not counted_against(send(method, path, bodies[0] if bodies else {})):
                unlimited.append(f"{method} {path}")
        assert unlimited == []


class TestSigningOut:
    @pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-all"])
    def test_is_possible_with_no_writes_left(
        self, as_saver: APIClient, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.setattr(policies, "WRITES", Policy("writes", 1))
        assert [as_saver.post(f"{V0}/checkins", {}).status_code for _ in range(2)] == [400, 429]
        assert as_saver.post(f"{V0}{path}").status_code == 200
        assert as_saver.get(f"{V0}/goals").status_code == 401

    def test_is_said_in_the_document_to_count_apart(self) -> None:
        described = document()["paths"][f"{V0}/auth/logout"]["post"]["description"]
        assert described.endswith("Counts against the rate limit `sign-out` (60 a minute) instead of `writes`.")


class TestCost:
    @pytest.mark.parametrize(
        ("method", "path", "price"),
        [
            ("POST", "/planning/what-if", 3),
            ("POST", "/planning/plan", 3),
            ("POST", "/planning/debt-payoff", 3),
            ("POST", f"/goals/{NOBODY}/action-plans", 3),
            ("POST", f"/action-plans/{NOBODY}/regenerate", 3),
            ("POST", f"/action-plans/{NOBODY}/proposal/accept", 3),
            ("GET", f"/goals/{NOBODY}/projection", 1),
            ("GET", f"/action-plans/{NOBODY}/proposal", 1),
            ("GET", f"/action-plans/{NOBODY}/versions", 1),
            ("GET", "/snapshot/history", 1),
            ("GET", "/users/me/export", 20),
        ],
    )
    def test_is_taken_from_the_person(self, as_saver: APIClient, method: str, path: str, price: int) -> None:
        answer = as_saver.generic(method, f"{V0}{path}", "{}", "application/json")
        assert f'"cost";r={60 - price};' in answer.headers["RateLimit"]

    def test_refuses_when_the_points_do_not_suffice(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        path = f"{V0}/users/me/export"
        assert [as_saver.get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert as_saver.get(f"{V0}/users/me").status_code == 200
        assert as_stranger.get(path).status_code == 200

    def test_is_not_taken_by_an_ended_session(self, as_saver: APIClient, saver: User) -> None:
        end_all_sessions(user=saver, reason=EndReason.LOGOUT, now=clock.now())
        assert [as_saver.get(f"{V0}/users/me/export").status_code for _ in range(4)] == [401] * 4
        token = open_session(user=saver, now=clock.now()).access_token
        answer = APIClient().get(f"{V0}/users/me/export", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code == 200

    def test_of_a_registration_is_taken_from_the_network(self, api: APIClient) -> None:
        for address in ("203.0.113.9", "198.51.100.7"):
            answer = api.post(f"{V0}/auth/register", {"email": "x"}, REMOTE_ADDR=address)
            assert '"cost";r=58;' in answer.headers["RateLimit"]

    def test_is_taken_in_the_back_office_too(
        self, noon: datetime, boss: Client, support: Client, saver: User
    ) -> None:
        def export(client: Client) -> int:
            return int(act_in_back_office(client, PEOPLE, "export", saver).status_code)

        assert [export(boss) for _ in range(4)] == [200, 200, 200, 429]
        exports = AuditEntry.objects.filter(person_id=saver.pk, action="person.exported")
        assert exports.count() == 3
        refused = boss.get(f"{PEOPLE}csv/", headers={"Accept": "text/html"})
        assert refused.status_code == 429
        assert "Too many downloads." in refused.content.decode()
        assert boss.get(PEOPLE).status_code == 200
        assert support.get(PEOPLE).status_code == 200

    def test_of_a_list_as_a_file_is_small(self, boss: Client) -> None:
        assert '"cost";r=57;' in boss.get(f"{PEOPLE}csv/").headers["RateLimit"]

    def test_is_taken_from_no_one_who_may_not_download(self, support: Client) -> None:
        assert "cost" not in support.get(f"{PEOPLE}csv/").headers["RateLimit"]

    def test_is_said_in_the_document(self) -> None:
        described = document()["paths"][f"{V0}/users/me/export"]["get"]["description"]
        assert "Takes 20 points of the rate limit `cost`." in described


class TestTokens:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(policies, "REFRESH_BY_SESSION", Policy("refresh-session", 2))
        monkeypatch.setattr(policies, "TOKEN_BY_ADDRESS", Policy("token-address", 2))

    def test_a_session_is_refreshed_so_often(self, saver: User, noon: Any) -> None:
        other = open_session(user=saver, now=noon)
        pair = open_session(user=saver, now=noon)
        for _ in range(2):
            pair = refresh(refresh_token=pair.refresh_token, now=noon)
        rows = RefreshToken.objects.count()
        with pytest.raises(RateLimitExceededError):
            refresh(refresh_token=pair.refresh_token, now=noon)
        assert RefreshToken.objects.count() == rows
        assert refresh(refresh_token=other.refresh_token, now=noon).access_token

    def test_the_reuse_of_a_spent_one_ends_the_session_all_the_same(self, saver: User, noon: Any) -> None:
        first = open_session(user=saver, now=noon)
        pair = refresh(refresh_token=first.refresh_token, now=noon)
        refresh(refresh_token=pair.refresh_token, now=noon)
        later = noon.replace(second=30)
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=later)
        assert not saver.sessions.live().exists()

    def test_a_spent_one_is_tried_so_often_by_a_network(self, saver: User, noon: Any) -> None:
        set_caller(Caller(address="203.0.113.9"))
        spent = open_session(user=saver, now=noon).refresh_token
        refresh(refresh_token=spent, now=noon)
        for _ in range(2):
            with pytest.raises(TokenInvalidError):
                refresh(refresh_token=spent, now=noon)
        with pytest.raises(RateLimitExceededError):
            refresh(refresh_token=spent, now=noon)
        set_caller(Caller(address="198.51.100.7"))
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=spent, now=noon)

    def test_its_reuse_ends_the_session_also_beyond_the_limit(self, saver: User, noon: Any) -> None:
        set_caller(Caller(address="203.0.113.9"))
        spent = open_session(user=saver, now=noon).refresh_token
        refresh(refresh_token=spent, now=noon)
        later = noon.replace(second=30)
        for _ in range(2):
            with pytest.raises(TokenInvalidError):
                refresh(refresh_token="made-up", now=later)
        with pytest.raises(RateLimitExceededError):
            refresh(refresh_token=spent, now=later)
        assert not saver.sessions.live().exists()

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/auth/refresh", {"refresh_token": "made-up"}),
            ("/auth/verify-email", {"token": "made-up"}),
            ("/auth/password/reset/confirm", {"token": "made-up", "new_password": "staple the horse"}),
        ],
    )
    def test_guesses_are_limited_for_a_network(self, api: APIClient, path: str, body: dict[str, str]) -> None:
        answers = [api.post(f"{V0}{path}", body).status_code for _ in range(3)]
        assert answers == [401, 401, 429]

    def test_so_is_the_mailed_link(self, api: APIClient) -> None:
        answers = [api.get(f"{V0}/auth/verify-email?token=made-up").status_code for _ in range(3)]
        assert answers == [401, 401, 429]

    def test_commands_are_not(self, noon: Any) -> None:
        set_caller(Caller())
        for _ in range(3):
            with pytest.raises(TokenInvalidError):
                refresh(refresh_token="made-up", now=noon)
