"""Who pays something else than planned: the calendar and the action plans ask for the same all the same."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
BILL: dict[str, Any] = {"kind": "recurring", "repeat_every_months": 12, "name": "Insurance"}
FUND: dict[str, Any] = {"kind": "reserve", "type": "emergency_fund", "name": "Buffer"}
MONEY = {
    "incomes": [
        {"amount": 1150, "frequency": "biweekly", "next_date": "2026-03-13"},
        {"amount": 900, "frequency": "annual", "next_date": "2026-12-11"},
    ],
    "expenses": {
        "total_amount": 1500,
        "planned": [{"amount": 400, "frequency": "annual", "next_date": "2026-08-20"}],
    },
}
DAY = timedelta(days=1)
Days = list[tuple[str, Decimal]]


@pytest.fixture
def person(person: Person) -> Person:
    """500 a month."""
    person.earns(500)
    return person


def calendar(person: Person, since: str, until: str) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = person.client.get(f"{V0}/planning/calendar?from={since}&to={until}").json()[
        "days"
    ]
    return days


def asked(person: Person, until: str = "2028-03-09") -> dict[str, Days]:
    """What is asked for from today on, by goal: the calendar and the action plans say the same."""
    person.later(10)
    plans, told = person.stored(), dict[str, Days]()
    for day in calendar(person, "2026-03-10", until):
        for entry in day["entries"]:
            if entry["kind"] == "goal_payment":
                told.setdefault(entry["goal_id"], []).append((day["date"], Decimal(str(entry["amount"]))))
    for goal, plan in plans.items():
        upcoming = [(each["date"], Decimal(str(each["amount"]))) for each in plan["upcoming"]]
        assert told.setdefault(goal, [])[:12] == upcoming
        assert plan["next_action_date"] == next((day for day, _ in upcoming), None)
    return told


def paid(day: str, amount: str) -> tuple[str, Decimal]:
    return day, Decimal(amount)


def total(days: Days) -> Decimal:
    return sum([amount for _, amount in days], Decimal(0))


def test_a_missed_month_is_not_asked_for_again_and_no_payment_is_asked_for_twice(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    person.plans()
    person.on("2026-04-15")
    left = asked(person)[goal]
    assert left[0] == paid("2026-04-15", "100")
    assert total(left) == 1100
    person.has(goal, 100)
    for day in ("2026-04-16", "2026-04-20", "2026-05-09"):
        assert asked(person.on(day))[goal] == left[1:]
    assert asked(person.on("2026-05-12"))[goal][0] == paid("2026-05-12", "100")


def test_what_is_missing_is_asked_for_once_the_way_back_is_accepted(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    plan = person.plans()[goal]["id"]
    person.on("2026-05-15").has(goal, 0.01)
    way_back = person.client.get(f"{V0}/action-plans/{plan}/proposal").json()["same_date"]
    assert way_back["contribution"] == 120
    response = person.client.post(f"{V0}/action-plans/{plan}/proposal/accept", {"choice": "same_date"})
    assert response.status_code == 200, response.content
    left = asked(person)[goal]
    assert left[0] == paid("2026-05-15", "119.99")
    assert total(left) == Decimal("1199.99")


def test_something_taken_out_moves_no_payment(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    person.plans()
    person.has(goal, 100)
    person.on("2026-04-15").has(goal, 200)
    person.on("2026-05-12").has(goal, 50)
    assert asked(person)[goal][:2] == [paid("2026-05-12", "100"), paid("2026-06-10", "100")]


@pytest.mark.parametrize("kind", [{}, FUND, BILL])
def test_no_more_is_asked_for_than_is_missing(person: Person, kind: dict[str, Any]) -> None:
    goal = person.wants(1200, "2027-03-10", **kind)
    person.plans()
    person.has(goal, 1050)
    in_time = [(day, amount) for day, amount in asked(person)[goal] if day < "2027-03-10"]
    assert in_time == [paid("2026-04-10", "100"), paid("2026-05-10", "50")]
    person.on("2026-04-15").has(goal, 1180)
    in_time = [(day, amount) for day, amount in asked(person)[goal] if day < "2027-03-10"]
    assert in_time == [paid("2026-05-10", "20")]
    [plan] = person.stored().values()
    assert plan["this_month"] == 0


def test_later_cycles_are_asked_for_whatever_was_put_into_this_one(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10", **BILL)
    person.plans()
    person.has(goal, 1199)
    assert asked(person)[goal][:3] == [
        paid("2026-04-10", "1"),
        paid("2027-03-10", "100"),
        paid("2027-04-10", "100"),
    ]


def test_what_is_not_asked_for_is_carried_over(person: Person) -> None:
    """500 a month: 400 of March are kept, and from April on 500, once all but 50 is there."""
    goal = person.wants(1200, "2027-03-10")
    person.plans()
    person.has(goal, 1150)
    days = {day["date"]: day["carried_over"] for day in calendar(person, "2026-03-10", "2027-03-10")}
    assert (days["2026-04-10"], days["2027-03-10"]) == (850, 6350)


def test_more_paid_on_debts_lowers_their_payments_at_once(person: Person) -> None:
    """Also in later months, and as if planned again: what they come to follows from what is owed."""
    loan = person.wants(5000, "2027-03-10", type="debt_payoff")
    person.owes(800, loan, balance=5000, rate=12, minimum=100)
    person.plans()
    person.on("2026-03-13").has(loan, 3000)
    left = asked(person)[loan]
    assert total(left) < 1300
    person.on("2026-04-15")
    later = asked(person)[loan]
    assert total(later) < 1300
    person.plans()
    assert asked(person)[loan] == later


def test_debts_paid_early_after_a_missed_month_ask_for_what_was_planned(person: Person) -> None:
    """They are ahead of the day, but not of the plan: a plan of today asks for more in all."""
    loan = person.wants(5000, "2027-03-10", type="debt_payoff")
    person.owes(800, loan, balance=5000, rate=12, minimum=100)
    person.plans()
    as_planned = asked(person)[loan]
    person.on("2026-04-20").has(loan, 500)
    assert asked(person)[loan] == as_planned[2:]


def test_debts_that_are_ahead_never_ask_for_more_this_month_than_planned(person: Person) -> None:
    """In April the first goal was to take all. A plan of today has money for the loan then: it begins in May."""
    first = person.wants(1000, "2026-05-10", "High")
    loan = person.wants(3000, "2027-03-10", "Low", type="debt_payoff")
    person.owes(500, loan, balance=3000, rate=12, minimum=50)
    person.plans()
    planned_from = asked(person)[loan][0][0]
    person.on("2026-03-12").has(first, 900)
    person.has(loan, 1000)
    assert asked(person.on("2026-04-15"))[loan][0][0] == planned_from == "2026-06-10"


def test_a_goal_without_an_action_plan_is_asked_for_nothing(person: Person) -> None:
    """More was put into A, so a plan of today would give A less and B some; but A is asked for as planned."""
    planned = person.wants(5000, "2027-01-10", "High")
    person.plans()
    person.has(planned, 500)
    without = person.wants(3000, "2027-03-10", "Low")
    person.has(planned, 2500)
    assert without not in asked(person)
    assert min(day["carried_over"] for day in calendar(person, "2026-03-10", "2027-03-10")) >= 0


def test_payments_that_a_version_does_not_store_are_told_too(person: Person) -> None:
    goal = person.wants(26000, "2030-03-10")
    plan = person.plans()[goal]["id"]
    terms = {"frequency": "weekly", "day_of_period": 5}
    assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
    days = [
        date.fromisoformat(day["date"])
        for day in calendar(person, "2028-05-01", "2028-09-01")
        if any(entry["kind"] == "goal_payment" for entry in day["entries"])
    ]
    assert days == [date(2028, 5, 5) + week * 7 * DAY for week in range(18)]


class Wanderer:
    """A person with goals of each kind, who pays less, more or nothing, takes out, and seldom plans again."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.random = person, Random(seed)
        self.today = date(2026, 3, 10)
        draw = self.random.randrange
        person.wants(draw(900, 2500), "2027-03-10", self.random.choice(["High", "Low"]))
        person.wants(draw(500, 1500), "2026-09-10", **BILL)
        person.wants(draw(1000, 4000), "2027-01-05", **FUND)
        weekly = person.wants(draw(300, 900), "2026-12-01", annual_rate=self.random.choice([0, 4]))
        self.loan = loan = person.wants(2000, "2027-03-10", "High", type="debt_payoff")
        debt = {"type": "student_loan", "balance": 2000, "interest_rate_annual": 12, "min_payment": 60}
        assert (
            person.client.put(f"{V0}/snapshot", MONEY | {"debts": [debt | {"goal_id": loan}]}).status_code == 200
        )
        plan = person.plans()[weekly]["id"]
        terms = {"frequency": self.random.choice(["weekly", "biweekly"]), "day_of_period": 5}
        assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200

    def step(self) -> None:
        self.today += timedelta(days=self.random.randint(1, 20))
        self.person.on(str(self.today))
        left = asked(self.person)
        for goal, days in left.items():
            self.deviate(goal, total([each for each in days if each[0] <= str(self.today)]))
            asked(self.person)
        if self.random.random() < 0.1:
            self.person.plans()
            asked(self.person)

    def deviate(self, goal: str, due: Decimal) -> None:
        told = self.person.goal(goal)
        there, target = Decimal(str(told["current_amount"])), Decimal(str(told["target_amount"]))
        amount = there + due * Decimal(self.random.choice(["0", "0", "1", "1", "1", "0.5", "3"]))
        if self.random.random() < 0.1:
            amount = there * self.random.randint(0, 9) / 10
        amount = min(round(amount, 2), target - 1)
        if amount != there and told["status"] == "active":
            self.person.has(goal, float(amount))

    def months_add_up(self) -> None:
        """What a month carries over is what the month before does, and its surplus, less what is asked for."""
        surplus = self.person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]["cash_flow"]
        starts = [each["from"] for each in surplus]
        ends, given = dict[int, Decimal](), defaultdict[int, Decimal](Decimal)
        for day in calendar(self.person, starts[0], "2028-03-09"):
            month = bisect_right(starts, day["date"]) - 1
            ends[month] = Decimal(str(day["carried_over"]))
            for entry in day["entries"]:
                if entry["kind"] == "goal_payment":
                    of_month_before = entry["goal_id"] == self.loan and day["date"] in starts
                    given[month - of_month_before] += Decimal(str(entry["amount"]))
        for month in range(1, len(starts) - 1):
            carried = ends[month - 1] + Decimal(str(surplus[month]["surplus"])) - given[month]
            assert ends[month] == carried, (month, ends, given)


