"""Money that arrives on days, over HTTP: told, planned month by month, held back, made again."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.services.replanning import replay_mismatches
from planning.tests.people import Person
from planning.tests.requests import field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning]

SNAPSHOT = "/api/v0/snapshot"
MONTHLY = {"amount": 2000, "frequency": "monthly"}
INSURANCE = {"label": "insurance", "amount": 600, "frequency": "annual", "next_date": "2026-07-15"}


def column(person: Person, name: str) -> list[float]:
    return [month[name] for month in person.cash_flow]


def scheduled(person: Person, **question: Any) -> dict[str, list[tuple[str, float]]]:
    """What the plan pays and when, by goal."""
    response = person.client.post("/api/v0/planning/what-if", {"include_schedule": True, **question})
    assert response.status_code == 200, response.content
    goals = response.json()["baseline"]["goals"]
    return {
        goal["goal_id"]: [(paid["date"], paid["amount"]) for paid in goal["schedule"] if paid["amount"]]
        for goal in goals
    }


class TestSnapshot:
    def test_tells_dates_as_they_were_told(self, person: Person, saver: User) -> None:
        pay = {
            "amount": 1500,
            "frequency": "biweekly",
            "source_label": "pay",
            "next_date": "2026-03-13",
            "until": None,
        }
        bonus = {
            "amount": 900,
            "frequency": "once",
            "source_label": None,
            "next_date": "2026-12-20",
            "until": None,
        }
        rent = {"amount": 50, "frequency": "monthly", "source_label": "rent", "next_date": None, "until": None}
        expenses = {
            "total_amount": 1800,
            "essential_amount": 1500,
            "planned": [INSURANCE | {"until": "2030-07-15"}, {**INSURANCE, "label": None, "until": None}],
        }
        body = {"incomes": [pay, bonus, rent], "expenses": expenses}
        stored = person.client.put(SNAPSHOT, body).json()
        assert (stored["incomes"], stored["expenses"], stored["income"]) == (body["incomes"], expenses, None)
        assert person.client.get(SNAPSHOT).json() == stored
        assert person.client.get(f"{SNAPSHOT}/history").json() == [stored]
        again = person.client.put(SNAPSHOT, {name: stored[name] for name in ("incomes", "expenses")}).json()
        assert (again["incomes"], again["summary"]) == (stored["incomes"], stored["summary"])
        assert person.client.put(SNAPSHOT, {"income": pay, "expenses": expenses}).json()["income"] == pay

    def test_summary_is_a_twelfth_of_the_next_year(self, person: Person) -> None:
        """26 paydays, one bonus, one insurance; what comes after the year isn't counted."""
        person.tells(
            {"amount": 1200, "frequency": "biweekly", "next_date": "2026-03-13"},
            {"amount": 1200, "frequency": "once", "next_date": "2026-12-20"},
            {"amount": 5000, "frequency": "once", "next_date": "2027-03-10"},
            expenses=1000,
            planned=[INSURANCE],
        )
        summary = person.client.get(SNAPSHOT).json()["summary"]
        assert summary["monthly_income"] == 2600 + 100
        assert summary["monthly_expenses"] == 1000 + 50
        assert summary["monthly_surplus"] == 1650

    def test_an_old_first_date_is_rolled_forward(self, person: Person) -> None:
        person.tells({"amount": 100, "frequency": "weekly", "next_date": "1976-01-02"}, expenses=0)
        person.wants(4800, "2027-03-10")
        person.plans()
        assert sum(column(person, "income")) == 5200

    @pytest.mark.parametrize(
        ("income", "field", "code"),
        [
            ({"frequency": "once"}, "next_date", "required"),
            ({"until": "2026-05-01"}, "next_date", "required"),
            ({"next_date": "2026-05-02", "until": "2026-05-01"}, "until", "min_value"),
            ({"frequency": "fortnightly"}, "frequency", "invalid_choice"),
            ({"next_date": "2026-02-30"}, "next_date", "invalid"),
            ({"next_date": "soon"}, "next_date", "invalid"),
            ({"next_date": 20260310}, "next_date", "invalid"),
            ({"amount": None, "next_date": "2026-05-01"}, "amount", "null"),
            ({"amount": -1, "next_date": "2026-05-01"}, "amount", "min_value"),
        ],
    )
    def test_refuses_an_income_that_makes_no_sense(
        self, person: Person, income: dict[str, Any], field: str, code: str
    ) -> None:
        body = {"incomes": [MONTHLY, MONTHLY | income], "expenses": {"total_amount": 1}}
        for call, path, name in (
            (person.client.put, SNAPSHOT, f"incomes.1.{field}"),
            (person.client.post, "/api/v0/planning/what-if", f"snapshot.incomes.1.{field}"),
        ):
            response = call(path, body if path == SNAPSHOT else {"snapshot": body})
            assert field_errors(response) == {name: code}
        assert person.client.get(SNAPSHOT).json()["id"] is None

    @pytest.mark.parametrize(
        ("planned", "field", "code"),
        [
            ({"next_date": None}, "next_date", "null"),
            ({"next_date": ...}, "next_date", "required"),
            ({"frequency": "weekly"}, "frequency", "invalid_choice"),
            ({"until": "2026-07-14"}, "until", "min_value"),
            ({"amount": ...}, "amount", "required"),
            ({"label": "x" * 101}, "label", "max_length"),
        ],
    )
    def test_refuses_a_planned_expense_that_makes_no_sense(
        self, person: Person, planned: dict[str, Any], field: str, code: str
    ) -> None:
        each = {name: value for name, value in (INSURANCE | planned).items() if value is not ...}
        body = {"incomes": [MONTHLY], "expenses": {"total_amount": 1, "planned": [each]}}
        assert field_errors(person.client.put(SNAPSHOT, body)) == {f"expenses.planned.0.{field}": code}
        assert person.client.get(SNAPSHOT).json()["id"] is None

    def test_takes_fifty_of_each_at_most(self, person: Person) -> None:
        income, expenses = MONTHLY | {"next_date": "2026-04-01"}, {"total_amount": 1, "planned": [INSURANCE] * 50}
        body = {"incomes": [income] * 50, "expenses": expenses}
        assert person.client.put(SNAPSHOT, body).status_code == 200
        expenses["planned"] = [INSURANCE] * 51
        assert field_errors(person.client.put(SNAPSHOT, body)) == {"expenses.planned": "max_length"}

    def test_refuses_totals_beyond_all_money(self, person: Person) -> None:
        income = {"amount": 9_999_999_999, "frequency": "weekly", "next_date": "2026-04-01"}
        body = {"incomes": [income] * 50, "expenses": {"total_amount": 1}}
        assert field_errors(person.client.put(SNAPSHOT, body)) == {"incomes": "max_value"}


