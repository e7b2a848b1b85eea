from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred import __version__
from fincred.db.tests.postgresql import free_port
from fincred.ops import health
from fincred.ops.probe import CachedProbe, Check, Condition, probe
from fincred.redis_server import redis_server

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    probe.forget()


class TestHealth:
    def test_says_what_is_running(self, api: APIClient) -> None:
        assert api.get("/api/v0/health").json() == {
            "status": "healthy",
            "service": "fincred",
            "version": __version__,
            "environment": "development",
        }

    def test_alive_needs_no_database(self, api: APIClient, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            assert api.get("/api/v0/health/live").status_code == 200

    def test_ready_checks_database_migrations_and_cache(self, api: APIClient) -> None:
        response = api.get("/api/v0/health/ready")
        assert response.status_code == 200
        assert response.json()["checks"] == {"database": "ok", "migrations": "ok", "cache": "ok"}

    def test_ready_without_redis_is_degraded_and_goes_on(self, api: APIClient, settings: Any) -> None:
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
        redis_server.cache_clear()
        response = api.get("/api/v0/health/ready")
        redis_server.cache_clear()
        assert response.status_code == 200
        assert response.json() == {
            "status": "degraded",
            "checks": {"database": "ok", "migrations": "ok", "cache": "degraded"},
        }

    @pytest.mark.parametrize(
        ("found", "code", "details"),
        [
            (
                Condition(cache=Check.OK),
                "DATABASE_UNAVAILABLE",
                {"checks": {"database": "failed", "migrations": "not tried", "cache": "ok"}},
            ),
            (
                Condition(Check.OK, Check.MISSING, Check.OK),
                "NOT_READY",
                {"reason": "migrations", "checks": {"database": "ok", "migrations": "missing", "cache": "ok"}},
            ),
            (
                Condition(Check.OK, Check.OK, Check.OK, restored=True),
                "NOT_READY",
                {"reason": "after_restore", "checks": {"database": "ok", "migrations": "ok", "cache": "ok"}},
            ),
        ],
    )
    def test_not_ready_says_why(
        self, api: APIClient, monkeypatch: pytest.MonkeyPatch, found: Condition, code: str, details: Any
    ) -> None:
        monkeypatch.setattr(health, "probe", CachedProbe(lambda: found))
        response = api.get("/api/v0/health/ready")
        assert response.status_code == 503
        assert response.headers["Retry-After"].isdecimal()
        assert (response.json()["error_code"], response.json()["details"]) == (code, details)

    def test_not_ready_while_draining(self, api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.ops.draining._draining", True)
        response = api.get("/api/v0/health/ready")
        assert response.status_code == 503
        assert response.json()["details"]["reason"] == "draining"

    def test_that_says_no_logs_what_changed_and_no_line_for_each_probe(
        self, api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(health, "readiness", health._Readiness())
        unmigrated = Condition(Check.OK, Check.MISSING, Check.OK)
        restored = Condition(Check.OK, Check.OK, Check.OK, restored=True)
        fine = Condition(Check.OK, Check.OK, Check.OK)
        caplog.set_level("INFO")
        found = iter((fine, unmigrated, unmigrated, restored, restored, Condition(), Condition(), fine, fine))
        monkeypatch.setattr("fincred.ops.probe.FRESH", 0)
        monkeypatch.setattr(health, "probe", CachedProbe(lambda: next(found)))
        for _ in range(9):
            api.get("/api/v0/health/ready")
        monkeypatch.setattr("fincred.ops.draining._draining", True)
        assert api.get("/api/v0/health/ready").status_code == 503
        lines = [line for line in caplog.records if line.name != "fincred.ops.middleware"]
        assert [(line.levelname, line.getMessage(), getattr(line, "reason", None)) for line in lines] == [
            ("WARNING", "Not ready", "migrations"),
            ("WARNING", "Not ready", "after_restore"),
            ("WARNING", "Not ready", "database"),
            ("INFO", "Ready again", None),
        ]

    def test_that_fails_by_itself_is_an_error_as_any_other_path(
        self, api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken() -> Condition:
            raise ArithmeticError

        api.raise_request_exception = False
        monkeypatch.setattr(health, "probe", CachedProbe(broken))
        assert api.get("/api/v0/health/ready").status_code == 500
        monkeypatch.setattr(health, "probe", CachedProbe(Condition))
        assert api.get("/api/v0/health/db").status_code == 503
        errors = [line.getMessage() for line in caplog.records if line.levelname == "ERROR"]
        assert errors == ["Internal Server Error: /api/v0/health/ready", "Service Unavailable: /api/v0/health/db"]

    def test_a_database_that_takes_no_writes_is_ready(
        self, api: APIClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "probe", CachedProbe(lambda: Condition(Check.READ_ONLY, Check.OK, Check.OK)))
        for path in ("ready", "db"):
            response = api.get(f"/api/v0/health/{path}")
            assert response.status_code == 200
            assert (response.json()["status"], response.json()["checks"]["database"]) == ("degraded", "read_only")

    @pytest.mark.parametrize("path", ["/api/v0/health", "/api/v0/health/live", "/api/v0/health/ready", "/metrics"])
    @pytest.mark.parametrize("host", ["10.0.0.7:8000", "somewhere.example", "_", ""])
    def test_answers_under_any_host(self, api: APIClient, path: str, host: str) -> None:
        assert api.get(path, HTTP_HOST=host).status_code == 200
        assert api.get("/api/v0/goals", HTTP_HOST=host or "_").status_code == 400

    def test_the_database_alone(self, api: APIClient) -> None:
        assert api.get("/api/v0/health/db").json()["checks"] == {"database": "ok"}

    def test_details_are_for_staff(self, api: APIClient, as_saver: APIClient, saver: User) -> None:
        assert api.get("/api/v0/health/detailed").status_code == 401
        assert as_saver.get("/api/v0/health/detailed").json()["error_code"] == "PERMISSION_DENIED"
        User.objects.filter(pk=saver.pk).update(is_staff=True)
        answer = as_saver.get("/api/v0/health/detailed")
        assert answer.status_code == 200
        assert answer.json()["checks"]["migrations"] == "ok"
        assert answer.json()["database_engine"] in ("sqlite", "postgresql")
