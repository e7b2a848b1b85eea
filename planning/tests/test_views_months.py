"""One calendar a person, and money that is counted once, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from planning.models import PlanVersion
from planning.services.planning_context import moment_of
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(person: Person) -> Person:
    """850 a month."""
    person.earns(850)
    return person


def told(plan: dict[str, Any], *names: str) -> list[Any]:
    return [plan[name] for name in names]


ASK = ("amount", "required_monthly_contribution", "this_month", "shortfall")


class TestMoney:
    """A 1 700 High and B 850 Low, both in two months, on 850 a month."""

    @pytest.fixture
    def goals(self, person: Person) -> tuple[str, str]:
        goals = person.wants(1700, "2026-05-10", "High"), person.wants(850, "2026-05-10", "Low")
        plans = person.plans()
        assert told(plans[goals[0]], *ASK) == [850, 850, 850, 0]
        assert told(plans[goals[1]], *ASK) == [850, 425, 0, 850]
        return goals

    @pytest.mark.parametrize("day", ["2026-03-10", "2026-03-20", "2026-04-09"])
    def test_is_counted_once_on_every_day_of_the_month(
        self, person: Person, goals: tuple[str, str], day: str
    ) -> None:
        person.has(goals[0], 850)
        for plans in (person.on(day).plans(), person.plans()):
            assert told(plans[goals[0]], *ASK) == [850, 850, 0, 0]
            assert plans[goals[1]]["shortfall"] == 850
            assert person.summary["buffer_remaining"] == 0

    def test_is_asked_for_again_in_the_second_month(self, person: Person, goals: tuple[str, str]) -> None:
        person.has(goals[0], 850)
        plans = person.on("2026-04-10").plans()
        assert told(plans[goals[0]], *ASK) == [850, 850, 850, 0]
        assert plans[goals[1]]["shortfall"] == 850
        person.has(goals[0], 1700)
        assert person.on("2026-04-20").plans()[goals[1]]["shortfall"] == 850

    def test_counts_for_the_month_of_the_check_in_when_it_is_planned_again_later(
        self, person: Person, goals: tuple[str, str]
    ) -> None:
        person.has(goals[0], 850)
        person.on("2026-04-12").has(goals[0], 1250)
        plans = person.on("2026-04-15").plans()
        assert told(plans[goals[0]], *ASK) == [850, 850, 450, 0]

    def test_of_a_new_snapshot_is_less_what_was_put_in(self, person: Person, goals: tuple[str, str]) -> None:
        person.has(goals[0], 850)
        person.on("2026-03-15").earns(950)
        plans = person.stored()
        assert told(plans[goals[0]], *ASK) == [850, 850, 0, 0]
        assert told(plans[goals[1]], "this_month", "shortfall") == [100, 650]

    @pytest.mark.parametrize("less", [0, 300, None])
    def test_is_asked_for_again_when_a_check_in_is_corrected(
        self, person: Person, goals: tuple[str, str], less: int | None
    ) -> None:
        """What was counted when it was planned: the check-in is deleted, or was of less."""
        check_in = person.has(goals[0], 850)
        person.plans()
        if less is None:
            assert person.client.delete(f"/api/v0/check-ins/{check_in['id']}").status_code == 204
        else:
            body = {"current_amount": less}
            assert person.client.patch(f"/api/v0/check-ins/{check_in['id']}", body).status_code == 200
        left = 850 - (less or 0)
        for plans in (person.stored(), person.plans(), person.stored()):
            plan = plans[goals[0]]
            assert plan["this_month"] == left
            payments = [(payment["date"], payment["amount"]) for payment in plan["upcoming"]]
            assert payments == [("2026-03-10", left), ("2026-04-10", 850)]
            assert plan["next_action_date"] == "2026-03-10"

    def test_that_was_put_into_a_goal_that_is_gone_is_gone(self, person: Person, goals: tuple[str, str]) -> None:
        person.has(goals[0], 850)
        assert person.client.delete(f"/api/v0/goals/{goals[0]}").status_code == 204
        assert told(person.stored()[goals[1]], "this_month", "shortfall") == [0, 0]
        assert told(person.on("2026-03-20").plans()[goals[1]], "this_month", "shortfall") == [0, 0]

    def test_that_was_put_in_on_a_plan_that_has_ended_is_gone(
        self, person: Person, goals: tuple[str, str]
    ) -> None:
        person.has(goals[0], 850)
        plan = person.stored()[goals[0]]["id"]
        assert person.client.delete(f"/api/v0/action-plans/{plan}").status_code == 204
        for _ in range(2):
            plans = person.on("2026-03-20").plans()
            assert told(plans[goals[0]], *ASK) == [850, 850, 0, 0]

    def test_beyond_the_ask_is_a_windfall(self, person: Person, goals: tuple[str, str]) -> None:
        person.has(goals[0], 1000)
        for plans in (person.plans(), person.on("2026-03-11").plans()):
            assert told(plans[goals[0]], "required_monthly_contribution", "this_month") == [775, 0]
            assert plans[goals[1]]["shortfall"] == 700
        person.has(goals[0], 850)
        assert person.plans()[goals[1]]["shortfall"] == 850

    def test_counted_stays_counted_when_the_ask_rises(self, person: Person) -> None:
        person.earns(400)
        goal = person.wants(2000, "2026-05-10")
        assert person.plans()[goal]["this_month"] == 400
        person.has(goal, 1000)
        person.earns(550)
        assert person.stored()[goal]["this_month"] == 150
        assert person.plans()[goal]["this_month"] == 150
        person.has(goal, 1150)
        assert person.plans()[goal]["this_month"] == 0

    def test_beyond_an_earlier_ask_is_no_payment_of_a_later_one(self, person: Person) -> None:
        """600 beyond an ask of 400 are as if they had been there; of the 150 asked for then 10 are put in."""
        person.earns(400)
        goal = person.wants(2000, "2026-05-10")
        person.plans()
        person.has(goal, 1000)
        person.earns(550)
        assert told(person.stored()[goal], "required_monthly_contribution", "this_month") == [700, 150]
        person.has(goal, 1010)
        for plans in (person.stored(), person.plans(), person.on("2026-03-20").plans()):
            assert told(plans[goal], "required_monthly_contribution", "this_month") == [700, 140]

    def test_from_before_the_first_plan_is_an_opening_balance(self, person: Person) -> None:
        goal = person.wants(1200, "2026-05-10")
        person.has(goal, 500)
        assert told(person.plans()[goal], "amount", "this_month") == [350, 350]
        person.has(goal, 700)
        assert told(person.plans()[goal], "amount", "this_month") == [350, 150]

    def test_put_in_before_the_month_is_the_balance(self, person: Person, goals: tuple[str, str]) -> None:
        person.on("2026-04-15").has(goals[0], 850, "2026-04-09")
        assert told(person.plans()[goals[0]], "amount", "this_month") == [850, 850]


class TestFall:
    """1 000 a month for 12 000 in a year. In the fourth month 2 000 of 3 000 are taken out again."""

    @pytest.fixture
    def goal(self, person: Person) -> str:
        person.earns(1000)
        goal = person.wants(12000, "2027-03-10")
        person.plans()
        for amount, day in enumerate(("2026-03-10", "2026-04-10", "2026-05-10"), 1):
            person.on(day).has(goal, 1000 * amount)
        person.on("2026-06-12").plans()
        return goal

    def test_is_what_the_month_asks_from_so_it_asks_once(self, person: Person, goal: str) -> None:
        person.has(goal, 1000)
        assert told(person.plans()[goal], "this_month", "shortfall") == [1000, 2000]
        person.has(goal, 1400)
        for plans in (person.stored(), person.plans(), person.stored()):
            assert told(plans[goal], "this_month", "shortfall") == [600, 2000]
        person.has(goal, 2000)
        for plans in (person.stored(), person.plans(), person.on("2026-07-09").plans()):
            assert told(plans[goal], "this_month", "shortfall") == [0, 2000]
            assert plans[goal]["upcoming"][0] == {"date": "2026-07-10", "amount": 1000}
        assert person.on("2026-07-10").plans()[goal]["this_month"] == 1000

    def test_asks_once_also_where_more_is_left(self, person: Person, goal: str) -> None:
        person.earns(1500)
        person.has(goal, 1000)
        ask = person.plans()[goal]["this_month"]
        assert ask == 1222.23
        person.has(goal, 1000 + ask)
        for plans in (person.stored(), person.plans(), person.on("2026-06-20").plans()):
            assert told(plans[goal], "required_monthly_contribution", "this_month", "shortfall") == [ask, 0, 0]

    def test_below_an_earlier_one_is_asked_from_anew(self, person: Person, goal: str) -> None:
        for fallen in (1000, 700):
            person.has(goal, fallen)
            assert person.plans()[goal]["this_month"] == 1000
            person.has(goal, fallen + 400)
            assert told(person.plans()[goal], "this_month") == [600]

    @pytest.mark.parametrize("is_deleted", [True, False])
    def test_that_is_corrected_was_none(self, person: Person, goal: str, *, is_deleted: bool) -> None:
        """What is there again wasn't put in."""
        check_in = person.has(goal, 1000)
        person.plans()
        path = f"/api/v0/check-ins/{check_in['id']}"
        answer = person.client.delete(path) if is_deleted else person.client.patch(path, {"current_amount": 3000})
        assert answer.status_code in {200, 204}
        for plans in (person.stored(), person.plans(), person.on("2026-06-20").plans()):
            assert plans[goal]["this_month"] == 1000
        assert told(person.stored()[goal], "required_monthly_contribution", "shortfall") == [1000, 0]
        person.has(goal, 3400)
        for plans in (person.stored(), person.plans()):
            assert plans[goal]["this_month"] == 600


