"""`manage.py work` as a process: it goes on when what it needs was away, and ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psycopg
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from redis import Redis

from accounts.mail.tests.smtp_server import SMTPServer
from fincred.db.tests.postgresql import ThrowawayServer, free_port
from fincred.ops.jobs import registered_jobs
from fincred.ops.tests import redis_server
from fincred.tests.live import ROOT, LiveServer, migrated_server, own_database, wait_until
from fincred.tests.test_environment import start_with

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow]

QUEUE = """
from accounts.mail import queue_mail
from accounts.models import User
from fincred import clock

user = User.objects.create_user("kim{number}@example.com")
queue_mail(user=user, purpose="reset_password", now=clock.now())
"""

# Arguments are the names of packages; all others are as if they weren't installed.
LOAD = """
import sys
from importlib.metadata import packages_distributions

for module, packages in packages_distributions().items():
    if not {name.lower().replace("_", "-") for name in packages} & set(sys.argv):
        sys.modules[module] = None
import celery.beat, celery.bin.worker, celery.concurrency.thread, kombu.transport.redis
"""


# What runs the jobs: the embedded worker, or Celery.
RUNNERS = pytest.mark.parametrize("celery", ["false", pytest.param("true", marks=pytest.mark.celery)])


class Work:
    """One worker, with a database and a mail server of the test's."""

    def __init__(self, folder: Path, database_url: str, mail_url: str, **variables: str) -> None:
        self.server = LiveServer(folder, database_url, EMAIL_URL=mail_url, **variables)
        self.log = folder / "work.log"

    def queue_mail(self, number: int) -> None:
        self.server.manage("shell", "-c", QUEUE.format(number=number))

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "manage.py", "work"]
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.server.environment, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def says(self, text: str) -> bool:
        return text in self.log.read_text()


def terminate(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30)


