"""Linked debts whose goal's date has passed, over HTTP: what a month keeps is what the bank asks for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from planning.services.replanning import replay_mismatches
from planning.tests.lives.bank import Owed, in_cents, pay_all
from planning.tests.oracle_dates import calendar_day
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

START = date(2026, 3, 10)
AT_ONCE, BETWEEN = "2026-03-30", "2026-04-29"
"""Dates before the first payment day, and between the first and the second."""
CARD = {"type": "credit_card", "label": "Card", "balance": 5000, "interest_rate_annual": 18}
CARD |= {"min_payment_percent": 10, "min_payment_floor": 25}
STORE = {"type": "credit_card", "label": "Store", "balance": 900, "interest_rate_annual": 24}
STORE |= {"min_payment_percent": 5, "min_payment_floor": 40}
PROMOTED = {"type": "credit_card", "label": "Promoted", "balance": 3000, "interest_rate_annual": 24}
PROMOTED |= {"min_payment_percent": 5, "min_payment_floor": 30}
PROMOTED |= {"promo_rate_annual": 0, "promo_until": "2026-06-01"}
SMALL = {"type": "other", "label": "Small", "balance": 300, "interest_rate_annual": 0, "min_payment": 150}
LARGE = {"type": "other", "label": "Large", "balance": 4000, "interest_rate_annual": 12, "min_payment": 100}


class Follower:
    """A person with debts whose goal is late, who pays on each day what the calendar says, to the cent.

    Another goal gets just what is there for it.
    """

    def __init__(self, person: Person, by: str, *debts: dict[str, Any]) -> None:
        self.person = person.on(START.isoformat())
        self.debts_goal = person.wants(9999, by, "Low", type="debt_payoff")
        linked = [debt | {"goal_id": self.debts_goal} for debt in debts]
        income = {"amount": 2791.21, "frequency": "monthly"}
        body = {"incomes": [income], "expenses": {"total_amount": 2000}, "debts": linked}
        assert person.client.put("/api/v0/snapshot", body).status_code == 200
        self.house = person.wants(9999, "2026-10-01", "High")
        left = 9999 - person.plans()[self.house]["shortfall"]
        person.client.patch(f"/api/v0/goals/{self.house}", {"target_amount": round(left, 2)})
        self.owed = [Owed.told(debt) for debt in linked]
        self.told = sum(owed.balance for owed in self.owed)
        self.saved = 0

    def live(self, month: int) -> None:
        """Pay what is due on the month's first day; plan again before it, after it and in the month."""
        day, end = calendar_day(START, month), calendar_day(START, month + 1)
        self.person.on(day.isoformat())
        if month:
            self.plan(end)
            due = self.due_on(day)
            total = sum(due) + sum(self.entries("goal_payment", day, self.debts_goal))
            self.owed = pay_all(self.owed, total, day)
            self.person.has(self.debts_goal, (self.told - sum(owed.balance for owed in self.owed)) / 100)
        for amount in self.entries("goal_payment", day, self.house):
            self.saved += amount
            self.person.has(self.house, self.saved / 100)
        self.plan(end)
        self.person.on((day + timedelta(days=9)).isoformat())
        self.plan(end)
        if month:
            assert self.due_on(day) == due

    def plan(self, end: date) -> None:
        """What the month that ends on the day keeps is what is due on it."""
        plan = self.person.plans()[self.house]
        assert plan["shortfall"] == 0
        assert in_cents(self.person.cash_flow[0]["minimum_payments"]) == sum(self.due_on(end))

    def due_on(self, day: date) -> list[int]:
        return self.entries("minimum_payment", day)

    def entries(self, kind: str, day: date, goal: str | None = None) -> list[int]:
        days = self.person.client.get(f"/api/v0/planning/calendar?from={day}&to={day}").json()["days"]
        found = [entry for each in days for entry in each["entries"] if entry["kind"] == kind]
        return [in_cents(entry["amount"]) for entry in found if goal in (None, entry.get("goal_id"))]


