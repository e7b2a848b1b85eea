"""Every door by which a person comes in asks whether they may, however they were disabled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.errors import TokenInvalidError
from accounts.mail import queue_mail, send_due_mail
from accounts.models import OneTimeToken, OutgoingMail, User
from accounts.services import change_password, end_all_sessions, open_session, set_active
from accounts.services.second_factor import begin_enrolment, reset_second_factor
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose
from fincred import clock
from planning.services.calendars import make_calendar_link, secret_of_calendar

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

AUTH = "/api/v0/auth"
NEW = "staple the horse"


@dataclass
class Visitor:
    """A staff member with everything that opens a door, made before anything happens to them."""

    user: User
    api: APIClient = field(default_factory=APIClient)
    office: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.pair = open_session(user=self.user, now=clock.now())
        self.verify, self.reset, self.enrol = [
            OneTimeToken.objects.issue(user=self.user, purpose=purpose, now=clock.now())
            for purpose in (TokenPurpose.VERIFY_EMAIL, TokenPurpose.RESET_PASSWORD, TokenPurpose.ENROL_STAFF)
        ]
        self.office.force_login(self.user)
        self.calendar = secret_of_calendar(make_calendar_link(owner=self.user, now=clock.now()).pk)

    def post(self, path: str, **body: str) -> bool:
        return bool(self.api.post(f"{AUTH}/{path}", body).status_code == 200)

    def access(self) -> bool:
        self.api.credentials(HTTP_AUTHORIZATION=f"Bearer {self.pair.access_token}")
        return bool(self.api.get("/api/v0/users/me").status_code == 200)

    def log_in(self) -> bool:
        return self.post("login", email=self.user.email, password=PASSWORD)

    def refresh(self) -> bool:
        return self.post("refresh", refresh_token=self.pair.refresh_token)

    def verify_and_log_in(self) -> bool:
        return self.post("verify-email", token=self.verify)

    def open_verification_link(self) -> bool:
        return bool(self.api.get(f"{AUTH}/verify-email?token={self.verify}").status_code == 200)

    def set_forgotten_password(self) -> bool:
        return self.post("password/reset/confirm", token=self.reset, new_password=NEW)

    def is_mailed_a_reset(self) -> bool:
        self.post("password/reset", email=self.user.email)
        return OutgoingMail.objects.exists()

    def is_mailed_a_verification(self) -> bool:
        User.objects.update(is_verified=False)
        self.post("resend-verification", email=self.user.email)
        return OutgoingMail.objects.exists()

    def stay_in_the_back_office(self) -> bool:
        return self.office.get("/admin/").status_code == 200

    def open_the_calendar(self) -> bool:
        return bool(self.api.get(f"/api/v0/calendar/{self.calendar}.ics").status_code == 200)

    def enrol_a_second_factor(self) -> bool:
        try:
            begin_enrolment(user=self.user, code=self.enrol, now=clock.now())
        except TokenInvalidError:
            return False
        return True

    def enter_the_back_office(self) -> bool:
        client = Client()
        client.post("/admin/login/", {"username": self.user.email, "password": PASSWORD})
        return client.get("/admin/").status_code == 200


DOORS: dict[str, Callable[[Visitor], bool]] = {
    "access token": Visitor.access,
    "refresh token": Visitor.refresh,
    "log-in": Visitor.log_in,
    "verification": Visitor.verify_and_log_in,
    "verification link": Visitor.open_verification_link,
    "verification mail": Visitor.is_mailed_a_verification,
    "password reset": Visitor.set_forgotten_password,
    "password reset mail": Visitor.is_mailed_a_reset,
    "calendar link": Visitor.open_the_calendar,
    "back-office session": Visitor.stay_in_the_back_office,
    "back-office sign-in": Visitor.enter_the_back_office,
}


@pytest.fixture
def visitor(db: None) -> Visitor:
    User.objects.create_superuser("other@example.com")  # the last one can't be disabled
    return Visitor(User.objects.create_superuser("staff@example.com", PASSWORD))


class TestEveryDoor:
    @pytest.mark.parametrize("door", DOORS)
    def test_is_open_to_who_may_enter(self, visitor: Visitor, door: str) -> None:
        assert DOORS[door](visitor)

    @pytest.mark.parametrize("door", DOORS)
    def test_is_closed_to_who_was_disabled_by_sql(self, visitor: Visitor, door: str) -> None:
        User.objects.update(is_active=False)
        assert not DOORS[door](visitor)

    @pytest.mark.parametrize("door", DOORS)
    def test_is_closed_to_who_was_disabled_by_staff(self, visitor: Visitor, door: str) -> None:
        set_active(user=visitor.user, is_active=False, now=clock.now())
        assert not DOORS[door](visitor)

    @pytest.mark.parametrize("door", ["log-in", "calendar link", "back-office session", "back-office sign-in"])
    def test_is_closed_to_who_was_made_unverified_by_sql(self, visitor: Visitor, door: str) -> None:
        """Not so where an address is verified, or a session of the API goes on."""
        User.objects.update(is_verified=False)
        assert not DOORS[door](visitor)


def _end_all(user: User, now: datetime) -> Any:
    return end_all_sessions(user=user, reason=EndReason.SUPPORT, now=now)


def _log_out_everywhere(user: User, now: datetime) -> Any:
    pair = open_session(user=user, now=now)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {pair.access_token}").post(f"{AUTH}/logout-all")


def _reset_factor(user: User, now: datetime) -> Any:
    return reset_second_factor(user=user, now=now)


def _disable_and_enable(user: User, now: datetime) -> Any:
    set_active(user=user, is_active=False, now=now)
    return set_active(user=user, is_active=True, now=now)


@pytest.mark.parametrize("door", ["verification", "password reset"])
def test_a_changed_password_spends_mailed_tokens(visitor: Visitor, door: str) -> None:
    queue_mail(user=visitor.user, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
    change_password(user=visitor.user, current_password=PASSWORD, new_password=NEW, now=clock.now())
    assert not DOORS[door](visitor)
    assert [mail.purpose for mail in OutgoingMail.objects.all()] == [MailPurpose.PASSWORD_CHANGED]


def test_a_changed_password_leaves_the_code_that_enrols_a_second_factor(visitor: Visitor) -> None:
    change_password(user=visitor.user, current_password=PASSWORD, new_password=NEW, now=clock.now())
    assert visitor.enrol_a_second_factor()


def test_a_person_whose_address_is_not_verified_keeps_the_way_in(visitor: Visitor) -> None:
    User.objects.update(is_verified=False)
    queue_mail(user=visitor.user, purpose=MailPurpose.VERIFY_EMAIL, now=clock.now())
    _end_all(visitor.user, clock.now())
    assert visitor.verify_and_log_in()
    assert OutgoingMail.objects.filter(purpose=MailPurpose.VERIFY_EMAIL).exists()


@pytest.mark.parametrize("deed", [_end_all, _log_out_everywhere, _reset_factor, _disable_and_enable])
class TestSessionsThatWereEnded:
    def test_take_along_the_code_that_enrols_a_second_factor(
        self, visitor: Visitor, deed: Callable[[User, datetime], Any]
    ) -> None:
        deed(visitor.user, clock.now())
        assert not visitor.enrol_a_second_factor()

    @pytest.mark.parametrize(
        "door", ["access token", "refresh token", "back-office session", "verification", "password reset"]
    )
    def test_stay_ended(self, visitor: Visitor, deed: Callable[[User, datetime], Any], door: str) -> None:
        deed(visitor.user, clock.now())
        assert not DOORS[door](visitor)

    @pytest.mark.parametrize("purpose", [MailPurpose.VERIFY_EMAIL, MailPurpose.RESET_PASSWORD])
    def test_take_along_the_mail_that_waits_with_a_token_to_be_made(
        self, visitor: Visitor, deed: Callable[[User, datetime], Any], purpose: MailPurpose
    ) -> None:
        queue_mail(user=visitor.user, purpose=purpose, now=clock.now())
        deed(visitor.user, clock.now())
        send_due_mail(clock=clock.now)
        assert not OneTimeToken.objects.unused().exclude(purpose=TokenPurpose.ENROL_STAFF).exists()
        assert not [mail for mail in OutgoingMail.objects.all() if mail.purpose == purpose]

    def test_leave_the_way_in_open(self, visitor: Visitor, deed: Callable[[User, datetime], Any]) -> None:
        deed(visitor.user, clock.now())
        assert visitor.log_in()
        assert visitor.enter_the_back_office()