class TestWork:
    def test_sends_mail_also_after_a_time_without_its_server(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as database_url:
            port = free_port()
            work = Work(tmp_path, database_url, f"smtp://127.0.0.1:{port}")
            work.queue_mail(1)
            with work.running() as process:
                wait_until(lambda: work.says("Job postponed"))
                with SMTPServer(port=port) as server:
                    wait_until(lambda: len(server.taken) == 1)
                    assert terminate(process) == 0
        assert work.says("mail server: ConnectionRefusedError")

    def test_without_redis_goes_on(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as database_url, SMTPServer() as server:
            work = Work(tmp_path, database_url, server.url, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
            work.queue_mail(1)
            with work.running() as process:
                wait_until(lambda: len(server.taken) == 1)
                assert terminate(process) == 0

    @pytest.mark.postgresql
    def test_runs_each_job_with_fewer_connections_than_jobs(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as database_url, psycopg.connect(database_url, autocommit=True) as watch:
            work = Work(tmp_path, database_url, "smtp://127.0.0.1:1", DB_POOL_MIN="1", DB_POOL_MAX="2")
            names = {job.name for job in registered_jobs()}
            ran = "SELECT name FROM ops_jobstate WHERE last_success_at IS NOT NULL"
            with work.running() as process:
                wait_until(lambda: names == {name for [name] in watch.execute(ran).fetchall()})
                assert terminate(process) == 0

    def test_ends_after_the_mail_that_is_being_sent(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as database_url:
            seen: list[str] = []

            def slow(recipient: str) -> None:
                seen.append(recipient)
                if len(seen) == 1:
                    process.send_signal(signal.SIGTERM)
                time.sleep(0.2)

            with SMTPServer(before_answer=slow) as server:
                work = Work(tmp_path, database_url, server.url)
                for number in (1, 2):
                    work.queue_mail(number)
                with work.running() as process:
                    assert process.wait(timeout=60) == 0  # its start is part of it
            assert len(server.taken) == 1

    def test_ends_with_the_process_that_it_runs_beside(self, tmp_path: Path) -> None:
        with own_database(tmp_path) as database_url, SMTPServer() as server:
            work = Work(tmp_path, database_url, server.url)
            work.queue_mail(1)
            script = f'"{sys.executable}" manage.py work --beside $$ & echo $!; exec sleep 60'
            beside = subprocess.Popen(
                ["sh", "-c", script], cwd=ROOT, env=work.server.environment, stdout=subprocess.PIPE, text=True
            )
            assert beside.stdout is not None
            worker = int(beside.stdout.readline())
            try:
                wait_until(lambda: len(server.taken) == 1)
                beside.kill()
                beside.wait()
                wait_until(lambda: not is_running(worker))
            finally:
                beside.kill()
                beside.stdout.close()
                if is_running(worker):
                    os.kill(worker, signal.SIGKILL)


class TestCelery:
    @pytest.mark.celery
    @pytest.mark.redis
    def test_wakes_the_same_jobs_and_ends_after_the_mail_that_is_being_sent(
        self, tmp_path: Path, redis: Redis
    ) -> None:
        with own_database(tmp_path) as database_url:
            port = free_port()
            work = Work(
                tmp_path, database_url, f"smtp://127.0.0.1:{port}", REDIS_URL=redis_server.REDIS, CELERY="true"
            )
            for number in (1, 2):
                work.queue_mail(number)
            with work.running() as process:
                wait_until(lambda: work.says("Job postponed"))
                redis.flushdb()
                with SMTPServer(port=port, before_answer=lambda _: terminate_once(process)) as server:
                    assert process.wait(timeout=60) == 0
                    assert len(server.taken) == 1

    def test_needs_redis(self) -> None:
        assert "CELERY: needs REDIS_URL" in start_with({"CELERY": "true"}).stderr

    def test_that_is_not_installed_is_named(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.CELERY = True
        monkeypatch.setitem(sys.modules, "celery", None)
        monkeypatch.delitem(sys.modules, "fincred.ops.celery_app", raising=False)
        with pytest.raises(CommandError, match=r"requirements-celery\.txt"):
            call_command("work")

    @pytest.mark.celery
    def test_without_what_its_client_of_redis_needs_is_named(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CELERY = True
        monkeypatch.setitem(sys.modules, "packaging.version", None)
        for loaded in ("kombu.transport.redis", "fincred.ops.celery_app"):
            monkeypatch.delitem(sys.modules, loaded, raising=False)
        with pytest.raises(CommandError, match=r"requirements-celery\.txt installed: .*packaging"):
            call_command("work")

    @pytest.mark.celery
    def test_needs_nothing_that_is_not_locked(self) -> None:
        """A package doesn't always say what it needs, and another one may have brought that here."""
        locked = "".join((ROOT / name).read_text() for name in ("requirements.txt", "requirements-celery.txt"))
        names = re.findall(r"^([\w.-]+)(?:\[.*\])?==", locked, re.MULTILINE)
        loaded = subprocess.run([sys.executable, "-c", LOAD, *names], capture_output=True, text=True, check=False)
        assert (loaded.returncode, loaded.stderr) == (0, "")


def terminate_once(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    Event().wait(0.2)  # a mail that takes longer than stopping does


def is_running(pid: int) -> bool:
    """Not so for one that has ended and that its new parent hasn't noticed yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.postgresql
class TestWithoutDatabase:
    def test_waits_for_it_at_the_start_and_later_in_the_same_process(
        self, tmp_path: Path, postgresql_binaries: Path
    ) -> None:
        with migrated_server(postgresql_binaries, durable=True) as postgresql, SMTPServer() as server:
            work = Work(tmp_path, postgresql.url, server.url)
            work.queue_mail(1)
            postgresql.kill()
            with work.running() as process:
                wait_until(lambda: work.says("Job waits for the database"))
                postgresql.start()
                wait_until(lambda: len(server.taken) == 1 and sent(postgresql) == 1)
                wait_until(lambda: work.says("Job goes on  job=mail"))  # else it is still the first wait
                before = work.log.read_text().count("Job waits for the database")
                postgresql.kill()
                wait_until(lambda: work.log.read_text().count("Job waits for the database") > before)
                postgresql.start()
                work.queue_mail(2)
                wait_until(lambda: len(server.taken) == 2)
                assert terminate(process) == 0

    @pytest.mark.redis
    @RUNNERS
    def test_leaves_a_mail_whose_lease_ran_out_meanwhile_to_the_process_that_sends_it(
        self, tmp_path: Path, postgresql_binaries: Path, redis: Redis, celery: str
    ) -> None:
        with migrated_server(postgresql_binaries, durable=True) as postgresql, SMTPServer() as server:
            work = Work(tmp_path, postgresql.url, server.url, REDIS_URL=redis_server.REDIS, CELERY=celery)
            work.queue_mail(1)
            with psycopg.connect(postgresql.url) as link:
                link.execute(
                    "UPDATE accounts_outgoingmail"
                    " SET attempts = 1, failure = 'unfinished', next_attempt_at = now() - interval '1 minute'"
                )
            postgresql.kill()
            with work.running() as process:
                wait_until(lambda: work.says("Job waits for the database  job=mail"), seconds=90)
                postgresql.start()
                wait_until(lambda: work.says("The database can be reached again"))
                Event().wait(0.2)  # before the other process has noticed
                with psycopg.connect(postgresql.url) as link:
                    link.execute("UPDATE accounts_outgoingmail SET sent_at = now()")
                work.queue_mail(2)
                wait_until(lambda: bool(server.taken))
                assert terminate(process) == 0
            assert ["kim2" in taken.recipient for taken in server.taken] == [True]


@pytest.mark.postgresql
class TestWithoutMigrations:
    """As on Kubernetes, where workers of a new version start beside its migrations."""

    @pytest.mark.redis
    @RUNNERS
    def test_waits_for_them_in_the_same_process(
        self, tmp_path: Path, postgresql_binaries: Path, redis: Redis, celery: str
    ) -> None:
        with ThrowawayServer(postgresql_binaries, durable=True) as postgresql, SMTPServer() as server:
            work = Work(tmp_path, postgresql.url, server.url, REDIS_URL=redis_server.REDIS, CELERY=celery)
            work.server.manage("migrate", "--verbosity", "0", "ops", "0003")
            with work.running() as process:
                wait_until(lambda: work.says("Job waits for the database") and work.says("NotMigratedError"))
                work.server.manage("migrate", "--verbosity", "0")
                work.queue_mail(1)
                wait_until(lambda: len(server.taken) == 1, seconds=90)
                assert "Traceback" not in work.log.read_text()
                assert terminate(process) == 0


def sent(postgresql: ThrowawayServer) -> int:
    with psycopg.connect(postgresql.url) as link:
        return len(link.execute("SELECT 1 FROM accounts_outgoingmail WHERE sent_at IS NOT NULL").fetchall())
