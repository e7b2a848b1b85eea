"""Which payment is next, and what is left of the month: all that tell it agree, without a new version too."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from accounts.models import User
from planning.models import ActionPlan
from planning.plan_page import plan_page
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
BILL = {"kind": "recurring", "repeat_every_months": 12, "name": "Insurance"}
PRIORITIES = ("High", "Medium", "Low")
DAY = timedelta(days=1)
FUND = {"kind": "reserve", "type": "emergency_fund", "name": "Buffer"}


def by_calendar(person: Person) -> dict[str, list[tuple[str, float]]]:
    """By goal, the payments of the calendar, which counts check-ins at once."""
    paid: dict[str, list[tuple[str, float]]] = {}
    answer = person.client.get(f"{V0}/planning/calendar?from=2026-03-10&to=2028-03-10")
    assert answer.status_code == 200, answer.content
    for day in answer.json()["days"]:
        for entry in day["entries"]:
            if entry["kind"] == "goal_payment":
                paid.setdefault(entry["goal_id"], []).append((day["date"], entry["amount"]))
    return paid


def upcoming(plan: dict[str, Any]) -> list[tuple[str, float]]:
    return [(payment["date"], payment["amount"]) for payment in plan["upcoming"]]


def compare(person: Person) -> dict[str, dict[str, Any]]:
    """Hold all tellers against the calendar, to the cents that planning again rounds; returns the plans."""
    person.later(10)
    plans, calendar = person.stored(), by_calendar(person)
    baseline = person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]["goals"]
    left = {goal["goal_id"]: goal["this_month"] for goal in baseline}
    shown = {goal["id"]: goal["next_action_date"] for goal in person.client.get(f"{V0}/dashboard").json()["goals"]}
    for goal, plan in plans.items():
        paid = calendar.get(goal, [])[:12]
        assert [day for day, _ in upcoming(plan)] == [day for day, _ in paid], (upcoming(plan), paid)
        assert [each for _, each in upcoming(plan)] == pytest.approx([each for _, each in paid], abs=0.05)
        assert plan["next_action_date"] == shown[goal] == (paid[0][0] if paid else None)
        assert plan["this_month"] == pytest.approx(left[goal], abs=0.05)
    # One by one, savings are counted without debts beside them.
    alone = {goal: person.client.get(f"{V0}/action-plans/{plan['id']}").json() for goal, plan in plans.items()}
    assert alone == plans
    return plans


class Follower:
    """A person with goals of each kind, who plans once, and pays what a month asks within it, in parts or late."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.random = person, Random(seed)
        person.earns(self.random.choice([1500, 2500]))
        wanted: list[tuple[int, str, dict[str, Any]]] = [
            (self.random.randrange(900, 2500), "2027-03-10", {}),
            (1200, "2026-08-10", BILL),
            (self.random.randrange(1000, 4000), "2027-01-05", FUND),
            (777, "2026-09-01", {"name": "Weekly"}),
        ]
        goals = [person.wants(target, by, self.random.choice(PRIORITIES), **more) for target, by, more in wanted]
        plan = person.plans()[goals[-1]]
        terms = {"frequency": self.random.choice(["weekly", "biweekly"]), "day_of_period": 5}
        assert person.client.patch(f"{V0}/action-plans/{plan['id']}", terms).status_code == 200

    def live(self, *, until: date) -> None:
        day = date(2026, 3, 10)
        while day < until:
            plans = compare(self.person.on(str(day)))
            month_ends = (day + DAY).day == 10
            for goal, plan in plans.items():
                due = sum([amount for when, amount in upcoming(plan) if when <= str(day)], 0.0)
                self.pay(goal, due * (1 if month_ends else self.random.choice([0, 1, 1, self.random.random()])))
            compare(self.person)
            for _ in range(self.random.randint(1, 9)):
                day += DAY
                if (day + DAY).day == 10:
                    break

    def pay(self, goal: str, part: float) -> None:
        if part:
            there = self.person.client.get(f"{V0}/goals/{goal}").json()["current_amount"]
            self.person.has(goal, round(there + part, 2))


@pytest.mark.parametrize("seed", range(1))
def test_all_tellers_agree_without_a_new_version(saver: User, time_machine: Any, seed: int) -> None:
    """Also once plans were made again, after the date of a goal that isn't paid any more."""
    person = Person(saver, time_machine)
    Follower(person, seed).live(until=date(2026, 5, 12))
    for day in ("2026-09-01", "2026-09-09", "2026-11-30", "2027-01-10", "2027-01-12", "2027-03-01", "2027-03-20"):
        compare(person.on(day))


def test_a_payment_that_was_made_is_next_for_nobody(saver: User, time_machine: Any) -> None:
    person = Person(saver, time_machine)
    person.earns(850)
    goal = person.wants(1700, "2026-05-10", "High")
    person.plans()
    person.has(goal, 850)
    [plan] = compare(person).values()
    assert (plan["version"], plan["this_month"], upcoming(plan)) == (1, 0, [("2026-04-10", 850)])
    said = person.client.post(f"{V0}/chat/message", {"message": "What should I pay next?"}).json()["response"]
    assert said.startswith("Next: 850.00 USD for 1700 on 10 April 2026.")
    shown = plan_page(ActionPlan.objects.get(), today=date(2026, 3, 10))
    assert shown["left_of_month"] == 0
    assert compare(person.on("2026-04-25"))[goal]["next_action_date"] == "2026-04-25"
    person.has(goal, 1000)
    assert upcoming(compare(person)[goal]) == [("2026-04-25", 700)]


def test_of_linked_debts_the_payment_of_the_month_that_ends_today_is_next_until_it_is_made(
    saver: User, time_machine: Any
) -> None:
    person = Person(saver, time_machine)
    loan = person.wants(5000, "2027-03-10", "High", type="debt_payoff")
    person.owes(800, loan, balance=5000, rate=12, minimum=100)
    person.plans()
    for day, next_day, left in (("2026-03-20", "2026-04-10", 344.25), ("2026-04-10", "2026-04-10", 344.25)):
        plan = compare(person.on(day))[loan]
        assert (plan["next_action_date"], plan["this_month"]) == (next_day, left)
    person.has(loan, 200)  # 50 of interest: of 344.25 beside the minimum of 100, 150 are paid
    plan = compare(person)[loan]
    assert (upcoming(plan)[0], plan["this_month"]) == (("2026-04-10", 194.25), 194.25)
    person.has(loan, 394.25)
    assert upcoming(compare(person)[loan])[0] == ("2026-05-10", 344.25)
    assert upcoming(compare(person.on("2026-04-20"))[loan])[0] == ("2026-05-10", 344.25)
    person.has(loan, 792.44)  # 444.25 less 46.06 of interest
    assert upcoming(compare(person)[loan])[0][0] == "2026-06-10"


def test_savings_are_counted_alike_alone_and_beside_debts(saver: User, time_machine: Any) -> None:
    """What is paid on debts is counted from all of a person's month, savings alone from their own goals."""
    person = Person(saver, time_machine)
    loan = person.wants(5000, "2027-03-10", "High", type="debt_payoff")
    trip = person.wants(600, "2026-12-10")
    person.owes(800, loan, balance=5000, rate=12, minimum=100)
    person.plans()
    for day, cleared, saved in (
        ("03-12", 130, 30),
        ("04-09", 260, 66.67),
        ("04-10", 394.25, 80),
        ("05-02", 520, 100),
    ):
        person.on(f"2026-{day}").has(loan, cleared)
        person.has(trip, saved)
        assert compare(person)[trip]["this_month"] < 66.67
