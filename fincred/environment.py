"""Typed variables from the environment and `.env`: all faults are reported together, and no value is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from email.utils import getaddresses
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured

from fincred.env_file import EnvFile
from fincred.secret_files import absolute, development_key, one_line
from fincred.service_urls import (
    ENGINES,
    ParameterError,
    is_origin,
    parse_database,
    parse_email,
    parse_redis,
    parse_url,
)
from fincred.setting_names import meant, mistyped

Value = TypeVar("Value")

ENVIRONMENTS = ("development", "staging", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MIN_KEY_BYTES = 32

# SECRET_KEY_FILE names the file that holds SECRET_KEY.
FILE_SUFFIX = "_FILE"

_REFERS = "has a reference ($), which isn't replaced; write the value itself, or single quotes around it"
_HOST = re.compile(r"\*|\[[0-9a-f:.]+\]|(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
# All addresses; those of IPv4 as a socket of IPv6 names them; and all of IPv6 that are in public use.
_ALL = tuple(map(ip_network, ("0.0.0.0/0", "::/0", "::ffff:0:0/96", "2000::/3")))


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
        self._servers: set[str] = set()  # of those the ones that are a server's URL
        self._harmless: set[str] = set()
        self._pointed: dict[str, str] = {}
        self._faults: dict[str, str] = {}

    def fault(self, name: str, what: str) -> None:
        """Note that `name`, or the file that it is in, is wrong; only the first fault of a variable is kept."""
        self._faults.setdefault(self._pointed.get(name, name), what)

    def report(self) -> None:
        """Finish reading.

        :raises ImproperlyConfigured: naming every faulty variable and line at once, never a value.
        """
        faults = [*self._file.faults, *self._misnamed()]
        for name, what in sorted(self._faults.items()):
            place = f" (.env line {self._lines[name]})" if name in self._lines and name in self._variables else ""
            faults.append(f"{name}: {what}{place}")
        if faults:
            raise ImproperlyConfigured("\n  ".join(["The environment is not right:", *faults]))

    def _misnamed(self) -> list[str]:
        """Lines of the file whose name is nearly that of a setting. The process environment may hold any names."""
        faults = []
        for name, line in sorted(self._file.lines.items(), key=lambda item: item[1]):
            if name in self._known or name in self._faults or name in self._harmless:
                continue
            if setting := mistyped(name, self._known):
                faults.append(f".env line {line}: {name} is not a setting; {setting} is")
                continue
            setting = meant(name, self._known, self._servers) if name in self._variables else None
            if setting and not {setting, setting.removesuffix(FILE_SUFFIX)} & self._variables.keys():
                faults.append(f".env line {line}: {name} is not a setting; {setting} is, and it isn't set")
        return faults

    def refuse_instead_of(self, name: str, choices: tuple[str, ...], default: str, *others: str) -> None:
        """If `name` isn't set, note as faults the names in the file that seem to be meant for it.

        These are `others`, as other programs call it, and names that contain `name` and whose value is one of its
        `choices`. With the value `default` they are no fault.
        """
        if name in self._variables:
            return
        for other in self._lines:
            written, value = other.upper(), self._variables.get(other, default).lower()
            is_meant = written in others or (name in written and value in choices)
            if is_meant and value == default:
                self._harmless.add(other)
            if is_meant and value != default and not mistyped(other, [name]):
                self.fault(other, f"is not a setting; {name} is, and it isn't set")

    def read(self, name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
        """The parsed value, or `default` when absent or faulty (the fault is noted)."""
        self._known.add(name)
        if name not in self._variables:
            return default
        if name in self._lines and self._file.refers(name):
            self.fault(name, _REFERS)
            return default
        try:
            return parse(self._variables[name])
        except ParameterError as error:
            self.fault(name, f"must be {expected}; {error}")
            return default
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
                self._variables[name] = one_line(Path(self._variables[pointer]))
            except ValueError as error:
                self.fault(name, str(error))
                return default
        return self.read(name, default, parse, expected)

    def file(self, name: str, default: Path) -> Path:
        def parse(value: str) -> Path:
            path = absolute(Path(value))
            if path.exists() and not path.is_file():  # such as /dev/null, which keeps nothing
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

    def password(self, name: str) -> str:
        """A secret that is sent as it is; empty when absent."""
        return self._read_secret(name, "", str, "a password")

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
            if "*" in entry or not is_origin(entry):
                self.fault(
                    name, "must list origins as browsers send them, such as https://app.example.com; no wildcards"
                )
            elif secure and not entry.startswith("https://"):
                self.fault(name, "must list https origins only")
        return entries

    def networks(self, name: str) -> list[Any]:
        """Addresses and networks, refused if together they cover all: then a client could claim any address."""

        def parse(value: str) -> list[Any]:
            networks = [ip_network(entry) for entry in _entries(value)]
            if any(_covers_all(network) for network in _together(networks)):
                raise ValueError
            return networks

        return self.read(name, [], parse, "a comma-separated list of addresses or networks, not of all addresses")

    def database(self, name: str, default: str | None, *engines: str) -> dict[str, Any] | None:
        """One of `engines`, any of ENGINES when none is named."""
        allowed = engines or tuple(ENGINES)
        expected = " or ".join(ENGINES[engine] for engine in allowed) + ", special characters percent-encoded"

        def parse(value: str) -> dict[str, Any]:
            config = parse_database(value)
            if config["ENGINE"] not in allowed:
                raise ValueError
            return config

        self._servers.add(name)
        value = self._read_secret(name, None, parse, expected)
        return value if value or default is None else parse(default)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(value: str) -> str:
            parts = parse_url(value, schemes)
            if parts.query or parts.fragment or parts.username is not None:
                raise ValueError
            return value.rstrip("/")

        return self.read(name, default, parse, "a URL with " + " or ".join(f"{s}://" for s in schemes))

    def redis(self, name: str) -> str:
        """A URL that redis-py takes; empty when absent."""
        self._servers.add(name)
        return self._read_secret(
            name, "", parse_redis, "redis://HOST:PORT/0, rediss://HOST:PORT/0 or unix:///SOCKET"
        )

    def email(self, name: str, default: str) -> dict[str, Any]:
        expected = "smtp+tls://USER:PASSWORD@HOST:PORT or filemail:///FOLDER, special characters percent-encoded"
        self._servers.add(name)
        return self._read_secret(name, parse_email(default), parse_email, expected)

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
        elif not self._file.faults and name not in self._pointed:  # what can't be read may hold the key
            try:
                return development_key(name, keep_in)
            except OSError as error:
                self.fault(name, f"can't be kept in {keep_in}: {error.strerror}; set it in the environment")
        return ""


def _entries(value: str) -> list[str]:
    return [entry.strip() for entry in value.split(",") if entry.strip()]


def _together(networks: list[IPv4Network | IPv6Network]) -> Iterator[IPv4Network | IPv6Network]:
    """The same addresses in as few networks as possible."""
    yield from collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
    yield from collapse_addresses(each for each in networks if isinstance(each, IPv6Network))


def _covers_all(network: IPv4Network | IPv6Network) -> bool:
    return any(each[0] in network and each[-1] in network for each in _ALL)
