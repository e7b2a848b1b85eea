"""Which database it is, in words for operators."""

from __future__ import annotations

from typing import Any


def named(connection: Any) -> str:
    """Host, port and name, as `DATABASE_URL` has them; never the password. `connection` is Django's."""
    settings = connection.settings_dict
    if connection.vendor != "postgresql":
        return f"Database {settings['NAME']}"
    if not settings["HOST"]:
        return f"Database {settings['NAME']} on this machine's socket"
    host = f"[{settings['HOST']}]" if ":" in settings["HOST"] else settings["HOST"]
    return f"Database {settings['NAME']} on {host}:{settings['PORT'] or 5432}"
