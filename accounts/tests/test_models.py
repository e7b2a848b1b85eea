from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from accounts.models import AuditEntry, OneTimeToken, OutgoingMail, Profile, Session, User
from accounts.services import open_session
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


class TestUser:
    def test_shows_no_address_where_it_is_logged(self, saver: User) -> None:
        assert str(saver) == f"Person {saver.pk}"

    def test_has_a_profile_from_the_start(self, saver: User) -> None:
        assert saver.profile.full_name == "Sam Saver"
        assert (saver.profile.currency, saver.profile.timezone) == ("USD", "UTC")
        assert saver.profile.reminder_frequency == "weekly"

    def test_stores_the_address_in_lower_case(self) -> None:
        assert UserFactory.create(email="Sam@Example.COM").email == "sam@example.com"

    def test_the_database_refuses_capitals_in_an_address(self, saver: User) -> None:
        with pytest.raises(IntegrityError, match="user_email_lower_case"):
            User.objects.filter(pk=saver.pk).update(email="Saver@example.com")

    def test_the_database_refuses_an_address_twice(self, saver: User) -> None:
        with pytest.raises(IntegrityError):
            UserFactory.create(email=saver.email)

    def test_without_password_nobody_can_log_in(self) -> None:
        assert not User.objects.create_user("x@example.com").has_usable_password()

    def test_a_superuser_is_verified_staff_with_a_profile(self) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        assert (boss.is_verified, boss.is_staff, boss.is_superuser) == (True, True, True)
        assert boss.profile.full_name is None


class TestPasswordSetByDjango:
    def test_ends_the_sessions(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        saver.set_password("another one entirely")
        saver.save()
        assert saver.sessions.get().end_reason == EndReason.PASSWORD_CHANGED

    def test_is_told_by_mail_and_in_the_trail(self, saver: User) -> None:
        saver.set_password("another one entirely")
        saver.save()
        assert OutgoingMail.objects.get().purpose == MailPurpose.PASSWORD_CHANGED
        assert AuditEntry.objects.filter(person_id=saver.pk, action="password.changed").count() == 1

    def test_takes_back_reset_mails_on_their_way(self, saver: User, noon: datetime) -> None:
        OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        saver.set_password("another one entirely")
        saver.save()
        assert not OneTimeToken.objects.unused().filter(user=saver).exists()

    def test_a_rehash_at_login_ends_none(self, saver: User, noon: datetime, settings: Any) -> None:
        open_session(user=saver, now=noon)
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        assert saver.check_password(PASSWORD)
        assert saver.sessions.live().count() == 1

    def test_is_what_createsuperuser_may_do_without_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        call_command("createsuperuser", "--no-input", email="boss@example.com", stdout=StringIO())
        assert User.objects.get(email="boss@example.com").check_password(PASSWORD)


class TestConstraints:
    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"currency": "eur"}, "profile_currency_three_capitals"),
            ({"currency": "EU"}, "profile_currency_three_capitals"),
            ({"reminder_frequency": "daily"}, "profile_reminder_frequency_known"),
            ({"preferred_checkin_day_of_week": 0}, "profile_checkin_day_is_weekday"),
            ({"preferred_checkin_day_of_week": 8}, "profile_checkin_day_is_weekday"),
        ],
    )
    def test_of_profiles(self, saver: User, wrong: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            Profile.objects.filter(user=saver).update(**wrong)

    def test_a_session_ends_for_a_reason(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="session_end_has_reason"):
            Session.objects.create(user=saver, created_at=noon, expires_at=noon, ended_at=noon)

    def test_a_living_session_has_no_reason_to_be_over(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="session_end_has_reason"):
            Session.objects.create(user=saver, created_at=noon, expires_at=noon, end_reason=EndReason.LOGOUT)

    def test_a_token_has_a_known_purpose(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="one_time_token_purpose_known"):
            OneTimeToken.objects.create(
                user=saver, purpose="x", token_hash="y", created_at=noon, expires_at=noon + timedelta(hours=1)
            )

    def test_a_mail_has_a_purpose(self, saver: User, noon: datetime) -> None:
        with pytest.raises(IntegrityError, match="outgoing_mail_purpose_not_empty"):
            OutgoingMail.objects.create(user=saver, purpose="", created_at=noon, next_attempt_at=noon)

    def test_one_mail_of_a_purpose_waits(self, saver: User, noon: datetime) -> None:
        mail = {"user": saver, "purpose": MailPurpose.VERIFY_EMAIL, "created_at": noon, "next_attempt_at": noon}
        OutgoingMail.objects.create(**mail, sent_at=noon)
        OutgoingMail.objects.create(**mail)
        with pytest.raises(IntegrityError):
            OutgoingMail.objects.create(**mail)


class TestNames:
    def test_say_what_a_row_is_and_no_more(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        session = saver.sessions.get()
        assert str(session) == f"Session {session.pk}"
        assert str(saver.profile) == f"Profile of {saver.pk}"
        token = session.refresh_tokens.get()
        assert str(token) == f"Refresh token {token.pk}"
        one_time = OneTimeToken(user=saver)
        assert str(one_time) == f"One-time token {one_time.pk}"
        mail = OutgoingMail(user=saver)
        assert str(mail) == f"Mail {mail.pk}"
