"""Time limits of statements, which are meant for requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db.backends.signals import connection_created

# Commands that run beside the web processes for ever, with the same limits.
SERVING: Final = frozenset({"work", "send_due_mail", "runserver"})


# Seconds that a command waits for one answer where it isn't to wait for ever.
PATIENCE: Final = 900.0


def lift_time_limits_of_command(name: str) -> None:
    """From now on a statement of this process may take as long as it needs, unless the command is in `SERVING`.

    The limit on waiting for locks stays. Behind a transaction pooler the limits stay: they
    belong to the pooler's connections, which requests use too.
    """
    if name not in SERVING:
        connection_created.connect(_lift_limits_of_session, dispatch_uid="limits")


def _lift_limits_of_session(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "postgresql" and settings.DATABASE_POOLER == "none":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        connection.connection.deadline = None


@contextmanager
def patient(connection: Any) -> Iterator[None]:
    """In the block, waits of Django's `connection` end after `PATIENCE` instead of their usual deadline.

    For commands that run unattended: their statements may be slow, but a server that hangs would keep them for
    ever, and the next run with them.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    link = connection.connection
    before, link.deadline = link.deadline, PATIENCE
    try:
        yield
    finally:
        link.deadline = before


def lift_time_limits(connection: Any) -> None:
    """For migrations and restores, inside their transaction: a statement may take as long as it needs.

    `connection` is Django's. Its own deadline for an answer is lifted too, for the rest of the process.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        connection.connection.deadline = None
