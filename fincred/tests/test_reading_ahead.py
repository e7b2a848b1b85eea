"""What a GET reads goes with the session's check, and nobody learns more or something else by it."""

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
ENDED = [*PATHS, "goals?limit=0", "goals?status=none", "goals/{goal}/check-ins?from=x", "check-ins?goal_id=x"]


@pytest.fixture
def goal(saver: User) -> Goal:
    goal = GoalFactory.create(user=saver)
    CheckInFactory.create(goal=goal)
    return goal


def answer_of(client: APIClient, path: str, goal: Goal, method: str = "get") -> Any:
    return getattr(client, method)(f"/api/v0/{path.format(goal=goal.pk)}")


class TestReadingAhead:
    @pytest.mark.parametrize("path", ENDED)
    def test_an_ended_session_is_refused_before_anything_else(
        self, saver: User, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        answer = answer_of(as_saver, path, goal)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "TOKEN_INVALID")

    @pytest.mark.parametrize("path", ["goals/{goal}", "goals/{goal}/check-ins", "goals/{goal}/check-ins?from=x"])
    def test_a_strangers_goal_is_not_found_whatever_is_asked(
        self, stranger: User, as_saver: APIClient, path: str
    ) -> None:
        assert answer_of(as_saver, path, GoalFactory.create(user=stranger)).status_code == 404

    @pytest.mark.parametrize("path", ["goals?limit=0", "goals?status=none", "goals/{goal}/check-ins?limit=0"])
    def test_a_query_that_makes_no_sense_is_refused_with_its_fields(
        self, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        answer = answer_of(as_saver, path, goal)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["details"]["errors"]

    @pytest.mark.parametrize("path", PATHS)
    def test_a_head_is_a_get_without_its_body(self, as_saver: APIClient, goal: Goal, path: str) -> None:
        told, asked = answer_of(as_saver, path, goal, "head"), answer_of(as_saver, path, goal)
        assert told.status_code == asked.status_code == 200
        assert told.headers.get("X-Total-Count") == asked.headers.get("X-Total-Count")

    @pytest.mark.parametrize("path", PATHS)
    def test_answers_are_of_the_person_who_asks(
        self, saver: User, stranger: User, as_saver: APIClient, goal: Goal, path: str
    ) -> None:
        theirs = GoalFactory.create(user=stranger, name="Somebody else's")
        CheckInFactory.create(goal=theirs)
        answer = answer_of(as_saver, path, goal)
        assert str(goal.pk) in answer.content.decode()
        assert str(theirs.pk) not in answer.content.decode()

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_that_something_cannot_be_read_is_told_to_nobody_without_a_session(
        self, saver: User, as_saver: APIClient, goal: Goal
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE goals_goal SET target_date = 'infinity'")  # which Python has no date for
        as_saver.raise_request_exception = False
        assert answer_of(as_saver, "goals/{goal}", goal).status_code == 500
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        answer = answer_of(as_saver, "goals/{goal}", goal)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "TOKEN_INVALID")


class TestNothingIsReadAhead:
    """For a session that has just been refused: it would cost as much as an answer, and not be counted."""

    @staticmethod
    def goals_read(client: APIClient, status: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v0/goals").status_code == status
        return sum('FROM "goals_goal"' in query["sql"] for query in queries.captured_queries)

    def test_once_it_has_ended(self, saver: User, as_saver: APIClient) -> None:
        end_all_sessions(user=saver, reason=EndReason.LOGOUT_ALL, now=clock.now())
        assert [self.goals_read(as_saver, 401) for _ in range(3)] == [1, 0, 0]

    def test_while_it_asks_too_often(
        self, as_saver: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch, time_machine: Any
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        monkeypatch.setattr(policies, "READS", Policy("reads", 1))
        time_machine.move_to(clock.now(), tick=False)
        assert [self.goals_read(as_saver, status) for status in (200, 429, 429)] == [1, 1, 0]
        time_machine.shift(61)
        assert self.goals_read(as_saver, 200) == 1
        time_machine.shift(61)
        assert self.goals_read(as_saver, 200) == 1
