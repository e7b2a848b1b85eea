from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status

pytestmark = [pytest.mark.integration, pytest.mark.goals, pytest.mark.usefixtures("noon")]

URL = "/api/v0/goals"

NEW = {
    "type": "emergency_fund",
    "name": "Buffer",
    "target_amount": "3000.00",
    "target_date": "2027-03-01",
    "priority": "High",
}


def field_errors(response: Any) -> dict[str | None, str]:
    assert response.status_code == 400, response.content
    return {error["field"]: error["code"] for error in response.json()["details"]["errors"]}


class TestCreating:
    def test_answers_with_the_whole_goal(self, as_saver: APIClient, saver: User, noon: datetime) -> None:
        response = as_saver.post(
            URL, NEW | {"why_text": " Rain\nfalls. ", "annual_rate": 2.5, "primary_flag": True}
        )

        assert response.status_code == 201
        assert response.json() == {
            "id": str(Goal.objects.get().id),
            "user_id": str(saver.id),
            "type": "emergency_fund",
            "name": "Buffer",
            "target_amount": 3000.0,
            "target_date": "2027-03-01",
            "priority": "High",
            "primary_flag": True,
            "kind": "once",
            "repeat_every_months": None,
            "why_text": "Rain\nfalls.",
            "annual_rate": 2.5,
            "status": "active",
            "current_amount": 0.0,
            "progress_percentage": 0.0,
            "progress_status": "not_started",
            "last_check_in_date": None,
            "completed_at": None,
            "created_at": "2026-03-10T12:00:00Z",
            "updated_at": "2026-03-10T12:00:00Z",
        }

    @pytest.mark.parametrize(("body", "code"), [("null", "null"), ("[]", "invalid"), ('"goal"', "invalid")])
    def test_needs_an_object(self, as_saver: APIClient, body: str, code: str) -> None:
        response = as_saver.generic("POST", URL, body, content_type="application/json")
        assert field_errors(response) == {None: code}
        assert not Goal.objects.exists()

    def test_shows_the_same_bytes_afterwards(self, as_saver: APIClient) -> None:
        created = as_saver.post(URL, NEW | {"target_amount": "999999999999.99", "target_date": "2099-01-01"})

        assert b'"target_amount":999999999999.99' in created.content
        assert as_saver.get(f"{URL}/{created.json()['id']}").content == created.content

    def test_has_defaults_for_what_may_be_left_out(self, as_saver: APIClient) -> None:
        goal = as_saver.post(URL, NEW | {"target_date": "2099-01-01"}).json()

        assert (goal["primary_flag"], goal["why_text"], goal["annual_rate"]) == (False, None, 0)

    def test_does_not_let_itself_be_told_what_only_it_knows(self, as_saver: APIClient, noon: datetime) -> None:
        told = {"id": str(uuid4()), "status": "completed", "current_amount": 50, "user_id": str(uuid4()), "x": 1}

        goal = as_saver.post(URL, NEW | told).json()

        assert (goal["status"], goal["current_amount"]) == ("active", 0)
        assert goal["id"] != told["id"]

    def test_names_every_missing_field_at_once(self, as_saver: APIClient) -> None:
        assert field_errors(as_saver.post(URL, {})) == dict.fromkeys(
            ["type", "name", "target_amount", "target_date", "priority"], "required"
        )

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("type", "lottery", "invalid_choice"),
            ("type", 1, "invalid_choice"),
            ("type", None, "null"),
            ("name", "  ", "blank"),
            ("name", "x" * 101, "max_length"),
            ("name", "a\x00b", None),
            ("name", "a\nb", "control"),
            ("name", 5, "invalid"),
            ("target_amount", 0, "positive"),
            ("target_amount", "-0.00", "positive"),
            ("target_amount", -1, "min_value"),
            ("target_amount", "10.001", "max_decimal_places"),
            ("target_amount", "1000000000000.00", "max_value"),
            ("target_amount", "1e3", "invalid"),
            ("target_amount", "١٢", "invalid"),
            ("target_amount", True, "invalid"),
            ("target_date", "2027-02-30", "invalid"),
            ("target_date", "20270301", "invalid"),
            ("priority", "high", "invalid_choice"),
            ("primary_flag", "yes", "invalid"),
            ("primary_flag", None, "null"),
            ("why_text", "x" * 501, "max_length"),
            ("why_text", "\x07", "control"),
            ("annual_rate", "1000.0001", "max_value"),
            ("annual_rate", "0.00001", "max_decimal_places"),
        ],
    )
    def test_refuses_what_the_contract_excludes(
        self, as_saver: APIClient, field: str, value: Any, code: str | None
    ) -> None:
        errors = field_errors(as_saver.post(URL, NEW | {field: value}))

        assert set(errors) == {field}
        assert code in (None, errors[field])
        assert not Goal.objects.exists()

    def test_refuses_today_as_a_date_with_its_own_code(self, as_saver: APIClient, noon: datetime) -> None:
        response = as_saver.post(URL, NEW | {"target_date": "2026-03-10"})

        assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_GOAL_DATE")
        assert response.json()["details"]["errors"][0]["field"] == "target_date"

    @pytest.mark.parametrize(
        ("timezone", "status"), [("Pacific/Kiritimati", 400), ("UTC", 201), ("Etc/GMT+12", 201)]
    )
    def test_means_the_persons_own_today(
        self, as_saver: APIClient, saver: User, noon: datetime, timezone: str, status: int
    ) -> None:
        saver.profile.timezone = timezone
        saver.profile.save()

        assert as_saver.post(URL, NEW | {"target_date": "2026-03-11"}).status_code == status

    def test_refuses_a_sixth_with_the_numbers(self, as_saver: APIClient, saver: User) -> None:
        GoalFactory.create_batch(5, user=saver)

        response = as_saver.post(URL, NEW | {"target_date": "2099-01-01"})

        assert response.status_code == 409
        assert response.json() == {
            "success": False,
            "error": "Goal limit exceeded",
            "error_code": "GOAL_LIMIT_EXCEEDED",
            "details": {"current_count": 5, "max_count": 5},
        }


