"""What people and staff do to accounts leaves its trace, in the same transaction, and that says no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import services
from accounts.audit import broken_chains
from accounts.errors import TokenReusedError
from accounts.models import AuditEntry, OneTimeToken, User
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason, StaffRole, TokenPurpose
from fincred.context import Caller, Role, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

NEW = "staple the horse"


@pytest.fixture(autouse=True)
def at_home() -> None:
    set_caller(Caller(role=Role.PERSON, request_id="r-1", address="203.0.113.9"))


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def mailed(user: User, purpose: TokenPurpose, now: datetime) -> str:
    return OneTimeToken.objects.issue(user=user, purpose=purpose, now=now)


Deed = Callable[[User, datetime], object]
DEEDS: dict[str, tuple[Deed, list[str]]] = {
    "registering": (
        lambda user, now: services.register(email="new@example.com", password=NEW, full_name="Nia New", now=now),
        ["person.registered"],
    ),
    "verifying": (
        lambda user, now: services.verify_email(token=mailed(user, TokenPurpose.VERIFY_EMAIL, now), now=now),
        ["address.verified"],
    ),
    "logging in": (
        lambda user, now: services.login(email=user.email, password=PASSWORD, now=now),
        ["session.opened"],
    ),
    "changing the password": (
        lambda user, now: services.change_password(
            user=user, current_password=PASSWORD, new_password=NEW, now=now
        ),
        ["password.changed", "sessions.ended", "session.opened"],
    ),
    "resetting the password": (
        lambda user, now: services.reset_password(
            token=mailed(user, TokenPurpose.RESET_PASSWORD, now), new_password=NEW, now=now
        ),
        ["password.reset", "sessions.ended"],
    ),
    "changing the profile": (
        lambda user, now: services.update_profile(user=user, now=now, currency="EUR"),
        ["profile.changed"],
    ),
    "logging out everywhere": (
        lambda user, now: services.end_all_sessions(user=user, reason=EndReason.LOGOUT_ALL, now=now),
        ["sessions.ended"],
    ),
    "disabling": (
        lambda user, now: services.set_active(user=user, is_active=False, now=now),
        ["person.disabled", "sessions.ended"],
    ),
    "enabling": (lambda user, now: services.set_active(user=user, is_active=True, now=now), ["person.enabled"]),
    "granting support": (
        lambda user, now: services.set_role(user=user, role=StaffRole.SUPPORT, now=now),
        ["role.granted"],
    ),
    "revoking support": (
        lambda user, now: services.set_role(user=user, role=None, now=now),
        ["role.revoked"],
    ),
    "reminding": (lambda user, now: services.remind_to_verify(user=user, now=now), ["mail.queued"]),
    "exporting": (lambda user, now: services.export_person(user=user, now=now), ["person.exported"]),
    "erasing": (
        lambda user, now: services.erase_person(user=user, now=now),
        ["sessions.ended", "person.erased"],
    ),
}


class TestEachDeed:
    @pytest.fixture
    def doer(self, saver: User, name: str) -> User:
        User.objects.update(is_verified=name != "verifying")
        return saver

    @pytest.mark.parametrize("name", DEEDS)
    def test_leaves_its_entries(self, doer: User, noon: datetime, name: str) -> None:
        deed, expected = DEEDS[name]
        deed(doer, noon)
        assert actions() == expected
        assert list(broken_chains()) == []
        assert set(AuditEntry.objects.values_list("role", "request_id")) == {("person", "r-1")}

    @pytest.mark.parametrize("name", DEEDS)
    def test_is_not_done_when_it_cannot_be_recorded(
        self, doer: User, noon: datetime, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise ArithmeticError

        people = list(User.objects.order_by("pk").values())
        monkeypatch.setattr("accounts.audit.trail.digest_of", fail)
        with pytest.raises(ArithmeticError):
            DEEDS[name][0](doer, noon)
        assert list(User.objects.order_by("pk").values()) == people
        doer.profile.refresh_from_db()
        assert doer.profile.currency == "USD"
        assert not doer.sessions.exists()
        assert not doer.outgoing_mails.exists()

    @pytest.mark.parametrize("name", DEEDS)
    def test_tells_nothing_of_the_person(self, doer: User, noon: datetime, name: str) -> None:
        DEEDS[name][0](doer, noon)
        told = str(list(AuditEntry.objects.values()))
        for mark in ("example.com", "Sam", "Nia", PASSWORD, NEW, "203.0.113"):
            assert mark not in told


class TestSessions:
    def test_one_that_ends_says_why(self, saver: User, noon: datetime) -> None:
        services.open_session(user=saver, now=noon)
        services.end_session(session_id=saver.sessions.get().pk, reason=EndReason.LOGOUT, now=noon)
        entry = AuditEntry.objects.get(action="session.ended")
        assert (entry.object_id, entry.after) == (str(saver.sessions.get().pk), {"end_reason": "logout"})

    def test_a_reused_token_leaves_its_trace(self, saver: User, noon: datetime) -> None:
        first = services.open_session(user=saver, now=noon)
        services.refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenReusedError):
            services.refresh(refresh_token=first.refresh_token, now=noon + timedelta(seconds=11))
        assert AuditEntry.objects.get(action="session.ended").after == {"end_reason": "token_reused"}


class TestProfile:
    def test_keeps_settings_and_of_the_persons_words_only_that_they_changed(
        self, saver: User, noon: datetime
    ) -> None:
        services.update_profile(user=saver, now=noon, currency="EUR", full_name="Sam Spender", timezone="UTC")
        entry = AuditEntry.objects.get()
        assert entry.before == {"currency": "USD"}
        assert entry.after == {"currency": "EUR", "changed": ["currency", "full_name"]}


class TestStaff:
    def test_act_in_their_own_name_and_say_why(self, saver: User, stranger: User, noon: datetime) -> None:
        set_caller(Caller(role=Role.STAFF, actor_id=stranger.pk, reason="abuse"))
        services.set_active(user=saver, is_active=False, now=noon)
        entry = AuditEntry.objects.get(action="person.disabled")
        assert (entry.person_id, entry.actor_id, entry.role) == (saver.pk, stranger.pk, "support")
        assert (entry.before, entry.after, entry.reason) == ({"is_active": True}, {"is_active": False}, "abuse")
