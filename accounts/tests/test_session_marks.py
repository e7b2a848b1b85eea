"""Marks of live and ended sessions, in a real Redis."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import cast
from uuid import uuid4

import pytest
from pytest_django import Settings
from redis import Redis

from accounts import session_marks
from accounts.models import Session, User
from accounts.services import end_all_sessions, end_session, open_session, set_active
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.db import replicas
from fincred.redis_server import redis_server

pytestmark = [pytest.mark.integration, pytest.mark.accounts]


def left(redis: Redis, key: str) -> int:
    """The milliseconds that a key has left."""
    return cast("int", redis.pttl(key))


@pytest.fixture
def with_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "configured", lambda: True)


@pytest.mark.redis
@pytest.mark.usefixtures("with_replica")
class TestMarks:
    def test_a_live_session_is_marked_for_ten_seconds(self, redis: Redis) -> None:
        session = uuid4()
        assert not session_marks.is_live(session)
        session_marks.mark_live(session, checked_at=time.monotonic())
        assert session_marks.is_live(session)
        assert 9_000 < left(redis, f"fincred:session:{session}") <= 10_000

    def test_a_mark_is_not_renewed_before_it_ends(self, redis: Redis) -> None:
        session = uuid4()
        session_marks.mark_live(session, checked_at=time.monotonic())
        redis.pexpire(f"fincred:session:{session}", 4_000)
        session_marks.mark_live(session, checked_at=time.monotonic())
        assert left(redis, f"fincred:session:{session}") <= 4_000

    def test_an_ended_one_is_not_live_whatever_a_late_check_says(self, redis: Redis) -> None:
        session, other = uuid4(), uuid4()
        began_at = time.monotonic()
        session_marks.mark_live(session, checked_at=began_at)
        session_marks.mark_ended([session, other])
        for each in (session, other):
            session_marks.mark_live(each, checked_at=began_at)
            assert not session_marks.is_live(each)
            assert 59_000 < left(redis, f"fincred:session:{each}") <= 60_000

    def test_a_check_that_took_as_long_as_the_mark_of_an_ended_one_lasts_marks_nothing(self, redis: Redis) -> None:
        session = uuid4()
        session_marks.mark_live(session, checked_at=time.monotonic() - session_marks.ENDED_SECONDS)
        assert not redis.exists(f"fincred:session:{session}")

    @pytest.mark.parametrize("round_", range(20))
    def test_no_race_leaves_an_ended_session_live(self, redis: Redis, round_: int) -> None:
        session, start = uuid4(), Barrier(3)
        ended: list[bool] = []

        def check() -> None:
            start.wait()
            for _ in range(10):
                began_at = time.monotonic()
                if not ended:  # as the primary says, where the end is committed after its mark
                    session_marks.mark_live(session, checked_at=began_at)

        def end() -> None:
            start.wait()
            session_marks.mark_ended([session])
            ended.append(True)

        with ThreadPoolExecutor(3) as pool:
            for work in [pool.submit(check), pool.submit(check), pool.submit(end)]:
                work.result()
        assert not session_marks.is_live(session)


@pytest.mark.usefixtures("with_replica")
class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def away(self, settings: Settings) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        redis_server.cache_clear()

    def test_nothing_is_live_and_nothing_fails(self) -> None:
        session_marks.mark_live(uuid4(), checked_at=time.monotonic())
        assert not session_marks.is_live(uuid4())

    @pytest.mark.django_db
    def test_a_session_ends_all_the_same(self, saver: User, caplog: pytest.LogCaptureFixture) -> None:
        open_session(user=saver, now=clock.now())
        assert end_all_sessions(user=saver, reason=EndReason.LOGOUT, now=clock.now()) == 1
        assert "aren't marked" in caplog.text


@pytest.mark.redis
@pytest.mark.django_db
@pytest.mark.usefixtures("with_replica")
class TestDoors:
    """Each way to end a session marks it."""

    @pytest.fixture
    def session(self, redis: Redis, saver: User) -> Session:
        open_session(user=saver, now=clock.now())
        session = Session.objects.get(user=saver)
        session_marks.mark_live(session.pk, checked_at=time.monotonic())
        return session

    def test_one_session(self, session: Session) -> None:
        assert end_session(session_id=session.pk, reason=EndReason.LOGOUT, now=clock.now())
        assert not session_marks.is_live(session.pk)

    def test_all_of_a_person_and_nobody_elses(self, session: Session, saver: User, stranger: User) -> None:
        open_session(user=stranger, now=clock.now())
        other = Session.objects.get(user=stranger)
        session_marks.mark_live(other.pk, checked_at=time.monotonic())
        end_all_sessions(user=saver, reason=EndReason.LOGOUT, now=clock.now())
        assert not session_marks.is_live(session.pk)
        assert session_marks.is_live(other.pk)

    def test_disabling(self, session: Session, saver: User) -> None:
        set_active(user=saver, is_active=False, now=clock.now())
        assert not session_marks.is_live(session.pk)

    def test_djangos_own_change_of_a_password(self, session: Session, saver: User) -> None:
        saver.set_password("another long invented password")
        saver.save()
        assert not session_marks.is_live(session.pk)


@pytest.mark.redis
@pytest.mark.django_db
def test_without_a_replica_nothing_is_marked(redis: Redis, saver: User) -> None:
    open_session(user=saver, now=clock.now())
    end_all_sessions(user=saver, reason=EndReason.LOGOUT, now=clock.now())
    assert redis.keys("fincred:session:*") == []
