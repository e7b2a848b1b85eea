"""A database that fails, told to operators in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg_pool import PoolTimeout

if TYPE_CHECKING:
    from fincred.db.postgresql.base import DatabaseWrapper

# What the texts of libpq, the server and the system have in them, and what that means.
_CAUSES: Final = {
    "password authentication failed": "the password in DATABASE_URL is wrong, or there is no such user",
    "no password supplied": "it asks for a password, and DATABASE_URL has none",
    "pg_hba.conf": "its pg_hba.conf lets this user in from here neither with nor without a password",
    "failed to resolve host": "there is no such host",
    "Connection refused": "nothing answers there (connection refused)",
    "No such file or directory": "there is no such socket",
    "imeout": "there was no answer in time",
    "timed out": "there was no answer in time",
    "unreachable": "there is no way to that host",
    "No route to host": "there is no way to that host",
    "too many clients": "it takes no more connections",
    "remaining connection slots": "it takes no more connections",
    "too many connections": "it takes no more connections",
    "starting up": "it is starting",
    "shutting down": "it is stopping",
    "recovery": "it is recovering from a crash",
    "role": "there is no such user",
    "database": "it has no database of that name",
}
_PATIENCE: Final = 2


def database_in_words(error: Exception) -> str:
    """What the database answered; where the pool had no connection, why there is none."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not isinstance(error.__cause__, PoolTimeout):
        file = f" {connection.settings_dict['NAME']}" if connection.vendor == "sqlite" else ""
        return f"The database{file} can't do this: {error}"
    place = f"{connection.settings_dict['HOST'] or 'localhost'}:{connection.settings_dict['PORT'] or 5432}"
    try:
        cast("DatabaseWrapper", connection).connect_beside_the_pool(patience=_PATIENCE)
    except psycopg.Error as refused:
        return f"The database at {place} can't be reached: {_cause(str(refused))}."
    return f"The database at {place} answers, but gave this command no connection: {error}"


def _cause(text: str) -> str:
    """The cause by the words of the server's text, without the names in it; the text itself if none is known."""
    answer = text.rpartition("FATAL:")[2].strip()
    if "FATAL:" in text and answer.endswith("does not exist"):
        text = answer.partition(" ")[0]  # `database "x" does not exist`, `role "x" does not exist`
    told = next((words for sign, words in _CAUSES.items() if sign in text), "")
    return told or " ".join(answer.split())
