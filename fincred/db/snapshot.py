"""Read many tables as of one moment, without holding up those who write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Reads in the block, of the primary, show what was committed before the first of them; writes are refused.

    It takes no lock: writes of others neither wait for it nor hold it up. SQLite doesn't refuse writes. Call it
    outside of a transaction: inside, that transaction's own guarantees hold instead.
    """
    is_outermost = not connection.in_atomic_block
    with _without_write_lock(), transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextmanager
def _without_write_lock() -> Iterator[None]:
    """On SQLite, where the settings have each transaction begin with the lock of all writes."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()  # which sets the mode of the settings
    sqlite: Any = connection
    usual, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = usual