class TestListing:
    def names(self, client: APIClient, **query: Any) -> list[str]:
        response = client.get(URL, query)
        assert response.status_code == 200, response.content
        return [goal["name"] for goal in response.json()]

    def test_shows_own_goals_of_every_status_newest_first(
        self, as_saver: APIClient, saver: User, stranger: User, noon: datetime
    ) -> None:
        GoalFactory.create(user=stranger)
        for hours, status in enumerate([Status.ACTIVE, Status.PAUSED, Status.CANCELLED]):
            GoalFactory.create(user=saver, name=status, status=status, created_at=noon + timedelta(hours=hours))

        assert self.names(as_saver) == ["cancelled", "paused", "active"]

    def test_filters(self, as_saver: APIClient, saver: User) -> None:
        GoalFactory.create(user=saver, name="New bike", priority="High")
        GoalFactory.create(user=saver, name="Loan", type="debt_payoff", status=Status.PAUSED)

        assert self.names(as_saver, status="paused") == ["Loan"]
        assert self.names(as_saver, type="debt_payoff") == ["Loan"]
        assert self.names(as_saver, priority="High") == ["New bike"]
        assert self.names(as_saver, search="BIKE") == ["New bike"]
        assert self.names(as_saver, search="bike", status="paused") == []
        assert len(self.names(as_saver, search="")) == 2

    @pytest.mark.parametrize(
        "search", ["\u00e4rger", "\u00c4RGER", "a\u0308rg", "A\u0308rger", "STRASSE", "stra\u00dfe"]
    )
    def test_searches_without_regard_to_case_and_composition(
        self, as_saver: APIClient, saver: User, search: str
    ) -> None:
        GoalFactory.create(user=saver, name="Other")
        goal = GoalFactory.create(user=saver, name="\u00c4rger in der Stra\u00dfe")

        assert self.names(as_saver, search=search) == [goal.name]

    def test_takes_a_percent_sign_for_itself(self, as_saver: APIClient, saver: User) -> None:
        GoalFactory.create(user=saver, name="Other")
        GoalFactory.create(user=saver, name="100% done")

        assert self.names(as_saver, search="0%") == ["100% done"]

    def test_a_renamed_goal_is_found_by_its_new_name(self, as_saver: APIClient, saver: User) -> None:
        goal = GoalFactory.create(user=saver, name="Old")
        as_saver.patch(f"/api/v0/goals/{goal.id}", {"name": "NEW"})

        assert self.names(as_saver, search="new") == ["NEW"]
        assert self.names(as_saver, search="old") == []

    def test_a_repeated_filter_means_either_or(self, as_saver: APIClient, saver: User) -> None:
        for name, status in (("A", Status.ACTIVE), ("P", Status.PAUSED), ("C", Status.CANCELLED)):
            GoalFactory.create(user=saver, name=name, status=status)

        response = as_saver.get("/api/v0/goals?status=active&status=paused&ordering=created_at")

        assert {goal["name"] for goal in response.json()} == {"A", "P"}
        assert "status=active&status=paused" in response.headers["Link"]

    @pytest.mark.parametrize(
        "query", ["search=a&search=b", "limit=1&limit=2", "offset=0&offset=0", "foo=1&foo=2", "%C3%A4=&%C3%A4="]
    )
    def test_refuses_a_repeated_parameter_of_one_value(self, as_saver: APIClient, query: str) -> None:
        response = as_saver.get(f"/api/v0/goals?{query}")

        assert response.status_code == 400
        [error] = response.json()["details"]["errors"]
        assert (error["field"], error["code"]) == (unquote(query.partition("=")[0]), "repeated")

    @pytest.mark.parametrize("query", ["status[]=paused", "status%5B0%5D=paused", "a[]=1&a[]=2"])
    def test_refuses_brackets_that_some_clients_write_for_lists(self, as_saver: APIClient, query: str) -> None:
        response = as_saver.get(f"/api/v0/goals?{query}")

        assert response.status_code == 400
        [error] = response.json()["details"]["errors"]
        assert (error["field"], error["code"]) == (unquote(query.partition("=")[0]), "brackets")

    def test_refuses_a_repeated_parameter_that_it_does_not_read(self, as_saver: APIClient, saver: User) -> None:
        goal = f"/api/v0/goals/{GoalFactory.create(user=saver).pk}"
        for answer in (as_saver.get(f"{goal}?a=1&a=1"), as_saver.patch(f"{goal}?a=1&a=2", {"name": "Other"})):
            assert (answer.status_code, answer.json()["details"]["errors"][0]["field"]) == (400, "a")
        assert as_saver.get(f"{goal}?a=1&b=2").status_code == 200

    def test_refuses_what_is_not_utf8(self, as_saver: APIClient) -> None:
        response = as_saver.get("/api/v0/goals?search=%E4")

        assert response.status_code == 400
        assert response.json()["details"]["errors"][0]["field"] == "search"

    def test_sorts_priority_as_high_medium_low(self, as_saver: APIClient, saver: User) -> None:
        for priority in ("Medium", "Low", "High"):
            GoalFactory.create(user=saver, name=priority, priority=priority)

        assert self.names(as_saver, ordering="priority") == ["High", "Medium", "Low"]
        assert self.names(as_saver, ordering="-priority") == ["Low", "Medium", "High"]

    @pytest.mark.parametrize("field", ["created_at", "target_date", "target_amount"])
    def test_sorts_both_ways(self, as_saver: APIClient, saver: User, noon: datetime, field: str) -> None:
        values: dict[str, list[Any]] = {
            "created_at": [noon, noon + timedelta(days=1)],
            "target_date": [date(2027, 1, 1), date(2028, 1, 1)],
            "target_amount": [Decimal(900), Decimal(1000)],
        }
        for name, value in zip(["less", "more"], values[field], strict=True):
            GoalFactory.create(user=saver, name=name, **{field: value})

        assert self.names(as_saver, ordering=field) == ["less", "more"]
        assert self.names(as_saver, ordering=f"-{field}") == ["more", "less"]

    def test_neither_skips_nor_doubles_a_row_between_pages(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        GoalFactory.create_batch(25, user=saver, status=Status.CANCELLED)

        pages = [self.names(as_saver, ordering="priority", limit=10, offset=offset) for offset in (0, 10, 20)]

        assert sorted(name for page in pages for name in page) == sorted(
            Goal.objects.values_list("name", flat=True)
        )
        assert as_saver.get(URL).headers["X-Total-Count"] == "25"

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "done"},
            {"status": ""},
            {"type": "x"},
            {"priority": "high"},
            {"ordering": "name"},
            {"ordering": "priority_rank"},
            {"search": "x" * 101},
            {"search": "\x00"},
            {"limit": "0"},
            {"offset": "-1"},
        ],
    )
    def test_refuses_a_bad_value(self, as_saver: APIClient, query: dict[str, str]) -> None:
        assert set(field_errors(as_saver.get(URL, query))) == set(query)

    def test_takes_as_many_queries_for_fifty_as_for_one(
        self, as_saver: APIClient, saver: User, django_assert_max_num_queries: Any, django_assert_num_queries: Any
    ) -> None:
        GoalFactory.create(user=saver)
        with django_assert_max_num_queries(10) as one:
            assert len(as_saver.get(URL, {"limit": 100}).json()) == 1
        GoalFactory.create_batch(49, user=saver, status=Status.PAUSED)

        with django_assert_num_queries(len(one)):
            assert len(as_saver.get(URL, {"limit": 100}).json()) == 50


