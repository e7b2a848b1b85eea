from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from tracking.models import CheckIn
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.usefixtures("noon")]

ALL = "/api/v0/check-ins"


@pytest.fixture
def goal(saver: User) -> Goal:
    return GoalFactory.create(user=saver)


def of(goal: Goal) -> str:
    return f"/api/v0/goals/{goal.id}/check-ins"


def field_errors(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    return {error["field"]: error["code"] for error in response.json()["details"]["errors"]}


class TestDays:
    def test_are_between_1900_and_2200_wherever_they_are_told(self, as_saver: APIClient, goal: Goal) -> None:
        early, late = {"check_in_date": "0001-01-01"}, "2201-01-01"
        made = as_saver.post(of(goal), {"current_amount": 5, "check_in_date": "1900-01-01"})
        assert made.status_code == 201
        for refused in (
            as_saver.post(of(goal), early | {"current_amount": 5}),
            as_saver.patch(f"{ALL}/{made.json()['id']}", early),
        ):
            assert field_errors(refused) == {"check_in_date": "min_value"}
        assert field_errors(as_saver.get(f"{ALL}?from=1899-12-31&to={late}")) == {
            "from": "min_value",
            "to": "max_value",
        }
        assert field_errors(as_saver.patch(f"/api/v0/goals/{goal.id}", {"target_date": late})) == {
            "target_date": "max_value"
        }


class TestCheckingIn:
    def test_answers_with_what_it_brought_about(self, as_saver: APIClient, goal: Goal) -> None:
        response = as_saver.post(of(goal), {"current_amount": "250.00", "reflection": " Good week\n"})

        assert response.status_code == 201
        assert response.json() == {
            "id": str(CheckIn.objects.get().id),
            "goal_id": str(goal.id),
            "current_amount": 250.0,
            "check_in_date": "2026-03-10",
            "reflection": "Good week",
            "created_at": "2026-03-10T12:00:00Z",
            "updated_at": "2026-03-10T12:00:00Z",
            "milestones_reached": [25],
            "goal_completed": False,
            "current_streak": 1,
            "longest_streak": 1,
            "feedback": "250.00 USD of 1,000.00 USD saved, 250.00 USD ahead of what was planned for today.",
        }

    def test_shows_in_the_goal(self, as_saver: APIClient, goal: Goal) -> None:
        as_saver.post(of(goal), {"current_amount": 1000, "check_in_date": "2026-03-09"})

        shown = as_saver.get(f"/api/v0/goals/{goal.id}").json()
        assert (shown["current_amount"], shown["progress_percentage"]) == (1000, 100)
        assert (shown["status"], shown["progress_status"]) == ("completed", "completed")
        assert (shown["last_check_in_date"], shown["completed_at"]) == ("2026-03-09", "2026-03-10T12:00:00Z")

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ({}, "current_amount", "required"),
            ({"current_amount": None}, "current_amount", "null"),
            ({"current_amount": -1}, "current_amount", "min_value"),
            ({"current_amount": "0.001"}, "current_amount", "max_decimal_places"),
            ({"current_amount": 1, "check_in_date": "2026-03-11"}, "check_in_date", "max_value"),
            ({"current_amount": 1, "check_in_date": None}, "check_in_date", "null"),
            ({"current_amount": 1, "check_in_date": "yesterday"}, "check_in_date", "invalid"),
            ({"current_amount": 1, "reflection": "x" * 1001}, "reflection", "max_length"),
            ({"current_amount": 1, "reflection": "\x1b"}, "reflection", "control"),
            ({"current_amount": 1, "reflection": 5}, "reflection", "invalid"),
        ],
    )
    def test_refuses_what_the_contract_excludes(
        self, as_saver: APIClient, goal: Goal, body: dict[str, Any], field: str, code: str
    ) -> None:
        assert field_errors(as_saver.post(of(goal), body)) == {field: code}
        assert not CheckIn.objects.exists()

    @pytest.mark.parametrize(("timezone", "status"), [("Pacific/Kiritimati", 201), ("UTC", 400)])
    def test_means_the_persons_own_today(
        self, as_saver: APIClient, saver: User, goal: Goal, timezone: str, status: int
    ) -> None:
        saver.profile.timezone = timezone
        saver.profile.save()

        response = as_saver.post(of(goal), {"current_amount": 1, "check_in_date": "2026-03-11"})

        assert response.status_code == status

    def test_is_refused_on_a_goal_at_rest(self, as_saver: APIClient, saver: User) -> None:
        goal = GoalFactory.create(user=saver, status=Status.PAUSED)

        response = as_saver.post(of(goal), {"current_amount": 1})

        assert (response.status_code, response.json()["error_code"]) == (409, "CONFLICT")
        assert response.json()["details"] == {"goal_id": str(goal.id), "status": "paused"}


