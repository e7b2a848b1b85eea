"""/auth/* over HTTP: what goes in, what comes out, and every refusal."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import OneTimeToken, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import TokenPurpose
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

AUTH = "/api/v0/auth"
NEW = "staple the horse"


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.RATE_LIMIT_ENABLED = False


def assert_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["error_code"], body["success"]) == (status, code, False)
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    return body


def field_errors(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in body["details"]["errors"]}


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def log_in(email: str = "saver@example.com", password: str = PASSWORD) -> Any:
    return APIClient().post(f"{AUTH}/login", {"email": email, "password": password})


class TestRegister:
    def test_without_verification_by_mail_signs_in_next(self, api: APIClient, settings: Settings) -> None:
        settings.EMAIL_VERIFICATION = False
        body = {"email": "sam@example.com", "password": PASSWORD}
        assert api.post(f"{AUTH}/register", body).json()["message"] == "Welcome! You can sign in now."
        assert api.post(f"{AUTH}/login", body).json()["user"]["is_verified"] is True

    def register(self, api: APIClient, **changes: Any) -> Any:
        return api.post(f"{AUTH}/register", {"email": "Sam@Example.com", "password": PASSWORD} | changes)

    def test_answers_with_the_address_and_no_tokens(self, api: APIClient) -> None:
        answer = self.register(api)
        assert answer.status_code == 201
        assert answer.json().keys() == {"message", "email"}
        assert answer.json()["email"] == "sam@example.com"

    @pytest.mark.parametrize(
        ("names", "joined"),
        [
            ({"full_name": " Sam Saver "}, "Sam Saver"),
            ({"first_name": "Sam", "last_name": "Saver"}, "Sam Saver"),
            ({"first_name": "Sam"}, "Sam"),
            ({"last_name": "Saver", "first_name": ""}, "Saver"),
            ({"full_name": "Sam S.", "first_name": "Sam", "last_name": "Saver"}, "Sam S."),
            ({"full_name": None, "first_name": None}, None),
            ({}, None),
        ],
    )
    def test_takes_a_name_in_one_piece_or_two(
        self, api: APIClient, names: dict[str, Any], joined: str | None
    ) -> None:
        assert self.register(api, **names).status_code == 201
        assert User.objects.get().full_name == joined

    def test_the_mail_leads_to_a_session(self, api: APIClient, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            self.register(api)
        token = re.findall(r"/api/v0/auth/verify-email\?token=(\S+)", str(mail.outbox[0].body))[0]
        answer = api.post(f"{AUTH}/verify-email", {"token": token})
        assert answer.json()["user"]["is_verified"] is True
        assert bearer(answer.json()["access_token"]).get("/api/v0/users/me").status_code == 200

    def test_refuses_a_known_address(self, api: APIClient, saver: User) -> None:
        body = assert_refused(self.register(api, email="SAVER@example.com"), 400, "EMAIL_ALREADY_EXISTS")
        assert field_errors(body) == {("email", "email_already_exists")}

    @pytest.mark.parametrize("email", ["", "sam", "sam@", "@example.com", "a b@example.com", 7, None, ["a@b.de"]])
    def test_refuses_what_is_no_address(self, api: APIClient, email: Any) -> None:
        body = assert_refused(self.register(api, email=email), 400, "VALIDATION_ERROR")
        assert {field for field, _ in field_errors(body)} == {"email"}

    def test_refuses_an_address_of_300_characters(self, api: APIClient) -> None:
        assert_refused(self.register(api, email="a" * 288 + "@example.com"), 400, "VALIDATION_ERROR")

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("short7!", "password_too_short"),
            ("x" * 129, "max_length"),
            ("password123", "password_too_common"),
            ("82736451928", "password_entirely_numeric"),
            ("sam@example.com", "password_too_similar"),
            ("", "blank"),
            (12345678, "invalid"),
            (None, "null"),
        ],
    )
    def test_refuses_a_bad_password_under_its_field(self, api: APIClient, password: Any, code: str) -> None:
        body = assert_refused(self.register(api, password=password), 400, "VALIDATION_ERROR")
        assert ("password", code) in field_errors(body)
        assert not User.objects.exists()

    def test_takes_128_characters(self, api: APIClient) -> None:
        assert self.register(api, password="Zx9 " * 32).status_code == 201

    def test_refuses_control_characters_in_a_name(self, api: APIClient) -> None:
        body = assert_refused(self.register(api, full_name="Sam\u0007"), 400, "VALIDATION_ERROR")
        assert field_errors(body) == {("full_name", "control")}

    def test_what_can_not_be_set_is_ignored(self, api: APIClient) -> None:
        self.register(api, is_staff=True, is_verified=True, is_superuser=True, id="x")
        user = User.objects.get()
        assert (user.is_staff, user.is_verified, user.is_superuser) == (False, False, False)


class TestVerifyEmail:
    @pytest.fixture
    def token(self, db: None) -> str:
        newcomer = UserFactory.create(email="new@example.com", is_verified=False)
        return OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=clock.now())

    def test_post_answers_like_login(self, api: APIClient, token: str) -> None:
        answer = api.post(f"{AUTH}/verify-email", {"token": token})
        assert answer.status_code == 200
        assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in", "user"}

    def test_the_link_verifies_and_gives_no_tokens(self, api: APIClient, token: str) -> None:
        answer = api.get(f"{AUTH}/verify-email?token={token}")
        assert (answer.status_code, answer.json().keys()) == (200, {"message"})
        assert User.objects.get().is_verified

    def test_the_link_answers_the_same_to_a_mail_scanner_and_to_the_person(
        self, api: APIClient, token: str
    ) -> None:
        api.head(f"{AUTH}/verify-email?token={token}")
        answers = [api.get(f"{AUTH}/verify-email?token={token}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content

    @pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0"])
    def test_the_link_answers_every_program_that_opens_it(self, api: APIClient, token: str, accept: str) -> None:
        for opened in (api.head, api.get):
            answer = opened(f"{AUTH}/verify-email?token={token}", headers={"Accept": accept})
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        answer = api.post(f"{AUTH}/verify-email", {"token": token}, headers={"Accept": accept})
        assert_refused(answer, 406, "NOT_ACCEPTABLE")

    def test_a_token_signs_in_once_also_after_its_link_was_opened(self, api: APIClient, token: str) -> None:
        api.get(f"{AUTH}/verify-email?token={token}")
        assert api.post(f"{AUTH}/verify-email", {"token": token}).status_code == 200
        assert_refused(api.post(f"{AUTH}/verify-email", {"token": token}), 401, "TOKEN_INVALID")
        assert api.get(f"{AUTH}/verify-email?token={token}").json().keys() == {"message"}

    def test_a_token_expires(self, api: APIClient, token: str) -> None:
        with time_machine.travel(clock.now() + timedelta(hours=25)):
            assert_refused(api.post(f"{AUTH}/verify-email", {"token": token}), 401, "TOKEN_EXPIRED")
            assert_refused(api.get(f"{AUTH}/verify-email?token={token}"), 401, "TOKEN_EXPIRED")

    def test_asks_for_a_token(self, api: APIClient) -> None:
        body = assert_refused(api.get(f"{AUTH}/verify-email"), 400, "VALIDATION_ERROR")
        assert field_errors(body) == {("token", "required")}


class TestLogin:
    def test_answers_with_tokens_and_the_person(self, saver: User) -> None:
        answer = log_in("SAVER@Example.com")
        body = answer.json()
        assert answer.status_code == 200
        assert (body["token_type"], body["expires_in"]) == ("bearer", 1800)
        assert body["user"] == bearer(body["access_token"]).get("/api/v0/users/me").json()

    def test_takes_the_form_of_oauth(self, api: APIClient, saver: User) -> None:
        form = (
            "grant_type=password&username=Saver%40example.com&password=correct+horse+battery&scope=&client_id=app"
        )
        answer = api.post(f"{AUTH}/login", form, content_type="application/x-www-form-urlencoded")
        assert answer.json()["user"]["email"] == saver.email

    def test_takes_the_form_data_of_an_app(self, api: APIClient, saver: User) -> None:
        form = {"username": "Saver@example.com", "password": "correct horse battery"}
        answer = api.post(f"{AUTH}/login", form, format="multipart")
        assert answer.json()["user"]["email"] == saver.email

    @pytest.mark.parametrize("body", ["", "nonsense", "--x\r\n", "--x\r\n\r\na\r\n--x--"])
    def test_form_data_that_is_none_is_refused(self, api: APIClient, body: str) -> None:
        answer = api.generic("POST", f"{AUTH}/login", body, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 400

    def test_form_data_that_is_not_utf8_is_refused(self, api: APIClient, saver: User) -> None:
        part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        for password, status in ((b"\xe4" * 8, 400), ("\ufffd".encode() * 8, 401)):
            body = part % (b"username", saver.email.encode()) + part % (b"password", password) + b"--x--\r\n"
            answer = api.post(f"{AUTH}/login", body, content_type="multipart/form-data; boundary=x")
            assert answer.status_code == status

    def test_a_form_with_a_field_twice_is_refused(self, api: APIClient, saver: User) -> None:
        form = {"username": saver.email, "password": ["correct horse battery"] * 2}
        kind = "application/x-www-form-urlencoded"
        for answer in (
            api.post(f"{AUTH}/login", form, format="multipart"),
            api.post(f"{AUTH}/login", urlencode(form, doseq=True), content_type=kind),
        ):
            body = assert_refused(answer, 400, "MALFORMED_REQUEST")
            assert body["details"] == {"reason": "A field of the form occurs twice"}

    def test_a_file_is_no_password(self, api: APIClient, saver: User) -> None:
        form = {"username": "saver@example.com", "password": SimpleUploadedFile("p", b"correct horse battery")}
        answer = api.post(f"{AUTH}/login", form, format="multipart")
        assert field_errors(assert_refused(answer, 400, "VALIDATION_ERROR")) == {("password", "required")}

    @pytest.mark.parametrize("charset", ["utf-8", "hex", "nonsense", "utf-16"])
    def test_a_form_is_utf8_whatever_it_claims(self, api: APIClient, saver: User, charset: str) -> None:
        kind = f"application/x-www-form-urlencoded; charset={charset}"
        form = "username=saver%40example.com&password=correct+horse+battery"
        assert api.generic("POST", f"{AUTH}/login", form, content_type=kind).status_code == 200

    def test_tells_what_a_form_lacks_by_its_own_names(self, api: APIClient) -> None:
        answer = api.post(f"{AUTH}/login", "email=a", content_type="application/x-www-form-urlencoded")
        body = assert_refused(answer, 400, "VALIDATION_ERROR")
        assert field_errors(body) == {("username", "required"), ("password", "required")}

    def test_an_empty_form_lacks_everything(self, api: APIClient) -> None:
        answer = api.generic("POST", f"{AUTH}/login", "", content_type="application/x-www-form-urlencoded")
        assert_refused(answer, 400, "VALIDATION_ERROR")

    def test_a_form_in_another_encoding_is_malformed(self, api: APIClient) -> None:
        kind = "application/x-www-form-urlencoded"
        assert_refused(api.post(f"{AUTH}/login", b"\xff\xfe=1", content_type=kind), 400, "MALFORMED_REQUEST")

    def test_forms_are_for_login_only(self, api: APIClient) -> None:
        answer = api.post(f"{AUTH}/refresh", "refresh_token=a", content_type="application/x-www-form-urlencoded")
        assert_refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")

    def test_unknown_address_and_wrong_password_look_alike(self, saver: User) -> None:
        wrong, unknown = log_in(password="wrong"), log_in(email="nobody@example.com")
        assert_refused(wrong, 401, "INVALID_CREDENTIALS")
        assert wrong.json() == unknown.json()

    def test_disabled(self, saver: User) -> None:
        User.objects.update(is_active=False)
        assert_refused(log_in(), 403, "ACCOUNT_INACTIVE")
        assert_refused(log_in(password="wrong"), 401, "INVALID_CREDENTIALS")

    def test_not_verified(self, saver: User) -> None:
        User.objects.update(is_verified=False)
        assert_refused(log_in(), 403, "ACCOUNT_NOT_VERIFIED")
        assert_refused(log_in(password="wrong"), 401, "INVALID_CREDENTIALS")

    @pytest.mark.parametrize("body", [[], "text", 7, None, {"email": {}, "password": []}])
    def test_refuses_what_has_no_credentials(self, api: APIClient, body: Any) -> None:
        assert_refused(api.post(f"{AUTH}/login", body), 400, "VALIDATION_ERROR")

    def test_a_bad_header_does_not_matter_where_none_is_needed(self, api: APIClient, saver: User) -> None:
        api.credentials(HTTP_AUTHORIZATION="Bearer rubbish")
        assert api.post(f"{AUTH}/login", {"email": saver.email, "password": PASSWORD}).status_code == 200


class TestRefresh:
    def refresh(self, token: str) -> Any:
        return APIClient().post(f"{AUTH}/refresh", {"refresh_token": token})

    def test_gives_a_new_pair_of_the_same_session(self, saver: User) -> None:
        old = log_in().json()
        answer = self.refresh(old["refresh_token"])
        assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert answer.json()["refresh_token"] != old["refresh_token"]
        for pair in (old, answer.json()):
            assert bearer(pair["access_token"]).get("/api/v0/users/me").status_code == 200

    def test_again_at_once_is_refused_and_again_later_ends_the_session(self, saver: User, noon: datetime) -> None:
        old = log_in().json()
        new = self.refresh(old["refresh_token"]).json()
        with time_machine.travel(noon + timedelta(seconds=10), tick=False):
            assert_refused(self.refresh(old["refresh_token"]), 401, "TOKEN_INVALID")
            assert bearer(new["access_token"]).get("/api/v0/users/me").status_code == 200
        with time_machine.travel(noon + timedelta(seconds=11), tick=False):
            assert_refused(self.refresh(old["refresh_token"]), 401, "TOKEN_REUSED")
            assert_refused(bearer(new["access_token"]).get("/api/v0/users/me"), 401, "TOKEN_INVALID")
            assert_refused(self.refresh(new["refresh_token"]), 401, "TOKEN_INVALID")

    def test_expires(self, saver: User, noon: datetime) -> None:
        old = log_in().json()
        with time_machine.travel(noon + timedelta(days=14), tick=False):
            assert_refused(self.refresh(old["refresh_token"]), 401, "TOKEN_EXPIRED")

    def test_an_access_token_is_no_refresh_token(self, saver: User) -> None:
        answer = self.refresh("x" * 43)
        assert_refused(answer, 401, "TOKEN_INVALID")

    def test_is_asked_for(self, api: APIClient) -> None:
        body = assert_refused(api.post(f"{AUTH}/refresh", {}), 400, "VALIDATION_ERROR")
        assert field_errors(body) == {("refresh_token", "required")}


class TestLogout:
    def test_ends_this_session_only(self, saver: User) -> None:
        here, there = log_in().json(), log_in().json()
        assert bearer(here["access_token"]).post(f"{AUTH}/logout").json().keys() == {"message"}
        assert_refused(bearer(here["access_token"]).get("/api/v0/users/me"), 401, "TOKEN_INVALID")
        assert_refused(
            APIClient().post(f"{AUTH}/refresh", {"refresh_token": here["refresh_token"]}), 401, "TOKEN_INVALID"
        )
        assert bearer(there["access_token"]).get("/api/v0/users/me").status_code == 200

    def test_everywhere_ends_them_all(self, saver: User, as_stranger: APIClient) -> None:
        here, there = log_in().json(), log_in().json()
        assert bearer(here["access_token"]).post(f"{AUTH}/logout-all").status_code == 200
        for pair in (here, there):
            assert_refused(bearer(pair["access_token"]).get("/api/v0/users/me"), 401, "TOKEN_INVALID")
        assert as_stranger.get("/api/v0/users/me").status_code == 200

    @pytest.mark.parametrize("call", ["logout", "logout-all", "password/change"])
    def test_needs_a_token(self, api: APIClient, call: str) -> None:
        assert_refused(api.post(f"{AUTH}/{call}"), 401, "NOT_AUTHENTICATED")


class TestPasswordChange:
    def test_gives_a_new_pair_and_ends_every_other_session(self, saver: User) -> None:
        here, there = log_in().json(), log_in().json()
        answer = bearer(here["access_token"]).post(
            f"{AUTH}/password/change", {"current_password": PASSWORD, "new_password": NEW}
        )
        assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert bearer(answer.json()["access_token"]).get("/api/v0/users/me").status_code == 200
        for pair in (here, there):
            assert_refused(bearer(pair["access_token"]).get("/api/v0/users/me"), 401, "TOKEN_INVALID")
        assert_refused(log_in(), 401, "INVALID_CREDENTIALS")
        assert log_in(password=NEW).status_code == 200

    def test_a_wrong_current_password_is_a_field_error(self, as_saver: APIClient) -> None:
        body = {"current_password": "wrong", "new_password": NEW}
        answer = as_saver.post(f"{AUTH}/password/change", body)
        refused = assert_refused(answer, 400, "VALIDATION_ERROR")
        assert field_errors(refused) == {("current_password", "wrong_password")}

    def test_a_weak_new_one_is_a_field_error(self, as_saver: APIClient) -> None:
        body = {"current_password": PASSWORD, "new_password": "saver@example.com"}
        refused = assert_refused(as_saver.post(f"{AUTH}/password/change", body), 400, "VALIDATION_ERROR")
        assert field_errors(refused) == {("new_password", "password_too_similar")}


class TestPasswordReset:
    def test_from_the_mail_to_the_new_password(
        self, api: APIClient, saver: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            api.post(f"{AUTH}/password/reset", {"email": saver.email})
        token = re.findall(r"/reset-password\?token=(\S+)", str(mail.outbox[0].body))[0]
        body = {"token": token, "new_password": NEW}
        assert api.post(f"{AUTH}/password/reset/confirm", body).json().keys() == {"message"}
        assert log_in(password=NEW).status_code == 200
        assert_refused(api.post(f"{AUTH}/password/reset/confirm", body), 401, "TOKEN_INVALID")

    def test_expires_after_an_hour(self, api: APIClient, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(
            user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon - timedelta(hours=1)
        )
        answer = api.post(f"{AUTH}/password/reset/confirm", {"token": token, "new_password": NEW})
        assert_refused(answer, 401, "TOKEN_EXPIRED")

    def test_a_weak_password_is_a_field_error(self, api: APIClient, saver: User) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=clock.now())
        answer = api.post(f"{AUTH}/password/reset/confirm", {"token": token, "new_password": "1234"})
        body = assert_refused(answer, 400, "VALIDATION_ERROR")
        assert ("new_password", "password_too_short") in field_errors(body)


class TestHeaders:
    @pytest.mark.parametrize("call", ["login", "refresh", "register", "verify-email", "logout"])
    def test_nothing_under_auth_is_kept_by_anybody(self, api: APIClient, call: str) -> None:
        assert api.post(f"{AUTH}/{call}", {}).headers["Cache-Control"] == "no-store"

    def test_a_successful_login_neither(self, saver: User) -> None:
        assert log_in().headers["Cache-Control"] == "no-store"
