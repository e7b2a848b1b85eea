"""With many rows no list, search or page of the back office reads a whole table: PostgreSQL says what it does."""

from __future__ import annotations

import pytest

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from fincred import clock
from fincred.back_office.tests.many_people import FILES, PATHS, fill, plan_in_the_past
from fincred.db.tests.server_plans import plans, rows_read

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow, pytest.mark.postgresql]

# What a page may read of a large table, in rows; a page of a list shows 50.
MOST = 3_000
LARGE = {
    *("accounts_user", "accounts_searchterm", "accounts_auditentry", "accounts_listedperson", "accounts_session"),
    *("accounts_profile", "accounts_outgoingmail", "goals_goal", "tracking_checkin", "tracking_standing"),
    *("companion_notification", "companion_notificationpreferences"),
}


@pytest.mark.django_db
class TestManyPeople:
    def test_cost_no_page_a_whole_table(self) -> None:
        fill(people=10_000, goals=3, check_ins=4, entries=8)
        plan_in_the_past(clock.now())
        client = signed_in(User.objects.create_superuser("boss@example.com"))
        faults = []
        with plans() as told:
            for path in (*PATHS, *FILES):
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