class TestHistory:
    def dates(self, client: APIClient, url: str, **query: str) -> list[str]:
        response = client.get(url, query)
        assert response.status_code == 200, response.content
        return [check_in["check_in_date"] for check_in in response.json()]

    @pytest.fixture
    def history(self, goal: Goal, saver: User, stranger: User) -> Goal:
        for days in (3, 2, 1):
            CheckInFactory.create(goal=goal, check_in_date=date(2026, 3, 10) - timedelta(days=days))
        CheckInFactory.create(goal__user=saver, check_in_date=date(2026, 1, 1))
        CheckInFactory.create(goal__user=stranger)
        return goal

    def test_of_a_goal_is_newest_first(self, as_saver: APIClient, history: Goal) -> None:
        assert self.dates(as_saver, of(history)) == ["2026-03-09", "2026-03-08", "2026-03-07"]

    def test_of_a_person_is_across_goals(self, as_saver: APIClient, history: Goal) -> None:
        assert self.dates(as_saver, ALL) == ["2026-03-09", "2026-03-08", "2026-03-07", "2026-01-01"]
        assert len(self.dates(as_saver, ALL, goal_id=str(history.id))) == 3
        assert self.dates(as_saver, ALL, goal_id=str(uuid4())) == []

    def test_of_a_period_includes_both_days(self, as_saver: APIClient, history: Goal) -> None:
        period = {"from": "2026-03-07", "to": "2026-03-08"}

        for url in (ALL, of(history)):
            assert self.dates(as_saver, url, **period) == ["2026-03-08", "2026-03-07"]

    @pytest.mark.parametrize("query", [{"from": "2026-13-01"}, {"to": ""}, {"goal_id": "1"}, {"limit": "x"}])
    def test_refuses_a_bad_value(self, as_saver: APIClient, query: dict[str, str]) -> None:
        assert set(field_errors(as_saver.get(ALL, query))) == set(query)

    @pytest.mark.parametrize("across", [True, False])
    def test_takes_as_many_queries_for_fifty_as_for_one(
        self,
        as_saver: APIClient,
        goal: Goal,
        across: bool,
        django_assert_max_num_queries: Any,
        django_assert_num_queries: Any,
    ) -> None:
        url = ALL if across else of(goal)
        CheckInFactory.create(goal=goal)
        with django_assert_max_num_queries(10) as one:
            as_saver.get(url, {"limit": 100})
        CheckInFactory.create_batch(49, goal=goal)

        with django_assert_num_queries(len(one)):
            assert len(as_saver.get(url, {"limit": 100}).json()) == 50

    def test_asks_for_the_goal_alone_once_it_is_known_whose_it_is(
        self, as_saver: APIClient, history: Goal, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(10) as queries:
            as_saver.get(of(history), {"limit": "1", "from": "2026-03-01"})

        conditions = [
            query["sql"].partition("WHERE")[2] for query in queries if "tracking_checkin" in query["sql"]
        ]
        assert len(conditions) == 2
        assert not any("user_id" in condition for condition in conditions)


class TestTotal:
    @pytest.fixture
    def history(self, goal: Goal, saver: User, stranger: User) -> Goal:
        for days in (3, 2, 1):
            CheckInFactory.create(goal=goal, check_in_date=date(2026, 3, 10) - timedelta(days=days))
        CheckInFactory.create(goal__user=saver, check_in_date=date(2026, 1, 1))
        CheckInFactory.create(goal__user=stranger, check_in_date=date(2026, 3, 9))
        return goal

    def totals(self, client: APIClient, goal: Goal, **query: str) -> list[int]:
        """Of the goal, of the person, and of the person asking for the goal."""
        lists = ((of(goal), query), (ALL, query), (ALL, query | {"goal_id": str(goal.id)}))
        return [int(client.get(url, query).headers["X-Total-Count"]) for url, query in lists]

    @pytest.mark.parametrize(
        ("query", "of_goal", "of_person"),
        [
            ({}, 3, 4),
            ({"limit": "1"}, 3, 4),
            ({"limit": "3"}, 3, 4),
            ({"limit": "1", "offset": "2"}, 3, 4),
            ({"limit": "1", "offset": "50"}, 3, 4),
            ({"limit": "1", "from": "2026-03-08"}, 2, 2),
            ({"limit": "1", "to": "2026-03-08"}, 2, 3),
            ({"limit": "1", "from": "2026-01-01", "to": "2026-03-07"}, 1, 2),
            ({"limit": "1", "offset": "50", "to": "2026-03-08"}, 2, 3),
            ({"limit": "1", "from": "2026-03-10"}, 0, 0),
        ],
    )
    def test_is_of_all_pages(
        self, as_saver: APIClient, history: Goal, query: dict[str, str], of_goal: int, of_person: int
    ) -> None:
        assert self.totals(as_saver, history, **query) == [of_goal, of_person, of_goal]

    def test_follows_every_write(self, as_saver: APIClient, goal: Goal) -> None:
        made = [
            as_saver.post(of(goal), {"current_amount": 10, "check_in_date": day}).json()
            for day in ("2026-03-09", "2026-03-10", "2026-03-08")
        ]
        assert self.totals(as_saver, goal, limit="1") == [3, 3, 3]

        as_saver.patch(f"{ALL}/{made[0]['id']}", {"check_in_date": "2026-03-01"})
        as_saver.patch(f"/api/v0/goals/{goal.id}", {"name": "Other"})
        assert self.totals(as_saver, goal, limit="1") == [3, 3, 3]

        as_saver.delete(f"{ALL}/{made[1]['id']}")
        assert self.totals(as_saver, goal, limit="1") == [2, 2, 2]

    def test_is_never_less_than_what_is_shown(self, as_saver: APIClient, history: Goal) -> None:
        """As when a check-in comes between reading the goal and reading the page."""
        Goal.objects.update(check_in_count=0)
        assert self.totals(as_saver, history, limit="2", offset="1") == [3, 3, 3]

    def test_tells_nothing_of_a_strangers_goal(self, as_saver: APIClient, stranger: User) -> None:
        theirs = CheckInFactory.create(goal__user=stranger)

        for period in ({}, {"to": "2030-01-01"}):
            response = as_saver.get(ALL, {"goal_id": str(theirs.goal_id), "offset": "1"} | period)
            assert response.headers["X-Total-Count"] == "0"


class TestCorrecting:
    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_changes_only_what_is_named(self, as_saver: APIClient, goal: Goal, method: str) -> None:
        made = as_saver.post(of(goal), {"current_amount": 10, "reflection": "x"}).json()
        url = f"{ALL}/{made['id']}"

        response = getattr(as_saver, method)(url, {"current_amount": 20, "goal_id": str(uuid4())})

        assert response.status_code == 200
        assert response.json() == as_saver.get(url).json()
        assert response.json().items() <= (made | {"current_amount": 20}).items()

    @pytest.mark.parametrize("body", [{}, {"goal_id": "x"}])
    def test_says_when_nothing_known_is_named(self, as_saver: APIClient, goal: Goal, body: dict[str, Any]) -> None:
        made = CheckInFactory.create(goal=goal)

        response = as_saver.patch(f"{ALL}/{made.id}", body)

        assert (response.status_code, response.json()["error_code"]) == (400, "NO_FIELDS_TO_UPDATE")

    @pytest.mark.parametrize("reflection", [None, " "])
    def test_forgets_a_reflection(self, as_saver: APIClient, goal: Goal, reflection: str | None) -> None:
        made = CheckInFactory.create(goal=goal, reflection="x")

        assert as_saver.patch(f"{ALL}/{made.id}", {"reflection": reflection}).json()["reflection"] is None

    def test_removes_once(self, as_saver: APIClient, goal: Goal) -> None:
        url = f"{ALL}/{as_saver.post(of(goal), {'current_amount': 10}).json()['id']}"

        assert [as_saver.delete(url).status_code for _ in range(2)] == [204, 404]

    def test_says_when_a_goal_can_not_be_reopened(self, as_saver: APIClient, saver: User, goal: Goal) -> None:
        made = as_saver.post(of(goal), {"current_amount": 1000}).json()
        GoalFactory.create_batch(5, user=saver)

        for response in (
            as_saver.patch(f"{ALL}/{made['id']}", {"current_amount": 1}),
            as_saver.delete(f"{ALL}/{made['id']}"),
        ):
            assert (response.status_code, response.json()["error_code"]) == (409, "GOAL_LIMIT_EXCEEDED")


class TestOwnership:
    @pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
    @pytest.mark.parametrize("body", [{"current_amount": 1}, {}, {"current_amount": "x"}])
    def test_of_somebody_elses_check_in_is_as_if_it_never_was(
        self, as_saver: APIClient, stranger: User, method: str, body: dict[str, Any]
    ) -> None:
        theirs = CheckInFactory.create(goal__user=stranger)

        refused = [getattr(as_saver, method)(f"{ALL}/{row_id}", body) for row_id in (theirs.id, uuid4())]

        assert [response.status_code for response in refused] == [404, 404]
        assert refused[0].content == refused[1].content
        assert CheckIn.objects.get().current_amount == Decimal("100.00")

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("body", [{"current_amount": 1}, {}])
    def test_of_somebody_elses_goal_is_as_if_it_never_was(
        self, as_saver: APIClient, stranger: User, method: str, body: dict[str, Any]
    ) -> None:
        theirs = GoalFactory.create(user=stranger)

        refused = [getattr(as_saver, method)(of(goal), body) for goal in (theirs, Goal(id=uuid4()))]

        assert [response.status_code for response in refused] == [404, 404]
        assert refused[0].content == refused[1].content

    def test_of_a_filter_shows_nothing_of_others(self, as_saver: APIClient, stranger: User) -> None:
        theirs = CheckInFactory.create(goal__user=stranger)

        assert as_saver.get(ALL, {"goal_id": str(theirs.goal_id)}).json() == []

    @pytest.mark.parametrize("url", [ALL, f"{ALL}/00000000-0000-4000-8000-000000000000", "/api/v0/dashboard"])
    def test_needs_a_person(self, api: APIClient, db: None, url: str) -> None:
        assert api.get(url).status_code == 401
