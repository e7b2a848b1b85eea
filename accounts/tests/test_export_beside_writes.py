"""An export beside writes of the same person: on PostgreSQL, and on SQLite in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fincred.tests.live import ROOT, own_database

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.slow]

# While the export has read some tables and not yet the others, the person signs in on another connection.
SIGN_IN_MEANWHILE = """
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from accounts.models import Session
from accounts.services import export_person, open_session
from accounts.tests.factories import UserFactory
from fincred import clock

saver = UserFactory.create()


def sign_in():
    try:
        open_session(user=saver, now=clock.now())
    finally:
        connection.close()


def beside(execute, sql, *rest):
    result = execute(sql, *rest)
    if 'FROM "accounts_profile"' in sql:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(sign_in).result()
    return result


with connection.execute_wrapper(beside):
    sections = export_person(user=saver, now=clock.now())
print(len(sections["sessions"]), Session.objects.count())
print([entry["action"] for entry in sections["audit_trail"]])
"""


class TestExport:
    def test_holds_up_no_write_and_is_of_one_moment(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as url:
            ended = subprocess.run(
                [sys.executable, "manage.py", "shell", "-v0", "-c", SIGN_IN_MEANWHILE],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": url},
                capture_output=True,
                text=True,
                check=False,
            )
        assert ended.stdout.splitlines() == ["0 1", "['person.exported']"], ended.stderr
