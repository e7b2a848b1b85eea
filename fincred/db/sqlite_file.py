"""The files of an SQLite database: only their owner, and their group, may read them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Final

from fincred.private_file import close_to_others

# The database, and what SQLite keeps beside it while it is open.
_SUFFIXES: Final = ("", "-wal", "-shm")


def close_files_to_others(connection: Any, **kwargs: Any) -> None:
    """A receiver of `connection_created`: SQLite makes a new file for everybody to read."""
    if connection.vendor == "sqlite":
        # SQLite, too, keeps them beside what a link leads to.
        file = os.path.realpath(connection.settings_dict["NAME"])
        for suffix in _SUFFIXES:
            with suppress(OSError):  # there is none, or it is another user's
                close_to_others(f"{file}{suffix}")
