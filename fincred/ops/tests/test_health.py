from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.models import User
from fincred import __version__
from fincred.ops import health

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


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

    def test_a_cache_that_forgets_is_not_ready(self, api: APIClient, settings: Any) -> None:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        response = api.get("/api/v0/health/ready")
        assert response.status_code == 503
        assert response.json()["error_code"] == "DATABASE_UNAVAILABLE"
        assert response.json()["details"] == {"checks": {"database": "ok", "migrations": "ok", "cache": "failed"}}
        assert "Retry-After" in response.headers

    def test_without_the_database_nothing_else_is_waited_for(
        self, api: APIClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone() -> None:
            raise OperationalError

        monkeypatch.setitem(health.CHECKS, "database", gone)
        checks = api.get("/api/v0/health/ready").json()["details"]["checks"]
        assert checks == {"database": "failed", "migrations": "not tried", "cache": "not tried"}

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
