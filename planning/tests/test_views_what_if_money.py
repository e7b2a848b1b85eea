"""What if money came and went otherwise: a raise, months without pay, a car; compared month by month."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.models import PlanVersion, Snapshot
from planning.tests.people import Person
from planning.tests.requests import field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning]

WHAT_IF = "/api/v0/planning/what-if"
PAY = {"amount": 3000, "frequency": "monthly", "next_date": "2026-03-15", "source_label": "pay"}
EXPENSES = {"total_amount": 2000, "planned": []}
INSURANCE = {"label": "insurance", "amount": 600, "frequency": "annual", "next_date": "2026-07-15"}
RAISE = {"amount": 200, "frequency": "monthly", "next_date": "2026-06-01"}
CAR = {"label": "car", "amount": 2500, "frequency": "once", "next_date": "2026-05-20"}
LOAN = {"type": "car_loan", "balance": 2000, "interest_rate_annual": 6, "min_payment": 150}
NAMES = ("surplus", "given", "carried")


@pytest.fixture
def person(person: Person) -> Person:
    """1 000 a month are left, of which 500 are asked for."""
    person.tells(PAY, expenses=2000)
    person.wants(6000, "2027-03-10")
    person.plans()
    return person


def asked(person: Person, **question: Any) -> dict[str, Any]:
    response = person.client.post(WHAT_IF, question)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def column(answer: dict[str, Any], name: str, side: str = "difference") -> list[float]:
    return [month[side][name] for month in answer["cash_flow"]]


class TestMonths:
    def test_of_a_raise_from_june(self, person: Person) -> None:
        answer = asked(person, new_incomes=[RAISE])
        assert [month["from"] for month in answer["cash_flow"]][:4] == [
            "2026-03-10", "2026-04-10", "2026-05-10", "2026-06-10",
        ]  # fmt: skip
        assert column(answer, "surplus") == [0, 0] + [200] * 10
        assert column(answer, "carried") == [0, 0, *range(200, 2001, 200)]

    def test_without_pay_for_three_months(self, person: Person) -> None:
        before, after = PAY | {"until": "2026-05-31"}, PAY | {"next_date": "2026-09-15"}
        answer = asked(person, incomes=[before, after])
        assert column(answer, "surplus") == [0] * 3 + [-3000] * 3 + [0] * 6
        assert column(answer, "surplus", "scenario")[3:6] == [-2000] * 3
        assert answer["scenario"]["goals"][0]["shortfall"] == 3000
        assert answer["differences"][0]["shortfall"] == {"from": 0, "to": 3000}

    def test_with_a_second_hand_car_in_may(self, person: Person) -> None:
        answer = asked(person, new_planned_expenses=[CAR])
        assert column(answer, "surplus") == [0, 0, -2500] + [0] * 9
        assert column(answer, "given")[:3] != [0, 0, 0]
        assert answer["differences"][0]["feasibility"]["to"] == "Comfortable"

    def test_with_all_of_it(self, person: Person) -> None:
        raised = [PAY | {"until": "2026-05-31"}, PAY | {"next_date": "2026-09-15"}]
        answer = asked(person, incomes=raised, new_incomes=[RAISE], new_planned_expenses=[CAR])
        assert column(answer, "surplus") == [0, 0, -2300, -2800, -2800, -2800] + [200] * 6

    def test_are_those_of_both_plans(self, person: Person) -> None:
        answer = asked(person, new_planned_expenses=[CAR], debts=[LOAN])
        for side in ("baseline", "scenario"):
            months = answer[side]["cash_flow"]
            shown = [{name: month[name] for name in NAMES} for month in months]
            assert [month[side] for month in answer["cash_flow"]] == shown
        assert answer["baseline"]["cash_flow"] == person.cash_flow

    def test_are_as_many_as_the_longer_plan_has(self, person: Person) -> None:
        new = {"name": "x", "type": "fire_starter", "target_amount": 9, "target_date": "2029-03-10"}
        answer = asked(person, new_goals=[new | {"priority": "Low"}])
        assert (len(answer["baseline"]["cash_flow"]), len(answer["scenario"]["cash_flow"])) == (12, 36)
        assert len(answer["cash_flow"]) == 36
        assert [month["scenario"]["carried"] for month in answer["cash_flow"]] == [
            month["carried"] for month in answer["scenario"]["cash_flow"]
        ]
        assert column(answer, "carried", "baseline")[-1] == 36 * 1000 - 6000
        excluded = asked(person, goals=[{"id": answer["differences"][0]["goal_id"], "exclude": True}])
        assert len(excluded["cash_flow"]) == 12

    def test_differ_by_scenario_less_baseline(self, person: Person) -> None:
        answer = asked(person, new_planned_expenses=[CAR, INSURANCE], income_delta=-17.03, extra_monthly=4)
        for month in answer["cash_flow"]:
            for name in NAMES:
                difference = month["scenario"][name] - month["baseline"][name]
                assert month["difference"][name] == pytest.approx(difference)

    def test_of_an_empty_question_are_the_same(self, person: Person) -> None:
        answer = asked(person)
        assert answer["baseline"] == answer["scenario"]
        assert [month["difference"] for month in answer["cash_flow"]] == [dict.fromkeys(NAMES, 0)] * 12


class TestScenario:
    @pytest.mark.parametrize("is_linked", [False, True])
    def test_is_the_plan_that_a_snapshot_with_this_money_makes(self, person: Person, is_linked: bool) -> None:
        goal = person.wants(2000, "2027-01-10", type="debt_payoff") if is_linked else None
        debts = [LOAN | {"goal_id": goal}]
        money = {"incomes": [PAY, RAISE], "expenses": {**EXPENSES, "planned": [CAR]}, "debts": debts}
        mine = asked(person, include_schedule=True, **money)
        assert mine["scenario"] == asked(person, include_schedule=True, snapshot=money)["baseline"]
        assert mine["baseline"] != mine["scenario"]

    def test_has_new_money_on_top_of_the_old(self, person: Person) -> None:
        added = asked(person, new_incomes=[RAISE], new_planned_expenses=[CAR])
        money = {"incomes": [PAY, RAISE], "expenses": {**EXPENSES, "planned": [CAR]}}
        assert added["scenario"] == asked(person, snapshot=money)["baseline"]

    def test_has_new_money_on_top_of_what_the_question_tells(self, person: Person) -> None:
        """Also where a snapshot in the question has no expenses."""
        told = {"incomes": [PAY], "debts": [LOAN]}
        answer = asked(person, snapshot=told, new_planned_expenses=[INSURANCE])
        assert column(answer, "surplus") == [0, 0, 0, 0, -600] + [0] * 7
        assert answer["baseline"]["summary"]["estimated_monthly_surplus"] == 2850

    def test_keeps_what_was_paid_off_where_debts_stay(self, person: Person) -> None:
        goal = person.wants(2000, "2027-01-10", type="debt_payoff")
        body = {"incomes": [PAY], "expenses": EXPENSES, "debts": [LOAN | {"goal_id": goal}]}
        assert person.client.put("/api/v0/snapshot", body).status_code == 200
        person.has(goal, 500)
        answer = asked(person, new_incomes=[RAISE], include_schedule=True)
        owed = [
            next(each for each in answer[side]["goals"] if each["goal_id"] == goal)["schedule"][0]["balance"]
            for side in ("baseline", "scenario")
        ]
        assert owed[0] == owed[1] < 1500

    def test_has_no_debts_where_they_are_none(self, person: Person) -> None:
        told = {"incomes": [PAY], "expenses": EXPENSES, "debts": [LOAN]}
        assert column(asked(person, snapshot=told, debts=[]), "surplus") == [150] * 12
        assert column(asked(person, snapshot=told, incomes=[]), "surplus") == [-3000] * 12

    def test_is_counted_with_the_deltas(self, person: Person) -> None:
        answer = asked(person, incomes=[{"amount": 100, "frequency": "monthly"}], income_delta=-100)
        assert column(answer, "surplus", "scenario") == [-2000] * 12
        body = {"incomes": [{"amount": 100, "frequency": "monthly"}], "income_delta": -100.01}
        assert field_errors(person.client.post(WHAT_IF, body)) == {"income_delta": "min_value"}

    def test_stores_nothing_and_is_the_same_byte_for_byte(self, person: Person) -> None:
        before = (PlanVersion.objects.count(), Snapshot.objects.count())
        body = {"new_incomes": [RAISE], "new_planned_expenses": [CAR], "debts": [LOAN]}
        first, second = (person.client.post(WHAT_IF, body) for _ in range(2))
        assert first.content == second.content
        assert (PlanVersion.objects.count(), Snapshot.objects.count()) == before


class TestRefusals:
    @pytest.mark.parametrize("path", ["incomes", "new_incomes"])
    @pytest.mark.parametrize(
        ("income", "field", "code"),
        [
            ({"frequency": "once", "next_date": None}, "next_date", "required"),
            ({"until": "2026-05-01", "next_date": None}, "next_date", "required"),
            ({"next_date": "2026-05-02", "until": "2026-05-01"}, "until", "min_value"),
            ({"frequency": "fortnightly"}, "frequency", "invalid_choice"),
            ({"next_date": "2026-02-30"}, "next_date", "invalid"),
            ({"next_date": "2201-01-01"}, "next_date", "max_value"),
            ({"amount": None}, "amount", "null"),
            ({"amount": -1}, "amount", "min_value"),
            ({"source_label": "x" * 101}, "source_label", "max_length"),
        ],
    )
    def test_of_incomes_are_those_of_a_snapshot(
        self, person: Person, path: str, income: dict[str, Any], field: str, code: str
    ) -> None:
        entries = [PAY, PAY | income]
        body = {"incomes": entries, "expenses": EXPENSES}
        assert field_errors(person.client.put("/api/v0/snapshot", body)) == {f"incomes.1.{field}": code}
        assert field_errors(person.client.post(WHAT_IF, {path: entries})) == {f"{path}.1.{field}": code}

    @pytest.mark.parametrize(
        ("planned", "field", "code"),
        [
            ({"next_date": None}, "next_date", "null"),
            ({"next_date": ...}, "next_date", "required"),
            ({"frequency": "weekly"}, "frequency", "invalid_choice"),
            ({"until": "2026-05-19"}, "until", "min_value"),
            ({"amount": ...}, "amount", "required"),
            ({"label": "x" * 101}, "label", "max_length"),
        ],
    )
    def test_of_planned_expenses_are_those_of_a_snapshot(
        self, person: Person, planned: dict[str, Any], field: str, code: str
    ) -> None:
        each = {name: value for name, value in (CAR | planned).items() if value is not ...}
        expenses = {"total_amount": 1, "planned": [each]}
        stored = person.client.put("/api/v0/snapshot", {"incomes": [PAY], "expenses": expenses})
        assert field_errors(stored) == {f"expenses.planned.0.{field}": code}
        asked_too = person.client.post(WHAT_IF, {"expenses": expenses})
        assert field_errors(asked_too) == {f"expenses.planned.0.{field}": code}
        added = person.client.post(WHAT_IF, {"new_planned_expenses": [each]})
        assert field_errors(added) == {f"new_planned_expenses.0.{field}": code}

    @pytest.mark.parametrize(
        ("question", "errors"),
        [
            ({"incomes": [PAY] * 51}, {"incomes": "max_length"}),
            ({"new_incomes": [PAY] * 51}, {"new_incomes": "max_length"}),
            ({"new_planned_expenses": [CAR] * 51}, {"new_planned_expenses": "max_length"}),
            ({"debts": [LOAN] * 51}, {"debts": "max_length"}),
            ({"expenses": None}, {"expenses": "null"}),
            ({"incomes": None}, {"incomes": "null"}),
            ({"new_incomes": {}}, {"new_incomes": "not_a_list"}),
            ({"debts": [LOAN | {"min_payment": None}]}, {"debts.0.min_payment": "required"}),
            (
                {"debts": [LOAN | {"goal_id": "00000000-0000-4000-8000-000000000000"}]},
                {"debts.0.goal_id": "unknown_goal"},
            ),
        ],
    )
    def test_name_what_is_wrong(self, person: Person, question: dict[str, Any], errors: dict[str, str]) -> None:
        assert field_errors(person.client.post(WHAT_IF, question)) == errors

    @pytest.mark.parametrize(
        ("question", "field"),
        [
            ({"incomes": [PAY | {"amount": 99_999_999_999}] * 3}, "incomes"),
            ({"new_incomes": [PAY | {"amount": 99_999_999_999}] * 2}, "new_incomes"),
            ({"expenses": {"total_amount": 999_999_999_999, "planned": [CAR]}}, "expenses"),
            ({"new_planned_expenses": [CAR | {"amount": 199_999_999_999}] * 2}, "new_planned_expenses"),
            ({"debts": [LOAN | {"balance": 999_999_999_999}] * 2}, "debts"),
        ],
    )
    def test_of_more_money_than_there_can_be(self, person: Person, question: dict[str, Any], field: str) -> None:
        assert field_errors(person.client.post(WHAT_IF, question)) == {field: "max_value"}

    @pytest.mark.parametrize("are_told", ["stored", "instead of the snapshot", "instead of its sections"])
    def test_of_more_than_fifty_with_those_that_are_there(self, person: Person, are_told: str) -> None:
        """Fifty incomes and planned expenses are as many as a snapshot takes, at every door."""
        told = {"incomes": [PAY] * 50, "expenses": EXPENSES | {"planned": [CAR] * 49}}
        question: dict[str, Any] = {"snapshot": told} if are_told == "instead of the snapshot" else told
        if are_told == "stored":
            assert person.client.put("/api/v0/snapshot", told).status_code == 200
            question = {}
        asked(person, **question, new_planned_expenses=[CAR])
        more = {"new_incomes": [RAISE]}
        assert field_errors(person.client.post(WHAT_IF, question | more)) == {"new_incomes": "max_length"}
        more = {"new_planned_expenses": [CAR, CAR]}
        assert field_errors(person.client.post(WHAT_IF, question | more)) == {"new_planned_expenses": "max_length"}

    def test_of_a_strangers_goal(self, person: Person, stranger: User, time_machine: Any) -> None:
        theirs = Person(stranger, time_machine).wants(500, "2027-01-10", type="debt_payoff")
        body = {"debts": [LOAN | {"goal_id": theirs}]}
        assert field_errors(person.client.post(WHAT_IF, body)) == {"debts.0.goal_id": "unknown_goal"}


class TestGoalThatWouldBeCompleted:
    @pytest.mark.parametrize("target", [200, 150])
    def test_keeps_no_money_for_months_after_the_other_goals(
        self, saver: User, time_machine: Any, target: int
    ) -> None:
        """100 a month: 1 200 in a year, of which the 500 in June 2027 take nothing unless a goal looks as far."""
        person = Person(saver, time_machine)
        trip = {"amount": 500, "frequency": "once", "next_date": "2027-06-15"}
        person.tells({"amount": 2100, "frequency": "monthly"}, expenses=2000, planned=[trip])
        far = person.wants(500, "2027-08-10", "High")
        near = person.wants(1200, "2027-03-10", "Low")
        person.has(far, 200)
        person.plans()
        question = {"goals": [{"id": far, "target_amount": target}]}
        answer = person.client.post("/api/v0/planning/what-if", question).json()
        told = next(goal for goal in answer["scenario"]["goals"] if goal["goal_id"] == near)
        assert told["shortfall"] == 0
        assert person.client.patch(f"/api/v0/goals/{far}", {"target_amount": target}).status_code == 200
        plan = person.plans()[near]
        assert (plan["shortfall"], plan["explanation"]) == (0, told["explanation"])
