"""When the database can be read and takes no writes."""

from __future__ import annotations

from django.db import Error

# A standby or `default_transaction_read_only`; a full disk.
_POSTGRESQL = frozenset({"25006", "53100"})
_SQLITE = ("SQLITE_FULL", "SQLITE_READONLY")


def refuses_writes(error: BaseException | None) -> bool:
    """Whether this is the database's answer to a write while it takes none."""
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) in _POSTGRESQL or getattr(cause, "sqlite_errorname", "").startswith(
        _SQLITE
    )
