from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password

from accounts.errors import (
    TokenExpiredError,
    TokenInvalidError,
    UnacceptablePasswordError,
    WrongPasswordError,
)
from accounts.models import OneTimeToken, OutgoingMail, Session, User
from accounts.services import change_password, login, open_session, refresh, request_reset, reset_password
from accounts.services.passwords import lock_confirmed
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

NEW = "staple the horse"


class TestChangePassword:
    def test_the_new_one_logs_in_and_the_old_one_does_not(self, saver: User, noon: datetime) -> None:
        change_password(user=saver, current_password=PASSWORD, new_password=NEW, now=noon)
        saver.refresh_from_db()
        assert saver.check_password(NEW)
        assert not saver.check_password(PASSWORD)

    def test_every_session_ends_and_one_begins(self, saver: User, noon: datetime) -> None:
        before = [open_session(user=saver, now=noon) for _ in range(2)]
        after = change_password(user=saver, current_password=PASSWORD, new_password=NEW, now=noon)
        for pair in before:
            with pytest.raises(TokenInvalidError):
                refresh(refresh_token=pair.refresh_token, now=noon)
        assert refresh(refresh_token=after.refresh_token, now=noon).access_token
        assert Session.objects.filter(end_reason=EndReason.PASSWORD_CHANGED).count() == 2

    def test_refuses_a_wrong_current_password(self, saver: User, noon: datetime) -> None:
        with pytest.raises(WrongPasswordError) as refused:
            change_password(user=saver, current_password="wrong", new_password=NEW, now=noon)
        assert refused.value.details["errors"][0]["field"] == "current_password"

    def test_refuses_a_new_one_that_is_easily_guessed(self, saver: User, noon: datetime) -> None:
        with pytest.raises(UnacceptablePasswordError) as refused:
            change_password(user=saver, current_password=PASSWORD, new_password="1234567", now=noon)
        codes = {error["code"] for error in refused.value.details["errors"]}
        assert codes == {"password_too_short", "password_too_common", "password_entirely_numeric"}
        assert refused.value.details["errors"][0]["field"] == "new_password"
        saver.refresh_from_db()
        assert saver.check_password(PASSWORD)

    def test_refuses_one_confirmed_before_another_change(self, saver: User) -> None:
        User.objects.filter(pk=saver.pk).update(password=make_password(NEW))
        with pytest.raises(WrongPasswordError):
            lock_confirmed(user=saver, password=PASSWORD, field="password")

    def test_takes_one_that_was_hashed_anew_meanwhile(self, saver: User) -> None:
        """It was set again at another device, or its hash was outdated and somebody signed in there."""
        anew = make_password(PASSWORD)
        User.objects.filter(pk=saver.pk).update(password=anew)
        assert lock_confirmed(user=saver, password=PASSWORD, field="password").password == anew

    def test_takes_back_reset_mails_on_their_way(self, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        change_password(user=saver, current_password=PASSWORD, new_password=NEW, now=noon)
        with pytest.raises(TokenInvalidError):
            reset_password(token=token, new_password="yet another one", now=noon)


class TestRequestReset:
    def test_queues_a_mail(self, saver: User, noon: datetime) -> None:
        request_reset(email="Saver@example.com", now=noon)
        mail = OutgoingMail.objects.get()
        assert (mail.user, mail.purpose) == (saver, MailPurpose.RESET_PASSWORD)

    def test_says_and_does_nothing_where_nobody_may_log_in(self, db: None, noon: datetime) -> None:
        UserFactory.create(email="off@example.com", is_active=False)
        for email in ("off@example.com", "nobody@example.com"):
            request_reset(email=email, now=noon)
        assert not OutgoingMail.objects.exists()


class TestResetPassword:
    def test_sets_the_new_one_and_ends_every_session(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        reset_password(token=token, new_password=NEW, now=noon)
        assert login(email=saver.email, password=NEW, now=noon)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=pair.refresh_token, now=noon)

    def test_works_once(self, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        reset_password(token=token, new_password=NEW, now=noon)
        with pytest.raises(TokenInvalidError):
            reset_password(token=token, new_password="yet another one", now=noon)

    def test_works_for_an_hour(self, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        with pytest.raises(TokenExpiredError):
            reset_password(token=token, new_password=NEW, now=noon + timedelta(hours=1))

    def test_a_refused_password_leaves_the_token_usable(self, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        with pytest.raises(UnacceptablePasswordError):
            reset_password(token=token, new_password="Sam Saver", now=noon)
        reset_password(token=token, new_password=NEW, now=noon)

    def test_refuses_a_verification_token(self, saver: User, noon: datetime) -> None:
        token = OneTimeToken.objects.issue(user=saver, purpose=TokenPurpose.VERIFY_EMAIL, now=noon)
        with pytest.raises(TokenInvalidError):
            reset_password(token=token, new_password=NEW, now=noon)

    def test_verifies_nobody(self, noon: datetime) -> None:
        newcomer = UserFactory.create(is_verified=False)
        token = OneTimeToken.objects.issue(user=newcomer, purpose=TokenPurpose.RESET_PASSWORD, now=noon)
        reset_password(token=token, new_password=NEW, now=noon)
        newcomer.refresh_from_db()
        assert not newcomer.is_verified
