from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from fincred import env_file
from fincred.env_file import read_env_file
from fincred.environment import ENVIRONMENTS, Environment

pytestmark = [pytest.mark.unit, pytest.mark.platform]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def start_with(path: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py COMMAND` in a process of its own, with this file as `.env`."""
    code = (
        "import pathlib, runpy, sys; import fincred.env_file as env_file;"
        "env_file.ENV_FILE = pathlib.Path(sys.argv.pop(1)); runpy.run_path('manage.py', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(path), *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class TestReading:
    def test_takes_assignments_quotes_comments_and_blank_lines(self, path: Path) -> None:
        path.write_bytes(
            b"# a comment\r\n\r\nENV=staging\r\nexport DEBUG=no\n  PORT=8001\n"
            b'A=a b#c=d\nB=\'it is # "quoted"\'\nC="say \\"hi\\" \\\\ # no \\n comment"\nD=\nE=M\xc3\xbcnchen'
        )
        file = read_env_file(path)
        assert file.faults == []
        assert file.values == {
            "ENV": "staging",
            "DEBUG": "no",
            "PORT": "8001",
            "A": "a b#c=d",
            "B": 'it is # "quoted"',
            "C": 'say "hi" \\ # no \\n comment',
            "D": "",
            "E": "München",
        }

    def test_an_absent_file_assigns_nothing(self, path: Path) -> None:
        assert read_env_file(path).values == {}

    def test_a_folder_in_its_place_is_a_fault(self, path: Path) -> None:
        path.mkdir()
        assert read_env_file(path).faults == [".env: can't be read: Is a directory"]

    def test_a_link_to_nothing_is_a_fault(self, path: Path) -> None:
        path.symlink_to("a-volume-that-is-not-mounted")
        assert read_env_file(path).faults == [".env: can't be read: No such file or directory"]

    def test_one_that_never_ends_is_a_fault(self, path: Path) -> None:
        path.symlink_to("/dev/zero")
        assert read_env_file(path).faults == [".env: is larger than 1 MiB"]

    def test_a_pipe_that_no_program_writes_is_a_fault(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(env_file, "PATIENCE", 0.05)
        os.mkfifo(path)
        assert read_env_file(path).faults == [".env: can't be read: Nothing came out of the pipe"]

    def test_a_pipe_is_read_to_its_end(self, path: Path) -> None:
        os.mkfifo(path)
        with subprocess.Popen(["/bin/sh", "-c", '(echo A=1; sleep 0.1; echo B=2) > "$0"', str(path)]):
            assert read_env_file(path).values == {"A": "1", "B": "2"}

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            (b"SECRET_KEY = hunter2", "without spaces"),
            (b"SECRET_KEY= hunter2", "without spaces"),
            (b"SECRET_KEY =hunter2", "without spaces"),
            (b"SECRET_KEY: hunter2", "NAME=VALUE"),
            (b"SECRET-KEY=hunter2", "NAME=VALUE"),
            (b"hunter2", "NAME=VALUE"),
            (b"=hunter2", "NAME=VALUE"),
            (b"\xef\xbb\xbfSECRET_KEY=hunter2", "byte-order mark"),
            (b"SECRET_KEY=hunter2\xff", "UTF-8"),
            ("SECRET_KEY=hunter2".encode("utf-16"), "UTF-8"),
            (b"SECRET_KEY=hunter2\x00", "unprintable"),
            (b"SECRET_KEY=hunter\t2", "unprintable"),
            ("SECRET_KEY=hunter2\u200b!".encode(), "unprintable"),
            (b"SECRET_KEY='hunter2", "quotes"),
            (b'SECRET_KEY="hunter2', "quotes"),
            (b'SECRET_KEY="hunter2" # mine', "quotes"),
            (b"SECRET_KEY='hunter'2'", "quotes"),
            (b"SECRET_KEY=hunter2 # mine", "quote the value"),
            (b"ENV=hunter2", "assigns ENV again, after line 1"),
        ],
    )
    def test_a_line_that_can_not_be_read_is_named_and_not_shown(self, path: Path, line: bytes, why: str) -> None:
        path.write_bytes(b"ENV=production\n" + line + b"\nDEBUG=no\n")
        file = read_env_file(path)
        (fault,) = file.faults[:1]
        assert fault.startswith(".env line ")
        assert why in fault
        assert "hunter" not in "".join(file.faults)


class TestSettings:
    def faults(self, path: Path, **variables: str) -> str:
        env = Environment(variables, read_env_file(path))
        env.choice("ENV", "development", ("development", "production"))
        env.hosts("ALLOWED_HOSTS", [])
        env.integer("DB_POOL_MIN", 5)
        with pytest.raises(ImproperlyConfigured) as refused:
            env.report()
        return str(refused.value)

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("env", "ENV"),
            ("Env", "ENV"),
            ("EMV", "ENV"),
            ("ALLOWED_HOST", "ALLOWED_HOSTS"),
            ("ALOWED_HOTS", "ALLOWED_HOSTS"),
            ("allowed_hosts", "ALLOWED_HOSTS"),
            ("DB_POOL_MINN", "DB_POOL_MIN"),
        ],
    )
    def test_a_name_close_to_a_settings_is_a_typing_error(self, path: Path, name: str, meant: str) -> None:
        path.write_text(f"OTHER_PROGRAMS=1\n{name}=hunter2")
        assert self.faults(path) == (
            f"The environment is not right:\n  .env line 2: {name} is not a setting; {meant} is"
        )

    def test_the_environment_may_hold_any_names(self, path: Path) -> None:
        env = Environment({"ALLOWED_HOST": "x", "env": "y"}, read_env_file(path))
        assert env.hosts("ALLOWED_HOSTS", []) == []
        env.report()

    @pytest.mark.parametrize("name", ["Environment", "app_env", "ENVIROMENT", "FINCRED_ENV"])
    def test_so_is_a_name_with_the_setting_in_it_and_one_of_its_values(self, path: Path, name: str) -> None:
        path.write_text(f"{name}=Production\nVIRTUAL_ENV=/venv\nNODE_ENV=development\n")
        env = Environment({}, read_env_file(path))
        env.choice("ENV", "development", ENVIRONMENTS)
        env.refuse_instead_of("ENV", ENVIRONMENTS, "development")
        with pytest.raises(ImproperlyConfigured) as refused:
            env.report()
        told = f"  {name}: is not a setting; ENV is, and it isn't set (.env line 1)"
        assert str(refused.value).splitlines()[1:] == [told]

    @pytest.mark.parametrize("name", ["DJANGO_ENV", "FINCRED_ENV"])
    def test_one_that_has_the_default_does_no_harm(self, path: Path, name: str) -> None:
        path.write_text(f"{name}=development\n")
        env = Environment({}, read_env_file(path))
        assert env.choice("ENV", "development", ENVIRONMENTS) == "development"
        env.refuse_instead_of("ENV", ENVIRONMENTS, "development", "DJANGO_ENV")
        env.report()

    def test_a_name_that_others_use_is_told_unless_the_setting_is_given(self, path: Path) -> None:
        path.write_text("ENVIRONMENT=production\nAPP_ENV=development\n")
        env = Environment({"DJANGO_ENV": "production"}, read_env_file(path))
        env.choice("ENV", "development", ("development", "production"))
        env.refuse_instead_of("ENV", ENVIRONMENTS, "development", "ENVIRONMENT", "DJANGO_ENV", "APP_ENV")
        with pytest.raises(ImproperlyConfigured) as refused:
            env.report()
        assert str(refused.value).splitlines()[1:] == [
            "  ENVIRONMENT: is not a setting; ENV is, and it isn't set (.env line 1)"
        ]

        env = Environment({"ENV": "production"}, read_env_file(path))
        env.choice("ENV", "development", ("development", "production"))
        env.refuse_instead_of("ENV", ENVIRONMENTS, "development", "ENVIRONMENT")
        env.report()

    @pytest.mark.parametrize("name", ["CORS_ALLOWED_ORIGINS", "cors", "DJANGO_CORS_ORIGINS"])
    def test_so_is_a_name_that_seems_to_mean_a_setting_which_is_not_set(self, path: Path, name: str) -> None:
        def read(**variables: str) -> Environment:
            env = Environment(variables, read_env_file(path))
            env.listing("CORS_ORIGINS", [])
            return env

        path.write_text(f"\n{name}=https://hunter2.example\n")
        with pytest.raises(ImproperlyConfigured) as refused:
            read().report()
        assert str(refused.value).splitlines()[1:] == [
            f"  .env line 2: {name} is not a setting; CORS_ORIGINS is, and it isn't set"
        ]
        read(CORS_ORIGINS="https://app.example").report()
        path.write_text(f"{name}=\n")  # says nothing
        read().report()

    def test_a_setting_that_a_file_or_its_own_line_gives_is_set(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("hunter2")

        def read(**variables: str) -> Environment:
            env = Environment(variables, read_env_file(path))
            env.token("METRICS_TOKEN")
            return env

        path.write_text(f"FINCRED_METRICS_TOKEN=x\nDJANGO_METRICS_TOKEN_FILE={tmp_path}/token\n")
        read(METRICS_TOKEN="y").report()
        read(METRICS_TOKEN_FILE=f"{tmp_path}/token").report()
        with pytest.raises(ImproperlyConfigured) as refused:
            read().report()
        assert str(refused.value).splitlines()[1:] == [
            "  .env line 1: FINCRED_METRICS_TOKEN is not a setting; METRICS_TOKEN is, and it isn't set",
            "  .env line 2: DJANGO_METRICS_TOKEN_FILE is not a setting; METRICS_TOKEN_FILE is, and it isn't set",
        ]

    def test_another_setting_that_is_set_does_not_hide_the_one_that_is_meant(self, path: Path) -> None:
        path.write_text("DATABASE_URL=postgres://localhost/fincred\nDB_REPLICA_URL=postgres://hunter2/fincred\n")
        env = Environment({}, read_env_file(path))
        env.database("DATABASE_URL", None)
        env.database("DATABASE_REPLICA_URL", None)
        with pytest.raises(
            ImproperlyConfigured, match="DB_REPLICA_URL is not a setting; DATABASE_REPLICA_URL is, and"
        ):
            env.report()

    @pytest.mark.parametrize("server", ["database", "redis", "email"])
    def test_so_is_a_part_of_a_servers_url(self, path: Path, server: str) -> None:
        path.write_text(f"{server.upper()}_HOST=hunter2\n")
        env = Environment({}, read_env_file(path))
        defaults = {"database": ["sqlite:///x"], "redis": [], "email": ["memorymail://"]}
        getattr(env, server)(f"{server.upper()}_URL", *defaults[server])
        with pytest.raises(ImproperlyConfigured, match=f"{server.upper()}_URL is, and it isn't set"):
            env.report()

    def test_a_value_that_does_not_parse_is_named_by_its_line(self, path: Path) -> None:
        path.write_text("\nDB_POOL_MIN=hunter2\n")
        assert "DB_POOL_MIN: must be a whole number from 1 to 1000000 (.env line 2)" in self.faults(path)
        assert "(.env" not in self.faults(path, DB_POOL_MIN="hunter2")

    @pytest.mark.parametrize(
        "value",
        [
            "${HUNTER}/hunter2",
            '"/hunter2/${HUNTER:-2}"',
            "/hunter2/$(cat hunter)",
            "$FOLDER/hunter2",
            "/hunter2/$LATER",
        ],
    )
    def test_a_reference_in_a_setting_is_not_replaced_and_told(self, path: Path, value: str) -> None:
        path.write_text(f"FOLDER=/x\nERASURE_LOG={value}\nLATER=1\n")
        env = Environment({}, read_env_file(path))
        env.read("ERASURE_LOG", "", str, "text")
        with pytest.raises(ImproperlyConfigured) as refused:
            env.report()
        assert "  ERASURE_LOG: has a reference ($), which isn't replaced" in str(refused.value)
        assert str(refused.value).endswith("(.env line 2)")
        assert "unter" not in str(refused.value)

    @pytest.mark.parametrize(
        ("line", "value"),
        [
            ("TOKEN='a${FOLDER}'", "a${FOLDER}"),
            ("TOKEN=pa$word$1$", "pa$word$1$"),
            ("TOKEN=b\nIMAGE=${REGISTRY}/fincred", "b"),
        ],
    )
    def test_a_dollar_that_refers_to_nothing_is_taken_and_other_programs_may_refer(
        self, path: Path, line: str, value: str
    ) -> None:
        path.write_text(f"FOLDER=/x\n{line}\n")
        env = Environment({}, read_env_file(path))
        assert env.read("TOKEN", "", str, "text") == value
        env.report()

    def test_the_environment_may_hold_a_reference_and_wins(self, path: Path) -> None:
        path.write_text("TOKEN=${X}\n")
        env = Environment({"TOKEN": "${Y}"}, read_env_file(path))
        assert env.read("TOKEN", "", str, "text") == "${Y}"
        env.report()

    def test_the_environment_wins_also_with_an_empty_variable(self, path: Path) -> None:
        path.write_text("DB_POOL_MIN=7\nDB_POOL_MAX=9\n")
        env = Environment({"DB_POOL_MIN": "8", "DB_POOL_MAX": ""}, read_env_file(path))
        assert (env.integer("DB_POOL_MIN", 5), env.integer("DB_POOL_MAX", 15)) == (8, 15)


class TestStart:
    """Each is tried through `manage.py`, with the file in the place of `.env`."""

    @pytest.mark.parametrize(
        "line",
        [
            "ENV = production",
            "\ufeffENV=production",
            "env=production",
            "ALLOWED_HOST=hunter2.example",
            "EMAIL_URL=smtp:/hunter2",
            "SECRET_KEY = hunter2hunter2hunter2hunter2hunter2",
            "DATABASE_URL=mysql://hunter2@hunter2/hunter2",
            "DATABASE_URL=sqlite://hunter2",
            "DATABASE=postgres://hunter2/hunter2",
            "DB_URL=postgres://hunter2/hunter2",
            "JWT_SECRET=hunter2hunter2hunter2hunter2hunter2",
            "EMAIL_HOST_PASSWORD=hunter2",
            "DATABASE_URL=postgres://fincred:${hunter2}@localhost/fincred",
            "SECRET_KEY=${hunter2hunter2hunter2hunter2hunter2}",
            "METRICS_TOKEN=$(hunter2)",
        ],
    )
    def test_is_stopped_in_words_that_name_the_line_and_show_no_value(self, path: Path, line: str) -> None:
        path.write_text(f"# settings\n{line}\n")
        result = start_with(path, "check")
        assert result.returncode == 1
        assert ".env line 2: " in result.stderr or "(.env line 2)" in result.stderr
        assert "hunter2" not in result.stdout + result.stderr
        assert "Traceback" not in result.stderr

    def test_takes_what_is_right(self, path: Path) -> None:
        path.write_text("ENV=staging\nexport PORT=8001\nSECRET_KEY='" + "s" * 40 + "'\nJWT_SECRET_KEY=" + "j" * 40)
        code = "from django.conf import settings; print(settings.ENV, settings.PORT, settings.SECRET_KEY[:3])"
        result = start_with(path, "shell", "-v0", "-c", code)
        assert result.stdout.strip() == "staging 8001 sss", result.stderr

    def test_the_database_is_told_in_words_too(self, path: Path, tmp_path: Path) -> None:
        path.write_text(f"DATABASE_URL=sqlite:///{tmp_path}/no/folder.sqlite3")
        result = start_with(path, "migrate")
        assert result.returncode == 1
        assert "unable to open database file" in result.stderr
        assert "Traceback" not in result.stderr
        assert "Traceback" in start_with(path, "migrate", "--traceback").stderr


class TestWhatGunicornReads:
    @pytest.fixture(autouse=True)
    def _file(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(env_file, "ENV_FILE", path)
        for name in ("PORT", "WEB_CONCURRENCY"):
            monkeypatch.delenv(name, raising=False)

    def test_is_the_default_without_a_file(self) -> None:
        assert (env_file.port(), env_file.workers(default=2)) == (8000, 2)

    def test_is_what_the_file_says_unless_the_environment_does(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path.write_text("PORT=8001\nWEB_CONCURRENCY=7\n")
        assert (env_file.port(), env_file.workers(default=2)) == (8001, 7)
        monkeypatch.setenv("WEB_CONCURRENCY", "3")
        assert env_file.workers(default=2) == 3

    @pytest.mark.parametrize("value", ["0", "-1", "80x", "99999"])
    def test_port_is_the_default_for_what_the_settings_refuse(self, path: Path, value: str) -> None:
        path.write_text(f"PORT={value}\n")
        assert env_file.port() == 8000
        assert "PORT" in start_with(path, "check").stderr

    @pytest.mark.parametrize("value", ["0", "-1", "many", "10000"])
    def test_number_of_workers_is_the_default_for_what_the_settings_refuse(self, path: Path, value: str) -> None:
        path.write_text(f"WEB_CONCURRENCY={value}\n")
        assert env_file.workers(default=2) == 2
        assert "WEB_CONCURRENCY" in start_with(path, "check").stderr
