"""Time limits of statements, which are meant for requests."""

from __future__ import annotations

from typing import Any


def lift_time_limits(connection: Any) -> None:
    """For migrations and restores, inside their transaction: a statement may take as long as it needs.

    `connection` is Django's. Its own deadline for an answer ends as well, until the process does.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        connection.connection.deadline = None
