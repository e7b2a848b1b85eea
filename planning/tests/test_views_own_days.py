"""Plans on days of their own, and what is to be paid when, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from planning.services.replanning import replay_mismatches
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(saver: Any, time_machine: Any) -> Person:
    """1 700 a month; today is Thursday, 26 November 2026."""
    person = Person(saver, time_machine).on("2026-11-26")
    person.earns(1700)
    return person


def planned(person: Person, goal: str, frequency: str, day: int) -> dict[str, Any]:
    """The engine's plan for the goal, paid in this rhythm."""
    plan = person.plans()[goal]
    body = {"frequency": frequency, "day_of_period": day}
    response = person.client.patch(f"/api/v0/action-plans/{plan['id']}", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def upcoming(plan: dict[str, Any]) -> list[tuple[str, float]]:
    return [(payment["date"], payment["amount"]) for payment in plan["upcoming"]]


def in_calendar(person: Person, goal: str) -> list[tuple[str, float]]:
    answer = person.client.get("/api/v0/planning/calendar?from=2026-11-26&to=2027-11-26").json()
    entries = [(day["date"], entry) for day in answer["days"] for entry in day["entries"]]
    paid = [(day, entry) for day, entry in entries if entry["kind"] == "goal_payment"]
    return [(day, entry["amount"]) for day, entry in paid if entry["goal_id"] == goal]


def told(plans: dict[str, Any], goal: str) -> tuple[Any, ...]:
    plan = plans[goal]
    return plan["shortfall"], plan["this_month"], upcoming(plan)


MONTHLY = ("required_monthly_contribution", "allocated_monthly_contribution", "shortfall")


class TestOwnDays:
    def test_of_a_weekly_plan_sum_to_what_is_needed(self, person: Person) -> None:
        goal = person.wants(400, "2026-12-24")
        plan = planned(person, goal, "weekly", 4)
        days = ["2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17"]
        assert upcoming(plan) == [(day, 100) for day in days]
        assert (plan["amount"], [plan[name] for name in MONTHLY]) == (100, [400, 400, 0])
        assert plan["projected_completion_date"] == "2026-12-17"

    def test_of_a_biweekly_plan_sum_to_what_is_needed(self, person: Person) -> None:
        goal = person.wants(1200, "2027-02-18")
        plan = planned(person, goal, "biweekly", 4)
        days = ["2026-11-26", "2026-12-10", "2026-12-24", "2027-01-07", "2027-01-21", "2027-02-04"]
        assert upcoming(plan) == [(day, 200) for day in days]
        assert [plan[name] for name in MONTHLY] == [400, 400, 0]

    def test_of_a_monthly_plan_can_be_a_single_one(self, person: Person) -> None:
        goal = person.wants(1700, "2026-12-28")
        plan = planned(person, goal, "monthly", 30)
        assert upcoming(plan) == [("2026-11-30", 1700)]
        assert [plan[name] for name in MONTHLY] == [1700, 1700, 0]

    def test_are_short_of_what_is_not_there_by_then(self, person: Person) -> None:
        person.earns(850)
        goal = person.wants(1700, "2026-12-28")
        plan = planned(person, goal, "monthly", 30)
        assert upcoming(plan) == [("2026-11-30", 850), ("2026-12-30", 850)]
        assert (plan["shortfall"], plan["projected_completion_date"]) == (850, "2026-12-30")
        projection = person.client.get(f"/api/v0/goals/{goal}/projection").json()
        assert projection["projected_completion_date"] == "2026-12-30"

    def test_before_their_money_are_skipped_and_their_share_goes_to_the_others(self, person: Person) -> None:
        """500 a month: 200 + 200 by 10 December, 100 are left on the 24th, and from 26 December on 600 are."""
        person.earns(500)
        goal = person.wants(1000, "2027-01-26")
        plan = planned(person, goal, "biweekly", 4)
        days = [("2026-11-26", 200), ("2026-12-10", 200), ("2027-01-07", 300), ("2027-01-21", 300)]
        assert upcoming(plan) == days
        assert (plan["feasibility"], plan["shortfall"], plan["amount"]) == ("Tight", 0, 200)

    def test_wait_for_their_money(self, person: Person) -> None:
        person.earns(400)
        goal = person.wants(1200, "2027-02-18")
        plan = planned(person, goal, "biweekly", 4)
        assert plan["shortfall"] == 0
        assert sum(amount for _, amount in upcoming(plan)) == 1200
        assert sum(amount for day, amount in upcoming(plan) if day < "2026-12-26") == 400

    def test_that_have_passed_unpaid_are_due_today(self, person: Person) -> None:
        goal = person.wants(400, "2026-12-24")
        planned(person, goal, "weekly", 4)
        person.has(goal, 100)
        plan = person.on("2026-12-12").plans()[goal]
        assert upcoming(plan) == [("2026-12-12", 200), ("2026-12-17", 100)]
        assert (plan["this_month"], plan["next_action_date"]) == (300, "2026-12-12")

    def test_of_a_generated_plan_are_the_calendars(self, person: Person) -> None:
        goal = person.wants(1000, "2027-03-26")
        plan = person.plans()[goal]
        days = ["2026-11-26", "2026-12-26", "2027-01-26", "2027-02-26"]
        assert upcoming(plan) == [(day, 250) for day in days]
        person.has(goal, 250)
        assert upcoming(person.on("2026-12-01").plans()[goal]) == [(day, 250) for day in days[1:]]

    def test_a_chosen_amount_is_paid_on_each_of_them(self, person: Person) -> None:
        goal = person.wants(400, "2026-12-24")
        body = {"type": "manual_habit", "amount": 100, "frequency": "weekly", "day_of_period": 4}
        plan = person.client.post(f"/api/v0/goals/{goal}/action-plans", body).json()
        assert (plan["feasibility"], plan["shortfall"], len(plan["upcoming"])) == ("Comfortable", 0, 4)
        body = {"amount": 92.31}
        plan = person.client.patch(f"/api/v0/action-plans/{plan['id']}", body).json()
        assert (plan["feasibility"], plan["shortfall"]) == ("Unrealistic", 30.76)

    @pytest.mark.parametrize(("target", "rate"), [(206.40, 0), (5000, 4.5), (1000, 0), (333.33, 2)])
    def test_the_required_amount_is_enough_on_monthly_ones(
        self, person: Person, target: float, rate: float
    ) -> None:
        """206.40 on eleven days is 18.77 on each, and 18.76 on average: the last one is smaller."""
        goal = person.wants(target, "2027-10-30", annual_rate=rate)
        plan = planned(person, goal, "monthly", 2)
        assert plan["required_monthly_contribution"] == plan["amount"]
        body = {"amount": plan["required_monthly_contribution"]}
        chosen = person.client.patch(f"/api/v0/action-plans/{plan['id']}", body).json()
        assert (chosen["feasibility"], chosen["shortfall"]) == ("Comfortable", 0)

    def test_of_a_late_goal_go_on(self, person: Person) -> None:
        person.earns(100)
        goal = person.wants(300, "2026-12-24")
        plan = planned(person, goal, "weekly", 4)
        assert upcoming(plan)[:4] == [
            ("2026-11-26", 25), ("2026-12-03", 25), ("2026-12-10", 25), ("2026-12-17", 25)
        ]  # fmt: skip
        assert upcoming(plan)[4:] == [("2026-12-31", 100), ("2027-01-28", 100)]
        assert plan["projected_completion_date"] == "2027-01-28"

    @pytest.mark.once
    @pytest.mark.parametrize("by", ["2026-12-01", "2026-12-08", "2026-12-17"])
    @pytest.mark.parametrize("is_dated", [False, True])
    def test_of_a_late_goal_ask_for_a_chosen_amount_once(self, person: Person, by: str, is_dated: bool) -> None:
        """What is paid on a Thursday isn't asked for again, and the Thursdays after it stay as they were."""
        if is_dated:
            person.tells({"amount": 250, "frequency": "monthly", "next_date": "2026-11-26"}, expenses=0)
        else:
            person.earns(250)
        goal = person.wants(3000, by)
        body = {"frequency": "weekly", "day_of_period": 4, "amount": 50}
        person.client.patch(f"/api/v0/action-plans/{person.plans()[goal]['id']}", body)
        days = [("2026-11-26", 50), ("2026-12-03", 50), ("2026-12-10", 50), ("2026-12-17", 50), ("2026-12-24", 50)]
        for paid, (day, _) in enumerate(days):
            assert upcoming(person.on(day).plans()[goal])[: 5 - paid] == days[paid:]
            person.has(goal, 50 * (paid + 1))
            for payments in (upcoming(person.plans()[goal]), in_calendar(person, goal)):
                assert payments[: 4 - paid] == days[paid + 1 :]
                assert payments[4 - paid][0] > "2026-12-25"

    @pytest.mark.once
    @pytest.mark.parametrize("is_chosen", [False, True])
    @pytest.mark.parametrize("is_dated", [False, True])
    def test_of_an_overdue_goal_are_the_same_in_later_months(
        self, person: Person, is_chosen: bool, is_dated: bool
    ) -> None:
        """Months begin on the 26th. Planning again asks for nothing before the next Thursday."""
        if is_dated:
            person.tells({"amount": 250, "frequency": "monthly", "next_date": "2026-11-26"}, expenses=0)
        else:
            person.earns(250)
        goal = person.wants(3000, "2026-12-08")
        body = {"frequency": "weekly", "day_of_period": 4} | ({"amount": 50} if is_chosen else {})
        person.client.patch(f"/api/v0/action-plans/{person.plans()[goal]['id']}", body)
        there = 0.0
        thursdays = [str(date(2026, 11, 26) + timedelta(weeks=week)) for week in range(10)]
        for day in sorted([*thursdays, "2026-12-26", "2027-01-02", "2027-01-26"]):
            before = upcoming(person.on(day).stored()[goal])
            assert upcoming(person.plans()[goal]) == before
            assert [paid for paid in in_calendar(person, goal) if paid[0] >= day][:6] == before[:6]
            assert {date.fromisoformat(when).isoweekday() for when, _ in before} == {4}
            if before[0][0] == day:
                there += before[0][1]
                person.has(goal, there)
                assert upcoming(person.stored()[goal])[:6] == upcoming(person.plans()[goal])[:6]

    def test_of_a_paused_goal_and_of_an_ended_plan_are_none(self, person: Person) -> None:
        goal = person.wants(400, "2026-12-24")
        person.plans()
        person.client.patch(f"/api/v0/goals/{goal}", {"status": "paused"})
        assert person.stored()[goal]["upcoming"] == []

    def test_leave_other_goals_what_they_are_promised(self, person: Person) -> None:
        """A pays nothing in the first month, so B's share and A's in the second don't fit, but the money stays."""
        person.earns(500)
        first = person.wants(500, "2027-01-26", "High")
        second = person.wants(500, "2027-01-26", "Low")
        planned(person, first, "monthly", 25)
        plans = person.plans()
        assert [plans[goal]["shortfall"] for goal in (first, second)] == [0, 0]


class TestKeptMoney:
    """500 a month; 1 000 by 26 January, every second Thursday: the first month keeps 100 for the second."""

    @pytest.fixture
    def goal(self, person: Person) -> str:
        person.earns(500)
        goal = person.wants(1000, "2027-01-26", "High")
        planned(person, goal, "biweekly", 4)
        person.has(goal, 200)
        person.on("2026-12-10").has(goal, 400)
        return goal

    LEFT = (("2027-01-07", 300), ("2027-01-21", 300))

    @pytest.mark.parametrize("day", ["2026-12-26", "2027-01-02", "2027-01-07"])
    def test_is_there_when_the_plan_is_made_again(self, person: Person, goal: str, day: str) -> None:
        person.on(day)
        for _ in range(2):
            assert told(person.plans(), goal) == (0, 600, [*self.LEFT])
            assert person.summary["buffer_remaining"] == 0
        person.earns(500)
        assert told(person.stored(), goal) == (0, 600, [*self.LEFT])

    def test_is_there_when_months_were_not_planned(self, person: Person) -> None:
        """Five months of 500 and eleven days: each month keeps some for the one with three days."""
        person.earns(500)
        goal = person.wants(2500, "2027-04-26")
        plan = planned(person, goal, "biweekly", 4)
        there = 0
        for payment in plan["upcoming"][:6]:
            there = round(there + payment["amount"], 2)
            person.on(payment["date"]).has(goal, there)
        later = person.on("2027-02-26").plans()[goal]
        assert later["shortfall"] == 0
        assert upcoming(later) == upcoming(plan)[6:]

    def test_is_not_there_twice(self, person: Person, goal: str) -> None:
        other = person.on("2026-12-26").wants(600, "2027-02-26", "Low")
        plans = person.plans()
        assert told(plans, goal)[0] == 0
        assert (plans[other]["shortfall"], plans[other]["this_month"]) == (100, 0)
        person.on("2027-01-07").has(goal, 700)
        person.on("2027-01-21").has(goal, 1000)
        plan = person.on("2027-01-26").plans()[other]
        assert (plan["shortfall"], plan["this_month"], person.summary["buffer_remaining"]) == (100, 500, 0)

    def test_goes_to_others_when_its_goal_is_paused(self, person: Person, goal: str) -> None:
        other = person.on("2026-12-26").wants(600, "2027-01-26", "Low")
        assert person.plans()[other]["shortfall"] == 600
        person.client.patch(f"/api/v0/goals/{goal}", {"status": "paused"})
        plan = person.stored()[other]
        assert (plan["shortfall"], plan["this_month"]) == (0, 600)

    def test_counts_in_what_if(self, person: Person, goal: str) -> None:
        answer = person.on("2026-12-26").client.post("/api/v0/planning/what-if", {}).json()
        assert answer["baseline"]["goals"][0]["shortfall"] == 0

    def test_is_an_input_of_the_version(self, person: Person, goal: str) -> None:
        plan = person.on("2026-12-26").plans()[goal]
        versions = person.client.get(f"/api/v0/action-plans/{plan['id']}/versions").json()
        assert [version["inputs"]["plan"]["carried_in"] for version in versions[:2]] == [100, 0]
        assert list(replay_mismatches()) == []


class TestOnPaydays:
    def test_none_is_lost_once_another_goal_is_paid_from_a_later_one(self, person: Person) -> None:
        """165 are left until 16 February, when 1 965 more come; the other goal's 117.65 don't fit into them."""
        person.on("2026-01-31")
        person.tells({"amount": 1965, "frequency": "semimonthly", "next_date": "2026-01-16"}, expenses=1800)
        goal, other = person.wants(2020, "2027-02-16", "High"), person.wants(2000, "2027-06-22", "Low")
        planned(person, goal, "weekly", 6)
        plans = person.plans()
        days = ["2026-02-07", "2026-02-14", "2026-02-21", "2026-02-28"]
        assert upcoming(plans[goal])[:4] == [(day, 37.41) for day in days]
        assert upcoming(plans[other])[0] == ("2026-02-16", 117.65)
        person.on("2026-02-07").has(goal, 37.41)
        person.on("2026-02-14").has(goal, 74.82)
        person.on("2026-02-16").has(other, 117.65)
        again = person.on("2026-02-18").plans()
        for each in goal, other:
            left = [paid for paid in upcoming(plans[each]) if paid[0] > "2026-02-18"]
            assert upcoming(again[each])[: len(left)] == left
        assert again[goal]["this_month"] == 37.41
