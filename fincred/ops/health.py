"""Is it alive, is it ready, and what is it? For load balancers, operators and curious clients."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.renderers import JSONResponse
from fincred.api.serializers import Serializer, TextField
from fincred.api.views import ApiView
from fincred.errors import AuthorizationError, DatabaseUnavailableError

logger = logging.getLogger(__name__)


class HealthSerializer(Serializer):
    status = TextField(max_length=20)
    service = TextField(max_length=20)
    version = TextField(max_length=20)
    environment = TextField(max_length=20)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise DatabaseError("unapplied migrations")


def _cache() -> None:
    cache.set("health", "ok", 5)
    if cache.get("health") != "ok":
        raise ConnectionError("the cache forgets")


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations, "cache": _cache}


class NotReadyError(DatabaseUnavailableError):
    """Something that serving needs fails; fact: `checks`. Clients know one code for "try again shortly"."""

    message = "Not ready to serve, please try again shortly"


def _run(*names: str) -> dict[str, Any]:
    """The named checks, in that order; without the database the rest isn't tried, each try has to wait for it.

    :raises NotReadyError: one of them fails.
    """
    checks: dict[str, str] = {}
    for name in names:
        tried = checks.get("database") != "failed"
        checks[name] = ("ok" if _passes(name) else "failed") if tried else "not tried"
    if set(checks.values()) != {"ok"}:
        raise NotReadyError(checks=checks)
    return {"status": "healthy", "checks": checks}


def _passes(name: str) -> bool:
    try:
        CHECKS[name]()
    except Exception:  # whatever kind of fault it is, the answer is "not ready", and the log says why
        logger.warning("Health check failed", extra={"check": name}, exc_info=True)
        return False
    return True


class _PublicView(ApiView):
    authentication_classes = []
    permission_classes = []


class Health(_PublicView):
    @documented(
        summary="What is running",
        response=HealthSerializer,
        response_example={
            "status": "healthy", "service": "fincred", "version": "0.1.0", "environment": "production",
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return JSONResponse(describe())


class Live(_PublicView):
    @documented(summary="Is the process alive (no I/O)", response_example={"status": "alive"})
    def get(self, request: Request) -> HttpResponse:
        return JSONResponse({"status": "alive"})


class Ready(_PublicView):
    @documented(
        summary="Can it serve: database, migrations, cache (503 when not)",
        response_example={
            "status": "healthy", "checks": {"database": "ok", "migrations": "ok", "cache": "ok"},
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return JSONResponse(_run("database", "migrations", "cache"))


class Database(_PublicView):
    @documented(
        summary="Does the database answer (503 when not)",
        response_example={"status": "healthy", "checks": {"database": "ok"}},
    )
    def get(self, request: Request) -> HttpResponse:
        return JSONResponse(_run("database"))


class Detailed(ApiView):
    @documented(summary="Versions and engines, for staff only", errors=(AuthorizationError,))
    def get(self, request: Request) -> HttpResponse:
        if not self.user.is_staff:
            raise AuthorizationError
        return JSONResponse(describe() | _run("database", "migrations", "cache") | engines())


def describe() -> dict[str, Any]:
    return {
        "status": "healthy",
        "service": settings.SERVICE_NAME,
        "version": settings.API_VERSION,
        "environment": settings.ENV,
    }


def engines() -> dict[str, Any]:
    return {
        "database_engine": connection.vendor,
        "cache_engine": settings.CACHES["default"]["BACKEND"].rsplit(".", 1)[-1],
        "python": platform.python_version(),
        "django": django.get_version(),
    }
