"""How many statements and round trips each operation takes: one more fails here before it is felt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from fincred.db.tests.round_trips import counted_trips
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]

# The session's check is one of them; BEGIN, COMMIT and savepoints are not counted.
READS = {
    "goals": 2,
    "goals?status=active&ordering=-priority": 2,
    "goals/{goal}": 2,
    "goals/{goal}/check-ins": 3,
    "goals/{goal}/check-ins?from=2026-03-01&to=2026-03-31": 4,
    "check-ins": 3,
    "check-ins?from=2026-03-01": 3,
    "dashboard": 5,
    "snapshot": 2,
    "snapshot/history": 2,
    "action-plans": 2,
    "users/me": 1,
}
PRICED = ["snapshot/history"]


@pytest.fixture
def goal(saver: User, noon: datetime) -> Goal:
    goal = GoalFactory.create(user=saver)
    snapshot_of(saver)
    plan_for(goal)
    return goal


def statements(queries: CaptureQueriesContext) -> list[str]:
    words = ("SELECT", "INSERT", "UPDATE", "WITH", "DELETE")
    return [query["sql"] for query in queries.captured_queries if query["sql"].startswith(words)]


class TestStatements:
    @pytest.mark.parametrize(("path", "expected"), READS.items())
    def test_of_a_read(self, goal: Goal, as_saver: APIClient, path: str, expected: int) -> None:
        with CaptureQueriesContext(connection) as queries:
            answer = as_saver.get(f"/api/v0/{path.format(goal=goal.pk)}")
        assert answer.status_code == 200
        assert len(statements(queries)) == expected, statements(queries)

    def test_of_a_full_page_that_must_be_counted(self, goal: Goal, as_saver: APIClient) -> None:
        GoalFactory.create(user=goal.user)
        with CaptureQueriesContext(connection) as queries:
            answer = as_saver.get("/api/v0/goals?limit=1")
        assert answer.headers["X-Total-Count"] == "2"
        assert len(statements(queries)) == 3

    @pytest.mark.parametrize("path", ["goals/{goal}/check-ins?", "check-ins?", "check-ins?goal_id={goal}&"])
    @pytest.mark.parametrize("page", ["limit=1", "limit=1&offset=1", "offset=9"])
    def test_of_a_history_whose_length_is_kept(
        self, goal: Goal, as_saver: APIClient, path: str, page: str
    ) -> None:
        CheckInFactory.create_batch(3, goal=goal)
        with CaptureQueriesContext(connection) as queries:
            answer = as_saver.get(f"/api/v0/{path.format(goal=goal.pk)}{page}")
        assert answer.headers["X-Total-Count"] == "3"
        assert len(statements(queries)) == 3
        assert sum("tracking_checkin" in sql for sql in statements(queries)) == 1

    def test_of_a_check_in(self, goal: Goal, as_saver: APIClient) -> None:
        def check_in(amount: str, day: str) -> list[str]:
            body: dict[str, Any] = {"current_amount": amount, "check_in_date": day}
            with CaptureQueriesContext(connection) as queries:
                assert as_saver.post(f"/api/v0/goals/{goal.pk}/check-ins", body).status_code == 201
            return statements(queries)

        # The session; the lock, the goal, its newest check-in, the weeks, its milestones, the trail's last entry;
        # the check-in, its week, the trail's next entry, and the goal again.
        assert len(check_in("1.00", "2026-03-09")) == 11
        assert len(check_in("2.00", "2026-03-10")) == 11  # now the week is there
        assert len(check_in("2.00", "2026-03-09")) == 11  # the goal's amount stays, but it counts one more


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestRoundTrips:
    """Statements that don't need each other's results go in one pipeline."""

    @pytest.mark.parametrize("path", sorted(READS.keys() - PRICED))
    def test_of_a_read_is_one(self, goal: Goal, as_saver: APIClient, path: str) -> None:
        with counted_trips() as trips:
            answer = as_saver.get(f"/api/v0/{path.format(goal=goal.pk)}")
        assert answer.status_code == 200
        assert [len(trip) for trip in trips] == [READS[path]]

    @pytest.mark.parametrize("path", PRICED)
    def test_of_a_read_with_a_price_are_two(self, goal: Goal, as_saver: APIClient, path: str) -> None:
        """An ended session takes no points, so it is checked before they are taken."""
        with counted_trips() as trips:
            assert as_saver.get(f"/api/v0/{path}").status_code == 200
        assert [len(trip) for trip in trips] == [1, READS[path] - 1]

    @pytest.mark.parametrize(("amount", "milestones"), [(5, 0), (600, 2)])
    def test_of_a_check_in(self, goal: Goal, as_saver: APIClient, amount: int, milestones: int) -> None:
        path = "/api/v0/users/me/notification-preferences"  # so what is sent to them is planned before
        assert as_saver.put(path, {"milestones": True}).status_code == 200
        with counted_trips() as trips:
            answer = as_saver.post(f"/api/v0/goals/{goal.pk}/check-ins", {"current_amount": amount})
        assert answer.status_code == 201
        assert [len(trip) for trip in trips] == [1, 6, 4 + milestones]
