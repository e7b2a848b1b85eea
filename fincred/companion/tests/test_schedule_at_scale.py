"""Planning for all people reads each row once, also of tables that were filled a moment ago."""

from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.management import people_command
from accounts.search import mend_missing_terms
from accounts.tests.factories import UserFactory
from fincred.companion.services import plan_for_everybody, send_due_notifications
from fincred.companion.tests.reminding import MONDAY_EVENING
from fincred.db.tests.server_plans import plans, rows_read

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

PEOPLE = 10_000
PAGE = 50
TABLES = {"accounts_user", "accounts_searchterm", "companion_notification"}

# Statistics are forgotten, too: rows of earlier tests, even rolled back, may have been analysed since.
FILL = """
TRUNCATE accounts_user CASCADE;
DELETE FROM pg_statistic WHERE starelid IN (
    'accounts_user'::regclass, 'accounts_searchterm'::regclass, 'companion_notification'::regclass
);
INSERT INTO accounts_user (id, password, is_superuser, email, mailbox, mailbox_rank, is_active, is_verified,
                           is_staff, created_at, audit_key, session_epoch)
SELECT gen_random_uuid(), '', false, 'p' || n || '@example.com', 'p' || n || '@example.com', 0, true, true,
       false, now(), ''::bytea, 0 FROM generate_series(1, 10000) n;
INSERT INTO accounts_searchterm (user_id, term) SELECT id, email FROM accounts_user;
INSERT INTO companion_notification (id, user_id, type, channel, status, is_planned, is_moved, next_send_at,
                                    created_at, updated_at, revision)
SELECT gen_random_uuid(), id, type, 'email', 'active', true, false, now(), now(), now(), 1
FROM accounts_user, (VALUES ('checkin_reminder'), ('weekly_summary')) types (type);
"""


@pytest.mark.postgresql
class TestWithoutStatistics:
    def test_everybody_is_walked_through_in_pages(self, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.services.sweeps.PAGE", PAGE)
        monkeypatch.setattr("accounts.search._BATCH", PAGE)
        with connection.cursor() as cursor:
            cursor.execute(FILL)
        UserFactory.create_batch(3)
        with plans() as told:
            assert plan_for_everybody(now=noon) == 3
            assert mend_missing_terms() == 0
        read = {table: sum(count for plan in told for count, _ in rows_read(plan, {table})) for table in TABLES}
        # Of a table this small PostgreSQL may read all for the last few of the 200 pages.
        assert all(PEOPLE <= count < 15 * PEOPLE for count in read.values()), read


@pytest.mark.postgresql
class TestSending:
    def test_reads_no_more_than_is_due(self, noon: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FILL)
        UserFactory.create_batch(3)
        plan_for_everybody(now=noon)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE companion_notification")
        with plans() as told:
            assert send_due_notifications(clock=lambda: MONDAY_EVENING) == 6
        assert sum(count for plan in told for count, _ in rows_read(plan, TABLES)) < 200


class TestCommand:
    def test_plans_in_shards_and_again_for_nobody(self, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(people_command, "PAGE", 2)
        UserFactory.create_batch(5)
        out = StringIO()
        for shard in ("1/2", "2/2", "1/1"):
            call_command("plan_notifications", "--shard", shard, stdout=out)
        planned = [int(line.split("; ")[1].split()[0]) for line in out.getvalue().splitlines()]
        assert (sum(planned[:2]), planned[2]) == (5, 0)
