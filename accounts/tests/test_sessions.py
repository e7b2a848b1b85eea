from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.errors import (
    AccountInactiveError,
    AccountNotVerifiedError,
    InvalidCredentialsError,
    TokenExpiredError,
    TokenInvalidError,
    TokenReusedError,
)
from accounts.models import RefreshToken, Session, User
from accounts.opaque_tokens import digest
from accounts.services import (
    end_all_sessions,
    end_session,
    erase_person,
    lock_user_and_read,
    login,
    open_session,
    refresh,
    set_active,
)
from accounts.services.sessions import _open_if_unchanged, _rejection_reason, _rotate
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tokens import AccessToken
from accounts.vocabulary import EndReason
from fincred.context import Caller, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

SECOND = timedelta(seconds=1)


class TestLogin:
    def test_opens_a_session(self, saver: User, noon: datetime) -> None:
        user, pair = login(email="Saver@Example.com", password=PASSWORD, now=noon)
        assert user == saver
        assert AccessToken.read(pair.access_token, now=noon) == (saver.pk, saver.sessions.get().pk)
        assert pair.expires_in == 1800

    def test_refuses_a_wrong_password(self, saver: User, noon: datetime) -> None:
        with pytest.raises(InvalidCredentialsError):
            login(email=saver.email, password=PASSWORD + " ", now=noon)

    def test_an_unknown_address_is_refused_alike_and_hashes_as_much(
        self, db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str] = []

        def spy(password: str) -> str:
            hashed.append(password)
            return make_password(password)

        monkeypatch.setattr("accounts.services.sessions.hash_in_vain", spy)
        with pytest.raises(InvalidCredentialsError):
            login(email="nobody@example.com", password=PASSWORD, now=noon)
        assert hashed == [PASSWORD]

    def test_tells_a_disabled_account_only_to_who_knows_the_password(self, noon: datetime) -> None:
        UserFactory.create(email="off@example.com", is_active=False)
        with pytest.raises(InvalidCredentialsError):
            login(email="off@example.com", password="wrong", now=noon)
        with pytest.raises(AccountInactiveError):
            login(email="off@example.com", password=PASSWORD, now=noon)

    def test_tells_an_unverified_account_only_to_who_knows_the_password(self, noon: datetime) -> None:
        UserFactory.create(email="new@example.com", is_verified=False)
        with pytest.raises(InvalidCredentialsError):
            login(email="new@example.com", password="wrong", now=noon)
        with pytest.raises(AccountNotVerifiedError):
            login(email="new@example.com", password=PASSWORD, now=noon)

    def test_a_password_changed_while_the_old_one_was_hashed_lets_nobody_in(
        self, saver: User, noon: datetime
    ) -> None:
        User.objects.filter(pk=saver.pk).update(password=make_password("a new one, just now"))
        with pytest.raises(InvalidCredentialsError):
            _open_if_unchanged(saver, PASSWORD, noon)

    def test_the_same_password_hashed_anew_meanwhile_lets_in(self, saver: User, noon: datetime) -> None:
        User.objects.filter(pk=saver.pk).update(password=make_password(PASSWORD))
        assert _open_if_unchanged(saver, PASSWORD, noon).access_token

    def test_an_account_disabled_meanwhile_gets_no_session(self, saver: User, noon: datetime) -> None:
        User.objects.filter(pk=saver.pk).update(is_active=False)
        with pytest.raises(AccountInactiveError):
            _open_if_unchanged(saver, PASSWORD, noon)


