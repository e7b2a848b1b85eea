"""A node whose code is newer than its database, behind a proxy that doesn't ask `ready`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fincred.tests.live import LiveServer, own_database

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]


class TestNotMigrated:
    def test_what_needs_the_missing_migrations_is_a_503_and_the_rest_is_answered(self, tmp_path: Path) -> None:
        with own_database(tmp_path, migrated=False) as url:
            server = LiveServer(tmp_path, url, "--workers", "1")
            server.manage("migrate", "accounts", "--verbosity", "0")
            with server:
                missing = server.get("/api/v0/education/snippets")
                assert missing.status == 503
                assert missing.headers["Retry-After"] == "2"
                assert json.loads(missing.text)["error_code"] == "DATABASE_UNAVAILABLE"
                assert server.get("/api/v0/health/ready").status == 503
                login = server.post("/api/v0/auth/login", b'{"email": "nobody@a.example", "password": "x"}')
                assert login.status == 401
                assert "Service Unavailable: /api/v0/education/snippets" in server.log.read_text()
                server.manage("migrate", "--verbosity", "0")
                assert server.get("/api/v0/education/snippets").status == 200
