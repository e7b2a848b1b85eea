from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from pytest_django import Settings

from accounts.models import AuditEntry, User
from accounts.services import erase_person
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.db import backup as archive
from fincred.money import MAX_MONEY
from fincred.ops.progress_bar import ProgressBar
from fincred.ops.tests.test_figures import metrics
from fincred.tests.live import migrated_file
from goals.models import Goal
from tracking import demo

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.fincred.gz"


def manage(database: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, on an SQLite database of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        check=False,
    )


def take_no_notes(execute: Any, sql: str, *rest: Any) -> Any:
    if "ops_jobstate" in sql and not sql.startswith("SELECT"):
        raise OperationalError
    return execute(sql, *rest)


@pytest.mark.slow
class TestRoundTrip:
    def test_an_empty_database_becomes_equal_by_hash(self, file: Path, tmp_path: Path) -> None:
        """The restored one is SQLite, also where the suite runs on PostgreSQL: the file belongs to no engine."""
        demo.create_demo(now=clock.now())
        Goal.objects.update(target_amount=MAX_MONEY)
        before = archive.digests()
        call_command("backup", str(file), stdout=StringIO(), stderr=StringIO())
        assert archive.digests() == before
        other = tmp_path / "other.sqlite3"
        shutil.copy(migrated_file(), other)
        restored = manage(other, "restore", str(file))
        assert restored.returncode == 0, restored.stderr
        assert restored.stdout.startswith(f"Database {other}: restoring {file}.\n")
        assert "manage.py after_restore --since 20" in restored.stdout
        code = "import json; from fincred.db.backup import digests; print(json.dumps(digests()))"
        shell = manage(other, "shell", "-v0", "-c", code)
        assert shell.stdout.strip() == json.dumps(before)

    def test_the_restored_serves_on(self, file: Path, tmp_path: Path) -> None:
        demo.create_demo(now=clock.now())
        archive.backup(file)
        other = tmp_path / "other.sqlite3"
        shutil.copy(migrated_file(), other)
        manage(other, "restore", str(file))
        assert manage(other, "check_integrity").returncode == 0
        database = sqlite3.connect(other)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("DELETE FROM accounts_auditentry")
        database.close()

    def test_can_be_restored_where_it_was_made(self, file: Path) -> None:
        """Also on PostgreSQL: sequences go on behind the rows."""
        before = archive.digests()
        rows = archive.backup(file)
        assert archive.restore(file).rows == rows
        assert archive.digests() == before
        demo.create_demo(now=clock.now())
        assert AuditEntry.objects.exists()

    def test_rows_that_share_a_mailbox_come_back_as_they_were(self, file: Path) -> None:
        """A version without mailboxes may have stored one, and nothing has filled it yet."""
        UserFactory.create(email="x@münchen.de")
        User.objects.filter(pk=UserFactory.create().pk).update(email="x@xn--mnchen-3ya.de", mailbox=None)
        before = archive.digests()
        archive.backup(file)
        User.objects.all().delete()
        archive.restore(file)
        assert archive.digests() == before

    @pytest.mark.postgresql
    def test_may_take_longer_than_a_request(self, file: Path) -> None:
        archive.backup(file)
        limits: list[str] = []
        archive.restore(file, start=lambda rows: lambda step: limits.append(statement_timeout()))
        assert set(limits) == {"0"}
        assert statement_timeout() == "10s"


def statement_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


class TestRefusal:
    def test_of_a_database_with_people(self, file: Path, saver: User) -> None:
        archive.backup(file)
        with pytest.raises(CommandError, match="has people"):
            call_command("restore", str(file))
        assert User.objects.count() == 1

    def test_of_a_database_that_only_holds_an_audit_trail(self, file: Path, saver: User) -> None:
        archive.backup(file)
        erase_person(user=saver, now=clock.now())
        with pytest.raises(CommandError, match="audit trail"):
            call_command("restore", str(file))

    def test_of_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        for command in (("restore", tmp_path / "none"), ("backup", tmp_path / "no" / "folder")):
            with pytest.raises(CommandError):
                call_command(command[0], str(command[1]), stderr=StringIO())


class TestFile:
    def test_is_for_its_owner_alone_and_complete_or_absent(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.backup(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        file.unlink()

        def fail(steps: int) -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            archive.backup(file, progress=fail)
        assert list(file.parent.iterdir()) == []

    @pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
    def test_that_is_stopped_leaves_no_file(
        self, saver: User, file: Path, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals
    ) -> None:
        monkeypatch.setattr(ProgressBar, "advance", lambda *_: os.kill(os.getpid(), stop))
        with pytest.raises(CommandError, match=r"^Stopped\. No file was written\.$"):
            call_command("backup", str(file), stdout=StringIO(), stderr=StringIO())
        assert not list(file.parent.iterdir())

    def test_tells_the_metrics_when_it_succeeded(self, saver: User, file: Path) -> None:
        name = 'fincred_job_last_success_timestamp_seconds{job="backup"}'
        assert name not in metrics()
        for _ in range(2):
            began = clock.now().timestamp()
            call_command("backup", str(file), stdout=StringIO(), stderr=StringIO())
            assert began <= metrics()[name] <= clock.now().timestamp()

    def test_that_was_copied_tells_the_metrics(self, db: None) -> None:
        name = 'fincred_job_last_success_timestamp_seconds{job="backup_copied"}'
        assert name not in metrics()
        began = clock.now().timestamp()
        call_command("backup_copied", stdout=StringIO())
        assert began <= metrics()[name] <= clock.now().timestamp()

    def test_that_was_copied_fails_where_that_can_not_be_noted(self, db: None) -> None:
        out = StringIO()
        with connection.execute_wrapper(take_no_notes), pytest.raises(CommandError, match="Run this again"):
            call_command("backup_copied", stdout=out, stderr=out)
        assert "FinCredCopyLate" in out.getvalue()
        assert "Noted." not in out.getvalue()

    def test_of_a_database_that_takes_no_writes_succeeds_and_says_what_it_could_not_note(self, file: Path) -> None:
        out = StringIO()
        with connection.execute_wrapper(take_no_notes):
            call_command("backup", str(file), stdout=out, stderr=out)
        assert archive.check(file)
        assert "FinCredBackupLate" in out.getvalue()

    def test_is_signed_with_the_key_and_says_so_without_one(self, file: Path, settings: Settings) -> None:
        for key, warned in (("k" * 32, False), ("", True)):
            settings.BACKUP_KEY = key
            out = StringIO()
            call_command("backup", str(file), stdout=out, stderr=out)
            assert ("not forgery" in out.getvalue()) is warned
            assert archive.check(file).signed is not warned