class TestOpenSession:
    @pytest.mark.parametrize(
        ("user_agent", "device"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
            ("FinCred/3 CFNetwork/1494 Darwin/23.4.0", "CFNetwork"),
            ("A" * 300, "A" * 31),
            ("", ""),
        ],
    )
    def test_notes_the_family_of_programs(self, saver: User, noon: datetime, user_agent: str, device: str) -> None:
        set_caller(Caller(user_agent=user_agent))
        open_session(user=saver, now=noon)
        assert Session.objects.get().device == device

    def test_stores_only_the_hash_of_the_refresh_token(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        token = RefreshToken.objects.get()
        assert token.token_hash == digest(pair.refresh_token) != pair.refresh_token
        assert token.expires_at == noon + timedelta(days=14)

    def test_shows_no_token_in_a_traceback(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        assert pair.access_token not in repr(pair)
        assert pair.refresh_token not in repr(pair)


class TestRefresh:
    def test_gives_a_new_pair_and_lengthens_the_session(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        second = refresh(refresh_token=first.refresh_token, now=noon + timedelta(days=13))
        assert second.refresh_token != first.refresh_token
        assert saver.sessions.get().expires_at == noon + timedelta(days=27)
        assert refresh(refresh_token=second.refresh_token, now=noon + timedelta(days=26)).access_token

    def test_refuses_an_unknown_token(self, db: None, noon: datetime) -> None:
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token="made up", now=noon)

    def test_refuses_a_token_after_fourteen_days(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        with pytest.raises(TokenExpiredError):
            refresh(refresh_token=pair.refresh_token, now=noon + timedelta(days=14))

    def test_a_repeat_within_ten_seconds_is_refused_and_the_family_lives(
        self, saver: User, noon: datetime
    ) -> None:
        first = open_session(user=saver, now=noon)
        second = refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=first.refresh_token, now=noon + 10 * SECOND)
        assert refresh(refresh_token=second.refresh_token, now=noon + 11 * SECOND).access_token

    def test_a_later_repeat_ends_the_family(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        second = refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=noon + 11 * SECOND)
        assert saver.sessions.get().end_reason == EndReason.TOKEN_REUSED
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=second.refresh_token, now=noon + 12 * SECOND)

    def test_reuse_is_told_once(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=noon + 11 * SECOND)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=first.refresh_token, now=noon + 12 * SECOND)

    def test_reuse_ends_the_family_even_when_the_copy_has_expired(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        refresh(refresh_token=first.refresh_token, now=noon + timedelta(days=13))
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=noon + timedelta(days=15))

    def test_reuse_leaves_other_sessions_alone(self, saver: User, noon: datetime) -> None:
        first, other = open_session(user=saver, now=noon), open_session(user=saver, now=noon)
        refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=noon + 11 * SECOND)
        assert refresh(refresh_token=other.refresh_token, now=noon + 12 * SECOND).access_token

    def test_a_logout_on_the_way_wins_and_nothing_is_spent(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        token = RefreshToken.objects.select_related("session").get(token_hash=digest(pair.refresh_token))
        end_session(session_id=token.session_id, reason=EndReason.LOGOUT, now=noon)
        with pytest.raises(TokenInvalidError):
            _rotate(token, noon)
        assert RefreshToken.objects.get().spent_at is None

    def test_reuse_of_a_family_that_ends_meanwhile_is_just_invalid(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        refresh(refresh_token=first.refresh_token, now=noon)
        token = RefreshToken.objects.get(token_hash=digest(first.refresh_token))
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=noon)
        assert isinstance(_rejection_reason(token, noon + 11 * SECOND), TokenInvalidError)

    def test_a_token_that_is_purged_meanwhile_is_invalid(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        token = RefreshToken.objects.get()
        RefreshToken.objects.all().delete()
        assert isinstance(_rejection_reason(token, noon), TokenInvalidError)


class TestEndingSessions:
    def test_stops_the_refresh_token(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        assert end_session(session_id=saver.sessions.get().pk, reason=EndReason.LOGOUT, now=noon)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=pair.refresh_token, now=noon)

    def test_a_second_time_changes_nothing(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        session = saver.sessions.get()
        end_session(session_id=session.pk, reason=EndReason.LOGOUT, now=noon)
        assert not end_session(session_id=session.pk, reason=EndReason.SUPPORT, now=noon + SECOND)
        session.refresh_from_db()
        assert (session.ended_at, session.end_reason) == (noon, EndReason.LOGOUT)

    def test_one_that_ends_while_the_person_is_waited_for_is_not_ended_twice(
        self, saver: User, noon: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_session(user=saver, now=noon)

        def quicker(*args: Any) -> Any:
            Session.objects.update(ended_at=noon, end_reason=EndReason.LOGOUT_ALL)
            return lock_user_and_read(*args)

        monkeypatch.setattr("accounts.services.sessions.lock_user_and_read", quicker)
        assert not end_session(session_id=saver.sessions.get().pk, reason=EndReason.LOGOUT, now=noon)
        assert saver.sessions.get().end_reason == EndReason.LOGOUT_ALL

    def test_all_means_the_persons_own(self, saver: User, stranger: User, noon: datetime) -> None:
        for user in (saver, saver, stranger):
            open_session(user=user, now=noon)
        assert end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=noon) == 2
        assert Session.objects.live().get().user == stranger

    def test_disabling_stops_refresh_tokens(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        set_active(user=saver, is_active=False, now=noon)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=pair.refresh_token, now=noon)

    def test_erasing_stops_refresh_tokens(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        erase_person(user=saver, now=noon)
        with pytest.raises(TokenInvalidError):
            refresh(refresh_token=pair.refresh_token, now=noon)


@pytest.mark.django_db(transaction=True)
class TestReuseOutsideATestsTransaction:
    def test_the_end_of_the_family_is_committed(self, saver: User, noon: datetime) -> None:
        first = open_session(user=saver, now=noon)
        refresh(refresh_token=first.refresh_token, now=noon)
        with pytest.raises(TokenReusedError):
            refresh(refresh_token=first.refresh_token, now=noon + 11 * SECOND)
        connection.close()
        assert saver.sessions.get().end_reason == EndReason.TOKEN_REUSED


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestSixteenThreadsAtOneRefreshToken:
    def test_one_wins_and_the_family_lives(self, saver: User, noon: datetime) -> None:
        pair = open_session(user=saver, now=noon)
        start = Barrier(16)

        def attempt(_: int) -> str:
            try:
                start.wait()
                return refresh(refresh_token=pair.refresh_token, now=noon).refresh_token
            except TokenInvalidError:
                return ""
            finally:
                connection.close()

        with ThreadPoolExecutor(16) as threads:
            winners = [token for token in threads.map(attempt, range(16)) if token]
        assert len(winners) == 1
        assert RefreshToken.objects.count() == 2
        assert refresh(refresh_token=winners[0], now=noon).access_token
