"""Read `.env`: `NAME=VALUE` lines, every fault named by its line, no value shown.

Imports nothing but the standard library, so that gunicorn's configuration and the health check can use it.
"""

from __future__ import annotations

import errno
import os
import re
import select
from dataclasses import dataclass, field
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"

_LARGEST = 1024 * 1024

# Seconds without a byte from a pipe.
PATIENCE = 5

# What shells and docker compose replace, unless single quotes are around it.
_REFERENCE = re.compile(r"\$(?:[{(]|([A-Za-z_][A-Za-z0-9_]*))")
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")


@dataclass(slots=True)
class EnvFile:
    """What `.env` assigns, in which lines, and what is wrong with it (never a value)."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    literal: set[str] = field(default_factory=set)  # in single quotes

    def refers(self, name: str) -> bool:
        """Whether its value has `${...}`, `$(...)`, or a `$NAME` of another line: nothing replaces them here."""
        found = () if name in self.literal else _REFERENCE.finditer(self.values[name])
        return any(reference[1] is None or reference[1] in self.lines for reference in found)


def first_bytes(path: Path, most: int) -> bytes:
    """What a file begins with; all of it, if it isn't longer.

    :raises OSError: it can't be read, or is a pipe into which no program writes.
    """

    def at_once(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK)

    content = b""
    with open(path, "rb", buffering=0, opener=at_once) as file:
        while len(content) < most:
            if not select.select([file], [], [], PATIENCE)[0]:
                raise TimeoutError(errno.ETIMEDOUT, "Nothing came out of the pipe")
            piece = file.read(most - len(content))
            if not piece:
                break
            content += piece
    return content


def read_env_file(path: Path) -> EnvFile:
    """The assignments in the file; an absent file assigns nothing. Faults are collected, not raised."""
    file = EnvFile()
    try:
        content = first_bytes(path, _LARGEST + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            return file
        file.faults.append(f"{path.name}: can't be read: {error.strerror}")
        return file
    if len(content) > _LARGEST:  # such as a link to a device that never ends
        file.faults.append(f"{path.name}: is larger than 1 MiB")
        return file
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            _read_line(file, number, line)
        except ValueError as error:
            what = "is not UTF-8 text" if isinstance(error, UnicodeError) else str(error)
            file.faults.append(f"{path.name} line {number}: {what}")
    return file


def _read_line(file: EnvFile, number: int, raw: bytes) -> None:
    """:raises ValueError: the line can't be read; the message says why and holds nothing of the line."""
    line = raw.decode().strip()
    if line.startswith("\ufeff"):
        raise ValueError("begins with a byte-order mark; save the file as UTF-8 without one")
    if not line or line.startswith("#"):
        return
    assignment = _ASSIGNMENT.fullmatch(line)
    if assignment is None:
        raise ValueError("can't be read; write NAME=VALUE, without spaces around '='")
    name, value = assignment.groups()
    if name in file.lines:
        raise ValueError(f"assigns {name} again, after line {file.lines[name]}")
    file.lines[name] = number
    file.values[name] = _unquoted(value)
    if value.startswith("'"):
        file.literal.add(name)


def _unquoted(value: str) -> str:
    """The value as the application reads it.

    :raises ValueError: what follows '=' is ambiguous.
    """
    if value[:1].isspace():
        raise ValueError("can't be read; write NAME=VALUE, without spaces around '='")
    if not value.isprintable():
        raise ValueError("has an unprintable character in its value")
    quote = value[:1]
    if quote not in ("'", '"'):
        if re.search(r"\s#", value):
            raise ValueError("has ' #' in its value; quote the value, or put the comment on a line of its own")
        return value
    pattern = r"'([^']*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
    quoted = re.fullmatch(pattern, value)
    if quoted is None:
        raise ValueError("has quotes that don't enclose the whole value")
    return quoted[1] if quote == "'" else re.sub(r'\\(["\\])', r"\1", quoted[1])


def port() -> int:
    """PORT; 8000 if it is absent or no port, which the settings refuse."""
    value = _value("PORT")
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,4}", value) and int(value) <= 65535 else 8000


def workers(default: int) -> int:
    """WEB_CONCURRENCY; the default if it is absent or no such number, which the settings refuse."""
    value = _value("WEB_CONCURRENCY")
    return int(value) if re.fullmatch(r"[1-9][0-9]{0,3}", value) else default


def _value(name: str) -> str:
    """From the environment, else from `.env`, else empty."""
    return os.environ.get(name) or read_env_file(ENV_FILE).values.get(name) or ""
