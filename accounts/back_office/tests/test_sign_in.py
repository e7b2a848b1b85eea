"""Who gave the right password is told why it doesn't let them in. Who gave a wrong one is told nothing."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import PASSWORD

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

WRONG = "Please enter the correct email and password for a staff account."
UNVERIFIED = "isn't verified. Open the link in the verification mail"
DISABLED = "This account is disabled."
NO_ROLE = "This account has no role in the back office."

# What the database says of a person, and what they are told.
REASONS = [
    ({"is_verified": False}, UNVERIFIED),
    ({"is_active": False}, DISABLED),
    ({"is_staff": False}, NO_ROLE),
    ({"is_active": False, "is_verified": False, "is_staff": False}, DISABLED),
]


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@example.com", PASSWORD)


def page_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def sign_in(email: str, password: str, client: Client | None = None) -> str:
    return page_of((client or Client()).post("/admin/login/", {"username": email, "password": password}))


class TestTheRightPassword:
    @pytest.mark.parametrize(("stored", "words"), REASONS)
    def test_is_told_what_is_in_the_way(self, boss: User, stored: dict[str, bool], words: str) -> None:
        User.objects.update(**stored)
        page = sign_in(boss.email, PASSWORD)
        assert words in page
        assert WRONG not in page

    def test_opens_no_session(self, boss: User) -> None:
        User.objects.update(is_verified=False)
        client = Client()
        sign_in(boss.email, PASSWORD, client)
        assert "sessionid" not in client.cookies
        assert client.get("/admin/").status_code == 302


class TestAWrongPassword:
    @pytest.mark.parametrize(("stored", "words"), REASONS)
    def test_is_told_nothing(self, boss: User, stored: dict[str, bool], words: str) -> None:
        User.objects.update(**stored)
        page = sign_in(boss.email, "no")
        assert WRONG in page
        assert words not in page

    def test_of_no_one_is_told_the_same(self, boss: User) -> None:
        User.objects.update(is_verified=False)
        known, unknown = sign_in(boss.email, "no"), sign_in("nobody@example.com", "no")
        assert [WRONG in page for page in (known, unknown)] == [True, True]
        assert UNVERIFIED not in known + unknown


class TestAnOpenSession:
    """One that the database's answer ends, at each page."""

    @pytest.fixture
    def client(self, boss: User) -> Client:
        client = Client()
        client.post("/admin/login/", {"username": boss.email, "password": PASSWORD})
        return client

    @pytest.mark.parametrize("path", ["/admin/", "/admin/second-factor/", "/admin/second-factor/enrol/"])
    @pytest.mark.parametrize(("stored", "words"), REASONS[:2])
    def test_is_told_what_is_in_the_way(
        self, client: Client, path: str, stored: dict[str, bool], words: str
    ) -> None:
        User.objects.update(**stored)
        page = page_of(client.get(path, follow=True))
        assert "Your session has ended." in page
        assert words in page

    @pytest.mark.parametrize("stored", [{"session_epoch": 1}, {"password": "!"}])
    def test_that_was_ended_before_is_told_nothing(self, client: Client, stored: dict[str, Any]) -> None:
        User.objects.update(is_verified=False, **stored)
        page = page_of(client.get("/admin/", follow=True))
        assert "Your session has ended: sign in again." in page
        assert UNVERIFIED not in page

    def test_of_an_erased_person_is_told_nothing(self, client: Client) -> None:
        User.objects.all().delete()
        assert "Your session has ended: sign in again." in page_of(client.get("/admin/", follow=True))
