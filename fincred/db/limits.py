"""Time limits of statements, which are meant for requests."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db.backends.signals import connection_created

# Commands that run beside the web processes for ever, with the same limits.
SERVING: Final = frozenset({"work", "send_due_mail", "runserver"})


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


def lift_time_limits(connection: Any) -> None:
    """For migrations and restores, inside their transaction: a statement may take as long as it needs.

    `connection` is Django's. Its own deadline for an answer ends as well, until the process does.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        connection.connection.deadline = None
