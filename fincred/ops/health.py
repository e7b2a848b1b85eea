"""Is it alive, is it ready, and what is it? For load balancers, operators and curious clients."""

from __future__ import annotations

import logging
import platform
from threading import Lock
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.serializers import ChoiceField, Serializer, TextField
from fincred.api.views import ApiView
from fincred.errors import AuthorizationError, DatabaseUnavailableError
from fincred.ops.draining import is_draining
from fincred.ops.probe import Check, Condition, probe

logger = logging.getLogger(__name__)

STATUSES = ("healthy", "degraded")
DETAILED = {
    "status": "healthy",
    "service": "fincred",
    "version": "0.1.0",
    "environment": "production",
    "checks": {"database": "ok", "migrations": "ok", "cache": "ok"},
    "database_engine": "postgresql",
    "cache_engine": "RedisCache",
    "python": "3.11.9",
    "django": "5.2.8",
}


class LiveSerializer(Serializer):
    status = ChoiceField(["alive"])


class HealthSerializer(Serializer):
    status = ChoiceField(["healthy"])
    service = TextField(max_length=20)
    version = TextField(max_length=20)
    environment = TextField(max_length=20)


class DatabaseCheckSerializer(Serializer):
    database = ChoiceField([Check.OK, Check.READ_ONLY])


class ChecksSerializer(DatabaseCheckSerializer):
    migrations = ChoiceField([Check.OK])
    cache = ChoiceField([Check.OK, Check.DEGRADED])


class DatabaseSerializer(Serializer):
    status = ChoiceField(STATUSES)
    checks = DatabaseCheckSerializer()


class ReadySerializer(Serializer):
    status = ChoiceField(STATUSES)
    checks = ChecksSerializer()


class AllChecksSerializer(Serializer):
    database = ChoiceField(Check)
    migrations = ChoiceField(Check)
    cache = ChoiceField(Check)


class DetailedSerializer(HealthSerializer):
    status = ChoiceField(STATUSES)
    checks = AllChecksSerializer()
    database_engine = TextField(max_length=20)
    cache_engine = TextField(max_length=50)
    python = TextField(max_length=20)
    django = TextField(max_length=20)


class NotReadyError(DatabaseUnavailableError):
    """This node should get no requests now; facts: `reason` and `checks`."""

    code = "NOT_READY"
    message = "Not ready to serve, please try again shortly"


class DatabaseDownError(DatabaseUnavailableError):
    """Neither the database nor a replica of it can be read; fact: `checks`."""


class _Readiness:
    """Tells the log when `ready` begins to say no, or says it for another reason, and when it says yes again."""

    def __init__(self) -> None:
        self._reason = ""
        self._lock = Lock()

    def note(self, reason: str) -> None:
        """`reason` is empty when it says yes."""
        with self._lock:
            before, self._reason = self._reason, reason
        if reason and reason != before:
            logger.warning("Not ready", extra={"reason": reason})
        elif before and not reason:
            logger.info("Ready again")


readiness = _Readiness()


class _PublicView(ApiView):
    authentication_classes = []
    permission_classes = []


class Health(_PublicView):
    @documented(
        summary="What is running",
        description="The version and the environment of this server; nothing is checked.",
        response=HealthSerializer,
        response_example={
            "status": "healthy", "service": "fincred", "version": "0.1.0", "environment": "production",
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        return self.answer(describe())


class Live(_PublicView):
    @documented(
        summary="Is the process alive (no I/O)",
        description="For restarting a process that hangs. It says nothing of the database; `/health/ready` does.",
        response=LiveSerializer,
        response_example={"status": "alive"},
    )
    def get(self, request: Request) -> HttpResponse:
        return self.answer({"status": "alive"})


class Ready(_PublicView):
    @documented(
        summary="Should this node get requests (503 when not)",
        description=(
            "503 where this node should get none: no database that can be read, migrations of its own missing, "
            "or a restored database before `after_restore`. `database` is `read_only` while only reads work, "
            "`cache` is `degraded` while Redis is away. Up to ten seconds old."
        ),
        response=ReadySerializer,
        response_example={
            "status": "healthy", "checks": {"database": "ok", "migrations": "ok", "cache": "ok"},
        },
        errors=(NotReadyError,),
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        if is_draining():
            raise NotReadyError(reason="draining", checks={})
        condition = probe.condition()
        reason = fault_of(condition)
        readiness.note(reason)
        _check_readable(condition)
        if reason:
            raise NotReadyError(reason=reason, checks=condition.checks)
        return self.answer(_report(condition.checks))


class Database(_PublicView):
    @documented(
        summary="Does the database answer (503 when not)",
        description="`read_only` while only reads work. Up to ten seconds old.",
        response=DatabaseSerializer,
        response_example={"status": "healthy", "checks": {"database": "ok"}},
    )
    def get(self, request: Request) -> HttpResponse:
        condition = probe.condition()
        _check_readable(condition)
        return self.answer(_report({"database": condition.database}))


class Detailed(ApiView):
    @documented(
        summary="Versions and engines, for staff only",
        description="With the checks of `/health/ready`. 403 for everybody else.",
        response=DetailedSerializer,
        errors=(AuthorizationError,),
        response_example=DETAILED,
    )
    def get(self, request: Request) -> HttpResponse:
        if not self.user.is_staff:
            raise AuthorizationError
        return self.answer(describe() | _report(probe.condition().checks) | engines())


def fault_of(condition: Condition) -> str:
    """Why this node should get no requests; empty if it should."""
    if condition.database == Check.FAILED:
        return "database"
    if condition.migrations != Check.OK:
        return "migrations"
    return "after_restore" if condition.restored else ""


def _check_readable(condition: Condition) -> None:
    """:raises DatabaseDownError:"""
    if condition.database == Check.FAILED:
        raise DatabaseDownError(checks=condition.checks)


def _report(checks: dict[str, str]) -> dict[str, Any]:
    return {"status": "healthy" if set(checks.values()) == {Check.OK} else "degraded", "checks": checks}


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
