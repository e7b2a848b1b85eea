"""A person's calendar over HTTP, as JSON and iCalendar."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from conftest import client_of
from planning.tests.people import Person
from planning.tests.requests import field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning]

CALENDAR = "/api/v0/planning/calendar"
JOB = {"amount": 1500, "frequency": "biweekly", "next_date": "2026-03-13", "source_label": "Job"}
INSURANCE = {"label": "insurance", "amount": 600, "frequency": "annual", "next_date": "2026-07-15"}
SPRING = "from=2026-03-10&to=2026-06-09"
TWO_YEARS = "from=2026-03-10&to=2028-03-09"


def days(person: Person, query: str = SPRING) -> list[dict[str, Any]]:
    response = person.client.get(f"{CALENDAR}?{query}")
    assert response.status_code == 200, response.content
    answer = response.json()
    assert set(answer) == {"days"}
    return list(answer["days"])


def entries(person: Person, kind: str, query: str = SPRING) -> list[tuple[str, str, float]]:
    return [
        (day["date"], entry["label"], entry["amount"])
        for day in days(person, query)
        for entry in day["entries"]
        if entry["kind"] == kind
    ]


def owing(person: Person, **debt: Any) -> None:
    body = {
        "incomes": [JOB, {"amount": 100, "frequency": "monthly"}],
        "expenses": {"total_amount": 2400, "planned": [INSURANCE]},
        "debts": [{"type": "car_loan", "balance": 9000, "interest_rate_annual": 5, "min_payment": 200} | debt],
    }
    response = person.client.put("/api/v0/snapshot", body)
    assert response.status_code == 200, response.content


class TestDays:
    def test_tell_what_arrives_and_is_paid_and_what_is_left(self, person: Person) -> None:
        owing(person)
        goal = person.wants(600, "2026-05-01")
        person.plans()
        told = days(person, "from=2026-03-01&to=2026-05-01")
        assert [(day["date"], day["carried_over"]) for day in told] == [
            ("2026-03-13", -2500 + 1500),
            ("2026-03-27", -1000 + 1500 - 300),
            ("2026-04-10", 200 - 2500 + 1500),
            ("2026-04-24", -800 + 1500 - 300),
            ("2026-05-01", 400),
        ]
        job = {"kind": "income", "label": "Job", "amount": 1500}
        assert [day["entries"] for day in told] == [
            [job],
            [job, {"kind": "goal_payment", "label": "600", "amount": 300, "goal_id": goal}],
            [job, {"kind": "minimum_payment", "label": "Car loan", "amount": 200}],
            [job, {"kind": "goal_payment", "label": "600", "amount": 300, "goal_id": goal}],
            [{"kind": "goal_date", "label": "600", "amount": 600, "goal_id": goal}],
        ]

    def test_end_each_month_at_what_the_cash_flow_carries(self, person: Person) -> None:
        owing(person)
        person.wants(5000, "2027-09-10")
        person.wants(900, "2026-08-01", "High", annual_rate=4)
        person.plans()
        told = days(person, TWO_YEARS)
        ends = [month["from"] for month in person.cash_flow[1:]]
        assert len(ends) >= 12
        for month, end in zip(person.cash_flow, ends, strict=False):
            last = [day for day in told if day["date"] < end][-1]
            assert last["carried_over"] == month["carried"]

    def test_pay_goals_as_their_action_plans_say(self, person: Person) -> None:
        owing(person)
        for target, by in ((5000, "2027-09-10"), (900, "2026-08-01")):
            person.wants(target, by)
        plans = person.plans()
        person.client.patch(
            f"/api/v0/action-plans/{next(iter(plans.values()))['id']}", {"frequency": "weekly", "day_of_period": 5}
        )
        told = days(person, TWO_YEARS)
        stored = person.stored()
        assert len(stored) == 2
        for goal, plan in stored.items():
            paid = [
                {"date": day["date"], "amount": entry["amount"]}
                for day in told
                for entry in day["entries"]
                if entry["kind"] == "goal_payment" and entry["goal_id"] == goal
            ]
            assert paid[:12] == plan["upcoming"] != []

    def test_pay_minimums_as_the_cash_flow_says(self, person: Person) -> None:
        owing(person, min_payment=None, min_payment_percent=2, min_payment_floor=25, label="Blue car")
        person.wants(500, "2027-09-10")
        person.plans()
        minimums = entries(person, "minimum_payment", TWO_YEARS)
        due = [month["from"] for month in person.cash_flow[1:]]
        assert len(due) > 12
        assert minimums[: len(due)] == [
            (day, "Blue car", month["minimum_payments"]) for day, month in zip(due, person.cash_flow, strict=False)
        ]

    def test_know_only_dates_of_goals_that_have_no_plan(self, person: Person) -> None:
        owing(person)
        person.wants(600, "2026-05-01")
        assert entries(person, "goal_payment") == []
        assert entries(person, "goal_date") == [("2026-05-01", "600", 600)]
        assert len(entries(person, "income")) == 7
        assert days(person)[-1]["carried_over"] == 2 * (3000 + 100 - 2600) + 3 * 1500 + 100 - 2600

    def test_are_none_for_a_person_who_told_nothing(self, person: Person) -> None:
        assert days(person) == []

    def test_leave_out_a_goal_that_is_paused(self, person: Person) -> None:
        owing(person)
        goal = person.wants(600, "2026-05-01")
        person.plans()
        assert person.client.patch(f"/api/v0/goals/{goal}", {"status": "paused"}).status_code == 200
        assert entries(person, "goal_payment") + entries(person, "goal_date") == []

    def test_no_longer_ask_for_what_was_put_in(self, person: Person) -> None:
        person.earns(100)
        goal = person.wants(300, "2026-06-10")
        person.plans()
        assert [day for day, _, _ in entries(person, "goal_payment")] == ["2026-03-10", "2026-04-10", "2026-05-10"]
        person.has(goal, 100)
        assert [day for day, _, _ in entries(person, "goal_payment")] == ["2026-04-10", "2026-05-10"]

    def test_are_the_persons_own(self, person: Person, stranger: User) -> None:
        owing(person)
        assert days(person) != []
        assert client_of(stranger).get(f"{CALENDAR}?{SPRING}").json() == {"days": []}
        assert APIClient().get(f"{CALENDAR}?{SPRING}").status_code == 401

    def test_may_be_far_away(self, person: Person) -> None:
        owing(person)
        assert days(person, "from=2198-12-31&to=2200-12-31")[-1]["date"].startswith("2200-12")
        assert days(person, "from=1900-01-01&to=1901-12-31") == []


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "errors"),
        [
            ("", {"from": "required", "to": "required"}),
            ("from=2026-03-10", {"to": "required"}),
            ("to=2026-03-10", {"from": "required"}),
            ("from=2026-03-10&to=", {"to": "invalid"}),
            ("from=2026-03-10&to=2026-03-09", {"to": "min_value"}),
            ("from=2026-03-10&to=2028-03-11", {"to": "max_value"}),
            ("from=2026-02-30&to=2026-03-09", {"from": "invalid"}),
            ("from=tomorrow&to=20260310", {"from": "invalid", "to": "invalid"}),
            ("from=2026-03-10&to=2026-03-11&to=2026-03-11", {"to": "repeated"}),
            ("from=2026-03-10&from=2026-03-10&to=2026-03-11", {"from": "repeated"}),
            ("from=1899-12-31&to=1900-01-01", {"from": "min_value"}),
            ("from=2200-12-31&to=2201-01-01", {"to": "max_value"}),
            ("from=2026-03-10&to=2026-03-11&x=%ff", {"x": "not_utf8"}),
        ],
    )
    def test_that_makes_no_sense_is_refused(self, person: Person, query: str, errors: dict[str, str]) -> None:
        for accepted in ("application/json", "text/calendar"):
            response = person.client.get(f"{CALENDAR}?{query}", headers={"Accept": accepted})
            assert field_errors(response) == errors

    def test_may_be_of_one_day_or_of_24_months(self, person: Person) -> None:
        assert days(person, "from=2026-03-10&to=2026-03-10") == []
        assert days(person, "from=2026-03-10&to=2028-03-10") == []


class TestForms:
    @pytest.mark.parametrize(
        ("accepted", "form"),
        [
            (None, "application/json"),
            ("*/*", "application/json"),
            ("application/json, text/calendar", "application/json"),
            ("text/calendar;q=0.5, application/json", "application/json"),
            ("text/calendar;q=0, */*", "application/json"),
            ("text/html, */*;q=0.8", "application/json"),
            ("text/calendar", "text/calendar; charset=utf-8"),
            ("TEXT/Calendar; charset=utf-8", "text/calendar; charset=utf-8"),
            ("text/*", "text/calendar; charset=utf-8"),
            ("text/calendar, */*", "text/calendar; charset=utf-8"),
            ("text/calendar, application/json;q=0.9", "text/calendar; charset=utf-8"),
        ],
    )
    def test_are_chosen_by_what_is_accepted(self, person: Person, accepted: str | None, form: str) -> None:
        headers = {"Accept": accepted} if accepted else {}
        response = person.client.get(f"{CALENDAR}?{SPRING}", headers=headers)
        assert (response.status_code, response.headers["Content-Type"]) == (200, form)
        assert "Accept" in response.headers["Vary"]
        assert response.headers["Cache-Control"] == "private, no-cache"

    @pytest.mark.parametrize("accepted", ["text/html", "image/*", "text/calendar;q=0", "application/json;q=0.0"])
    def test_others_are_not_acceptable(self, person: Person, accepted: str) -> None:
        response = person.client.get(f"{CALENDAR}?{SPRING}", headers={"Accept": accepted})
        assert (response.status_code, response.json()["error_code"]) == (406, "NOT_ACCEPTABLE")

    def test_tell_the_same(self, person: Person) -> None:
        owing(person)
        person.wants(600, "2026-05-01")
        person.plans()
        response = person.client.get(f"{CALENDAR}?{SPRING}", headers={"Accept": "text/calendar"})
        events = Calendar.from_ical(response.content).events
        told = [(day["date"], entry["label"]) for day in days(person) for entry in day["entries"]]
        assert [
            (event.decoded("DTSTART").isoformat(), str(event["SUMMARY"]).partition(":")[0]) for event in events
        ] == told
        assert len({event["UID"] for event in events}) == len(events) > 10
        assert events[0]["SUMMARY"] == "Job: +1,500.00 USD"

    @pytest.mark.parametrize("accepted", ["application/json", "text/calendar"])
    def test_are_not_sent_again_until_they_change(self, person: Person, accepted: str) -> None:
        owing(person)
        first = person.client.get(f"{CALENDAR}?{SPRING}", headers={"Accept": accepted})
        headers = {"Accept": accepted, "If-None-Match": first.headers["ETag"]}
        again = person.client.get(f"{CALENDAR}?{SPRING}", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        owing(person, min_payment=201)
        assert person.client.get(f"{CALENDAR}?{SPRING}", headers=headers).status_code == 200


class TestLimits:
    def test_takes_points_of_costly_calls(self, person: Person, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = True
        cache.clear()
        response = person.client.get(f"{CALENDAR}?{SPRING}")
        assert '"cost"' in response.headers["RateLimit-Policy"]