class TestCalendar:
    def test_stays_when_a_new_snapshot_or_goal_comes(self, person: Person) -> None:
        goal = person.wants(1200, "2027-03-10")
        person.plans()
        other = person.on("2026-03-25").wants(600, "2026-05-10")
        person.earns(900)
        plans = person.plans()
        assert told(plans[goal], "amount", "day_of_period", "this_month") == [100, 10, 100]
        assert told(plans[other], "amount", "day_of_period", "this_month") == [300, 10, 300]
        assert {version.inputs["plan"]["anchor"] for version in PlanVersion.objects.all()} == {"2026-03-10"}

    def test_starts_anew_when_no_plan_is_in_force(self, person: Person) -> None:
        goal = person.wants(100, "2027-03-10")
        person.plans()
        person.has(goal, 100)
        other = person.on("2026-03-25").wants(600, "2026-05-25")
        assert told(person.plans()[other], "amount", "day_of_period") == [300, 25]

    def test_is_the_one_of_what_if(self, person: Person) -> None:
        goal = person.wants(300, "2026-06-10")
        person.plans()
        person.has(goal, 100)
        answer = person.on("2026-03-20").client.post("/api/v0/planning/what-if", {}).json()
        (baseline,) = answer["baseline"]["goals"]
        assert told(baseline, "required_monthly_contribution", "this_month", "shortfall") == [100, 0, 0]

    def test_allows_what_if_about_the_past(self, person: Person) -> None:
        goal = person.wants(300, "2026-06-10")
        person.plans()
        person.has(goal, 100)
        answer = person.client.post("/api/v0/planning/what-if", {"as_of": "2026-02-20"}).json()
        assert answer["baseline"]["goals"][0]["this_month"] == 50

    @pytest.mark.parametrize("zone", ["Europe/London", "America/Los_Angeles", "Pacific/Pago_Pago"])
    def test_has_not_begun_where_it_is_the_day_before(self, person: Person, time_machine: Any, zone: str) -> None:
        """Planned on 11 March in Auckland, and again from further west, where it is still the 10th."""
        time_machine.move_to(datetime(2026, 3, 10, 11, 30, tzinfo=UTC), tick=False)
        profile = "/api/v0/users/me/profile"
        person.client.patch(profile, {"timezone": "Pacific/Auckland"})
        goals = person.wants(1700, "2026-05-11", "High"), person.wants(850, "2026-05-11", "Low")
        there = person.plans()
        assert there[goals[0]]["upcoming"][0] == {"date": "2026-03-11", "amount": 850}
        person.has(goals[0], 850)
        assert person.client.patch(profile, {"timezone": zone}).status_code == 200
        for plans in (person.stored(), person.plans()):
            a, b = (plans[goal] for goal in goals)
            assert told(a, "this_month", "shortfall") == [0, 0]
            assert a["upcoming"] == [{"date": "2026-04-11", "amount": 850}]
            assert told(b, "this_month", "shortfall") == [0, 850]
        baseline = person.client.post("/api/v0/planning/what-if", {}).json()["baseline"]["goals"]
        assert sorted(goal["shortfall"] for goal in baseline) == [0, 850]

    def test_a_hundred_a_month_paid_on_the_day_is_not_short_ten_days_later(self, person: Person) -> None:
        person.earns(100)
        goal = person.wants(300, "2026-06-10")
        person.plans()
        person.has(goal, 100)
        assert told(person.on("2026-03-20").plans()[goal], "this_month", "shortfall") == [0, 0]


def test_of_versions_of_one_moment_those_of_active_goals_say_what_is_kept(person: Person) -> None:
    """600 come once. At the moment of a new snapshot the bicycle gets all its 300, of which March pays 30."""
    income = {"amount": 600, "frequency": "once", "next_date": "2026-03-20"}
    person.tells(income, expenses=0)
    goals = {name: person.wants(300, "2027-01-10") for name in ("bicycle", "house")}
    person.plans()
    person.later(60)
    person.tells(income | {"amount": 601}, expenses=0)
    paid = {"current_amount": 300}
    assert person.client.post(f"/api/v0/goals/{goals['bicycle']}/check-ins", paid).status_code == 201
    versions = [PlanVersion.objects.filter(plan__goal_id=goals[name]).latest("number") for name in goals]
    for rows in (versions, versions[::-1]):
        assert max(rows, key=moment_of) == versions[1]
    person.on("2026-05-12").plans()
    newest = PlanVersion.objects.filter(plan__goal_id=goals["house"]).latest("number")
    assert newest.inputs["plan"]["carried_in"] == "511.00"