@pytest.mark.once
@pytest.mark.parametrize("seed", range(2))
def test_calendar_and_action_plans_agree_whatever_is_paid(person: Person, seed: int) -> None:
    wanderer = Wanderer(person, seed)
    for _ in range(8):
        wanderer.step()
        wanderer.months_add_up()
        for goal, days in asked(person).items():
            told = person.goal(goal)
            missing = Decimal(str(told["target_amount"])) - Decimal(str(told["current_amount"]))
            if told["kind"] != "recurring":
                assert total(days) <= missing


def test_many_payments_ask_for_no_more_than_is_missing_either(person: Person) -> None:
    """What a version doesn't store is of today's plan, in which more months share less."""
    goal = person.wants(26000, "2030-03-10")
    plan = person.plans()[goal]["id"]
    terms = {"frequency": "weekly", "day_of_period": 5}
    assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
    person.has(goal, 5000)
    periods = [("2026-03-10", "2028-03-09"), ("2028-03-10", "2030-03-09")]
    days = [day for since, until in periods for day in calendar(person, since, until)]
    amounts = [
        Decimal(str(each["amount"])) for day in days for each in day["entries"] if each["kind"] == "goal_payment"
    ]
    assert sum(amounts, Decimal(0)) == 21000


@pytest.mark.parametrize("surplus", [500, 800])
def test_what_is_gone_again_is_asked_for_this_month_only(person: Person, surplus: int) -> None:
    """In later months the two goals together ask for as much as before, also where a month leaves more."""
    person.earns(surplus)
    first = person.wants(1500, "2026-09-10", "High")
    second = person.wants(1500, "2026-09-10", "Low")
    person.plans()
    for day, amount in (("2026-03-10", 250), ("2026-04-10", 500)):
        person.on(day)
        for goal in (first, second):
            person.has(goal, amount)
    person.plans()
    person.on("2026-04-12").has(first, 0)
    later = [paid(f"2026-{month:02}-10", "250") for month in range(5, 9)]
    assert asked(person) == {first: [paid("2026-04-12", "250"), *later], second: later}
    assert min(day["carried_over"] for day in calendar(person, "2026-04-12", "2026-09-10")) >= 0


@pytest.mark.parametrize("target", [5000, 2000])
def test_payments_on_debts_clear_the_debts_with_their_interest(person: Person, target: int) -> None:
    """5 000 @ 12 % in twelve months: 444.25 a month, whatever target the goal was given."""
    goal = person.wants(target, "2027-03-10", type="debt_payoff")
    person.owes(500, goal, balance=5000, rate=12, minimum=0)
    person.plans()
    payments = asked(person)[goal]
    assert payments[0] == paid("2026-04-10", "444.25")
    assert (len(payments), total(payments)) == (12, Decimal("5330.92"))
