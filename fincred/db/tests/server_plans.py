"""What PostgreSQL does for each statement, as it tells itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def plans() -> Iterator[list[str]]:
    """The plan of each statement with what it really read, as the server tells it."""
    told: list[str] = []
    connection.ensure_connection()
    raw: Any = connection.connection

    def note(diagnostic: Any) -> None:
        if (diagnostic.message_primary or "").startswith("duration"):
            told.append(diagnostic.message_primary)

    with connection.cursor() as cursor:
        for statement in (
            "LOAD 'auto_explain'",
            "SET auto_explain.log_min_duration = 0",
            "SET auto_explain.log_analyze = on",
            "SET client_min_messages = log",
        ):
            cursor.execute(statement)
    raw.add_notice_handler(note)
    try:
        yield told
    finally:
        raw.remove_notice_handler(note)
        with connection.cursor() as cursor:
            cursor.execute("SET client_min_messages = notice")
            cursor.execute("SET auto_explain.log_min_duration = -1")


def rows_read(plan: str, tables: Collection[str]) -> list[tuple[int, str]]:
    """For each node that reads one of these tables: how many rows it read, those that it left out included."""
    read = []
    nodes = re.split(r"\n(?=\s*(?:->|Subquery|Init|CTE))", plan)
    for node in nodes:
        scan = re.search(r"(?:Seq Scan|Index Scan|Index Only Scan|Heap Scan)[^\n]* on (\w+)", node)
        actual = re.search(r"actual time=\S+ rows=(\d+)(?:\.\d+)? loops=(\d+)", node)
        if scan and actual and scan[1] in tables:
            removed = sum(map(int, re.findall(r"Rows Removed by [\w ]+: (\d+)", node)))
            read.append(((int(actual[1]) + removed) * int(actual[2]), node.strip()))
    return read
