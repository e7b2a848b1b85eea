"""`ready` while the primary is away: real servers, stopped one after the other."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from fincred.db.tests.postgresql import ThrowawayReplica
from fincred.ops.tests.redis_server import REDIS
from fincred.tests.live import LiveServer, migrated_server, wait_until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.platform,
    pytest.mark.postgresql,
    pytest.mark.redis,
    pytest.mark.slow,
]

PROMISED_SECONDS = 10


def await_ready(server: LiveServer, status: int, database: str, *, primary: bool) -> None:
    """`primary` is what the metric says of it, so that an alert knows a primary that is away from a full disk."""

    def is_so() -> bool:
        answer = server.get("/api/v0/health/ready")
        body = json.loads(answer.text)
        checks = body.get("checks") or body["details"]["checks"]
        told = f"\nfincred_database_primary_answers {primary:.1f}\n" in server.get("/metrics").text
        return (answer.status, checks["database"], told) == (status, database, True)

    wait_until(is_so, seconds=PROMISED_SECONDS)


class TestReady:
    def test_says_read_only_without_the_primary_and_fails_without_the_replica_as_well(
        self, tmp_path: Path, postgresql_binaries: Path
    ) -> None:
        with migrated_server(postgresql_binaries) as primary, ThrowawayReplica(primary) as replica:
            server = LiveServer(tmp_path, primary.url, DATABASE_REPLICA_URL=replica.url, REDIS_URL=REDIS)
            server.start()
            try:
                await_ready(server, 200, "ok", primary=True)
                with closing(psycopg.connect(primary.url, autocommit=True)) as operator:
                    operator.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                    operator.execute("SELECT pg_reload_conf()")
                    await_ready(server, 200, "read_only", primary=True)
                    operator.execute("SET default_transaction_read_only = off")
                    operator.execute("ALTER SYSTEM RESET default_transaction_read_only")
                    operator.execute("SELECT pg_reload_conf()")
                await_ready(server, 200, "ok", primary=True)
                primary.stop()
                await_ready(server, 200, "read_only", primary=False)
                replica.stop()
                await_ready(server, 503, "failed", primary=False)
                primary.start()
                await_ready(server, 200, "ok", primary=True)
            finally:
                server.stop()
