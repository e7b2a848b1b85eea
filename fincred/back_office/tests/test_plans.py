"""With many rows no list, search or page of the back office reads a whole table: PostgreSQL says what it does."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from fincred.db.tests.server_plans import plans, rows_read

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow, pytest.mark.postgresql]

# What a page may read of a large table, in rows; a page of a list shows 50.
MOST = 3_000
LARGE = {
    *("accounts_user", "accounts_searchterm", "accounts_auditentry", "accounts_listedperson", "accounts_session"),
    *("accounts_profile", "accounts_outgoingmail", "goals_goal", "tracking_checkin", "tracking_standing"),
    *("companion_notification", "companion_notificationpreferences"),
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
    "companion/notification/",
    f"companion/notification/?user__exact={PERSON}",
    "companion/notification/?q=p777@",
    "companion/notificationpreferences/",
    "companion/notificationpreferences/?q=p777@",
]


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
                    for count, node in rows_read(plan, LARGE)
                    if count > MOST
                ]
        assert not faults, "\n\n".join(faults)
