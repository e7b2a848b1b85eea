"""Reserves over HTTP: they stay when they are full, and are filled again when they were drained."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fincred import clock
from goals.models import Goal
from planning.tests.people import Person
from planning.tests.requests import ENOUGH, field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
FUND = {
    "type": "emergency_fund",
    "kind": "reserve",
    "name": "Buffer",
    "target_amount": 1200,
    "target_date": "2026-09-10",
    "priority": "High",
}


@pytest.fixture
def person(person: Person) -> Person:
    """1 000 a month, on 10 March 2026."""
    person.earns(1000)
    return person


@pytest.fixture
def fund(person: Person) -> str:
    return person.plans_for(**FUND)


def asked_today(person: Person) -> float:
    """What today's calendar asks to be put into goals."""
    today = clock.now().date()
    query = f"from={today}&to={today}"
    days = person.client.get(f"{V0}/planning/calendar?{query}").json()["days"]
    entries = [entry for day in days for entry in day["entries"] if entry["kind"] == "goal_payment"]
    return float(sum(entry["amount"] for entry in entries))


class TestFull:
    def test_stays_active_asks_for_nothing_and_says_so(self, person: Person, fund: str) -> None:
        told = person.has(fund, 1200)
        assert (told["goal_completed"], told["feedback"]) == (False, "1,200.00 USD saved: your reserve is full.")
        goal = person.goal(fund)
        assert (goal["status"], goal["progress_status"], goal["progress_percentage"]) == (
            "active",
            "on_track",
            100,
        )
        plan = person.plans()[fund]
        assert (plan["this_month"], plan["explanation"]["code"]) == (0, "ALREADY_THERE")
        assert plan["explanation"]["text"].startswith("It is full with 1,200.00:")
        plan = person.on("2026-04-10").plans()[fund]
        assert (plan["this_month"], plan["required_monthly_contribution"], plan["shortfall"]) == (0, 0, 0)
        assert plan["explanation"]["text"] == (
            "It is full with 1,200.00: nothing is asked for until some is taken out."
        )
        assert plan["explanation"]["facts"]["reserve"] == "full"
        assert plan["upcoming"] == []

    def test_at_once_asks_for_nothing_and_leaves_its_money_to_others(self, person: Person, fund: str) -> None:
        """900 of it were saved elsewhere: of the 200 a month that it asked for, only the first is of the month."""
        other = person.wants(9000, "2026-09-10", "Low")
        short = person.plans()[other]["shortfall"]
        person.has(fund, 1200)
        plans = person.stored()
        assert (plans[fund]["version"], plans[fund]["upcoming"]) == (2, [])
        assert plans[other]["shortfall"] == short - 1000

    def test_is_expected_to_stay_full_once_its_date_has_come(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        person.on("2026-09-12")
        goal = Goal.objects.get(pk=fund)
        assert [goal.expected_on(date(2026, 9, day)) for day in (9, 10, 12)] == [1200, 1200, 1200]

    def test_says_how_much_is_missing(self, person: Person, fund: str) -> None:
        person.has(fund, 200)
        plan = person.plans()[fund]
        assert plan["explanation"]["facts"]["reserve"] == "missing"
        assert plan["explanation"]["text"].startswith("It needs 1,200.00 by 2026-09-10")

    def test_is_completed_once_it_is_no_reserve(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        changed = person.client.patch(f"{V0}/goals/{fund}", {"kind": "once"})
        assert (changed.json()["kind"], changed.json()["status"]) == ("once", "completed")

    def test_is_reopened_at_its_target_and_after_its_date(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        assert person.client.delete(f"{V0}/goals/{fund}").status_code == 204
        person.on("2026-10-01")
        assert person.client.patch(f"{V0}/goals/{fund}", {"status": "active"}).json()["status"] == "active"

    def test_counts_among_the_five_active_goals(self, person: Person, fund: str) -> None:
        for _ in range(4):
            person.wants(100, "2026-12-01")
        person.has(fund, 1200)
        refused = person.client.post(f"{V0}/goals", FUND)
        assert refused.json()["error_code"] == "GOAL_LIMIT_EXCEEDED"


class TestDrained:
    def test_is_planned_for_twelve_months_after_the_day_at_once(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        person.on("2026-10-05").has(fund, 600)
        plan = person.stored()[fund]
        assert plan["required_monthly_contribution"] == 46.16  # on 13 dates, from 10 September on
        assert plan["shortfall"] == 0
        assert plan["explanation"]["facts"]["target_date"] == "2027-10-05"
        assert person.goal(fund)["progress_status"] == "on_track"

    def test_keeps_that_day_until_it_is_full(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        person.on("2026-10-05").has(fund, 600)
        person.on("2026-12-05").has(fund, 500)
        assert person.plans()[fund]["explanation"]["facts"]["target_date"] == "2027-10-05"
        person.has(fund, 1200)
        person.on("2027-01-05").has(fund, 900)
        assert person.plans()[fund]["explanation"]["facts"]["target_date"] == "2028-01-05"

    def test_long_before_its_date_keeps_the_date(self, person: Person) -> None:
        fund = person.client.post(f"{V0}/goals", FUND | {"target_date": "2028-03-10"}).json()["id"]
        person.plans()
        person.has(fund, 1200)
        person.on("2026-04-01").has(fund, 600)
        assert person.plans()[fund]["explanation"]["facts"]["target_date"] == "2028-03-10"

    def test_is_never_late_nor_past_its_date(self, person: Person, fund: str) -> None:
        person.has(fund, 300)
        person.on("2026-09-10")
        goal = person.goal(fund)
        assert goal["progress_status"] in {"on_track", "slightly_behind"}
        plan = person.stored()[fund]
        proposal = person.client.get(f"{V0}/action-plans/{plan['id']}/proposal")
        assert b"PAST_DATE" not in proposal.content
        assert person.plans()[fund]["explanation"]["facts"]["target_date"] == "2027-09-10"
        assert person.on("2026-09-20").client.get(f"{V0}/goals/{fund}/projection").status_code == 200

    def test_by_a_higher_target_has_twelve_months_and_by_a_new_date_that_one(
        self, person: Person, fund: str
    ) -> None:
        person.has(fund, 1200)
        person.on("2026-10-05").client.patch(f"{V0}/goals/{fund}", {"target_amount": 1800})
        assert person.stored()[fund]["explanation"]["facts"]["target_date"] == "2027-10-05"
        person.client.patch(f"{V0}/goals/{fund}", {"target_date": "2027-01-10"})
        assert person.stored()[fund]["explanation"]["facts"]["target_date"] == "2027-01-10"


class TestWithdrawals:
    def test_are_no_negative_payment(self, person: Person, fund: str) -> None:
        """200 a month; the month's 200 were put in, and 100 were taken out again."""
        person.has(fund, 200)
        person.on("2026-03-15").has(fund, 100)
        plan = person.plans()[fund]
        assert plan["required_monthly_contribution"] == 200.00
        assert (plan["this_month"], person.summary["buffer_remaining"]) == (100, 700)
        assert plan["explanation"]["facts"]["paid_elsewhere"] == 100

    def test_do_not_hide_a_payment_after_them(self, person: Person, fund: str) -> None:
        person.has(fund, 1200)
        person.on("2026-10-12").has(fund, 600)
        ask = person.plans()[fund]["this_month"]
        person.on("2026-10-14").has(fund, 600 + ask)
        plan = person.on("2026-10-20").plans()[fund]
        assert (plan["this_month"], plan["amount"]) == (0, ask)
        assert person.summary["buffer_remaining"] == 1000 - ask

    def test_are_asked_for_again_once(self, person: Person) -> None:
        """100 are put in, 50 are taken out: 50 are asked for, and not again once they are put in."""
        fund = person.plans_for(**FUND | {"target_date": "2027-03-10"})
        person.has(fund, 100)
        person.on("2026-03-12").has(fund, 50)
        assert person.plans()[fund]["this_month"] == 50
        person.has(fund, 100)
        stored = person.stored()[fund]
        assert (stored["this_month"], stored["upcoming"][0]["date"]) == (0, "2026-04-10")
        planned = person.plans()[fund]
        assert (planned["this_month"], planned["upcoming"][0]["date"]) == (0, "2026-04-10")
        assert planned["upcoming"] == stored["upcoming"]

    def test_of_earlier_months_are_asked_for_once_on_any_day_that_asks(self, person: Person) -> None:
        """300 of 1 200 are there, and 200 are taken out: with 1 200 to go in ten months, 120 a month are due.

        100 of the month's are put in, so 20 are asked for, once: by the calendar and by the plan.
        """
        fund = person.plans_for(**FUND | {"target_date": "2027-03-10"})
        for day, amount in (("2026-03-10", 100), ("2026-04-10", 200), ("2026-05-10", 300), ("2026-05-15", 100)):
            person.on(day).has(fund, amount)
        assert (asked_today(person), person.stored()[fund]["this_month"]) == (20, 20)
        person.has(fund, 120)
        for day in ("2026-05-15", "2026-05-16", "2026-06-09"):
            assert (asked_today(person.on(day)), person.stored()[fund]["this_month"]) == (0, 0)
        assert asked_today(person.on("2026-06-10")) == person.stored()[fund]["this_month"] == 120

    @pytest.mark.parametrize("way", ["put right", "removed"])
    def test_that_never_were_leave_the_plan_as_it_was(self, person: Person, way: str) -> None:
        fund = person.plans_for(**FUND | {"target_date": "2027-03-10"})
        for day, amount in (("2026-03-10", 100), ("2026-04-10", 200), ("2026-05-10", 300)):
            person.on(day).has(fund, amount)
        check_in = f"{V0}/check-ins/{person.on('2026-05-15').has(fund, 100)['id']}"
        if way == "removed":
            assert person.client.delete(check_in).status_code == 204
        else:
            assert person.client.patch(check_in, {"current_amount": 300}).status_code == 200
        stored = person.stored()[fund]
        assert (asked_today(person), stored["this_month"]) == (0, 0)
        assert stored["upcoming"][0] == {"date": "2026-06-10", "amount": 100}
        assert person.plans()[fund]["upcoming"] == stored["upcoming"]

    def test_use_up_the_months_money(self, person: Person) -> None:
        """400 a month: 100 + 50 go into the reserve and 200 to the other goal, on any day of planning."""
        person.tells({"amount": 500, "frequency": "monthly", "next_date": "2026-03-10"}, expenses=100)
        fund = person.plans_for(**FUND | {"target_date": "2027-03-10"})
        person.wants(600, "2026-06-10", "Low")
        person.plans()
        person.has(fund, 100)
        person.has(fund, 50)
        person.plans()
        assert (person.cash_flow[0]["given"], person.cash_flow[0]["carried"]) == (350, 50)
        person.has(fund, 100)
        for day in ("2026-03-10", "2026-03-25"):
            person.on(day).plans()
            assert (person.cash_flow[0]["given"], person.cash_flow[0]["carried"]) == (350, 50)


class TestBadInput:
    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ({"kind": "forever"}, "invalid_choice"),
            ({"kind": None}, "null"),
            ({"type": "debt_payoff"}, "invalid_kind"),
        ],
    )
    def test_is_refused_and_nothing_is_stored(self, person: Person, fault: dict[str, Any], code: str) -> None:
        assert field_errors(person.client.post(f"{V0}/goals", FUND | fault)) == {"kind": code}
        question = FUND | fault
        asked = person.client.post(f"{V0}/planning/what-if", {"snapshot": ENOUGH, "new_goals": [question]})
        assert field_errors(asked) == {"new_goals.0.kind": code}
        assert not Goal.objects.exists()

    def test_in_a_change_leaves_the_goal_as_it_was(self, person: Person, fund: str) -> None:
        before = person.goal(fund)
        for change in ({"type": "debt_payoff"}, {"kind": "forever"}, {"kind": "reserve", "type": "debt_payoff"}):
            assert set(field_errors(person.client.patch(f"{V0}/goals/{fund}", change))) == {"kind"}
        assert person.goal(fund) == before

    def test_of_a_goal_of_debts_that_is_to_be_a_reserve(self, person: Person) -> None:
        debts = person.client.post(f"{V0}/goals", FUND | {"kind": "once", "type": "debt_payoff"}).json()["id"]
        assert field_errors(person.client.patch(f"{V0}/goals/{debts}", {"kind": "reserve"})) == {
            "kind": "invalid_kind"
        }
        both = person.client.patch(f"{V0}/goals/{debts}", {"kind": "reserve", "type": "emergency_fund"})
        assert (both.json()["kind"], both.json()["type"]) == ("reserve", "emergency_fund")


class TestWhatIf:
    def test_takes_reserves(self, person: Person) -> None:
        asked = person.client.post(
            f"{V0}/planning/what-if", {"new_goals": [FUND | {"current_amount": 1200}]}
        ).json()
        assert asked["scenario"]["goals"][0]["explanation"]["facts"]["reserve"] == "full"


class TestSuggestion:
    def test_of_an_emergency_fund_is_a_reserve(self, person: Person) -> None:
        suggested = person.client.get(f"{V0}/planning/suggestions").json()
        kinds = {each["type"]: each["kind"] for each in suggested}
        assert kinds["emergency_fund"] == "reserve"
        assert kinds["fire_starter"] == "once"
