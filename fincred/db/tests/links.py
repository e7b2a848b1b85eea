"""Connections of a test's own to the database under test."""

from __future__ import annotations

from typing import Any

from django.db import connection

from fincred.db.postgresql.pipeline import Connection, Result, Statement


def address() -> dict[str, Any]:
    """Where the database under test is, as psycopg wants to know it."""
    settings = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {name: settings[theirs] for name, theirs in named.items() if settings[theirs]}


def run(link: Connection, *statements: Statement) -> list[Result]:
    return link.run(statements)


def one(link: Connection, sql: str, *parameters: Any) -> Any:
    """The only value of the only row."""
    [[[[value]], _]] = link.run([(sql, parameters)])
    return value
