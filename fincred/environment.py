"""Typed variables from the environment and `.env`: all faults are reported together, and no value is shown."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import getaddresses
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env
from psycopg.conninfo import make_conninfo
from redis import ConnectionPool

from fincred.env_file import EnvFile

Value = TypeVar("Value")

ENVIRONMENTS = ("development", "staging", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ENGINES = {
    "django.db.backends.sqlite3": "sqlite:///FILE",
    "django.db.backends.postgresql": "postgres://USER:PASSWORD@HOST:PORT/NAME",
}
MIN_KEY_BYTES = 32

# SECRET_KEY_FILE names the file that holds SECRET_KEY.
FILE_SUFFIX = "_FILE"

_HOST = re.compile(r"\*|\[[0-9a-f:.]+\]|(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_DATABASE_KEYS = {"ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"}
# What libpq looks at only when it connects.
_OPTIONS = {
    "sslmode": "disable|allow|prefer|require|verify-ca|verify-full",
    "target_session_attrs": "any|read-write|read-only|primary|standby|prefer-standby",
    **dict.fromkeys(("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval"), "[0-9]+"),
}
# Names this close to a setting's are taken for a typing error.
_TYPO_DISTANCE = 2


class Environment:
    """Typed reads of variables that note what is wrong instead of raising, until `report()`.

    `variables` (the process environment) win over `file`; an empty one counts as absent, in `file` too.
    A secret called NAME may also stand in the file that NAME_FILE names, with the same checks.
    """

    def __init__(self, variables: Mapping[str, str], file: EnvFile | None = None) -> None:
        self._file = file or EnvFile()
        given = {**self._file.values, **variables}
        self._variables = {name: value.strip() for name, value in given.items() if value.strip()}
        self._lines = {name: line for name, line in self._file.lines.items() if name not in variables}
        self._in_process = {name for name, value in variables.items() if value.strip()}
        self._known: set[str] = set()
        self._pointed: dict[str, str] = {}
        self._faults: dict[str, str] = {}

    def fault(self, name: str, what: str) -> None:
        """Note that `name`, or the file that it is in, is wrong; only the first fault of a variable is kept."""
        self._faults.setdefault(self._pointed.get(name, name), what)

    def report(self) -> None:
        """Finish reading.

        :raises ImproperlyConfigured: naming every faulty variable and line at once, never a value.
        """
        faults = [*self._file.faults, *self._misspelt()]
        for name, what in sorted(self._faults.items()):
            place = f" (.env line {self._lines[name]})" if name in self._lines and name in self._variables else ""
            faults.append(f"{name}: {what}{place}")
        if faults:
            raise ImproperlyConfigured("\n  ".join(["The environment is not right:", *faults]))

    def _misspelt(self) -> list[str]:
        """Lines of the file that assign to almost a setting. The process environment may hold any names."""
        faults = []
        for name, line in sorted(self._file.lines.items(), key=lambda item: item[1]):
            if name in self._known:
                continue
            nearest = min(self._known, key=lambda known: (_distance(name.upper(), known), known), default=name)
            if _distance(name.upper(), nearest) <= _TYPO_DISTANCE:
                faults.append(f".env line {line}: {name} is not a setting; {nearest} is")
        return faults

    def read(self, name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
        """The parsed value, or `default` when absent or faulty (the fault is noted)."""
        self._known.add(name)
        if name not in self._variables:
            return default
        try:
            return parse(self._variables[name])
        except Exception:  # a parser may raise anything; what counts is that the value is unusable
            self.fault(name, f"must be {expected}")
            return default

    def _read_secret(self, name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
        """As `read`, of NAME or of the file that NAME_FILE names. What the process was given wins over `.env`."""
        pointer = f"{name}{FILE_SUFFIX}"
        self._known |= {name, pointer}
        given = [each for each in (name, pointer) if each in self._variables]
        nearest = [each for each in given if each in self._in_process] or given
        if len(nearest) > 1:
            self.fault(name, f"is set, and so is {pointer}: only one of them may be")
        elif nearest == [pointer]:
            self._pointed[name] = pointer
            try:
                self._variables[name] = _content(Path(self._variables[pointer]))
            except ValueError as error:
                self.fault(name, str(error))
                return default
        return self.read(name, default, parse, expected)

    def file(self, name: str, default: Path) -> Path:
        def parse(value: str) -> Path:
            if (path := _absolute(Path(value))).is_dir():
                raise ValueError
            return path

        return self.read(name, default, parse, "the absolute path of a file")

    def token(self, name: str) -> str:
        """A shared secret that travels in a header; empty when absent."""

        def parse(value: str) -> str:
            if not re.fullmatch("[!-~]+", value):
                raise ValueError
            return value

        return self._read_secret(name, "", parse, "visible ASCII characters without spaces")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        def parse(value: str) -> str:
            return choices[choices.index(value)]

        return self.read(name, default, parse, "one of " + ", ".join(choices))

    def boolean(self, name: str, default: bool) -> bool:
        words = {"true": True, "1": True, "yes": True, "on": True}
        words |= {"false": False, "0": False, "no": False, "off": False}
        return self.read(name, default, lambda value: words[value.lower()], "true or false")

    def integer(self, name: str, default: int, *, least: int = 1, most: int = 1_000_000) -> int:
        def parse(value: str) -> int:
            if not re.fullmatch(r"[0-9]{1,7}", value) or not least <= int(value) <= most:
                raise ValueError
            return int(value)

        return self.read(name, default, parse, f"a whole number from {least} to {most}")

    def listing(self, name: str, default: list[str]) -> list[str]:
        return self.read(name, default, _entries, "a comma-separated list")

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Host names as the `Host` header has them, lower-cased, without port."""

        def parse(value: str) -> list[str]:
            entries = [entry.lower() for entry in _entries(value)]
            if not all(_HOST.fullmatch(entry) for entry in entries):
                raise ValueError
            return entries

        return self.read(name, default, parse, "host names such as api.example.com, without scheme and port")

    def origins(self, name: str, default: list[str], *, secure: bool) -> list[str]:
        """Origins such as https://app.example; `secure` refuses http and wildcards."""
        entries = [entry.lower() for entry in self.listing(name, default)]
        for entry in entries:
            if "*" in entry or not _is_origin(entry):
                self.fault(name, "must list origins such as https://app.example.com, no wildcards")
            elif secure and not entry.startswith("https://"):
                self.fault(name, "must list https origins only")
        return entries

    def networks(self, name: str) -> list[Any]:
        return self.read(
            name,
            [],
            lambda value: [ip_network(entry) for entry in _entries(value)],
            "a comma-separated list of addresses or networks",
        )

    def database(self, name: str, default: str | None, *engines: str) -> dict[str, Any] | None:
        """One of `engines`, any of ENGINES when none is named."""
        allowed = engines or tuple(ENGINES)
        expected = " or ".join(ENGINES[engine] for engine in allowed) + ", special characters percent-encoded"

        def parse(value: str) -> dict[str, Any]:
            config = _parse_database(value)
            if config["ENGINE"] not in allowed:
                raise ValueError
            return config

        value = self._read_secret(name, None, parse, expected)
        return value if value or default is None else parse(default)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(value: str) -> str:
            parts = _parse_url(value, schemes)
            if parts.query or parts.fragment or parts.username is not None:
                raise ValueError
            return value.rstrip("/")

        return self.read(name, default, parse, "a URL with " + " or ".join(f"{s}://" for s in schemes))

    def redis(self, name: str) -> str:
        """A URL that redis-py takes; empty when absent."""

        def parse(value: str) -> str:
            parts = urlsplit(value)
            if parts.scheme != "unix":
                _parse_url(value, ("redis", "rediss"))
                if not re.fullmatch("/?[0-9]*", parts.path):
                    raise ValueError
            elif not value.startswith("unix:///"):
                raise ValueError
            ConnectionPool.from_url(value).make_connection()  # checks every option; connects nowhere yet
            return value

        return self._read_secret(name, "", parse, "redis://HOST:PORT/0, rediss://HOST:PORT/0 or unix:///SOCKET")

    def email(self, name: str, default: str) -> dict[str, Any]:
        expected = "smtp+tls://USER:PASSWORD@HOST:PORT or filemail:///FOLDER, special characters percent-encoded"
        return self._read_secret(name, _parse_email(default), _parse_email, expected)

    def address(self, name: str, default: str) -> str:
        """A sender: `Name <user@host>` or the address alone."""

        def parse(value: str) -> str:
            [(_, address)] = getaddresses([value])
            if not value.isprintable() or not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                raise ValueError
            return value

        return self.read(name, default, parse, "an address such as FinCred <no-reply@example.com>")

    def optional_key(self, name: str) -> str:
        """A secret that is long if it is there; empty when absent."""

        def parse(value: str) -> str:
            if len(value.encode()) < MIN_KEY_BYTES:
                raise ValueError
            return value

        return self._read_secret(name, "", parse, f"at least {MIN_KEY_BYTES} bytes long")

    def key(self, name: str, *, required: bool, keep_in: Path) -> str:
        """A secret: required and long outside development, generated once and kept there otherwise."""
        value = self._read_secret(name, "", str, "text")
        if value:
            if required and len(value.encode()) < MIN_KEY_BYTES:
                self.fault(name, f"must have at least {MIN_KEY_BYTES} bytes")
            return value
        if required:
            self.fault(name, "is required outside development")
        elif not self._file.faults and name not in self._pointed:  # what can't be read may have had it
            try:
                return development_key(name, keep_in)
            except OSError as error:
                self.fault(name, f"can't be kept in {keep_in}: {error.strerror}; set it in the environment")
        return ""