@pytest.fixture
def goal(saver: User, noon: datetime) -> Goal:
    return GoalFactory.create(user=saver, why_text="Why not")


class TestChanging:
    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_changes_only_what_is_named(self, as_saver: APIClient, goal: Goal, method: str) -> None:
        before = as_saver.get(f"{URL}/{goal.id}").json()

        response = getattr(as_saver, method)(f"{URL}/{goal.id}", {"name": " Bike ", "unknown": 1})

        assert response.status_code == 200
        assert response.json() == before | {"name": "Bike"}

    @pytest.mark.parametrize("text", [None, "", "  "])
    def test_forgets_a_text(self, as_saver: APIClient, goal: Goal, text: str | None) -> None:
        assert as_saver.patch(f"{URL}/{goal.id}", {"why_text": text}).json()["why_text"] is None

    @pytest.mark.parametrize("body", [{}, {"unknown": 1}, {"id": "x", "user_id": 1, "current_amount": 5}])
    def test_says_when_nothing_known_is_named(self, as_saver: APIClient, goal: Goal, body: dict[str, Any]) -> None:
        response = as_saver.patch(f"{URL}/{goal.id}", body)

        assert (response.status_code, response.json()["error_code"]) == (400, "NO_FIELDS_TO_UPDATE")

    def test_answers_the_same_status_with_no_change(self, as_saver: APIClient, goal: Goal) -> None:
        before = as_saver.get(f"{URL}/{goal.id}").content

        with time_machine.travel(datetime(2026, 3, 10, 12, 5, tzinfo=UTC)):
            response = as_saver.patch(f"{URL}/{goal.id}", {"status": "active"})

        assert (response.status_code, response.content) == (200, before)

    def test_tells_why_a_status_is_refused(self, as_saver: APIClient, goal: Goal) -> None:
        as_saver.patch(f"{URL}/{goal.id}", {"status": "completed"})

        response = as_saver.patch(f"{URL}/{goal.id}", {"status": "paused"})

        assert (response.status_code, response.json()["error_code"]) == (409, "INVALID_STATUS_TRANSITION")
        assert response.json()["details"]["current_status"] == "completed"

    def test_shows_the_amounts_that_keep_a_goal_closed(self, as_saver: APIClient, saver: User) -> None:
        done = GoalFactory.create(user=saver, completed=True)

        response = as_saver.patch(f"{URL}/{done.id}", {"status": "active"})

        assert response.status_code == 409
        assert response.json()["details"]["target_amount"] == 1000

    def test_is_cancelled_by_delete_and_stays_to_be_seen(self, as_saver: APIClient, goal: Goal) -> None:
        for _ in range(2):
            response = as_saver.delete(f"{URL}/{goal.id}")
            assert (response.status_code, response.content) == (204, b"")

        assert as_saver.get(f"{URL}/{goal.id}").json()["status"] == "cancelled"


class TestOwnership:
    @pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
    @pytest.mark.parametrize("body", [{"name": "Mine"}, {}, {"status": 1}])
    def test_of_somebody_else_is_as_if_it_never_was(
        self, as_saver: APIClient, stranger: User, method: str, body: dict[str, Any]
    ) -> None:
        others = GoalFactory.create(user=stranger, name="Theirs")

        refused = [getattr(as_saver, method)(f"{URL}/{goal_id}", body) for goal_id in (others.id, uuid4())]

        assert [response.status_code for response in refused] == [404, 404]
        assert refused[0].content == refused[1].content
        assert Goal.objects.get().name == "Theirs"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_needs_a_person(self, api: APIClient, db: None, method: str) -> None:
        assert getattr(api, method)(URL).status_code == 401
