from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.utils import DatabaseErrorWrapper
from prometheus_client import REGISTRY
from pytest_django import Settings
from redis import Redis
from rest_framework.test import APIClient

from fincred.db.tests.postgresql import free_port
from fincred.ops.models import DatabaseState
from fincred.ops.probe import FRESH, PATIENCE, VALID, CachedProbe, Check, Condition, Faults, is_locked, look
from fincred.ops.tests.redis_server import ThrowawayRedis
from fincred.redis_server import redis_server

pytestmark = [pytest.mark.integration, pytest.mark.platform]

FINE = Condition(Check.OK, Check.OK, Check.OK)


class Clock:
    """Seconds that pass when told so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestCachedProbe:
    def test_looks_again_when_its_result_is_no_longer_fresh(self) -> None:
        clock, found = Clock(), [Condition(), FINE]
        probe = CachedProbe(found.pop, clock)
        assert probe.condition() == FINE
        clock.now = FRESH - 0.1
        assert probe.condition() == FINE
        clock.now = FRESH
        assert probe.condition() == Condition()

    def test_others_use_the_old_result_while_one_looks_and_call_it_a_failure_once_it_is_too_old(self) -> None:
        clock, answers, started = Clock(), threading.Event(), threading.Event()

        def slow() -> Condition:
            started.set()
            answers.wait()
            return FINE

        answers.set()
        probe = CachedProbe(slow, clock)
        probe.condition()
        answers.clear()
        started.clear()
        clock.now = FRESH
        looking = threading.Thread(target=probe.condition)
        looking.start()
        started.wait()
        clock.now = VALID - 0.1
        assert probe.condition() == FINE
        clock.now = FRESH + PATIENCE
        assert probe.condition() == Condition()
        answers.set()
        looking.join()
        assert probe.condition() == FINE

    def test_the_first_result_is_waited_for(self) -> None:
        answers, started, found = threading.Event(), threading.Event(), []

        def slow() -> Condition:
            started.set()
            answers.wait()
            return FINE

        probe = CachedProbe(slow)
        threads = [threading.Thread(target=lambda: found.append(probe.condition())) for _ in range(3)]
        for thread in threads:
            thread.start()
        started.wait()
        answers.set()
        for thread in threads:
            thread.join()
        assert found == [FINE] * 3


Gauges = Callable[[], list[float | None]]


@pytest.fixture
def gauges() -> Gauges:
    names = ("database_readable", "database_writable", "database_primary_answers", "cache_answers")
    return lambda: [REGISTRY.get_sample_value(f"fincred_{name}") for name in names]


@pytest.mark.django_db
class TestLook:
    def test_finds_nothing_wrong(self, gauges: Gauges) -> None:
        assert look() == FINE
        assert gauges() == [1, 1, 1, 1]
        assert look() == FINE

    def test_finds_a_database_that_has_just_been_restored(self) -> None:
        DatabaseState.objects.update_or_create(id=1, defaults={"restored_at": datetime(2026, 3, 10, tzinfo=UTC)})
        assert look().restored

    def test_finds_redis_away(self, settings: Any, gauges: Gauges) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
        redis_server.cache_clear()
        try:
            assert look() == Condition(Check.OK, Check.OK, Check.DEGRADED)
        finally:
            redis_server.cache_clear()
        assert gauges() == [1, 1, 1, 0]

    @pytest.mark.redis
    def test_finds_that_redis_takes_no_writes(self, settings: Any) -> None:
        with ThrowawayRedis() as server:
            Redis.from_url(server.url).config_set("maxmemory", 1)
            settings.REDIS_URL = server.url
            redis_server.cache_clear()
            try:
                assert look().cache == Check.DEGRADED
            finally:
                redis_server.cache_clear()

    def test_finds_its_own_migrations_missing_and_does_not_mind_newer_ones(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = '0001_newer'"
                " WHERE app = 'ops' AND name = '0001_database_state'"
            )
        assert look() == Condition(Check.OK, Check.MISSING, Check.OK)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) SELECT app, '0001_database_state', applied"
                " FROM django_migrations WHERE app = 'ops' AND name = '0001_newer'"
            )
        assert look() == FINE


@contextmanager
def refused_writes() -> Iterator[None]:
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = on" if sqlite else "SET default_transaction_read_only = on")
        yield
        cursor.execute("PRAGMA query_only = off" if sqlite else "RESET default_transaction_read_only")


@pytest.mark.django_db(transaction=True)
class TestRefusedWrites:
    def test_are_found(self, gauges: Gauges) -> None:
        with refused_writes():
            assert look() == Condition(Check.READ_ONLY, Check.OK, Check.OK)
        assert gauges() == [1, 0, 1, 1]

    def test_are_told_once_and_so_is_their_end(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("fincred.ops.probe.faults", Faults())
        caplog.set_level("INFO", logger="fincred.ops.probe")
        with refused_writes():
            look()
            look()
        look()
        look()
        assert [(line.levelname, line.getMessage()) for line in caplog.records] == [
            ("WARNING", "The database can't be written"),
            ("INFO", "The database can be written again"),
        ]

    def test_are_a_503_for_clients_whose_reads_go_on(self, as_saver: APIClient, settings: Settings) -> None:
        settings.RATE_LIMIT_ENABLED = True  # and counted in this database
        as_saver.raise_request_exception = False
        with refused_writes():
            response = as_saver.patch("/api/v0/users/me/profile", {"country": "DE"})
            assert as_saver.get("/api/v0/users/me").status_code == 200
        assert response.status_code == 503
        assert response.json()["error_code"] == "DATABASE_UNAVAILABLE"
        assert response.headers["Retry-After"].isdecimal()


class TestLocks:
    """Another connection that writes is no reason to say that writes don't work."""

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_a_row_that_another_transaction_holds_is_writable(self) -> None:
        look()
        with psycopg.connect(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]) as other:
            other.execute("UPDATE ops_databasestate SET probe = 7")
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            assert look() == FINE
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")

    def test_a_locked_sqlite_file_is_writable(self, tmp_path: Path) -> None:
        """SQLite's error, as Django raises it."""
        path = tmp_path / "locked.sqlite3"
        with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(path, timeout=0)) as other:
            one.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError) as refused, DatabaseErrorWrapper(SQLite({})):
                other.execute("BEGIN IMMEDIATE")
        assert is_locked(refused.value)
