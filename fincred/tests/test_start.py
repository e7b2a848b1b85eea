"""What an operator reads when a command or the server can't start: words, no traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import get_commands, load_command_class

from accounts.management.people_command import PeopleCommand
from fincred.tests.live import ROOT, own_database
from manage import GOING_ON

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One with Sam in it."""
    with own_database(tmp_path_factory.mktemp("streams")) as url:
        created = run("manage.py", "createsuperuser", "--no-input", DATABASE_URL=url, **SAM)
        assert created.returncode == 0, created.stderr
        yield url


OUR_APPS = ("fincred", "accounts", "goals", "planning", "tracking")
SAM = {"DJANGO_SUPERUSER_EMAIL": "sam@example.com", "DJANGO_SUPERUSER_PASSWORD": "a long phrase"}


class TestSettings:
    def test_stop_the_server_once_and_for_all(self) -> None:
        result = run(
            "-m", "gunicorn", "fincred.wsgi:application", "-w", "1", "-b", "127.0.0.1:0", ENV="production"
        )
        assert result.returncode == 3
        assert "SECRET_KEY: is required outside development" in result.stderr
        assert "Traceback" not in result.stderr


class TestDatabase:
    def test_that_is_not_migrated_is_said(self, tmp_path: Path) -> None:
        with own_database(tmp_path, migrated=False) as url:
            result = run("manage.py", "purge_expired", DATABASE_URL=url)
        assert result.returncode == 1
        assert "accounts_" in result.stderr
        assert "The database needs `manage.py migrate` first" in result.stderr
        assert "Traceback" not in result.stderr

    def test_that_is_no_database_is_said(self, tmp_path: Path) -> None:
        file = tmp_path / "notes.sqlite3"
        file.write_text("These are notes, and no database. " * 9)
        result = run("manage.py", "held_mail", DATABASE_URL=f"sqlite:///{file}")
        assert result.returncode == 1
        assert result.stderr == f"The database {file} can't do this: file is not a database\n"


