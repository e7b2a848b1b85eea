"""The environment, read once, typed, with every fault reported together and no value shown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

Value = TypeVar("Value")

ENVIRONMENTS = ("development", "staging", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MIN_KEY_BYTES = 32


class Environment:
    """Typed reads of `variables` that note what is wrong instead of raising, until `report()`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {name: value.strip() for name, value in variables.items() if value.strip()}
        self._faults: dict[str, str] = {}

    def fault(self, name: str, what: str) -> None:
        """Note that `name` is wrong; only the first fault of a variable is kept."""
        self._faults.setdefault(name, what)

    def report(self) -> None:
        """:raises ImproperlyConfigured: naming every faulty variable at once, never a value."""
        if self._faults:
            lines = [f"  {name}: {what}" for name, what in sorted(self._faults.items())]
            raise ImproperlyConfigured("\n".join(["The environment is not right:", *lines]))

    def has(self, name: str) -> bool:
        return name in self._variables

    def read(self, name: str, default: Value, parse: Callable[[str], Value], expected: str) -> Value:
        """The parsed value, or `default` when absent or faulty (the fault is noted)."""
        if name not in self._variables:
            return default
        try:
            return parse(self._variables[name])
        except Exception:  # a parser may raise anything; what counts is that the value is unusable
            self.fault(name, f"must be {expected}")
            return default

    def text(self, name: str, default: str) -> str:
        return self.read(name, default, str, "text")

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
        def parse(value: str) -> list[str]:
            return [entry.strip() for entry in value.split(",") if entry.strip()]

        return self.read(name, default, parse, "a comma-separated list")

    def origins(self, name: str, *, secure: bool) -> list[str]:
        """Origins such as https://app.example; `secure` refuses http and wildcards."""
        entries = self.listing(name, [])
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
            lambda value: [ip_network(entry.strip()) for entry in value.split(",") if entry.strip()],
            "a comma-separated list of addresses or networks",
        )

    def database(self, name: str, default: str | None, *engines: str) -> dict[str, Any] | None:
        """One of `engines`, any that there is when none is named."""

        def parse(value: str) -> dict[str, Any]:
            config = dict(Env.db_url_config(value))
            if config.get("ENGINE") not in (engines or ENGINES) or not config.get("NAME"):
                raise ValueError
            return config

        expected = " or ".join(ENGINES[engine] for engine in engines or ENGINES)
        value = self.read(name, None, parse, expected)
        return value if value or default is None else parse(default)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(value: str) -> str:
            parts = urlsplit(value)
            if parts.scheme not in schemes or not parts.netloc:
                raise ValueError
            return value.rstrip("/")

        return self.read(name, default, parse, "a URL with " + " or ".join(f"{s}://" for s in schemes))

    def email(self, name: str, default: str) -> dict[str, Any]:
        def parse(value: str) -> dict[str, Any]:
            config = dict(Env.email_url_config(value))
            if not config.get("EMAIL_BACKEND"):
                raise ValueError
            if "EMAIL_FILE_PATH" in config:  # django-environ drops the leading slash
                config["EMAIL_FILE_PATH"] = urlsplit(value).path
            return config

        return self.read(name, parse(default), parse, "smtp+tls://USER:PASSWORD@HOST:PORT or filemail:///FOLDER")

    def key(self, name: str, *, required: bool, keep_in: Path) -> str:
        """A secret: required and long outside development, generated once and kept there otherwise."""
        value = self._variables.get(name)
        if value is None:
            if required:
                self.fault(name, "is required outside development")
                return ""
            return development_key(name, keep_in)
        if required and len(value.encode()) < MIN_KEY_BYTES:
            self.fault(name, f"must have at least {MIN_KEY_BYTES} bytes")
        return value


ENGINES = {
    "django.db.backends.sqlite3": "sqlite:///FILE",
    "django.db.backends.postgresql": "postgres://USER:PASSWORD@HOST:PORT/NAME",
}


def development_key(name: str, folder: Path) -> str:
    """The secret of that name in `folder`, made on first use; several processes may start at once."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.lower()}.key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _is_origin(entry: str) -> bool:
    parts = urlsplit(entry)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and entry == f"{parts.scheme}://{parts.netloc}"