def development_key(name: str, folder: Path) -> str:
    """The secret of that name in `folder`, made on first use; several processes may start at once."""
    path = folder / f"{name.lower()}.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder) as file:  # readable by its owner alone
            file.write(secrets.token_urlsafe(48))
            file.flush()
            # Appears whole, and only once.
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()


def _content(path: Path) -> str:
    """The one line that the file of a secret holds.

    :raises ValueError: it can't be used; the message says why and holds nothing of the file.
    """
    try:
        text = _absolute(path).read_bytes().decode().strip()
    except OSError as error:
        raise ValueError(f"the file can't be read: {error.strerror}") from None
    except UnicodeError:
        raise ValueError("the file is not UTF-8 text") from None
    except ValueError:
        raise ValueError("must be an absolute path") from None
    if not text:
        raise ValueError("the file is empty")
    if text.startswith("\ufeff"):
        raise ValueError("the file begins with a byte-order mark")
    if not text.isprintable():
        raise ValueError("the file holds more than one line, or an unprintable character")
    return text


def _entries(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError
    return path


def _parse_url(value: str, schemes: tuple[str, ...]) -> SplitResult:
    """:raises ValueError: another scheme, no host, or a port that is none."""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not re.fullmatch(r"[\w.:-]+", parts.hostname or "") or parts.port == 0:
        raise ValueError
    return parts


def _is_origin(entry: str) -> bool:
    try:
        parts = _parse_url(entry, ("http", "https"))
    except ValueError:
        return False
    return entry == f"{parts.scheme}://{parts.netloc}" and "@" not in entry


def _parse_database(value: str) -> dict[str, Any]:
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
        if config.get("OPTIONS"):
            raise ValueError
    else:
        options = config.get("OPTIONS", {})
        if "options" in options:  # the settings send their own
            raise ValueError
        if not all(re.fullmatch(_OPTIONS.get(name, ".*"), str(value)) for name, value in options.items()):
            raise ValueError
        make_conninfo(host=config["HOST"], port=config["PORT"], **options)
    return config


def _parse_email(value: str) -> dict[str, Any]:
    """:raises ValueError: no such scheme, no host, or something in it would be ignored."""
    parts = urlsplit(value)
    if parts.query or parts.fragment:
        raise ValueError
    config = dict(Env.email_url_config(value))
    if parts.scheme == "filemail":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError
        config["EMAIL_FILE_PATH"] = unquote(parts.path)  # django-environ drops the leading slash
    elif parts.scheme.startswith("smtp"):
        _parse_url(value, (parts.scheme,))
        if parts.path not in ("", "/"):
            raise ValueError
    elif parts.netloc or parts.path:
        raise ValueError
    return config


@cache
def _distance(one: str, other: str) -> int:
    """Levenshtein's: how many characters to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