def refusing_server(answer: str) -> Iterator[int]:
    """The port of a server that speaks as much of PostgreSQL's protocol as it takes to refuse."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=refuse_all, args=(server, answer), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def refuse_all(server: socket.socket, answer: str) -> None:
    fields = f"SFATAL\0VFATAL\0C{answer.partition(' ')[0]}\0M{answer.partition(' ')[2]}\0\0".encode()
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            with client:
                client.recv(4096)  # may we encrypt?
                client.sendall(b"N")
                client.recv(4096)
                client.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


class TestDatabaseThatIsAway:
    COMMANDS = ("held_mail", "migrate", "plan_all", "check --database default")

    @pytest.mark.parametrize("command", COMMANDS)
    def test_is_said_once_with_its_cause(self, command: str) -> None:
        url = "postgres://fincred:hunter2hunter2@127.0.0.1:1/fincred"
        result = run("manage.py", *command.split(), DATABASE_URL=url, DB_POOL_TIMEOUT="1")
        assert result.returncode == 1
        [line] = [
            line for line in result.stderr.splitlines() if "people are done" not in line and "Continue" not in line
        ]
        reason = "The database at 127.0.0.1:1 can't be reached: nothing answers there (connection refused)."
        assert line.removeprefix("CommandError: ") == reason

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ('28P01 password authentication failed for user "fincred"', "the password in DATABASE_URL is wrong"),
            ('3D000 database "roles" does not exist', "it has no database of that name"),
            ('28000 role "database" does not exist', "there is no such user"),
            ("53300 sorry, too many clients already", "it takes no more connections"),
            ("57P03 the database system is starting up", "it is starting"),
            ("XX000 something new", "something new"),
        ],
    )
    def test_tells_its_refusal_in_plain_words(self, answer: str, words: str) -> None:
        with contextmanager(refusing_server)(answer) as port:
            url = f"postgres://fincred:hunter2hunter2@127.0.0.1:{port}/fincred"
            result = run("manage.py", "held_mail", DATABASE_URL=url, DB_POOL_TIMEOUT="1")
        assert result.stderr.startswith(f"The database at 127.0.0.1:{port} can't be reached: {words}")
        assert (result.returncode, result.stderr.count("\n")) == (1, 1)

    def test_tells_of_an_unknown_host(self) -> None:
        result = run("manage.py", "held_mail", DATABASE_URL="postgres://x@db.invalid/x", DB_POOL_TIMEOUT="1")
        assert result.stderr == "The database at db.invalid:5432 can't be reached: there is no such host.\n"


class TestLog:
    @pytest.mark.parametrize("debug", ["true", "false"])
    def test_of_a_request_without_the_database_has_one_line_for_the_error(
        self, debug: str, tmp_path: Path
    ) -> None:
        code = (
            "from django.test import Client;"
            "client = Client(raise_request_exception=False, headers={'host': 'localhost'});"
            "sam = {'email': 'sam@example.com', 'password': 'a long phrase'};"
            "client.post('/api/v0/auth/login', sam, 'application/json');"
            "client.get('/api/v0/health/db')"
        )
        away = f"sqlite:///{tmp_path}/no/folder.sqlite3"
        result = run("manage.py", "shell", "-v0", "-c", code, DATABASE_URL=away, DEBUG=debug, LOG_LEVEL="DEBUG")
        told = [line for line in result.stderr.splitlines() if "Service Unavailable" in line]
        assert len(told) == 2, result.stderr
        assert all(" ERROR   django.request  " in line for line in told)
        assert "SELECT" not in result.stderr


class TestQuestions:
    def test_that_nobody_can_answer_make_no_superuser(self, database: str) -> None:
        result = subprocess.run(
            [sys.executable, "manage.py", "createsuperuser"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": database},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode, result.stdout) == (1, "")
        assert "No superuser was created." in result.stderr

    def test_that_nobody_can_answer_end_a_command_of_djangos_in_words(self, database: str) -> None:
        result = subprocess.run(
            [sys.executable, "manage.py", "changepassword", "sam@example.com"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": database},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # without a terminal
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert "run it in a terminal" in result.stderr
        assert "Traceback" not in result.stderr


class TestFiles:
    """Of commands that write into a file or a folder, or read one."""

    @pytest.mark.parametrize(
        "command",
        [
            "spectacular --file", "dumpdata --output", "export_user sam@example.com --output", "backup", "restore",
            "plan_picture", "mail_pictures", "back_office_pictures",
        ],
    )  # fmt: skip
    def test_that_can_not_be_there_are_said_in_a_line(self, command: str, database: str, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        path = str(tmp_path / "file" / "below")
        result = run("manage.py", *command.split(), path, DATABASE_URL=database, LOG_LEVEL="CRITICAL")
        assert result.returncode == 1
        [line] = result.stderr.splitlines()
        assert path in line
        assert "Not a directory" in line

    def test_that_turn_out_to_be_full_are_said_in_a_line(self) -> None:
        result = run("manage.py", "spectacular", "--file", "/dev/full")
        assert result.returncode == 1
        assert result.stderr == "The system can't do this: No space left on device\n"
        assert "Traceback" in run("manage.py", "spectacular", "--file", "/dev/full", "--traceback").stderr


class TestSignals:
    """A closed terminal, or a container that is stopped, leaves nothing half written behind."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_end_a_command_in_words_and_not_in_the_middle(self, number: signal.Signals) -> None:
        code = f"import os\ntry:\n  os.kill(os.getpid(), {int(number)})\nfinally:\n  print('tidied up')"
        result = run("manage.py", "shell", "-v0", "-c", code)
        assert (result.returncode, result.stderr, result.stdout) == (1, "Stopped.\n", "tidied up\n")

    @pytest.mark.parametrize("status", [0, 1])
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_after_the_end_of_a_command_leave_its_status(self, number: signal.Signals, status: int) -> None:
        code = f"import atexit, os, sys; atexit.register(os.kill, os.getpid(), {int(number)}); sys.exit({status})"
        assert run("manage.py", "shell", "-v0", "-c", code).returncode == status

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            ("plan_all --shard 2/4", "Stopped.\nContinue with: manage.py plan_all --shard 2/4\n"),
            ("purge_expired", "Stopped.\n"),
        ],
    )
    def test_while_a_command_starts_are_told_as_later(self, tmp_path: Path, command: str, told: str) -> None:
        stopping = f"import os; os.kill(os.getpid(), {int(signal.SIGTERM)})"
        (tmp_path / "asgiref.py").write_text(stopping)  # of Django's first imports
        result = run("manage.py", *command.split(), PYTHONPATH=str(tmp_path))
        assert (result.returncode, result.stderr) == (1, told)

    def test_are_told_so_for_every_command_that_goes_on(self) -> None:
        ours = [(app, name) for name, app in get_commands().items() if app.startswith(OUR_APPS)]
        going_on = {name for app, name in ours if isinstance(load_command_class(app, name), PeopleCommand)}
        assert going_on == GOING_ON

    def test_of_a_terminal_are_ignored_under_nohup(self) -> None:
        code = "import os, signal; os.kill(os.getpid(), signal.SIGHUP); print('goes on')"
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            result = run("manage.py", "shell", "-v0", "-c", code)
        finally:
            signal.signal(signal.SIGHUP, before)
        assert (result.returncode, result.stdout) == (0, "goes on\n")


