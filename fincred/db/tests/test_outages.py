"""A database goes and comes back: what the log of a process says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fincred.db.tests.pgbouncer import ThrowawayPgBouncer
from fincred.tests.live import LiveServer, migrated_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow, pytest.mark.postgresql]

BACK = "The database can be reached again"


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


class TestOutage:
    def test_is_told_when_it_begins_and_when_it_ends(self, tmp_path: Path, postgresql_binaries: Path) -> None:
        with migrated_server(postgresql_binaries, durable=True) as postgresql:
            server = LiveServer(
                tmp_path, postgresql.url, "--workers", "1", LOG_FORMAT="json", DB_POOL_MIN="5", DB_POOL_TIMEOUT="1"
            )
            with server:
                wait_until(lambda: server.get("/api/v0/education/snippets").status == 200)
                for _ in range(2):
                    postgresql.stop()
                    for _ in range(5):
                        assert server.get("/api/v0/education/snippets").status == 503
                    postgresql.start()
                    wait_until(lambda: server.get("/api/v0/education/snippets").status == 200)
                lines = lines_of(server.log)
                assert [line["database"] for line in lines if line["message"] == BACK] == ["default", "default"]
                of_the_pool = [line["message"] for line in lines if line["logger"] == "psycopg.pool"]
                answered = [line for line in lines if line.get("logger") == "django.request"]
                assert {line["reason"] for line in answered} <= {
                    "PoolTimeout",
                    "OperationalError",
                    "AdminShutdown",
                }
                assert len(answered) == 10
                assert "Traceback" not in server.log.read_text()
                refused = [text for text in of_the_pool if "onnection refused" in text]
                assert len(refused) == 2, of_the_pool
                assert all("error connecting in 'default'" in text for text in of_the_pool)

    @pytest.mark.pgbouncer
    def test_is_not_told_to_be_over_because_a_pooler_answers_whose_server_is_away(
        self, tmp_path: Path, postgresql_binaries: Path
    ) -> None:
        with migrated_server(postgresql_binaries, durable=True) as postgresql:
            with psycopg.connect(postgresql.url, autocommit=True) as link:
                link.execute("ALTER ROLE postgres SET statement_timeout = '10s'")
                link.execute("ALTER SYSTEM SET timezone = 'UTC'")  # what FinCred asks for: nothing is left to set
                link.execute("SELECT pg_reload_conf()")
            with ThrowawayPgBouncer(postgresql, connections=3, settings="server_login_retry = 1") as pooler:
                server = LiveServer(
                    tmp_path, pooler.url, "--workers", "1",
                    LOG_FORMAT="json", DB_POOL_TIMEOUT="1", DATABASE_POOLER="transaction",
                )  # fmt: skip
                with server:
                    wait_until(lambda: server.get("/api/v0/education/snippets").status == 200)
                    postgresql.stop()
                    for _ in range(5):
                        assert server.get("/api/v0/education/snippets").status == 503
                    postgresql.start()
                    wait_until(lambda: server.get("/api/v0/education/snippets").status == 200)
                    told = [line["message"] for line in lines_of(server.log)]
        assert told.count(BACK) == 1
