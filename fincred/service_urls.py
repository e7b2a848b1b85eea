"""URLs of databases, Redis, mail servers and apps: what is in them is used, or they are refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from environ import Env
from psycopg.conninfo import make_conninfo
from redis import ConnectionPool

ENGINES = {
    "django.db.backends.sqlite3": "sqlite:///FILE",
    "django.db.backends.postgresql": "postgres://USER:PASSWORD@HOST:PORT/NAME",
}
_DATABASE_KEYS = {"ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"}
# What libpq looks at only when it connects.
_OPTIONS = {
    "sslmode": "disable|allow|prefer|require|verify-ca|verify-full",
    "target_session_attrs": "any|read-write|read-only|primary|standby|prefer-standby",
    **dict.fromkeys(("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval"), "[0-9]+"),
}


def _check_encoding(value: str) -> None:
    """:raises ValueError: a `%` that encodes nothing, or no text: it would be taken as it is, or be replaced."""
    if re.search("%(?![0-9A-Fa-f]{2})", value) or "\0" in unquote(value, errors="strict"):
        raise ValueError


def _check_server(value: str) -> None:
    """Of a URL with a server, and perhaps a password.

    :raises ValueError: also a space, or brackets around no address, which each reader takes otherwise.
    """
    _check_encoding(value)
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError
    urlsplit(value)


def parse_url(value: str, schemes: tuple[str, ...]) -> SplitResult:
    """:raises ValueError: another scheme, no host, or a port that is none."""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not re.fullmatch(r"[\w.:-]+", parts.hostname or "") or parts.port == 0:
        raise ValueError
    return parts


def is_origin(entry: str) -> bool:
    """Whether browsers send such an origin: lower case, its host in ASCII, no port that is the scheme's own."""
    try:
        parts = parse_url(entry, ("http", "https"))
    except ValueError:
        return False
    is_default = parts.netloc.endswith((":", {"http": ":80", "https": ":443"}[parts.scheme]))
    return entry == f"{parts.scheme}://{parts.netloc}" and "@" not in entry and entry.isascii() and not is_default


def parse_database(value: str) -> dict[str, Any]:
    """Django's settings for the URL.

    :raises ValueError: something in it would be ignored, or refused at the first connection.
    """
    scheme, separator, rest = value.partition("://")
    if not separator or (scheme == "sqlite" and rest != ":memory:" and not re.fullmatch("/.+", rest)):
        raise ValueError
    if scheme not in Env.DB_SCHEMES or Env.DB_SCHEMES[scheme] not in ENGINES:  # it would warn, and show the URL
        raise ValueError
    config = dict(Env.db_url_config(value))
    if not config["NAME"] or not config.keys() <= _DATABASE_KEYS:
        raise ValueError
    if scheme == "sqlite":
        _check_encoding(rest)
        if config.get("OPTIONS"):
            raise ValueError
    else:
        _check_server(value)
        if "#" in rest.rpartition("@")[2]:  # in a password it is taken as it is
            raise ValueError
        if not re.fullmatch(r"[\w.:,/-]*", config["HOST"]):
            raise ValueError
        options = config.get("OPTIONS", {})
        if "options" in options:  # the settings send their own
            raise ValueError
        if not all(re.fullmatch(_OPTIONS.get(name, ".*"), str(value)) for name, value in options.items()):
            raise ValueError
        make_conninfo(host=config["HOST"], port=config["PORT"], **options)
    return config


def parse_email(value: str) -> dict[str, Any]:
    """:raises ValueError: no such scheme, no host, or something in it would be ignored."""
    parts = urlsplit(value)
    _check_encoding(value)
    if parts.query or parts.fragment:
        raise ValueError
    config = dict(Env.email_url_config(value))
    if parts.scheme == "filemail":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError
        config["EMAIL_FILE_PATH"] = unquote(parts.path)  # django-environ drops the leading slash
    elif parts.scheme.startswith("smtp"):
        _check_server(value)
        parse_url(value, (parts.scheme,))
        if parts.path not in ("", "/"):
            raise ValueError
    elif parts.netloc or parts.path:
        raise ValueError
    return config


def parse_redis(value: str) -> str:
    """The URL. Raises what redis-py does, or ValueError where something in it would be ignored."""
    parts = urlsplit(value)
    _check_encoding(value)
    if parts.fragment:
        raise ValueError
    if parts.scheme != "unix":
        _check_server(value)
        parse_url(value, ("redis", "rediss"))
        if not re.fullmatch("/?[0-9]*", parts.path):
            raise ValueError
    elif not value.startswith("unix:///"):
        raise ValueError
    ConnectionPool.from_url(value).make_connection()  # checks every option; connects nowhere yet
    return value
