"""The list of erased people outside of the database: their ids and times, and nothing else.

A backup brings erased people back; `after_restore` erases them again by this list. An erasure writes two lines:
one before its COMMIT, which must succeed, and one after it. Without the second the erasure may have failed.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from fincred.private_file import close_to_others, sync_folder

_BEGUN: Final = "begun"
_DONE: Final = "done"


class ErasureLogError(Exception):
    """The list can't be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """`done` is false where the line after COMMIT is missing."""

    person_id: UUID
    at: datetime
    done: bool


def note_begun(person_id: UUID, *, now: datetime) -> None:
    """Record that an erasure begins; call it before COMMIT.

    :raises ErasureLogError: nothing could be written, so the erasure must not be committed.
    """
    _append(f"{_text(now)} {person_id} {_BEGUN}\n")


def note_done(person_id: UUID, *, now: datetime) -> None:
    """Record that the erasure is done; call it after COMMIT.

    :raises ErasureLogError: nothing could be written; the list then has the erasure as begun only.
    """
    _append(f"{_text(now)} {person_id} {_DONE}\n")


def read() -> list[Erasure]:
    """Every erasure, the last one of each person.

    :raises ErasureLogError: there is no list, or it has a line that can't be read.
    """
    path = settings.ERASURE_LOG
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ErasureLogError(
            f"There is no erasure list {path} (ERASURE_LOG). Bring it from where it is kept; if no person was "
            f"ever erased, make an empty one: touch {path}"
        ) from None
    except (OSError, UnicodeError) as error:
        raise ErasureLogError(f"The erasure list {path} can't be read: {type(error).__name__}") from None
    erasures: dict[UUID, Erasure] = {}
    for number, line in enumerate(lines, start=1):
        try:
            erasure = _parse(line)
        except ValueError:
            raise ErasureLogError(f"Line {number} of the erasure list {path} can't be read") from None
        earlier = erasures.get(erasure.person_id)
        if earlier is None or erasure.done or not earlier.done:
            erasures[erasure.person_id] = erasure
    return list(erasures.values())


def _parse(line: str) -> Erasure:
    moment, person_id, state = line.split(" ")
    at = datetime.fromisoformat(moment)
    if state not in (_BEGUN, _DONE) or at.tzinfo is None:
        raise ValueError
    return Erasure(UUID(person_id), at, state == _DONE)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _append(line: str) -> None:
    """One write of one line, on the disk when this returns; several processes may do it at once."""
    path: Path = settings.ERASURE_LOG
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # Who made it by `touch` left it readable to everybody. Several users may share it as a group.
            with suppress(PermissionError):  # it is another user's, who closes it with their own next line
                close_to_others(descriptor)
            size = os.fstat(descriptor).st_size
            is_torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
            data = f"\n{line}".encode() if is_torn else line.encode()
            if os.write(descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)  # the file may be new
    except OSError as error:
        raise ErasureLogError(f"The erasure list {path} can't be written: {error.strerror}") from error
