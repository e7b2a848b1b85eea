"""Signing in, proving a password and having mails sent are limited in every way to ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import Client
from rest_framework.test import APIClient

from accounts import services
from accounts.errors import InvalidCredentialsError, WrongPasswordError
from accounts.models import User
from accounts.rate_limits import Policy, policies
from accounts.rate_limits.limits import network_of
from accounts.tests.factories import PASSWORD
from fincred.context import Caller, set_caller
from fincred.errors import RateLimitExceededError

pytestmark = [pytest.mark.integration, pytest.mark.accounts]

NOON = datetime(2026, 3, 10, 12, 0, 15, tzinfo=UTC)
ADDRESSES = ("203.0.113.9", "198.51.100.7")


@pytest.fixture
def limited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three attempts an account, five a network, two mails."""
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
    monkeypatch.setattr(policies, "SIGN_IN_BY_ACCOUNT", Policy("sign-in-account", 3))
    monkeypatch.setattr(policies, "SIGN_IN_BY_ADDRESS", Policy("sign-in-address", 5))
    monkeypatch.setattr(policies, "MAIL_BY_ADDRESS", Policy("mail-address", 2))
    set_caller(Caller(address=ADDRESSES[0]))


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was hashed for an unknown address."""
    seen: list[str] = []

    def spy(password: str) -> str:
        seen.append(password)
        return make_password(password)

    monkeypatch.setattr("accounts.services.sessions.hash_in_vain", spy)
    return seen


def refused(attempt: Callable[[], object]) -> bool:
    """Whether it was refused for coming too often."""
    try:
        attempt()
    except RateLimitExceededError:
        return True
    except (InvalidCredentialsError, WrongPasswordError):
        pass
    return False


def attempts(attempt: Callable[[], object], times: int) -> list[bool]:
    return [refused(attempt) for _ in range(times)]


@pytest.mark.unit
class TestNetwork:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("unix:", "unix:"),
        ],
    )
    def test_is_what_one_subscriber_holds(self, address: str, network: str) -> None:
        assert network_of(address) == network


@pytest.mark.django_db
@pytest.mark.usefixtures("limited")
class TestSigningIn:
    def test_is_limited_for_an_account_from_wherever(self, saver: User) -> None:
        outcomes = []
        for number in range(4):
            set_caller(Caller(address=f"203.0.113.{number}"))
            outcomes += attempts(lambda: services.login(email=saver.email, password="no", now=NOON), 1)
        assert outcomes == [False, False, False, True]

    def test_is_limited_for_a_network_whatever_the_account(self, db: None, hashed: list[str]) -> None:
        outcomes = [
            refused(lambda n=n: services.login(email=f"{n}@example.com", password="no", now=NOON))  # type: ignore[misc]
            for n in range(6)
        ]
        assert outcomes == [False] * 5 + [True]
        assert len(hashed) == 5

    def test_an_account_that_does_not_exist_is_refused_alike_and_without_hashing(
        self, db: None, hashed: list[str]
    ) -> None:
        assert attempts(lambda: services.login(email="a@example.com", password="no", now=NOON), 4)[-1]
        assert len(hashed) == 3

    def test_the_right_password_does_not_help_either(self, saver: User) -> None:
        attempts(lambda: services.login(email=saver.email, password="no", now=NOON), 3)
        with pytest.raises(RateLimitExceededError):
            services.login(email=saver.email.upper(), password=PASSWORD, now=NOON)

    def test_goes_on_when_limits_are_off(self, saver: User, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = False
        assert not any(attempts(lambda: services.login(email=saver.email, password="no", now=NOON), 8))

    def test_a_command_comes_from_no_network(self, saver: User) -> None:
        set_caller(Caller())
        for number in range(9):
            with pytest.raises(InvalidCredentialsError):
                services.login(email=f"{number}@example.com", password="no", now=NOON)


@pytest.mark.django_db
@pytest.mark.usefixtures("limited")
class TestProvingAPasswordAgain:
    def test_to_change_it_counts_with_signing_in(self, saver: User) -> None:
        def change() -> None:
            services.change_password(user=saver, current_password="no", new_password="staple the horse", now=NOON)

        attempts(lambda: services.login(email=saver.email, password="no", now=NOON), 2)
        assert attempts(change, 2) == [False, True]

    def test_to_leave_counts_as_well(self, saver: User) -> None:
        assert attempts(lambda: services.leave(user=saver, password="no", now=NOON), 4) == [False] * 3 + [True]
        assert User.objects.filter(pk=saver.pk).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("limited")
class TestMail:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda: services.register(email="new@example.com", password="pass", full_name=None, now=NOON),
            lambda: services.resend_verification(email="a@example.com", now=NOON),
            lambda: services.request_reset(email="a@example.com", now=NOON),
        ],
        ids=["register", "resend", "reset"],
    )
    def test_is_limited_for_a_network(self, ask: Callable[[], object]) -> None:
        for _ in range(2):
            services.request_reset(email="b@example.com", now=NOON)
        with pytest.raises(RateLimitExceededError):
            ask()
        set_caller(Caller(address=ADDRESSES[1]))
        services.request_reset(email="b@example.com", now=NOON)


@pytest.mark.django_db
@pytest.mark.usefixtures("limited", "noon")
class TestOverHTTP:
    LOGIN = "/api/v0/auth/login"

    def test_says_what_is_left_and_when_to_come_back(self, api: APIClient, saver: User) -> None:
        wrong = {"email": saver.email, "password": "no"}
        answers = [api.post(self.LOGIN, wrong) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"sign-in-address";q=5;w=60, "sign-in-account";q=3;w=60'
        assert answers[0].headers["RateLimit"] == '"sign-in-address";r=4;t=60, "sign-in-account";r=2;t=60'
        assert answers[3].headers["Retry-After"] == "60"
        assert answers[3].json()["error_code"] == "RATE_LIMIT_EXCEEDED"

    def test_a_forwarded_address_counts_only_from_a_trusted_proxy(self, api: APIClient, settings: Any) -> None:
        from ipaddress import ip_network

        def statuses() -> list[int]:
            return [
                api.post(
                    "/api/v0/auth/password/reset", {"email": "a@example.com"}, HTTP_X_FORWARDED_FOR=f"192.0.2.{n}"
                ).status_code
                for n in range(3)
            ]

        assert statuses() == [200, 200, 429]
        settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
        assert statuses() == [200, 200, 200]

    @pytest.mark.parametrize("path", ["register", "resend-verification", "password/reset"])
    def test_mail_says_so_too(self, api: APIClient, path: str) -> None:
        answer = api.post(f"/api/v0/auth/{path}", {"email": "a@example.com", "password": PASSWORD})
        assert answer.headers["RateLimit"].endswith('"mail-address";r=1;t=60')


@pytest.mark.django_db
@pytest.mark.usefixtures("limited", "noon")
class TestBackOffice:
    @pytest.fixture
    def boss(self, db: None) -> User:
        return User.objects.create_superuser("boss@example.com", PASSWORD)

    def sign_in(self, password: str) -> Any:
        return Client().post("/admin/login/", {"username": "Boss@example.com", "password": password})

    def test_signs_in_with_the_right_password(self, boss: User) -> None:
        assert self.sign_in(PASSWORD).status_code == 302

    def test_knows_passwords_only(self, boss: User) -> None:
        assert authenticate(None, token="abc") is None

    def test_shares_the_limit_of_the_api(self, boss: User, api: APIClient) -> None:
        api.post("/api/v0/auth/login", {"email": boss.email, "password": "no"})
        answers = [self.sign_in("no"), self.sign_in("no"), self.sign_in(PASSWORD)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "60"
        assert "sign-in-account" in answers[2].headers["RateLimit"]

    def test_counts_pages_before_the_second_factor_apart(
        self, boss: User, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each is kept in the session. Who has only the password can't use up the pages of the other sessions."""
        monkeypatch.setattr(policies, "BACK_OFFICE", Policy("back-office", 3))
        settings.SECOND_FACTOR = True
        client, proved = Client(), Client()
        for each in (client, proved):
            each.force_login(boss)
        session = proved.session
        session["second_factor_proved"] = True
        session.save()
        answers = [client.get(f"/admin/?n={n}") for n in range(5)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
        assert client.session["wanted_page"] == "/admin/?n=2"
        assert client.get("/admin/second-factor/enrol/").status_code == 200
        assert [proved.get("/admin/").status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_limits_its_password_change_as_well(self, boss: User) -> None:
        client = Client()
        client.force_login(boss)
        wrong = {"old_password": "no", "new_password1": "staple the horse", "new_password2": "staple the horse"}
        answers = [client.post("/admin/password_change/", wrong) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert "The password is wrong." in answers[0].content.decode()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("home", ["database", pytest.param("redis", marks=pytest.mark.redis)])
class TestTwoHundredAtOnce:
    def test_ten_are_heard(self, saver: User, settings: Any, request: pytest.FixtureRequest, home: str) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        if home == "redis":
            request.getfixturevalue("redis")

        def attempt(_: int) -> bool:
            try:
                return refused(lambda: services.login(email=saver.email, password="no", now=NOON))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(12) as pool:
            assert Counter(pool.map(attempt, range(200))) == {False: 10, True: 190}
