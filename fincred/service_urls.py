"""URLs of databases, Redis, mail servers and apps: what is in them is used, or they are refused."""

from __future__ import annotations

import re
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from environ import Env
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from redis import ConnectionPool, RedisError

ENGINES = {
    "django.db.backends.sqlite3": "sqlite:///FILE",
    "django.db.backends.postgresql": "postgres://USER:PASSWORD@HOST:PORT/NAME",
}
# What libpq looks at only when it connects.
_OPTIONS = {
    "sslmode": "disable|allow|prefer|require|verify-ca|verify-full",
    "target_session_attrs": "any|read-write|read-only|primary|standby|prefer-standby",
    **dict.fromkeys(("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval"), "[0-9]+"),
}
_UNKNOWN = "is unknown"
_UNUSABLE = "has a value that can't be used"


class ParameterError(ValueError):
    """A parameter after the `?` of a URL is wrong. The text names it, and shows nothing else of the URL."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"its parameter {name} {what}")


def _refuse_parameter(value: str, name: str, what: str) -> NoReturn:
    """:raises ParameterError: or a ValueError without words, where the name may be a piece of a password."""
    if "@" in urlsplit(value).query or not re.fullmatch("[A-Za-z0-9_]+", name):
        raise ValueError
    raise ParameterError(name, what)


def _parameters(value: str) -> dict[str, str]:
    """Those after the `?`.

    :raises ParameterError: one would be ignored, because it has no value or a second one.
    """
    found: dict[str, str] = {}
    for name, text in parse_qsl(urlsplit(value).query, keep_blank_values=True):
        if name in found or not text:
            _refuse_parameter(value, name, "is there twice" if name in found else "has no value")
        found[name] = text
    return found


def _check_encoding(value: str) -> None:
    """:raises ValueError: a `%` without two hexadecimal digits, an encoded NUL, or encoded bytes not in UTF-8."""
    if re.search("%(?![0-9A-Fa-f]{2})", value) or "\0" in unquote(value, errors="strict"):
        raise ValueError


def _check_server(value: str) -> None:
    """Check a URL with a server, and perhaps a password.

    :raises ValueError: as `_check_encoding`; also for spaces, and for brackets that hold no address: libraries
        read those differently.
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
    if not config["NAME"]:
        raise ValueError
    parameters = _parameters(value)
    known = set() if scheme == "sqlite" else {option.keyword.decode() for option in Conninfo.get_defaults()}
    for name in parameters.keys() - known:
        _refuse_parameter(value, name, _UNKNOWN)
    if scheme == "sqlite":
        _check_encoding(rest)
        if "#" in rest:  # django-environ would leave out what follows it
            raise ValueError
    else:
        _check_postgresql(value, config, parameters)
    return config


def _check_postgresql(value: str, config: dict[str, Any], parameters: dict[str, str]) -> None:
    """:raises ValueError: as `parse_database`. Or psycopg's own error."""
    _check_server(value)
    if "#" in value.rpartition("@")[2]:  # in a password it is taken as it is
        raise ValueError
    if not re.fullmatch(r"[\w.:,/-]*", config["HOST"]):
        raise ValueError
    if "options" in parameters:
        _refuse_parameter(value, "options", "is set by FinCred itself")
    for name, text in parameters.items():
        if not re.fullmatch(_OPTIONS.get(name, ".*"), text):
            _refuse_parameter(value, name, _UNUSABLE)
    make_conninfo(host=config["HOST"], port=config["PORT"], **parameters)


def parse_email(value: str) -> dict[str, Any]:
    """:raises ValueError: no such scheme, no host, or something in it would be ignored."""
    parts = urlsplit(value)
    _check_encoding(value)
    for name in _parameters(value):
        _refuse_parameter(value, name, _UNKNOWN)
    if parts.fragment:
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
    server = value.partition("?")[0]
    ConnectionPool.from_url(server).make_connection()  # checks every option; connects nowhere yet
    for name, text in _parameters(value).items():
        try:
            ConnectionPool.from_url(f"{server}?{name}={quote(text)}").make_connection()
        except TypeError:
            _refuse_parameter(value, name, _UNKNOWN)
        except (ValueError, RedisError):
            _refuse_parameter(value, name, _UNUSABLE)
    return value
