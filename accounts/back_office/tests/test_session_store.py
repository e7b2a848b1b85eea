"""The back office's sessions in a real Redis, beside the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, cast

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from redis import Redis

from accounts.back_office import session_store
from accounts.back_office.session_store import SessionStore
from accounts.models import User
from accounts.services import end_all_sessions, set_active, set_role
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.redis_server import redis_server

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


@pytest.fixture
def boss(settings: Settings) -> User:
    settings.SESSION_ENGINE = "accounts.back_office.session_store"
    return User.objects.create_superuser("boss@example.com", PASSWORD)


def signed_in(boss: User) -> Client:
    client = Client()
    assert client.post("/admin/login/", {"username": boss.email, "password": PASSWORD}).status_code == 302
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def with_same_cookies(client: Client) -> Client:
    other = Client()
    other.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return other


def keys(redis: Redis, pattern: str) -> list[bytes]:
    return cast("list[bytes]", redis.keys(pattern))


@pytest.mark.redis
class TestWithRedis:
    def test_a_session_is_kept_there_for_ten_seconds_and_signed(self, redis: Redis, boss: User) -> None:
        signed_in(boss)
        [key] = keys(redis, "fincred:office:*")
        assert 0 < cast("int", redis.pttl(key)) <= 10_000
        assert SessionStore().decode(cast("bytes", redis.get(key)).decode())["_auth_user_id"] == str(boss.pk)

    def test_its_row_is_not_read_meanwhile(self, redis: Redis, boss: User) -> None:
        client = signed_in(boss)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert is_in(client)
        assert not [query for query in queries if "django_session" in query["sql"]]

    def test_what_is_forged_there_lets_nobody_in(self, redis: Redis, boss: User) -> None:
        client = signed_in(boss)
        [key] = keys(redis, "fincred:office:*")
        redis.set(key, "forged:data:here")
        assert not is_in(client)

    def test_an_emptied_redis_signs_nobody_out(self, redis: Redis, boss: User) -> None:
        client = signed_in(boss)
        redis.flushdb()
        assert is_in(client)

    def test_a_row_that_took_long_to_read_is_not_kept(
        self, redis: Redis, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = signed_in(boss)
        redis.flushdb()
        monkeypatch.setattr(session_store, "ENDED_SECONDS", session_store.LIVE_SECONDS)
        assert is_in(client)
        assert keys(redis, "fincred:office:*") == []

    def test_one_that_is_gone_from_the_database_ends_with_its_seconds(self, redis: Redis, boss: User) -> None:
        client = signed_in(boss)
        Session.objects.all().delete()
        redis.delete(*keys(redis, "fincred:office:*"))
        assert not is_in(client)


def _dismiss(boss: User) -> None:
    User.objects.create_superuser("other@example.com")
    set_role(user=boss, role=None, now=clock.now())


def _disable(boss: User) -> None:
    User.objects.create_superuser("other@example.com")
    set_active(user=boss, is_active=False, now=clock.now())


@pytest.mark.redis
class TestEnds:
    """Each way to end a session ends it at once, though Redis has it as live."""

    @pytest.mark.parametrize(
        "end",
        [
            lambda boss, client: client.post("/admin/logout/"),
            lambda boss, client: end_all_sessions(user=boss, reason=EndReason.SUPPORT, now=clock.now()),
            lambda boss, client: _disable(boss),
            lambda boss, client: _dismiss(boss),
            lambda boss, client: User.objects.update(is_staff=False),
        ],
        ids=["signing out", "ending all", "disabling", "taking the role away", "no staff any more"],
    )
    def test_at_once(self, redis: Redis, boss: User, end: Callable[[User, Client], Any]) -> None:
        client = signed_in(boss)
        thief = with_same_cookies(client)
        assert is_in(thief)
        end(boss, client)
        assert not is_in(thief)

    def test_a_new_sign_in_ends_the_session_before_it(self, redis: Redis, boss: User) -> None:
        client = signed_in(boss)
        thief = with_same_cookies(client)
        client.post("/admin/login/", {"username": boss.email, "password": PASSWORD})
        client.post("/admin/logout/")
        assert not is_in(thief)

    def test_no_fill_brings_one_back(self, redis: Redis, boss: User) -> None:
        store = SessionStore()
        store["_auth_user_id"] = str(boss.pk)
        store.create()
        key = str(store.session_key)
        seen = store.load()
        start = Barrier(3)

        def fill() -> None:
            start.wait()
            for _ in range(20):  # a reader who has seen the row before it was deleted
                late = SessionStore(key)
                late._fill(seen)

        with ThreadPoolExecutor(2) as pool:
            fills = [pool.submit(fill) for _ in range(2)]
            start.wait()
            SessionStore(key).delete()
            for each in fills:
                each.result()
        assert redis.exists(f"fincred:office:{key}")
        assert SessionStore(key).load() == {}


class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def away(self, settings: Settings) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        redis_server.cache_clear()

    def test_the_database_does_it(self, boss: User, caplog: pytest.LogCaptureFixture) -> None:
        client = signed_in(boss)
        thief = with_same_cookies(client)
        client.post("/admin/logout/")
        assert not is_in(thief)
        assert "isn't marked as ended" in caplog.text
