"""The session is checked before anything else, and everything else is read for its person alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.rate_limits import Policy, policies
from accounts.services import end_all_sessions
from accounts.vocabulary import EndReason
from fincred import clock
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]

PATHS = ["goals", "goals/{goal}", "goals/{goal}/check-ins", "check-ins", "dashboard"]
ENDED = [
    *PATHS,
    "checkins",
    "checkins/latest",
    "checkins?limit=0",
    "goals?limit=0",
    "goals?status=none",
    "goals/{goal}/check-ins?from=x",
    "check-ins?goal_id=x",
]


@pytest.fixture
def goal(saver: User) -> Goal:
    goal = GoalFactory.create(user=saver)
    CheckInFactory.create(goal=goal)
    return goal


def answer_of(client: APIClient, path: str, goal: Goal, method: str = "get") -> Any:
    return getattr(client, method)(f"/api/v0/{path.format(goal=goal.pk)}")


class TestAnswer:
    @pytest.mark.parametrize("path", ENDED)
    def test_an_ended_session_is_refused_before_anything_else(
        self, saver: User, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        answer = answer_of(as_saver, path, goal)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "TOKEN_INVALID")

    @pytest.mark.parametrize("path", ["goals/{goal}", "goals/{goal}/check-ins", "goals/{goal}/check-ins?from=x"])
    def test_a_strangers_goal_is_not_found_whatever_the_query_says(
        self, stranger: User, as_saver: APIClient, path: str
    ) -> None:
        assert answer_of(as_saver, path, GoalFactory.create(user=stranger)).status_code == 404

    @pytest.mark.parametrize("path", ["goals?limit=0", "goals?status=none", "goals/{goal}/check-ins?limit=0"])
    def test_a_faulty_query_is_refused_with_its_fields(self, as_saver: APIClient, goal: Goal, path: str) -> None:
        answer = answer_of(as_saver, path, goal)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["details"]["errors"]

    @pytest.mark.parametrize("path", PATHS)
    def test_a_head_is_a_get_without_its_body(self, as_saver: APIClient, goal: Goal, path: str) -> None:
        head, get = answer_of(as_saver, path, goal, "head"), answer_of(as_saver, path, goal)
        assert head.status_code == get.status_code == 200
        assert head.headers.get("X-Total-Count") == get.headers.get("X-Total-Count")

    @pytest.mark.parametrize("path", PATHS)
    def test_shows_only_what_is_the_persons_own(
        self, saver: User, stranger: User, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        theirs = GoalFactory.create(user=stranger, name="Somebody else's")
        CheckInFactory.create(goal=theirs)
        answer = answer_of(as_saver, path, goal)
        assert str(goal.pk) in answer.content.decode()
        assert str(theirs.pk) not in answer.content.decode()

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_a_row_that_cannot_be_read_is_a_401_without_a_session(
        self, saver: User, as_saver: APIClient, goal: Goal
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE goals_goal SET target_date = 'infinity'")  # which Python has no date for
        as_saver.raise_request_exception = False
        assert answer_of(as_saver, "goals/{goal}", goal).status_code == 500
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        answer = answer_of(as_saver, "goals/{goal}", goal)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "TOKEN_INVALID")


class TestRefusal:
    @pytest.mark.parametrize("path", PATHS)
    def test_of_an_ended_session_asks_for_the_session_first(
        self, saver: User, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        with CaptureQueriesContext(connection) as queries:
            assert answer_of(as_saver, path, goal).status_code == 401
        [of_session] = [place for place, query in enumerate(queries) if 'FROM "accounts_session"' in query["sql"]]
        assert of_session == 0

    def test_of_too_many_requests_reads_nothing_for_the_view(
        self, as_saver: APIClient, goal: Goal, settings: Any, monkeypatch: pytest.MonkeyPatch, time_machine: Any
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        monkeypatch.setattr(policies, "READS", Policy("reads", 1))
        time_machine.move_to(clock.now(), tick=False)
        assert answer_of(as_saver, "goals", goal).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert answer_of(as_saver, "goals", goal).status_code == 429
        assert not any('FROM "goals_goal"' in query["sql"] for query in queries.captured_queries)
