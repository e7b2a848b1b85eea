"""Each app's migrations, back to nothing and forward again, on a filled database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [pytest.mark.integration, pytest.mark.platform]

# A process of its own, for Django reads its database's name once. From the top down, so that each app goes while
# it is full; accounts takes all others along.
THERE_AND_BACK = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection

def full(app):
    return [m for m in apps.get_app_config(app).get_models() if m._base_manager.exists()]

call_command("migrate", verbosity=0)
call_command("seed_demo", verbosity=0)
call_command("migrate", "goals", "0001", verbosity=0)
call_command("migrate", verbosity=0)
call_command("check_integrity")
for app in ("tracking", "planning", "goals", "accounts"):
    models = full(app)
    assert models, app
    call_command("migrate", app, "zero", verbosity=0)
    tables = connection.introspection.table_names()
    assert not [table for table in tables if table.startswith(f"{app}_")], tables
    call_command("migrate", verbosity=0)
    assert not full(app), app
call_command("seed_demo", verbosity=0)
assert set(full("accounts")) >= set(models)
print("there and back")
"""


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[str]:
    """The URL of a new database of the engine that is being tested."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    import psycopg

    server = connection.settings_dict
    place = {"host": server["HOST"], "port": server["PORT"] or 5432, "user": server["USER"]}
    name = f"fincred_migrations_{uuid4().hex[:12]}"
    with psycopg.connect(**place, password=server["PASSWORD"], dbname="postgres", autocommit=True) as postgres:
        postgres.execute(f'CREATE DATABASE "{name}"')
        try:
            secret = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
            yield f"postgres://{place['user']}{secret}@{place['host']}:{place['port']}/{name}"
        finally:
            postgres.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class TestMigrations:
    def test_run_backwards_and_forwards_on_a_filled_database(self, own_database: str) -> None:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", THERE_AND_BACK],
            cwd=settings.ROOT,
            env=os.environ
            | {"DATABASE_URL": own_database, "ENV": "development", "LOG_LEVEL": "ERROR"}
            | {"DJANGO_SETTINGS_MODULE": "fincred.settings"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "goals follow their check-ins: ok" in done.stdout, done.stderr
        assert "there and back" in done.stdout, done.stderr
