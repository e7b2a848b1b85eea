"""Keys are exchanged in the steps of the handbook, node by node, and no one is signed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.backends import TokenBackend

from accounts import tokens
from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from accounts.services import open_session
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.companion.unsubscribing import PATH, token_for
from fincred.companion.vocabulary import MessageKind

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

OLD, NEW = "o" * 40, "n" * 40


class Node(NamedTuple):
    """The keys of a node's settings."""

    key: str
    previous: str = ""


BEFORE, PREPARED, EXCHANGED, AFTER = Node(OLD), Node(OLD, NEW), Node(NEW, OLD), Node(NEW)
RunOn = Callable[[Node], None]


@pytest.fixture
def run_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> RunOn:
    """From now on this process is that node."""

    def become(node: Node) -> None:
        settings.SECRET_KEY, settings.JWT_SECRET_KEY_PREVIOUS = node
        settings.SECRET_KEY_FALLBACKS = [node.previous] if node.previous else []
        jwt = settings.SIMPLE_JWT
        backend = TokenBackend(jwt["ALGORITHM"], node.key, audience=jwt["AUDIENCE"], issuer=jwt["ISSUER"])
        monkeypatch.setattr("rest_framework_simplejwt.state.token_backend", backend)
        tokens._verified.cache_clear()

    return become


class Signed(NamedTuple):
    """What a node has signed: an access token, a session of the back office, a link."""

    app: APIClient
    browser: Client
    link: str

    @classmethod
    def by_this_node(cls, user: User, boss: User) -> Signed:
        app = APIClient()
        token = open_session(user=user, now=clock.now()).access_token
        app.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return cls(app, signed_in(boss), f"{PATH}{token_for(user.pk, MessageKind.DRIFT)}")

    def statuses(self) -> tuple[int, int, int]:
        return (
            self.app.get("/api/v0/users/me").status_code,
            self.browser.get("/admin/accounts/user/").status_code,
            APIClient().get(self.link).status_code,
        )


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory.create(email="boss@example.com", is_staff=True, is_superuser=True)


class TestSteps:
    @pytest.mark.parametrize(
        ("signer", "reader"),
        [
            (BEFORE, PREPARED), (PREPARED, BEFORE),
            (PREPARED, EXCHANGED), (EXCHANGED, PREPARED),
            (EXCHANGED, AFTER), (AFTER, EXCHANGED),
        ],
    )  # fmt: skip
    def test_of_two_in_a_row_each_accepts_what_the_other_signed(
        self, run_on: RunOn, saver: User, boss: User, signer: Node, reader: Node
    ) -> None:
        run_on(signer)
        signed = Signed.by_this_node(saver, boss)
        run_on(reader)
        assert signed.statuses() == (200, 200, 200)

    @pytest.mark.parametrize(("signer", "reader"), [(BEFORE, AFTER), (AFTER, BEFORE)])
    def test_a_key_that_a_node_does_not_have_signs_nothing_for_it(
        self, run_on: RunOn, saver: User, boss: User, signer: Node, reader: Node
    ) -> None:
        run_on(signer)
        signed = Signed.by_this_node(saver, boss)
        run_on(reader)
        assert signed.statuses() == (401, 302, 404)

    def test_a_token_of_the_previous_key_expires_as_usual(
        self, run_on: RunOn, saver: User, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_on(PREPARED)
        signed = Signed.by_this_node(saver, boss)
        run_on(EXCHANGED)
        later = clock.now() + tokens.AccessToken.lifetime
        monkeypatch.setattr(clock, "now", lambda: later)
        assert signed.app.get("/api/v0/users/me").json()["error_code"] == "TOKEN_EXPIRED"
