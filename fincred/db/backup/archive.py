"""The format: what a file holds, line by line, and how one is read.

A gzip of JSON lines: a header; for each table its columns and its rows in the order of their keys; the number and
the SHA-256 of each table's rows; last an HMAC-SHA-256 with BACKUP_KEY of all lines before it, null without a key.
Amounts and moments are strings, so nothing is rounded.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

FORMAT: Final = 2
MAX_LINE_BYTES: Final = 64 * 1024 * 1024

Progress = Callable[[int], None]


class ArchiveError(Exception):
    """The file can't be restored here, for this `reason`. The database is as it was."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Digest:
    """How many rows, and the SHA-256 of their lines."""

    rows: int = 0
    sha256: str = ""
    _hash: Any = field(default_factory=hashlib.sha256, repr=False, compare=False)

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._hash.update(line)
        self.sha256 = self._hash.hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.sha256}


Digests = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A file whose every line was read and found consistent; `signed` means that the signature was checked."""

    path: Path
    made_at: datetime
    digests: Digests
    signed: bool

    @property
    def rows(self) -> int:
        return sum(digest["rows"] for digest in self.digests.values())


def require(condition: bool, reason: str) -> None:
    """:raises ArchiveError: with this reason, where the condition doesn't hold."""
    if not condition:
        raise ArchiveError(reason=reason)


def new_signature() -> hmac.HMAC:
    """An empty HMAC; `update` it with each line."""
    return hmac.new(settings.BACKUP_KEY.encode(), digestmod=hashlib.sha256)


class Lines:
    """The archive's lines, as bytes and as JSON, with the number of the last for messages."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._file = gzip.GzipFile(fileobj=raw, mode="rb")
        self.number = 0
        self.raw = b""

    def next(self) -> Any:
        """The next line's JSON.

        :raises ArchiveError: the file ends here, or can't be read.
        """
        document = self.next_or_end()
        require(document is not None, "it is cut off")
        return document

    def next_or_end(self) -> Any:
        """The same, None at the end of the file."""
        try:
            self.raw = self._file.readline(MAX_LINE_BYTES)
        except EOFError:
            raise ArchiveError(reason="it is cut off") from None
        except (gzip.BadGzipFile, zlib.error):
            raise self.damaged() from None
        if not self.raw:
            return None
        self.number += 1
        try:
            document = json.loads(self.raw)
        except (ValueError, RecursionError):
            raise self.damaged() from None
        if document is None or not self.raw.endswith(b"\n"):
            raise self.damaged()
        return document

    def damaged(self) -> ArchiveError:
        if self.number <= 1:
            return ArchiveError(reason="it is not a FinCred backup")
        return ArchiveError(reason=f"it is damaged in line {self.number} or after it")
