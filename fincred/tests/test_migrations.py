"""Each app's migrations, back to nothing and forward again, on a filled database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fincred.tests.live import ROOT, own_database

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]

# A process of its own, for Django reads its database's name once. From the top down, so that each app goes while
# it is full.
THERE_AND_BACK = """
import gc
import django
django.setup()
gc.freeze()
gc.set_threshold(100_000)  # a migration makes models by the thousand, and most stay for a while
from django.apps import apps
from django.core.management import call_command
from django.db import connection

def full(app):
    return [m for m in apps.get_app_config(app).get_models() if m._base_manager.exists()]

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
assert not full("accounts")
call_command("seed_demo", verbosity=0)
assert set(full("accounts")) >= set(models)
print("there and back")
"""


class TestMigrations:
    def test_run_backwards_and_forwards_on_a_filled_database(self, tmp_path: Path) -> None:
        variables = {"ENV": "development", "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "fincred.settings"}
        with own_database(tmp_path) as database_url:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", THERE_AND_BACK],
                cwd=ROOT,
                env=os.environ | variables | {"DATABASE_URL": database_url},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
        assert "goals follow their check-ins: ok" in done.stdout, done.stderr
        assert "there and back" in done.stdout, done.stderr
