from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from fincred import env_file
from fincred.env_file import EnvFile
from fincred.environment import Environment
from fincred.secret_files import development_key

pytestmark = [pytest.mark.unit, pytest.mark.platform]

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = str(ROOT / "fincred" / "settings.py")

DEFAULTS: dict[str, tuple[Any, ...]] = {
    "hosts": ([],), "address": ("",), "file": (Path(),),
    "url": ("", ("https",)),
}  # fmt: skip


def faults_of(env: Environment) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        env.report()
    return str(refused.value)


class TestEnvironment:
    def test_names_every_faulty_variable_at_once_and_shows_no_value(self) -> None:
        env = Environment({"A": "maybe-s3cret", "B": "0", "C": "sideways-s3cret", "D": "mysql://s3cret@h/x"})
        env.boolean("A", False)
        env.integer("B", 5)
        env.choice("C", "up", ("up", "down"))
        env.database("D", None)
        text = faults_of(env)
        assert [line.split(":")[0].strip() for line in text.splitlines()[1:]] == ["A", "B", "C", "D"]
        assert "s3cret" not in text

    def test_an_empty_variable_counts_as_absent(self) -> None:
        env = Environment({"A": "  "})
        assert env.integer("A", 7) == 7
        assert env.token("A") == ""
        env.report()

    @pytest.mark.parametrize("value", ["-1", "1e3", "1.5", "١٢", "99999999", "0"])
    def test_a_whole_number_is_ascii_digits_within_bounds(self, value: str) -> None:
        env = Environment({"N": value})
        assert env.integer("N", 3) == 3
        assert "N: must be a whole number" in faults_of(env)

    def test_reads_what_is_right(self) -> None:
        env = Environment({"B": "Yes", "N": "12", "L": "a, b,,c", "P": "10.0.0.0/8", "C": "down"})
        assert env.boolean("B", False) is True
        assert env.integer("N", 1) == 12
        assert env.listing("L", []) == ["a", "b", "c"]
        assert str(env.networks("P")[0]) == "10.0.0.0/8"
        assert env.choice("C", "up", ("up", "down")) == "down"
        env.report()

    @pytest.mark.parametrize(
        "origin",
        [
            "*", "app.example", "https://app.example/path", "https://*.example", "ftp://x",
            "https://app.example:443", "http://app.example:80", "https://app.example:", "https://münchen.de",
        ],
    )  # fmt: skip
    def test_an_origin_is_what_browsers_send_without_wildcards(self, origin: str) -> None:
        env = Environment({"CORS_ORIGINS": origin})
        env.origins("CORS_ORIGINS", [], secure=False)
        assert "CORS_ORIGINS" in faults_of(env)

    def test_secure_origins_refuse_http(self) -> None:
        env = Environment({"CORS_ORIGINS": "http://app.example"})
        env.origins("CORS_ORIGINS", [], secure=True)
        assert "https" in faults_of(env)

    def test_a_key_is_required_and_long_outside_development(self, tmp_path: Path) -> None:
        env = Environment({"SHORT": "abc"})
        env.key("SHORT", required=True, keep_in=tmp_path)
        env.key("ABSENT", required=True, keep_in=tmp_path)
        text = faults_of(env)
        assert "SHORT: must have at least 32 bytes" in text
        assert "ABSENT: is required" in text

    def test_an_optional_key_is_long_if_it_is_there(self) -> None:
        env = Environment({"SHORT": "abc", "LONG": "l" * 32})
        assert (env.optional_key("ABSENT"), env.optional_key("LONG")) == ("", "l" * 32)
        assert env.optional_key("SHORT") == ""
        assert "SHORT: must be at least 32 bytes long" in faults_of(env)

    def test_a_key_that_can_not_be_kept_is_a_fault(self, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("a file where the folder should be")
        env = Environment({})
        env.key("SECRET_KEY", required=False, keep_in=tmp_path / "var")
        assert "SECRET_KEY: can't be kept in" in faults_of(env)

    @pytest.mark.parametrize(
        ("read", "value"),
        [
            ("hosts", "https://s3cret.example"),
            ("hosts", "s3cret.example:8000"),
            ("hosts", "s3cret example"),
            ("address", "s3cret"),
            ("address", "a@s3cret.example, b@s3cret.example"),
            ("address", "a@s3cret.example\nBcc: b@s3cret.example"),
            ("url", "https://app.example/?s3cret=1"),
            ("url", "https://app.example/#s3cret"),
            ("url", "https://user:s3cret@app.example"),
            ("url", "https://app s3cret.example"),
            ("token", "s3cret with spaces"),
            ("file", "s3cret/relative"),
            ("file", "/tmp"),  # noqa: S108  a folder
        ],
    )
    def test_refuses_what_would_be_ignored_or_fail_later(self, read: str, value: str) -> None:
        env = Environment({"V": value})
        getattr(env, read)("V", *DEFAULTS.get(read, ()))
        text = faults_of(env)
        assert "V: must be" in text
        assert "s3cret" not in text

    def test_reads_hosts_and_addresses(self) -> None:
        env = Environment({"F": "Ada <ada@example.com>", "H": "API.example.com,[::1]"})
        assert env.address("F", "") == "Ada <ada@example.com>"
        assert env.hosts("H", []) == ["api.example.com", "[::1]"]
        env.report()

    def test_a_development_key_is_made_once_and_kept(self, tmp_path: Path) -> None:
        first = development_key("SECRET_KEY", tmp_path)
        assert len(first) >= 32
        assert development_key("SECRET_KEY", tmp_path) == first
        assert development_key("JWT_SECRET_KEY", tmp_path) != first
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


GOOD_PRODUCTION = {
    "ENV": "production",
    "SECRET_KEY": "s" * 40,
    "JWT_SECRET_KEY": "j" * 40,
    "DATABASE_URL": "postgres://u:p@db.example/fincred",
    "REDIS_URL": "redis://cache.example:6379/0",
    "ALLOWED_HOSTS": "api.fincred.example",
    "CORS_ORIGINS": "https://app.fincred.example",
    "METRICS_TOKEN": "m" * 32,
    "APP_URL": "https://app.fincred.example",
    "EMAIL_URL": "smtp+tls://u:p@mail.example:587",
}


def start_with(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of their own, with nothing else in the environment."""
    return subprocess.run(
        [sys.executable, "-c", "import fincred.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


SECRETS = {
    **{name: value for name, value in GOOD_PRODUCTION.items() if name.endswith(("KEY", "TOKEN"))},
    "BACKUP_KEY": "b" * 40,
    "SECRET_KEY_PREVIOUS": "p" * 40,
    "JWT_SECRET_KEY_PREVIOUS": "q" * 40,
    "DATABASE_URL": "postgres://u:p@db.example/fincred",
    "DATABASE_REPLICA_URL": "postgres://u:p@replica.example/fincred",
    "DATABASE_PASSWORD": "pa ss#wo%rd",
    "REDIS_URL": "redis://:p@cache.example:6379/0",
    "EMAIL_URL": "smtp+tls://u:p@mail.example:587",
}


class TestSecretsFromFiles:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "secret"

    def key(self, **variables: str) -> str:
        env = Environment(variables)
        value = env.optional_key("BACKUP_KEY")
        env.report()
        return value

    def test_every_secret_may_be_one_and_means_the_same(self, tmp_path: Path) -> None:
        told = """if True:
            from fincred import settings as s
            print(s.SECRET_KEY, s.JWT_SECRET_KEY, s.METRICS_TOKEN, s.BACKUP_KEY, s.DATABASES, s.REDIS_URL, s._mail)
            print(s.SECRET_KEY_FALLBACKS, s.JWT_SECRET_KEY_PREVIOUS)
        """
        pointers = {}
        for name, value in SECRETS.items():
            (tmp_path / name).write_text(f"{value}\n")
            pointers[f"{name}_FILE"] = str(tmp_path / name)
        plain = {name: value for name, value in GOOD_PRODUCTION.items() if name not in SECRETS}
        by_value, by_file = (
            subprocess.check_output(
                [sys.executable, "-c", told], cwd=ROOT, env={"PATH": os.environ["PATH"]} | plain | given
            )
            for given in (SECRETS, pointers)
        )
        assert by_value == by_file
        assert b"b" * 40 in by_file

    def test_the_password_of_the_database_is_that_of_urls_without_one(self, file: Path) -> None:
        file.write_text("pa ss#wo%rd\n")
        told = "from fincred.settings import DATABASES as d; print(*(d[name]['PASSWORD'] for name in d))"
        given = GOOD_PRODUCTION | {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": "postgres://u@db.example/fincred",
            "DATABASE_REPLICA_URL": "postgres://u:own@replica.example/fincred",
            "DATABASE_PASSWORD_FILE": str(file),
        }
        said = subprocess.check_output([sys.executable, "-c", told], cwd=ROOT, env=given, text=True)
        assert said == "pa ss#wo%rd own\n"

    @pytest.mark.parametrize("name", SECRETS)
    def test_one_that_is_missing_stops_the_start_and_is_the_only_fault(
        self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A replica needs the primary's and Redis's URLs, and would be a second fault without them.
        others = SECRETS.keys() - {name, "DATABASE_REPLICA_URL"}
        given = GOOD_PRODUCTION | {each: SECRETS[each] for each in others} | {name: ""}
        monkeypatch.setattr(os, "environ", given | {f"{name}_FILE": str(tmp_path / "nothing")})
        with pytest.raises(ImproperlyConfigured) as refused:
            run_path(SETTINGS)
        [fault] = str(refused.value).split("is not right:\n")[1].splitlines()
        assert fault == f"  {name}_FILE: the file can't be read: No such file or directory"

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"s3cret", "must be at least 32 bytes long"),
            (b"", "the file is empty"),
            (b" \n", "the file is empty"),
            (b"s3cret" * 9 + b"\n" + b"s3cret", "more than one line"),
            (b"s3cret" * 9 + b"\xff", "not UTF-8"),
            (b"\xef\xbb\xbf" + b"s3cret" * 9, "byte-order mark"),
            (b"s3cret\0" * 9, "unprintable character"),
        ],
    )
    def test_the_value_has_the_same_checks(self, file: Path, content: bytes, why: str) -> None:
        file.write_bytes(content)
        with pytest.raises(ImproperlyConfigured) as refused:
            self.key(BACKUP_KEY_FILE=str(file))
        assert "BACKUP_KEY_FILE: " in str(refused.value)
        assert why in str(refused.value)
        assert "s3cret" not in str(refused.value)

    def test_a_relative_path_is_refused(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="BACKUP_KEY_FILE: must be an absolute path"):
            self.key(BACKUP_KEY_FILE="pytest.ini")

    def test_both_at_once_are_refused_and_an_empty_variable_counts_as_absent(self, file: Path) -> None:
        file.write_text("f" * 32)
        with pytest.raises(ImproperlyConfigured, match="BACKUP_KEY: is set, and so is BACKUP_KEY_FILE"):
            self.key(BACKUP_KEY_FILE=str(file), BACKUP_KEY="v" * 32)
        assert self.key(BACKUP_KEY_FILE=str(file), BACKUP_KEY=" ") == "f" * 32
        assert self.key(BACKUP_KEY_FILE="", BACKUP_KEY="v" * 32) == "v" * 32

    @pytest.mark.parametrize(
        ("in_env_file", "in_process"), [("BACKUP_KEY", "BACKUP_KEY_FILE"), ("BACKUP_KEY_FILE", "BACKUP_KEY")]
    )
    def test_the_process_wins_over_the_env_file(self, file: Path, in_env_file: str, in_process: str) -> None:
        file.write_text("f" * 32)
        values = {"BACKUP_KEY": "v" * 32, "BACKUP_KEY_FILE": str(file)}
        env = Environment(
            {in_process: values[in_process]}, EnvFile({in_env_file: values[in_env_file]}, {in_env_file: 1})
        )
        assert env.optional_key("BACKUP_KEY") == ("f" if in_process.endswith("_FILE") else "v") * 32
        env.report()

    def test_a_fault_in_the_file_that_the_env_file_names_is_told_by_its_line(self, file: Path) -> None:
        file.write_text("short")
        env = Environment({}, EnvFile({"BACKUP_KEY_FILE": str(file)}, {"BACKUP_KEY_FILE": 3}))
        env.optional_key("BACKUP_KEY")
        assert "BACKUP_KEY_FILE: must be at least 32 bytes long (.env line 3)" in faults_of(env)

    def test_a_file_that_never_ends_is_told(self) -> None:
        env = Environment({"SECRET_KEY_FILE": "/dev/zero"})
        env.optional_key("SECRET_KEY")
        assert "SECRET_KEY_FILE: the file is too large for a secret" in faults_of(env)

    def test_a_pipe_into_which_no_program_writes_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(env_file, "PATIENCE", 0.05)
        os.mkfifo(tmp_path / "pipe")
        env = Environment({"SECRET_KEY_FILE": str(tmp_path / "pipe")})
        env.optional_key("SECRET_KEY")
        assert "SECRET_KEY_FILE: the file can't be read: Nothing came out of the pipe" in faults_of(env)

    def test_development_makes_no_key_where_a_file_was_meant(self, tmp_path: Path) -> None:
        env = Environment({"SECRET_KEY_FILE": str(tmp_path / "nothing")})
        env.key("SECRET_KEY", required=False, keep_in=tmp_path)
        assert "SECRET_KEY_FILE: the file can't be read" in faults_of(env)
        assert list(tmp_path.iterdir()) == []


class TestProduction:
    def test_starts_with_everything_in_place(self) -> None:
        result = start_with(GOOD_PRODUCTION)
        assert result.returncode == 0, result.stderr

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("DATABASE_URL", "sqlite:///db.sqlite3"),
            ("DATABASE_URL", ""),
            ("REDIS_URL", ""),
            ("DEBUG", "true"),
            ("EMAIL_VERIFICATION", "off"),
            ("ALLOWED_HOSTS", "*"),
            ("ALLOWED_HOSTS", ".fincred.example"),
            ("ALLOWED_HOSTS", ""),
            ("CORS_ORIGINS", "*"),
            ("CORS_ORIGINS", "http://app.fincred.example"),
            ("CSRF_TRUSTED_ORIGINS", "http://app.fincred.example"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, 0.0.0.0/0"),
            ("TRUSTED_PROXIES", "::/0"),
            ("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"),
            ("TRUSTED_PROXIES", "0.0.0.0/1, 10.0.0.0/8, 128.0.0.0/2, 192.0.0.0/2"),
            ("TRUSTED_PROXIES", "::/1,8000::/1"),
            ("TRUSTED_PROXIES", "::ffff:0:0/97,::ffff:8000:0/97"),
            ("TRUSTED_PROXIES", "2000::/4, 3000::/4"),
            ("SECRET_KEY_PREVIOUS", "j" * 40),
            ("JWT_SECRET_KEY_PREVIOUS", "s" * 40),
            ("SECRET_KEY", "short"),
            ("SECRET_KEY", ""),
            ("JWT_SECRET_KEY", "s" * 40),
            ("METRICS_TOKEN", ""),
            ("SECOND_FACTOR", "off"),
            ("APP_URL", "http://app.fincred.example"),
            ("DB_POOL_MIN", "50"),
            ("EMAIL_URL", ""),
            ("PORT", "http"),
            ("WEB_CONCURRENCY", "0"),
        ],
    )
    def test_refuses(self, variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "environ", GOOD_PRODUCTION | {variable: value})
        with pytest.raises(ImproperlyConfigured, match=f"{variable}: "):
            run_path(SETTINGS)

    def test_refuses_a_key_before_that_is_the_other_one_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        both = {"SECRET_KEY_PREVIOUS": "p" * 40, "JWT_SECRET_KEY_PREVIOUS": "p" * 40}
        monkeypatch.setattr(os, "environ", GOOD_PRODUCTION | both)
        with pytest.raises(ImproperlyConfigured, match="JWT_SECRET_KEY_PREVIOUS: must differ") as refused:
            run_path(SETTINGS)
        assert "ppp" not in str(refused.value)

    def test_starts_no_process_with_a_fault(self) -> None:
        result = start_with(GOOD_PRODUCTION | {"DEBUG": "true"})
        assert result.returncode != 0
        assert "DEBUG: must be off in production" in result.stderr


@pytest.mark.parametrize("value", ["/dev/null", "/", "erasures.log"])
def test_a_file_that_could_keep_nothing_is_refused(value: str) -> None:
    env = Environment({"ERASURE_LOG": value})
    env.file("ERASURE_LOG", Path("unused"))
    assert "ERASURE_LOG: must be the absolute path of a file" in faults_of(env)