class TestMinimumsAfterTheDate:
    @pytest.mark.once
    @pytest.mark.parametrize("by", [AT_ONCE, BETWEEN])
    @pytest.mark.parametrize(
        "debts",
        [[CARD], [CARD, STORE], [PROMOTED, LARGE], [SMALL, LARGE]],
        ids=["card", "two", "promoted", "fixed"],
    )
    def test_are_what_the_bank_asks_for(self, person: Person, by: str, debts: list[dict[str, Any]]) -> None:
        """While the plan is followed, the other goal is never told to fall short, and it arrives."""
        follower = Follower(person, by, *debts)
        for month in range(7):
            follower.live(month)
            end = calendar_day(START, month + 1)
            bank = [owed.due(end) for owed in follower.owed if owed.due(end)]
            assert follower.due_on(end) == bank or end.isoformat() <= by
        assert person.goal(follower.house)["status"] == "completed"
        assert list(replay_mismatches()) == []

    def test_are_told_with_what_the_next_payment_needs_beyond_them(self, person: Person) -> None:
        """The small one is closed: 4 040 are owed in April with interest, of which 100 are the minimum."""
        goal = person.wants(4000, AT_ONCE, type="debt_payoff")
        debts = [SMALL | {"balance": 0, "goal_id": goal}, LARGE | {"goal_id": goal}]
        body = {"incomes": [{"amount": 3000, "frequency": "monthly"}], "expenses": {"total_amount": 2000}}
        assert person.client.put("/api/v0/snapshot", body | {"debts": debts}).status_code == 200
        plan = person.plans()[goal]
        facts = plan["explanation"]["facts"]
        assert (facts["linked_minimums"], facts["level_total"]) == (100, 4040)
        assert plan["required_monthly_contribution"] == 3940
        assert person.cash_flow[0]["minimum_payments"] == 100

    def test_are_not_named_with_the_last_payment_on_its_day(self, person: Person) -> None:
        """What is left of the debt, above a minimum that ends with it."""
        goal = person.wants(150, AT_ONCE, type="debt_payoff")
        person.owes(600, goal, balance=150, rate=0, minimum=100)
        person.plans()
        text = person.on("2026-04-10").plans()[goal]["explanation"]["text"]
        assert text == "Today's payment of 50.00 above the minimum payments is the last."

    def test_of_a_closed_debt_is_paid_once_as_free_money(self, person: Person) -> None:
        """Of 1 000 a month 100 are due. On the payment day 3 000 are left: 2 900 above April's minimum."""
        goal = person.wants(4000, AT_ONCE, type="debt_payoff")
        debts = [SMALL | {"balance": 0}, LARGE | {"interest_rate_annual": 0}]
        body = {"incomes": [{"amount": 3000, "frequency": "monthly"}], "expenses": {"total_amount": 2000}}
        linked = [debt | {"goal_id": goal} for debt in debts]
        assert person.client.put("/api/v0/snapshot", body | {"debts": linked}).status_code == 200
        person.plans()
        plan = person.on("2026-04-10").plans()[goal]
        assert plan["upcoming"][0] == {"date": "2026-04-10", "amount": 900}
        assert plan["required_monthly_contribution"] == 2900
        person.has(goal, 1000)
        assert person.plans()[goal]["required_monthly_contribution"] == 2900


class TestAnotherDate:
    """A goal gets another date on its payment day.

    80 and 1 000 without interest, minimums of 10 each, and 100 a month: 120 are paid up to the goal's date. The
    first payment closes the small one. After the date a month keeps the other one's 10 alone, and 110 are left.
    """

    @pytest.fixture
    def goal(self, person: Person) -> str:
        goal = person.wants(1080, "2026-04-29", type="debt_payoff")
        debts = [SMALL | {"balance": 80}, LARGE | {"balance": 1000, "interest_rate_annual": 0}]
        linked = [debt | {"goal_id": goal, "min_payment": 10} for debt in debts]
        body = {"incomes": [{"amount": 2120, "frequency": "monthly"}], "expenses": {"total_amount": 2000}}
        assert person.client.put("/api/v0/snapshot", body | {"debts": linked}).status_code == 200
        person.plans()
        person.on("2026-04-10").has(goal, 120)
        person.plans()
        person.on("2026-05-10").plans()
        return goal

    @staticmethod
    def minimums(person: Person) -> list[float]:
        days = person.client.get("/api/v0/planning/calendar?from=2026-05-10&to=2026-05-10").json()["days"]
        return [each["amount"] for day in days for each in day["entries"] if each["kind"] == "minimum_payment"]

    @pytest.mark.parametrize("is_paid_before", [True, False])
    def test_asks_for_no_more_of_the_month_that_ended(
        self, person: Person, goal: str, is_paid_before: bool
    ) -> None:
        for is_paid in (is_paid_before, True):
            if is_paid:
                person.has(goal, 240)
            for day in ("2026-08-10", "2026-09-10"):
                person.client.patch(f"/api/v0/goals/{goal}", {"target_date": day})
                due = person.plans()[goal]["upcoming"][0]
                assert due["date"] == "2026-06-10" if is_paid else due == {"date": "2026-05-10", "amount": 110}
                assert self.minimums(person) == [10]
        person.on("2026-05-20").client.patch(f"/api/v0/goals/{goal}", {"target_date": "2026-07-10"})
        assert self.minimums(person) == [10]
        assert list(replay_mismatches()) == []
