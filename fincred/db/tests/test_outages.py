"""A database goes and comes back: what the log of a process says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fincred.db.tests.postgresql import ThrowawayServer
from fincred.tests.live import LiveServer, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]

BACK = "The database can be reached again"


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


class TestOutage:
    def test_is_told_when_it_begins_and_when_it_ends(self, tmp_path: Path, postgresql_binaries: Path) -> None:
        with ThrowawayServer(postgresql_binaries, durable=True) as postgresql:
            server = LiveServer(
                tmp_path, postgresql.url, "--workers", "1", LOG_FORMAT="json", DB_POOL_MIN="5", DB_POOL_TIMEOUT="1"
            )
            server.manage("migrate", "--verbosity", "0")
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
                refused = [text for text in of_the_pool if "onnection refused" in text]
                assert len(refused) == 2, of_the_pool
                assert all("error connecting in 'default'" in text for text in of_the_pool)
