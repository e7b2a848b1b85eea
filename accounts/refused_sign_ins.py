"""How many sign-ins are refused each day."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from accounts.models import RefusedSignIns


def note_refused_sign_in(now: datetime) -> None:
    """Count one more. It says nothing of the address, and costs the same for every address."""
    table = RefusedSignIns._meta.db_table
    # PostgreSQL and SQLite both have this statement; the table's name comes from the model.
    statement = f"""
        INSERT INTO {table} (day, refused) VALUES (%s, 1)
        ON CONFLICT (day) DO UPDATE SET refused = {table}.refused + 1
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [now.astimezone(UTC).date()])