class TestPackages:
    def test_that_are_missing_are_said(self) -> None:
        result = run("-S", "manage.py", "check")
        assert result.returncode == 1
        assert "make install" in result.stderr
        assert "Traceback" not in result.stderr


class TestStandardStreams:
    """Of commands that print, also those that show how far they are."""

    COMMANDS = ("held_mail", "check_integrity", "help")

    def run(self, database: str, redirections: str, *command: str) -> subprocess.CompletedProcess[str]:
        shell = f'exec "$0" manage.py "$@" {redirections}'
        return subprocess.run(
            ["sh", "-c", shell, sys.executable, *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": database},
            capture_output=True,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize("buffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "unbuffered"])
    @pytest.mark.parametrize("command", COMMANDS)
    def test_whose_reader_is_gone_end_the_command_quietly(
        self, command: str, buffered: dict[str, str], database: str
    ) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        result = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": database} | buffered,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        os.close(writer)
        assert result.stderr == ""
        assert result.returncode == 141

    @pytest.mark.parametrize("command", COMMANDS)
    def test_that_are_full_are_said(self, command: str, database: str) -> None:
        result = self.run(database, "> /dev/full", command)
        assert result.stderr == "Standard output can't be written: No space left on device\n"
        assert result.returncode == 1

    @pytest.mark.parametrize("command", COMMANDS)
    @pytest.mark.parametrize("stream", [0, 1, 2])
    def test_that_are_closed_disturb_nothing(self, stream: int, command: str, database: str) -> None:
        result = self.run(database, f"{stream}>&-", command)
        assert result.stderr == ""
        assert result.returncode == 0
        assert bool(result.stdout) == (stream != 1)

    def test_that_are_closed_get_no_export(self, database: str) -> None:
        result = self.run(database, ">&-", "export_user", "sam@example.com")
        assert "leads nowhere" in result.stderr
        assert result.returncode == 1

    @pytest.mark.parametrize("redirections", ["<&-", "</dev/null", ">&- <&-"])
    def test_without_an_answer_nobody_is_erased(self, redirections: str, database: str) -> None:
        result = self.run(database, redirections, "erase_user", "sam@example.com")
        assert "--no-input" in result.stderr
        assert "Traceback" not in result.stderr
        assert result.returncode == 1
