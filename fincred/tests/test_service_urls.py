"""What is in a URL of a server is used, or the URL is refused at the start."""

from __future__ import annotations

from typing import Any

import pytest

from fincred.environment import Environment
from fincred.tests.test_environment import faults_of

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DEFAULTS: dict[str, tuple[Any, ...]] = {"email": ("filemail:///mail",), "database": (None,)}


class TestServiceUrl:
    @pytest.mark.parametrize(
        ("read", "value"),
        [
            ("email", "smtp:/foo"),
            ("email", "smtp://"),
            ("email", "smtp://user:s3cret@"),
            ("email", "smtp+tls://user:s3cret@mail.example:port"),
            ("email", "smtp://user:s3#cret@mail.example"),
            ("email", "smtp://mail.example/s3cret"),
            ("email", "smtp://mail.example?timeout=s3cret"),
            ("email", "smtp+tls://u:s3cret%zz@mail.example:25"),
            ("email", "smtp+tls://u:s3cret%ff@mail.example:25"),
            ("email", "smtp+tls://u:s3cret 2@mail.example:25"),
            ("email", "smtp+tls://u:s3cret@[mail.example:25"),
            ("email", "filemail:///s3cret%zz"),
            ("email", "filemail://s3cret"),
            ("email", "consolemail://s3cret"),
            ("email", "pigeon://s3cret"),
            ("database", "postgres:/s3cret"),
            ("database", "postgres://s3cret"),
            ("database", "postgres://u:s3/cret@h/x"),
            ("database", "postgres://u:p/x?s3cret=1@h/db"),
            ("database", "postgres://u:s3cret@h/x?conn_max_age=5"),
            ("database", "postgres://u:p@h/x?options=s3cret"),
            ("database", "postgres://u:p@h/x?sslmode=s3cret"),
            ("database", "postgres://u:p@h/x?connect_timeout=s3cret"),
            ("database", "postgres://u:p@h/x#s3cret"),
            ("database", "postgres://u:p@s3cret /x"),
            ("database", "postgres://u:s3cret@[h/db"),
            ("database", "postgres://u:s3cret@h]/db"),
            ("database", "postgres://u:s3[cret%2F@h/db"),
            ("database", "postgres://u:s3cret@h!/db"),
            ("database", "postgres://u:s3cret@h%2Ex/db"),
            ("database", "postgres://u:s3cret 2@h/db"),
            ("database", "postgres://u:s3cret\t@h/db"),
            ("database", "postgres://u:s3cret%zz@h/db"),
            ("database", "postgres://u:s3cret%ff@h/db"),
            ("database", "postgres://u:s3cret%00@h/db"),
            ("database", "sqlite:////s3cret%zz"),
            ("database", "sqlite:////folder/s3cret#1.sqlite3"),
            ("database", "sqlite://s3cret.sqlite3"),
            ("database", "sqlite:///"),
            ("database", "s3cret"),
            ("redis", "redis:/s3cret"),
            ("redis", "redis://h:70000/0"),
            ("redis", "redis://h/s3cret"),
            ("redis", "redis://:p/0?s3cret=1@h"),
            ("redis", "redis://u:s3cret%zz@h/0"),
            ("redis", "redis://u:s3cret%ff@h/0"),
            ("redis", "redis://u:s3cret 2@h/0"),
            ("redis", "redis://[s3cret/0"),
            ("redis", "redis://h/0#s3cret"),
            ("redis", "unix:///s3cret%zz"),
            ("redis", "unix://s3cret"),
            ("redis", "http://s3cret"),
        ],
    )
    def test_is_refused_with_what_would_be_ignored_or_fail_later(self, read: str, value: str) -> None:
        env = Environment({"V": value})
        getattr(env, read)("V", *DEFAULTS.get(read, ()))
        text = faults_of(env)
        assert "V: must be" in text
        assert "s3cret" not in text

    @pytest.mark.parametrize(
        ("read", "url", "parameter", "what"),
        [
            ("database", "postgres://u:s3cret@h/x?sslmode=require&foo=s3cret", "foo", "is unknown"),
            ("database", "postgres://u:s3cret@h/x?conn_max_age=5", "conn_max_age", "is unknown"),
            ("database", "postgres://u:s3cret@h/x?options=s3cret", "options", "is set by FinCred itself"),
            ("database", "postgres://u:s3cret@h/x?sslmode=s3cret", "sslmode", "has a value that can't be used"),
            ("database", "postgres://u:s3cret@h/x?connect_timeout=s3cret", "connect_timeout", "has a value that"),
            ("database", "postgres://u:s3cret@h/x?sslmode=", "sslmode", "has no value"),
            ("database", "postgres://u:s3cret@h/x?sslmode", "sslmode", "has no value"),
            ("database", "postgres://u:s3cret@h/x?sslmode=require&sslmode=disable", "sslmode", "is there twice"),
            ("database", "sqlite:///s3cret.sqlite3?mode=ro", "mode", "is unknown"),
            ("redis", "redis://:s3cret@h/0?foo=s3cret", "foo", "is unknown"),
            ("redis", "redis://:s3cret@h/0?socket_timeout=s3cret", "socket_timeout", "has a value that can't"),
            ("redis", "redis://:s3cret@h/0?socket_timeout=", "socket_timeout", "has no value"),
            ("email", "smtp://u:s3cret@h?timeout=s3cret", "timeout", "is unknown"),
        ],
    )
    def test_names_the_parameter_that_is_wrong(self, read: str, url: str, parameter: str, what: str) -> None:
        env = Environment({"V": url})
        getattr(env, read)("V", *DEFAULTS.get(read, ()))
        text = faults_of(env)
        assert f"; its parameter {parameter} {what}" in text
        assert "s3cret" not in text

    def test_is_read(self) -> None:
        env = Environment(
            {
                "R": "redis://:p@cache.example:6379/1",
                "S": "unix:///run/redis.sock",
                "D": "postgres://u:p%2F@h1:5432,h2:5432/x?sslmode=require",
                "I": "postgres://u:p#q+@h:5432/x",
                "J": "postgres://u:p@[::1]:5432/x",
                "E": "smtp+tls://u%40x:p@mail.example:587",
            }
        )
        assert env.redis("R").endswith("/1")
        assert env.redis("S").startswith("unix")
        database = env.database("D", None) or {}
        assert (database["PASSWORD"], database["OPTIONS"]) == ("p/", {"sslmode": "require"})
        assert (env.database("I", None) or {})["PASSWORD"] == "p#q+"
        assert (env.database("J", None) or {})["HOST"] == "::1"
        assert env.email("E", "filemail:///mail")["EMAIL_HOST_USER"] == "u@x"
        env.report()