class TestMonths:
    def test_an_average_would_promise_what_is_not_there_yet(self, person: Person) -> None:
        """100 a month and 6 000 in December: by 1 July 600 can be saved."""
        person.on("2026-01-01").tells(
            {"amount": 2500, "frequency": "monthly"},
            {"amount": 6000, "frequency": "annual", "next_date": "2026-12-15"},
            expenses=2400,
        )
        goal = person.wants(3600, "2026-07-01")
        plan = person.plans()[goal]
        assert (plan["feasibility"], plan["shortfall"]) == ("Unrealistic", 3000)
        assert column(person, "surplus")[10:] == [100, 6100]
        assert person.summary["estimated_monthly_surplus"] == 600
        assert plan["projected_completion_date"] == "2026-12-15"

    def test_a_bonus_pays_for_nothing_before_its_day(self, person: Person) -> None:
        person.tells(MONTHLY, {"amount": 3000, "frequency": "once", "next_date": "2026-08-20"}, expenses=1900)
        goal = person.wants(3600, "2026-09-10")
        assert person.plans()[goal]["shortfall"] == 0
        paid = scheduled(person)[goal]
        assert [amount for _, amount in paid] == [100] * 5 + [3100]
        assert paid[-1][0] == "2026-08-20"
        early = person.wants(700, "2026-08-20", "High")
        assert person.plans()[early]["shortfall"] == 100

    def test_what_a_later_month_lacks_is_held_back(self, person: Person) -> None:
        """100 a month, and 600 for the insurance in the fifth month, from 15 July."""
        person.tells(MONTHLY, expenses=1900, planned=[INSURANCE])
        goal = person.wants(500, "2026-08-10")
        plan = person.plans()[goal]
        assert column(person, "surplus")[:6] == [100, 100, 100, 100, -500, 100]
        assert (plan["shortfall"], column(person, "given")[:5]) == (500, [0] * 5)
        assert column(person, "carried")[:5] == [100, 200, 300, 400, -100]
        assert column(person, "held_back")[:5] == [100, 200, 300, 400, 0]

    def test_the_explanation_says_what_is_held_back_for_what(self, person: Person) -> None:
        person.tells(MONTHLY, expenses=1800, planned=[INSURANCE | {"amount": 440}])
        goal = person.wants(800, "2026-06-10", "High")
        plan = person.plans()[goal]
        assert plan["shortfall"] == 240
        assert "less 40.00 kept for insurance in the month from 2026-07-10" in plan["explanation"]["text"]
        assert plan["explanation"]["facts"]["held_back"] == 40
        assert plan["explanation"]["facts"]["held_back_for_planned"] == ["insurance"]

    @pytest.mark.parametrize("month", [0, 1, 2, 3, 4, 5, 6])
    def test_a_pause_is_bridged_by_what_was_held_back_also_when_planned_again(
        self, person: Person, month: int
    ) -> None:
        """1 000 a month for three months, 1 000 less than nothing for three more, then 1 000 again."""
        months = [f"2026-{number:02}-10" for number in range(3, 13)]
        person.tells(
            MONTHLY | {"next_date": months[0], "until": months[2]},
            MONTHLY | {"next_date": months[6]},
            expenses=1000,
        )
        goal = person.wants(3000, "2027-03-10")
        person.plans()
        first = scheduled(person)[goal]
        assert first == [
            (day, 500)
            for day in ("2026-09-10", "2026-10-10", "2026-11-10", "2026-12-10", "2027-01-10", "2027-02-10")
        ]
        carried, held = column(person, "carried"), column(person, "held_back")
        assert carried[:6] == held[:6] == [1000, 2000, 3000, 2000, 1000, 0]
        plan = person.on(months[month]).plans()[goal]
        assert (plan["shortfall"], scheduled(person)[goal]) == (0, first)
        assert column(person, "carried")[: 6 - month] == [*carried[month:6]]

    def test_every_stored_version_gives_the_same_again(self, person: Person) -> None:
        person.tells(
            {"amount": 900, "frequency": "biweekly", "next_date": "2026-03-13"}, expenses=1500, planned=[INSURANCE]
        )
        goal = person.wants(3000, "2027-03-10")
        person.plans()
        person.has(goal, 120)
        person.on("2026-04-20").plans()
        assert list(replay_mismatches()) == []
        (versions,) = [person.client.get(f"/api/v0/action-plans/{person.stored()[goal]['id']}/versions").json()]
        assert versions[0]["inputs"]["plan"]["finances"]["incomes"][0]["next_date"] == "2026-03-13"


