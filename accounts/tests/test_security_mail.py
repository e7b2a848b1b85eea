"""Mail about what happened to an account: a new password, a new place, its erasure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.mail import send_due_mail
from accounts.managers import PLACES_KNOWN
from accounts.models import KnownPlace, OutgoingMail, User
from accounts.places import family, network, place_hash
from accounts.services import change_password, erase_person, login, purge_expired
from accounts.services.privacy import erase_again
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import MailPurpose
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


def purposes() -> list[str]:
    return list(OutgoingMail.objects.order_by("created_at").values_list("purpose", flat=True))


def sign_in(user: User, address: str = "203.0.113.7", agent: str = FIREFOX) -> None:
    client = APIClient(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    answer = client.post("/api/v0/auth/login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 200


class TestPasswordChanged:
    def test_is_told_with_the_time_on_the_persons_clock(self, saver: User, noon: datetime) -> None:
        saver.profile.timezone = "Asia/Tokyo"
        saver.profile.save()
        change_password(user=saver, current_password=PASSWORD, new_password="staple the horse", now=noon)
        assert send_due_mail(clock=lambda: noon) == (1, 0)
        [message] = mail.outbox
        assert message.subject == "Your FinCred password was changed"
        assert "Tuesday, 10 March 2026 at 21:00 (Asia/Tokyo)" in str(message.body)


class TestNewSignIn:
    def test_is_not_told_at_the_first_one(self, saver: User) -> None:
        sign_in(saver)
        assert KnownPlace.objects.count() == 1
        assert purposes() == []

    def test_is_not_told_from_the_same_network_and_program(self, saver: User) -> None:
        sign_in(saver)
        sign_in(saver, "203.0.113.250", FIREFOX.replace("140", "141"))
        assert purposes() == []
        assert KnownPlace.objects.count() == 1

    @pytest.mark.parametrize(("address", "agent"), [("203.0.114.7", FIREFOX), ("203.0.113.7", CHROME)])
    def test_is_told_from_another_one_once(self, saver: User, address: str, agent: str) -> None:
        sign_in(saver)
        sign_in(saver, address, agent)
        sign_in(saver, address, agent)
        assert purposes() == [MailPurpose.NEW_SIGN_IN]

    def test_is_told_from_a_place_not_seen_for_half_a_year(self, saver: User) -> None:
        sign_in(saver)
        KnownPlace.objects.update(last_seen_at=clock.now() - PLACES_KNOWN)
        assert purge_expired(now=clock.now())["known places"] == 0
        sign_in(saver)
        assert purposes() == [MailPurpose.NEW_SIGN_IN]
        sign_in(saver)
        assert len(purposes()) == 1

    def test_is_told_of_the_back_office_too(self, saver: User) -> None:
        User.objects.update(is_staff=True)
        sign_in(saver)
        staff = Client(REMOTE_ADDR="198.51.100.1", HTTP_USER_AGENT=FIREFOX)
        staff.post("/admin/login/", {"username": saver.email, "password": PASSWORD})
        assert purposes() == [MailPurpose.NEW_SIGN_IN]

    def test_is_not_told_of_commands(self, saver: User, noon: datetime) -> None:
        login(email=saver.email, password=PASSWORD, now=noon)
        assert not KnownPlace.objects.exists()

    def test_stores_neither_address_nor_program(self, saver: User) -> None:
        sign_in(saver)
        [place] = KnownPlace.objects.all()
        saver.refresh_from_db()
        expected = place_hash(bytes(saver.audit_key), address="203.0.113.9", user_agent="Firefox/1")
        assert place.place_hash == expected


class TestPlaces:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1::/48"),
            ("", ""),
        ],
    )
    def test_network(self, address: str, expected: str) -> None:
        assert network(address) == expected

    @pytest.mark.parametrize(
        ("agent", "expected"),
        [
            (FIREFOX, "Firefox"),
            (CHROME, "Chrome"),
            (f"{CHROME} Edg/141.0", "Edg"),
            ("okhttp/4.12.0", "okhttp"),
            ("curl/8.5", "curl"),
            ("", ""),
            ("1.0", ""),
        ],
    )
    def test_family(self, agent: str, expected: str) -> None:
        assert family(agent) == expected


class TestErased:
    def test_is_the_last_mail_and_keeps_no_address_once_sent(self, saver: User, noon: datetime) -> None:
        erase_person(user=saver, now=noon)
        assert send_due_mail(clock=lambda: noon) == (1, 0)
        assert mail.outbox[0].to == ["saver@example.com"]
        assert OutgoingMail.objects.get().address == ""
        assert purge_expired(now=noon)["mails"] == 1

    def test_holds_the_address_for_three_days_at_most(self, saver: User, noon: datetime) -> None:
        erase_person(user=saver, now=noon)
        almost = noon + timedelta(days=3) - timedelta(seconds=1)
        assert purge_expired(now=almost)["mails"] == 0
        assert purge_expired(now=noon + timedelta(days=3))["mails"] == 1

    def test_is_not_told_where_the_address_was_never_verified(self, saver: User, noon: datetime) -> None:
        User.objects.update(is_verified=False)
        erase_person(user=saver, now=noon)
        assert not OutgoingMail.objects.exists()

    def test_is_not_told_again_after_a_restore(self, saver: User, noon: datetime) -> None:
        erase_again(user=saver, now=noon)
        assert not OutgoingMail.objects.exists()
