"""With many rows no list, search or page of the back office reads a whole table: PostgreSQL says what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow, pytest.mark.postgresql]

# What a page may read of a large table, in rows; a page of a list shows 50.
MOST = 3_000
LARGE = {
    *("accounts_user", "accounts_searchterm", "accounts_auditentry", "accounts_listedperson", "accounts_session"),
    *("accounts_profile", "accounts_outgoingmail", "goals_goal", "tracking_checkin", "tracking_standing"),
}

FILL = Path(__file__).with_name("many_people.sql")

PERSON = UUID("00000000-0000-4000-8000-000000000777")
PATHS = [
    "accounts/user/",
    "accounts/user/?p=10",
    "accounts/user/?q=p777@",
    "accounts/user/?q=person",
    "accounts/user/?q=person+p777@",
    f"accounts/user/?q={PERSON}",
    "accounts/user/?standing=off_track",
    "accounts/user/?standing=no_check_in",
    "accounts/user/?standing=no_plan",
    "accounts/user/?sign_in=unverified",
    "accounts/user/?sign_in=unverified_week",
    "accounts/user/?sign_in=disabled",
    "accounts/user/?sign_in=staff",
    f"accounts/user/{PERSON}/change/",
    "accounts/auditentry/",
    "accounts/auditentry/?by=staff",
    "accounts/auditentry/?q=p777@example.com-3",
    "accounts/auditentry/?q=p777@",
    f"accounts/auditentry/?q={PERSON}",
    f"accounts/auditentry/?person_id__exact={PERSON}",
    "accounts/outgoingmail/",
    "accounts/outgoingmail/?state=dead",
    "accounts/outgoingmail/?state=sent",
    "accounts/outgoingmail/?q=p777@",
    "goals/goal/",
    f"goals/goal/?user__exact={PERSON}",
    "goals/goal/?q=p777@",
    "tracking/checkin/",
    f"tracking/checkin/?user__exact={PERSON}",
    "tracking/checkin/?q=person",
    "tracking/checkin/?q=p777@",
    "planning/actionplan/?q=p777@",
    "planning/planversion/?q=p777@",
]


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


def rows_read(plan: str) -> list[tuple[int, str]]:
    """For each node that reads a large table: how many rows it read, those that it left out included."""
    read = []
    nodes = re.split(r"\n(?=\s*(?:->|Subquery|Init|CTE))", plan)
    for node in nodes:
        scan = re.search(r"(?:Seq Scan|Index Scan|Index Only Scan|Heap Scan)[^\n]* on (\w+)", node)
        actual = re.search(r"actual time=\S+ rows=(\d+)(?:\.\d+)? loops=(\d+)", node)
        if scan and actual and scan[1] in LARGE:
            removed = sum(map(int, re.findall(r"Rows Removed by [\w ]+: (\d+)", node)))
            read.append(((int(actual[1]) + removed) * int(actual[2]), node.strip()))
    return read


@pytest.mark.django_db
class TestManyPeople:
    def test_cost_no_page_a_whole_table(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            for statement in FILL.read_text().split(";\n")[:-1]:
                cursor.execute(statement)
            cursor.execute("ANALYZE")
        client = Client()
        client.force_login(User.objects.create_superuser("boss@example.com"))
        faults = []
        with plans() as told:
            for path in PATHS:
                told.clear()
                assert client.get(f"/admin/{path}").status_code == 200, path
                assert told, "the server tells no plans"
                faults += [
                    f"{path}: {count} rows\n{plan}\n{node}"
                    for plan in told
                    for count, node in rows_read(plan)
                    if count > MOST
                ]
        assert not faults, "\n\n".join(faults)