class TestAlternatives:
    def test_are_true_when_put_back(self, person: Person) -> None:
        person.tells(
            {"amount": 1000, "frequency": "biweekly", "next_date": "2026-03-13"},
            expenses=1900,
            planned=[INSURANCE],
        )
        goal = person.wants(4000, "2026-11-20")
        found = {each["kind"]: each for each in person.plans()[goal]["alternatives"]}
        assert set(found) == {"later_date", "smaller_amount", "more_money"}

        def shortfall(**change: Any) -> float:
            body = change if "extra_monthly" in change else {"goals": [{"id": goal, **change}]}
            response = person.client.post("/api/v0/planning/what-if", body)
            return float(response.json()["scenario"]["goals"][0]["shortfall"])

        later = found["later_date"]["target_date"]
        assert shortfall(target_date=later) == 0
        before = f"{later[:8]}{int(later[8:]) - 1:02}"
        assert shortfall(target_date=before) > 0
        smaller = found["smaller_amount"]["target_amount"]
        assert shortfall(target_amount=smaller) == 0
        assert shortfall(target_amount=round(smaller + 0.01, 2)) > 0
        more = found["more_money"]["extra_monthly"]
        assert shortfall(extra_monthly=more) == 0
        assert shortfall(extra_monthly=round(more - 0.01, 2)) > 0


