"""Which database a read goes to, and what is recorded of writes, without servers of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from redis import Redis

from fincred.context import Caller, set_caller
from fincred.db import replicas
from fincred.ops.tests.redis_server import REDIS
from fincred.tests.live import ROOT
from fincred.tests.test_environment import GOOD_PRODUCTION, start_with
from goals.models import Goal

pytestmark = [pytest.mark.integration, pytest.mark.platform]
needs_postgresql = pytest.mark.postgresql

REPLICA_URL = "postgres://u:p@replica.example/fincred"


class TestRouter:
    def test_knows_only_the_primary_outside_of_requests(self) -> None:
        router = replicas.ReplicaRouter()
        assert {router.db_for_read(Goal), router.db_for_write(Goal)} == {"default"}

    def test_lets_nothing_migrate_a_replica(self) -> None:
        router = replicas.ReplicaRouter()
        assert router.allow_migrate("default", "goals")
        assert not router.allow_migrate("replica", "goals")


@pytest.mark.redis
class TestNote:
    def test_never_goes_back(self, redis: Redis) -> None:
        person, noted = uuid4(), []
        for position in (100, 2**40, 200):
            replicas.record_position(person, position)
            noted.append(redis.get(f"fincred:written:{person}"))
        assert noted == [b"100", b"%d" % 2**40, b"%d" % 2**40]

    def test_is_forgotten_after_a_day(self, redis: Redis) -> None:
        person = uuid4()
        replicas.record_position(person, 100)
        assert redis.ttl(f"fincred:written:{person}") in range(24 * 60 * 60 - 60, 24 * 60 * 60 + 1)

    @needs_postgresql
    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("method", "status", "noted"),
        [
            ("POST", 201, True),
            ("DELETE", 204, True),
            ("PATCH", 503, True),
            ("GET", 200, False),
            ("HEAD", 200, False),
        ],
    )
    def test_is_made_of_each_request_that_may_have_written(
        self, redis: Redis, method: str, status: int, noted: bool
    ) -> None:
        person = uuid4()
        set_caller(Caller(actor_id=person))
        try:
            answer = replicas.ReplicaMiddleware(lambda request: HttpResponse(status=status))
            answer(RequestFactory().generic(method, "/api/v0/goals"))
        finally:
            set_caller(Caller())
        assert redis.exists(f"fincred:written:{person}") == noted


class TestSetting:
    @pytest.mark.parametrize(
        "variables",
        [
            GOOD_PRODUCTION | {"DATABASE_REPLICA_URL": "sqlite:///db.sqlite3"},
            GOOD_PRODUCTION | {"DATABASE_REPLICA_URL": "replica.example"},
            {"DATABASE_REPLICA_URL": REPLICA_URL, "REDIS_URL": REDIS},
            {"DATABASE_REPLICA_URL": REPLICA_URL, "DATABASE_URL": "postgres://u:p@db.example/fincred"},
        ],
        ids=["SQLite", "no URL", "of a SQLite database", "without Redis"],
    )
    def test_refuses(self, variables: dict[str, str]) -> None:
        result = start_with(variables)
        assert result.returncode != 0
        assert "DATABASE_REPLICA_URL: " in result.stderr

    def test_installs_what_reads_from_a_replica_and_nothing_without_it(self) -> None:
        assert self._installed(GOOD_PRODUCTION) == [["default"], [], []]
        assert self._installed(GOOD_PRODUCTION | {"DATABASE_REPLICA_URL": REPLICA_URL}) == [
            ["default", "replica"],
            ["fincred.db.replicas.ReplicaRouter"],
            ["fincred.db.replicas.ReplicaMiddleware"],
        ]

    @staticmethod
    def _installed(variables: dict[str, str]) -> Any:
        """Databases, routers, and what stands in the way of requests."""
        told = """if True:
            import json
            from django.conf import settings
            ours = [name for name in settings.MIDDLEWARE if "replica" in name]
            print(json.dumps([list(settings.DATABASES), settings.DATABASE_ROUTERS, ours]))
        """
        told_by = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "fincred.settings"}
        return json.loads(subprocess.check_output([sys.executable, "-c", told], cwd=ROOT, env=told_by | variables))
