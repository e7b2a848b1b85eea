from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.audit import broken_chains
from accounts.errors import (
    EmailAlreadyExistsError,
    MailedJustNowError,
    TokenExpiredError,
    TokenInvalidError,
    UnacceptablePasswordError,
)
from accounts.models import AuditEntry, OneTimeToken, OutgoingMail, Profile, User
from accounts.services import (
    login,
    register,
    remind_to_reset,
    remind_to_verify,
    resend_verification,
    verify_email,
    verify_email_and_login,
)
from accounts.services.one_time_tokens import find_token, spend_token
from accounts.services.registration import _store
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import MailPurpose, TokenPurpose

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


@pytest.fixture
def newcomer(db: None) -> User:
    return UserFactory.create(email="new@example.com", is_verified=False)


class TestRegister:
    def test_makes_an_unverified_person_with_a_profile_and_queues_the_mail(self, db: None, noon: datetime) -> None:
        user = register(email="Sam@Example.com", password=PASSWORD, full_name="Sam Saver", now=noon)
        user.refresh_from_db()
        assert (user.email, user.is_verified, user.is_active, user.created_at) == (
            "sam@example.com", False, True, noon,
        )  # fmt: skip
        assert user.check_password(PASSWORD)
        assert user.profile.full_name == "Sam Saver"
        mail = OutgoingMail.objects.get()
        assert (mail.user, mail.purpose, mail.sent_at) == (user, MailPurpose.VERIFY_EMAIL, None)

    def test_verifies_at_once_and_sends_no_mail_where_that_is_switched_on(
        self, noon: datetime, settings: Settings
    ) -> None:
        settings.EMAIL_VERIFICATION = False
        user = register(email="sam@example.com", password=PASSWORD, full_name=None, now=noon)
        user.refresh_from_db()
        assert user.is_verified
        assert not OutgoingMail.objects.exists()
        entries = AuditEntry.objects.filter(person_id=user.pk).order_by("sequence")
        assert list(entries.values_list("action", flat=True)) == ["person.registered", "address.verified"]
        assert not list(broken_chains())
        assert login(email="sam@example.com", password=PASSWORD, now=noon)

    def test_refuses_a_known_address_however_it_is_written(self, saver: User, noon: datetime) -> None:
        with pytest.raises(EmailAlreadyExistsError):
            register(email="SAVER@example.com", password=PASSWORD, full_name=None, now=noon)
        assert User.objects.count() == 1

    def test_refuses_an_address_taken_since_it_was_looked_for(self, saver: User, noon: datetime) -> None:
        twin = User(email=saver.email, password="x")
        with pytest.raises(EmailAlreadyExistsError):
            _store(twin, Profile(user=twin), noon)
        assert not OutgoingMail.objects.exists()

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("short7!", "password_too_short"),
            ("password123", "password_too_common"),
            ("82736451928", "password_entirely_numeric"),
            ("sam@example.com", "password_too_similar"),
            ("Samantha Saver", "password_too_similar"),
        ],
    )
    def test_refuses_a_password_that_is_easily_guessed(
        self, db: None, noon: datetime, password: str, code: str
    ) -> None:
        with pytest.raises(UnacceptablePasswordError) as refused:
            register(email="sam@example.com", password=password, full_name="Samantha Saver", now=noon)
        errors = refused.value.details["errors"]
        assert code in [error["code"] for error in errors]
        assert {error["field"] for error in errors} == {"password"}
        assert not User.objects.exists()

    def test_nothing_is_cut_off_a_long_password(self, db: None, noon: datetime) -> None:
        user = register(email="sam@example.com", password="é" * 127 + "x", full_name=None, now=noon)
        assert user.check_password("é" * 127 + "x")
        assert not user.check_password("é" * 127)


class TestVerifyEmail:
    def test_verifies(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        verify_email(token=token, now=noon)
        newcomer.refresh_from_db()
        assert newcomer.is_verified

    def test_the_link_works_again_and_the_token_still_signs_in(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        for _ in range(2):
            verify_email(token=token, now=noon)
        assert verify_email_and_login(token=token, now=noon)[1].access_token
        verify_email(token=token, now=noon)
        assert AuditEntry.objects.filter(action="address.verified").count() == 1

    def test_may_sign_in_as_well(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        user, pair = verify_email_and_login(token=token, now=noon)
        assert user.is_verified
        assert pair.access_token

    def test_signs_in_once(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        verify_email_and_login(token=token, now=noon)
        with pytest.raises(TokenInvalidError):
            verify_email_and_login(token=token, now=noon)

    def test_uses_up_the_tokens_of_other_mails_too(self, newcomer: User, noon: datetime) -> None:
        tokens = [
            OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
            for _ in range(2)
        ]
        verify_email_and_login(token=tokens[1], now=noon)
        with pytest.raises(TokenInvalidError):
            verify_email_and_login(token=tokens[0], now=noon)

    def test_works_for_a_day(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        with pytest.raises(TokenExpiredError):
            verify_email(token=token, now=noon + timedelta(hours=24))
        verify_email(token=token, now=noon + timedelta(hours=24, seconds=-1))
        newcomer.refresh_from_db()
        assert newcomer.is_verified

    def test_refuses_an_unknown_token(self, db: None, noon: datetime) -> None:
        with pytest.raises(TokenInvalidError):
            verify_email(token="made up", now=noon)

    def test_refuses_a_token_for_something_else(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        with pytest.raises(TokenInvalidError):
            verify_email(token=token, now=noon)

    def test_refuses_a_disabled_person(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        User.objects.update(is_active=False)
        with pytest.raises(TokenInvalidError):
            verify_email_and_login(token=token, now=noon)

    def test_of_two_at_once_one_wins(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        found = find_token(token=token, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        spend_token(token=found, now=noon)
        with pytest.raises(TokenInvalidError):
            spend_token(token=found, now=noon)

    def test_stores_only_the_hash(self, newcomer: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        assert newcomer.one_time_tokens.get().token_hash != token


class TestResendVerification:
    def test_queues_the_mail_again(self, newcomer: User, noon: datetime) -> None:
        resend_verification(email="NEW@example.com", now=noon)
        assert OutgoingMail.objects.get().user == newcomer

    def test_says_and_does_nothing_for_everybody_else(self, saver: User, noon: datetime) -> None:
        UserFactory.create(email="off@example.com", is_verified=False, is_active=False)
        for email in (saver.email, "off@example.com", "nobody@example.com"):
            resend_verification(email=email, now=noon)
        assert not OutgoingMail.objects.exists()


class TestMailAgainByStaff:
    @pytest.mark.parametrize("remind", [remind_to_verify, remind_to_reset])
    def test_is_sent_once_a_minute(self, newcomer: User, noon: datetime, remind: Callable[..., None]) -> None:
        """Also where two members of staff press the button at the same time."""
        remind(user=newcomer, now=noon)
        with pytest.raises(MailedJustNowError):
            remind(user=newcomer, now=noon + timedelta(seconds=59))
        remind(user=newcomer, now=noon + timedelta(seconds=61))
        assert AuditEntry.objects.filter(person_id=newcomer.pk, action="mail.queued").count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestEightThreadsRegisteringOneAddress:
    def test_one_wins_and_the_others_are_told(self, noon: datetime) -> None:
        start = Barrier(8)

        def attempt(_: int) -> bool:
            try:
                start.wait()
                register(email="sam@example.com", password=PASSWORD, full_name=None, now=noon)
            except EmailAlreadyExistsError:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(attempt, range(8))) == 1
        assert (User.objects.count(), Profile.objects.count(), OutgoingMail.objects.count()) == (1, 1, 1)
