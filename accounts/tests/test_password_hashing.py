"""A password is the same however a keyboard composes it, and the time of a check reveals no account."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.errors import InvalidCredentialsError, UnacceptablePasswordError
from accounts.models import OneTimeToken, User
from accounts.password_hashing import normal_form
from accounts.services import change_password, login, open_session, register, reset_password
from accounts.services.passwords import confirm_password
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import TokenPurpose
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

COMPOSED, DECOMPOSED = "gr\u00fc\u00dfe an alle", "gru\u0308\u00dfe an alle"
WIDE, NARROW = "\uff47\uff52\uff55\uff45\uff53\uff53\uff45 \uff11\uff12", "gruesse 12"  # full width
FORMS = [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED), (WIDE, NARROW), (NARROW, WIDE)]


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that PBKDF2 is asked to hash from now on."""
    seen: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def spy(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        seen.append(password)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", spy)
    return seen


def stored_as_sent(user: User, password: str) -> None:
    """As a version that didn't normalise stored it."""
    user.password = make_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)


@pytest.mark.parametrize(("chosen", "typed"), FORMS, ids=ascii)
class TestEveryDoor:
    def test_a_registered_one(self, noon: datetime, chosen: str, typed: str) -> None:
        register(email="sam@example.com", password=chosen, full_name=None, now=noon)
        User.objects.update(is_verified=True)
        assert login(email="sam@example.com", password=typed, now=noon)[1].access_token

    def test_a_changed_one(self, saver: User, noon: datetime, chosen: str, typed: str) -> None:
        change_password(user=saver, current_password=PASSWORD, new_password=chosen, now=noon)
        saver.refresh_from_db()
        confirm_password(user=saver, password=typed, field="password", now=noon)
        assert authenticate(username=saver.email, password=typed) == saver

    def test_a_reset_one(self, saver: User, noon: datetime, chosen: str, typed: str) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        reset_password(token=token, new_password=chosen, now=noon)
        assert login(email=saver.email, password=typed, now=noon)[1].access_token

    def test_one_that_staff_choose(self, chosen: str, typed: str) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        client = Client()
        client.force_login(boss)
        form = {"old_password": PASSWORD, "new_password1": chosen, "new_password2": chosen}
        assert client.post("/admin/password_change/", form).status_code == 302
        assert authenticate(username=boss.email, password=typed) == boss


class TestOfEarlierVersions:
    def test_signs_in_as_it_was_sent_and_from_then_on_in_any_form(self, saver: User, noon: datetime) -> None:
        stored_as_sent(saver, DECOMPOSED)
        with pytest.raises(InvalidCredentialsError):
            login(email=saver.email, password=COMPOSED, now=noon)
        before = saver.password
        for typed in (DECOMPOSED, COMPOSED):
            assert login(email=saver.email, password=typed, now=noon)[1].access_token
        saver.refresh_from_db()
        assert saver.password != before

    def test_hashing_it_anew_ends_no_session(self, saver: User, noon: datetime) -> None:
        stored_as_sent(saver, DECOMPOSED)
        open_session(user=saver, now=noon)
        assert saver.check_password(DECOMPOSED)
        assert saver.sessions.live().count() == 1

    def test_hashing_it_anew_undoes_no_change_that_came_first(self, saver: User) -> None:
        stored_as_sent(saver, DECOMPOSED)
        User.objects.filter(pk=saver.pk).update(password=make_password(PASSWORD))
        assert saver.check_password(DECOMPOSED)
        assert User.objects.get().check_password(PASSWORD)

    def test_one_that_grows_beyond_the_limit_still_signs_in(self, saver: User, api: APIClient) -> None:
        stored_as_sent(saver, "\ufdfa" * 20)  # of 18 characters each
        credentials = {"email": saver.email, "password": "\ufdfa" * 20}
        assert api.post("/api/v0/auth/login", credentials).status_code == 200


class TestCost:
    @pytest.mark.parametrize(("password", "hashed"), [("wrong one", 1), (COMPOSED, 2), (DECOMPOSED, 2)], ids=ascii)
    @pytest.mark.parametrize("address", ["saver@example.com", "nobody@example.com"])
    def test_is_the_same_for_a_known_and_an_unknown_address(
        self, saver: User, hashes: list[str], address: str, password: str, hashed: int
    ) -> None:
        with pytest.raises(InvalidCredentialsError):
            login(email=address, password=password, now=clock.now())
        assert len(hashes) == hashed
        assert authenticate(username=address, password=password) is None
        assert len(hashes) == 2 * hashed

    @pytest.mark.parametrize(("password", "hashed"), [(PASSWORD, 1), (COMPOSED, 2)], ids=ascii)
    def test_of_the_right_one_is_no_other(
        self, saver: User, noon: datetime, hashes: list[str], password: str, hashed: int
    ) -> None:
        saver.set_password(password)
        saver.save()
        del hashes[:]
        login(email=saver.email, password=password, now=noon)
        assert len(hashes) == hashed


class TestLength:
    @pytest.mark.parametrize(
        ("password", "code"),
        [("u\u0308" * 7, "password_too_short"), ("\ufdfa" * 8, "max_length"), (WIDE[:7], "password_too_short")],
        ids=ascii,
    )
    def test_of_a_new_one_counts_after_normalising(self, noon: datetime, password: str, code: str) -> None:
        with pytest.raises(UnacceptablePasswordError) as refused:
            register(email="sam@example.com", password=password, full_name=None, now=noon)
        assert code in [error["code"] for error in refused.value.details["errors"]]

    @pytest.mark.parametrize("password", ["\u200b" * 12, " " * 12, "\u2800\u00a0" * 6, "\u3164" * 12], ids=ascii)
    def test_of_what_shows_nothing_is_none(self, noon: datetime, password: str) -> None:
        with pytest.raises(UnacceptablePasswordError) as refused:
            register(email="sam@example.com", password=password, full_name=None, now=noon)
        assert [error["code"] for error in refused.value.details["errors"]] == ["blank"]

    def test_lets_128_decomposed_letters_through(self, api: APIClient) -> None:
        body = {"email": "sam@example.com", "password": "u\u0308" * 127 + "x"}
        assert api.post("/api/v0/auth/register", body).status_code == 201
        assert User.objects.get().check_password("\u00fc" * 127 + "x")
        assert api.post("/api/v0/auth/register", {**body, "password": "u\u0308" * 129}).status_code == 400

    def test_a_common_one_in_wide_letters_is_common(self, noon: datetime) -> None:
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "password123")
        with pytest.raises(UnacceptablePasswordError):
            register(email="sam@example.com", password=wide, full_name=None, now=noon)

    @pytest.mark.parametrize("password", ["u\u0308" * 7, "\ufdfa" * 8, "a" * 129, "\uff11" * 9], ids=ascii)
    def test_is_asked_of_commands_too(self, password: str, saver: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("getpass.getpass", lambda prompt: password)
        with pytest.raises(CommandError):
            call_command("changepassword", saver.email, stdout=StringIO(), stderr=StringIO())
        saver.refresh_from_db()
        assert saver.check_password(PASSWORD)

    def test_is_asked_of_staff_too(self) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        client = Client()
        client.force_login(boss)
        short = "u\u0308" * 7
        form = {"old_password": PASSWORD, "new_password1": short, "new_password2": short}
        assert b"too short" in client.post("/admin/password_change/", form).content
        boss.refresh_from_db()
        assert boss.check_password(PASSWORD)


@pytest.mark.unit
def test_a_text_that_no_account_can_have_is_not_normalised() -> None:
    long = "a\u0315\u0300" * 200
    assert normal_form(long) is long