class TestChosenAmount:
    """2 850 arrive on the 28th, 850 more than is spent. 50 a month are chosen, and go on after the goal's date."""

    @pytest.fixture
    def goals(self, person: Person) -> tuple[str, str]:
        person.on("2026-09-01").tells({**MONTHLY, "amount": 2850, "next_date": "2026-09-28"}, expenses=2000)
        chosen, other = person.wants(150, "2026-09-29", "Low"), person.wants(2400, "2026-12-01", "High")
        plan = person.plans()[chosen]
        assert person.client.patch(f"/api/v0/action-plans/{plan['id']}", {"amount": 50}).status_code == 200
        return chosen, other

    @pytest.mark.parametrize("planned_on", [13, 28, 30])
    def test_of_a_late_goal_is_kept_from_what_others_are_promised(
        self, person: Person, goals: tuple[str, str], planned_on: int
    ) -> None:
        """So no other goal is short once the date has passed, on any day on which it is planned again."""
        chosen, other = goals
        for month in (9, 10, 11):
            for day in sorted({28, planned_on}):
                plans = person.on(f"2026-{month:02}-{day}").stored()
                plans = person.plans() if day == planned_on else plans
                assert (plans[other]["shortfall"], plans[other]["feasibility"]) == (0, "Tight")
                if day <= 28:
                    first = {goal: plans[goal]["upcoming"][0] for goal in goals}
                    payday = f"2026-{month:02}-28"
                    assert first[chosen] == {"date": payday, "amount": 50}
                    assert first[other] == {"date": payday, "amount": 800}
                if day == 28:
                    for goal, amount in ((chosen, 50), (other, 800)):
                        person.has(goal, person.goal(goal)["current_amount"] + amount)
        assert [person.goal(goal)["current_amount"] for goal in goals] == [150, 2400]

    @pytest.mark.parametrize("has_dates", [True, False])
    @pytest.mark.parametrize("day", ["2026-03-20", "2026-03-21", "2026-03-30"])
    def test_on_own_days_is_asked_for_once(self, person: Person, has_dates: bool, day: str) -> None:
        """400 a month and 100 on each Friday: two of them are paid, two are left."""
        rhythm = {"next_date": "2026-03-10"} if has_dates else {}
        debt = {"type": "other", "balance": 5000, "interest_rate_annual": 0, "min_payment": 100}
        body = {"incomes": [{"amount": 500, "frequency": "monthly"} | rhythm], "expenses": {"total_amount": 0}}
        assert person.client.put(SNAPSHOT, body | {"debts": [debt]}).status_code == 200
        goal = person.wants(1200, "2026-09-10", "High")
        plan = person.plans()[goal]
        own = {"frequency": "weekly", "day_of_period": 5, "amount": 100}
        assert person.client.patch(f"/api/v0/action-plans/{plan['id']}", own).status_code == 200
        person.on("2026-03-13").has(goal, 100)
        person.on("2026-03-20").has(goal, 200)
        before = person.on(day).stored()[goal]
        plan = person.plans()[goal]
        assert (plan["this_month"], plan["upcoming"]) == (before["this_month"], before["upcoming"])
        assert plan["this_month"] == 200
        assert (person.cash_flow[0]["given"], person.cash_flow[0]["carried"]) == (400, 0)

    def test_of_an_overdue_goal_on_own_days_is_told_alike(self, person: Person) -> None:
        """One payment of the month is made, before its day, and one is left."""
        person.on("2026-02-28").tells({**MONTHLY, "amount": 2460, "next_date": "2026-02-28"}, expenses=1000)
        goal = person.wants(2357, "2026-03-19", "High")
        plan = person.plans()[goal]
        own = {"frequency": "biweekly", "day_of_period": 5, "amount": 40}
        assert person.client.patch(f"/api/v0/action-plans/{plan['id']}", own).status_code == 200
        person.on("2026-04-28").plans()
        person.has(goal, 40)
        plan = person.on("2026-05-01").plans()[goal]
        assert plan["upcoming"][0] == {"date": "2026-05-15", "amount": 40}
        assert plan["this_month"] == 40


class TestRecurring:
    def test_a_cycle_that_begins_is_told_as_it_was_planned_before(self, person: Person) -> None:
        """100 are left on each 10th, and asked for by each 15th; the calendar has the 29th."""
        person.on("2026-11-29").tells(MONTHLY | {"amount": 2100, "next_date": "2026-12-10"}, expenses=2000)
        bill = person.wants(100, "2026-12-15", "High", kind="recurring", repeat_every_months=1)
        before = person.plans()[bill]["upcoming"]
        assert [payment["date"] for payment in before[:3]] == ["2026-12-10", "2027-01-10", "2027-02-10"]
        assert {payment["amount"] for payment in before} == {100.0}
        person.on("2026-12-10").has(bill, 100)
        after = person.on("2026-12-16").plans()[bill]
        assert (after["allocated_monthly_contribution"], after["shortfall"]) == (100.0, 0.0)
        assert after["feasibility"] == "Tight"
        assert after["upcoming"][:11] == before[1:]
