"""The page of a person says what keeps them from signing in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.back_office.tests.acting import act_in_back_office
from accounts.mail import queue_mail
from accounts.models import OutgoingMail, User
from accounts.rate_limits.policies import SIGN_IN_BY_ACCOUNT
from accounts.services import login, set_active
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.back_office.tests.person_pages import page_of
from fincred.context import Caller, Role, set_caller
from fincred.errors import FinCredError

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


class TestSigningIn:
    def test_has_nothing_in_the_way(self, support: Client, saver: User) -> None:
        assert "Nothing is in the way." in page_of(support, saver)

    def test_waits_for_the_address(self, support: Client) -> None:
        newcomer = UserFactory.create(is_verified=False)
        page = page_of(support, newcomer)
        assert "The address isn&#x27;t verified" in page
        assert "Send the verification mail" in page

    def test_says_from_when_a_mail_can_be_sent_again(self, support: Client, saver: User, noon: datetime) -> None:
        newcomer = UserFactory.create(is_verified=False)
        queue_mail(user=newcomer, purpose="verify_email", now=noon - timedelta(seconds=20))
        queue_mail(user=saver, purpose="reset_password", now=noon - timedelta(minutes=3))
        OutgoingMail.objects.filter(user=saver).update(sent_at=noon - timedelta(seconds=5))
        page = page_of(support, newcomer)
        assert "The verification mail was queued at 11:59:40 UTC; it can be sent again from 12:00:40." in page
        assert "Send the verification mail" not in page
        page = page_of(support, saver)
        assert "The mail for a new password was sent at 11:59:55 UTC; it can be sent again from 12:00:55." in page
        User.objects.filter(pk=saver.pk).update(is_active=False)
        assert "can be sent again" not in page_of(support, saver)

    def test_may_have_a_mailbox_that_is_gone(self, support: Client, saver: User, noon: datetime) -> None:
        User.objects.filter(pk=saver.pk).update(mail_refused_at=noon)
        page = page_of(support, saver)
        assert "Nothing is in the way." in page
        assert "No mail reaches them: on 10 Mar 2026 their mail server said" in page
        assert "Send the verification mail" in page

    def test_is_in_the_way_of_staff_without_a_second_factor(
        self, support: Client, agent: User, saver: User, settings: Any
    ) -> None:
        assert "Nothing is in the way." in page_of(support, agent)
        settings.SECOND_FACTOR = True
        session = support.session
        session["second_factor_proved"] = True
        session.save()
        assert "Into the back office only with a second factor" in page_of(support, agent)
        assert "Nothing is in the way." in page_of(support, saver)

    def test_was_ended_by_somebody_for_a_reason(self, support: Client, agent: User, saver: User) -> None:
        act_in_back_office(support, "/admin/accounts/user/", "disable", saver, reason="abuse")
        page = page_of(support, saver)
        assert "Disabled by Alex Agent on" in page
        assert ": abuse of the service." in page

    def test_was_ended_by_a_command_or_beside_us(self, support: Client, saver: User, stranger: User) -> None:
        set_caller(Caller(role=Role.SYSTEM))
        set_active(user=saver, is_active=False, now=clock.now())
        assert "Disabled by an operator on" in page_of(support, saver)
        User.objects.filter(pk=stranger.pk).update(is_active=False)
        assert "Disabled beside FinCred" in page_of(support, stranger)

    def throttle(self, support: Client, saver: User) -> None:
        for _ in range(SIGN_IN_BY_ACCOUNT.quota):
            assert "Too many attempts" not in page_of(support, saver)
            with pytest.raises(FinCredError):
                login(email=saver.email, password="no", now=clock.now())
        assert "Too many attempts: sign-in is refused until 12:01:00 UTC." in page_of(support, saver)

    @pytest.mark.usefixtures("noon")
    def test_is_throttled_until_a_moment(self, support: Client, saver: User, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        self.throttle(support, saver)

    @pytest.mark.redis
    @pytest.mark.usefixtures("noon", "redis")
    def test_is_throttled_in_redis(self, support: Client, saver: User, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = True
        self.throttle(support, saver)

    def test_lacks_a_password(self, support: Client) -> None:
        assert "They have no password" in page_of(support, UserFactory.create(password=None))
