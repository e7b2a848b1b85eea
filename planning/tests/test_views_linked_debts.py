"""A linked debt is owed once, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def goal(person: Person) -> str:
    """5 000 at 12 %, minimum 100, in 12 months: 444.25 a month, 344.25 above the minimum."""
    person.earns(600)
    goal = person.wants(5000, "2027-03-10", type="debt_payoff")
    person.owes(600, goal, balance=5000, rate=12, minimum=100)
    assert ask(person, goal) == (444.25, 344.25, 344.25)
    return goal


def ask(person: Person, goal: str) -> tuple[float, float, float]:
    plan = person.plans()[goal]
    facts = plan["explanation"]["facts"]
    return facts["level_total"], plan["required_monthly_contribution"], plan["this_month"]


class TestLinkedDebt:
    def test_is_less_what_was_paid_off_since_the_snapshot(self, person: Person, goal: str) -> None:
        person.has(goal, 2000)
        plan = person.plans()[goal]
        assert plan["explanation"]["facts"]["debt_total"] == 3000
        series = person.client.get(f"/api/v0/goals/{goal}/projection").json()["series"]
        planned = [point["planned"] for point in series if point["planned"] is not None]
        assert (planned[0], planned[-1], max(planned)) == (2000, 5000, 5000)

    @pytest.mark.parametrize("day", ["2026-04-10", "2026-04-11", "2026-04-25"])
    def test_keeps_its_ask_once_a_month_is_paid(self, person: Person, goal: str, day: str) -> None:
        person.on("2026-04-10").has(goal, 394.25)
        person.on(day)
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, 344.25)

    def test_counts_a_payment_up_to_what_was_asked_for_before_it(self, person: Person, goal: str) -> None:
        """A month was missed, so the plan that is made after the payment asks for more than the one before it."""
        person.on("2026-04-20").has(goal, 450)
        first = ask(person, goal)
        assert [ask(person, goal), ask(person, goal)] == [first, first]

    def test_keeps_its_ask_on_the_payment_day_before_the_payment(self, person: Person, goal: str) -> None:
        person.on("2026-04-10")
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, 344.25)
        person.has(goal, 394.25)
        assert ask(person, goal) == (444.25, 344.25, 344.25)

    @pytest.mark.parametrize(("told", "left"), [(0, 344.25), (194.25, 200)])
    def test_asks_for_the_payment_that_is_due_today_until_it_is_paid(
        self, person: Person, goal: str, told: float, left: float
    ) -> None:
        before = person.stored()[goal]["upcoming"]
        if told:
            person.on("2026-04-01").has(goal, told)
        person.on("2026-04-10")
        for _ in range(2):
            plan = person.plans()[goal]
            assert plan["upcoming"][0] == {"date": "2026-04-10", "amount": left}
            assert plan["upcoming"][1:] == before[1:]
            assert (plan["amount"], plan["this_month"], plan["next_action_date"]) == (344.25, left, "2026-04-10")
            assert plan["explanation"]["text"].endswith(f"Today's payment of {left:.2f} is counted as made.")
            assert person.summary["total_allocated_contributions"] == left
            assert person.summary["buffer_remaining"] == 2 * (500 - 344.25)  # of last month and of this one
        person.has(goal, 394.25)
        assert person.plans()[goal]["upcoming"] == before[1:]

    def test_asks_for_the_last_payment_on_its_day(self, person: Person) -> None:
        person.earns(600)
        goal = person.wants(150, "2026-04-20", type="debt_payoff")
        person.owes(600, goal, balance=150, rate=0, minimum=100)
        only = {"date": "2026-04-10", "amount": 50}
        assert person.plans()[goal]["upcoming"] == [only]
        person.on("2026-04-10")
        for _ in range(2):
            plan = person.plans()[goal]
            assert plan["upcoming"] == [only]
            assert (plan["amount"], plan["this_month"]) == (50, 50)
            assert plan["projected_completion_date"] == "2026-04-10"
            assert plan["explanation"]["text"] == (
                "Today's payment of 50.00 above the minimum payments of 100.00 is the last."
            )

    def test_counts_a_minimum_that_is_due_today_as_paid(self, person: Person) -> None:
        """1 200 at 0 %, minimum 100, in 12 months: the minimums suffice, on the day of a payment too."""
        person.earns(600)
        goal = person.wants(1200, "2027-03-10", type="debt_payoff")
        person.owes(600, goal, balance=1200, rate=0, minimum=100)
        assert ask(person, goal) == (100, 0, 0)
        person.on("2026-04-10")
        for _ in range(2):
            assert ask(person, goal) == (100, 0, 0)

    def test_owes_no_payment_of_a_month_in_which_the_debt_was_not_planned(self, person: Person) -> None:
        person.earns(600)
        goal = person.wants(1200, "2027-03-10", type="debt_payoff")
        assert person.plans()[goal]["this_month"] == 100
        person.on("2026-04-10").owes(600, goal, balance=1200, rate=0, minimum=20)
        for _ in range(2):
            plan = person.plans()[goal]
            assert plan["explanation"]["facts"]["debt_total"] == 1200
            assert plan["upcoming"][0]["date"] == "2026-05-10"

    def test_owes_no_payment_of_a_month_on_the_first_day_of_a_calendar(self, person: Person, goal: str) -> None:
        """The plan was ended ten days after its payment, and another one begins a calendar of its own."""
        person.on("2026-04-10").has(goal, 394.25)
        plan = person.on("2026-04-20").stored()[goal]
        assert person.client.delete(f"/api/v0/action-plans/{plan['id']}").status_code == 204
        plan = person.plans()[goal]
        assert "due_today" not in plan["explanation"]["facts"]
        assert plan["next_action_date"] == "2026-05-20"

    def test_asks_for_more_the_day_after_a_missed_payment(self, person: Person, goal: str) -> None:
        person.on("2026-04-11")
        assert ask(person, goal)[0] > 444.25

    @pytest.mark.parametrize(("principal", "left"), [(394.25, 0), (194.25, 200), (30, 344.25)])
    def test_counts_what_was_paid_before_the_day(
        self, person: Person, goal: str, principal: float, left: float
    ) -> None:
        person.on("2026-03-20").has(goal, principal)
        for _ in range(2):
            assert ask(person, goal) == (444.25, 344.25, left)

    @pytest.mark.parametrize("day", ["2026-03-20", "2026-04-10", "2026-04-20"])
    def test_counts_nothing_as_paid_where_nothing_was_told(self, person: Person, day: str) -> None:
        """A minimum below the interest: a balance that hasn't fallen is no payment of the rest."""
        person.earns(600)
        goal = person.wants(5000, "2027-03-10", type="debt_payoff")
        person.owes(600, goal, balance=5000, rate=12, minimum=20)
        assert ask(person, goal) == (444.25, 424.25, 424.25)
        person.on(day)
        for _ in range(2):
            plan = person.plans()[goal]
            assert plan["this_month"] == plan["upcoming"][0]["amount"] >= 424.25
            assert plan["explanation"]["facts"]["paid_this_month"] == 0

    def test_counts_a_new_snapshots_balances_as_they_are(self, person: Person, goal: str) -> None:
        person.on("2026-03-20").has(goal, 394.25)
        person.owes(600, goal, balance=4605.75, rate=12, minimum=100)
        assert ask(person, goal) == (444.25, 344.25, 0)
        person.on("2026-04-10")
        assert ask(person, goal) == (444.25, 344.25, 344.25)

    @pytest.mark.parametrize("minimum", [0, 1])
    def test_is_paid_a_chosen_weekly_amount_by_months(self, person: Person, minimum: int) -> None:
        """25 a week are 108.33 a month, whether the surplus has dates (a minimum that ends) or not."""
        person.earns(20000)
        goal = person.wants(400, "2026-07-01", type="debt_payoff")
        person.owes(20000, goal, balance=400, rate=12, minimum=minimum)
        plan = person.plans()[goal]
        body = {"amount": 25, "frequency": "weekly", "day_of_period": 3}
        told = person.client.patch(f"/api/v0/action-plans/{plan['id']}", body).json()
        assert (told["this_month"], told["allocated_monthly_contribution"]) == (108.33, 108.33)
        assert told["upcoming"][0]["amount"] == 108.33

    def test_of_what_if_is_as_told(self, person: Person, goal: str) -> None:
        person.has(goal, 2000)
        debt = {"type": "other", "balance": 3000, "interest_rate_annual": 12, "min_payment": 100, "goal_id": goal}
        snapshot = {"income": {"amount": 2600, "frequency": "monthly"}, "expenses": {"total_amount": 2000}}
        body = {"snapshot": snapshot | {"debts": [debt]}}
        (plan,) = person.client.post("/api/v0/planning/what-if", body).json()["baseline"]["goals"]
        assert plan["explanation"]["facts"]["debt_total"] == 3000


class TestPace:
    """5 000 at 12 %, minimum 100, in two months: 2 537.56 a month, so 2 487.56 and 2 512.44 of principal."""

    @pytest.fixture
    def soon(self, person: Person) -> str:
        person.earns(3000)
        goal = person.wants(5000, "2026-05-10", type="debt_payoff")
        person.owes(3000, goal, balance=5000, rate=12, minimum=100)
        person.plans()
        return goal

    def test_expects_no_payment_before_its_day_is_over(self, person: Person, soon: str) -> None:
        person.has(soon, 0)
        for day in ("2026-03-25", "2026-04-09", "2026-04-10"):
            assert status(person.on(day), soon) == "on_track"
        assert status(person.on("2026-04-11"), soon) == "slightly_behind"
        assert status(person.on("2026-05-09"), soon) == "off_track"

    def test_expects_all_on_the_last_day(self, person: Person, soon: str) -> None:
        person.on("2026-04-10").has(soon, 2487.56)
        for day in ("2026-04-10", "2026-04-25", "2026-05-09"):
            assert status(person.on(day), soon) == "on_track"
        planned = [
            (point["date"], point["planned"])
            for point in person.client.get(f"/api/v0/goals/{soon}/projection").json()["series"]
            if point["planned"] is not None
        ]
        assert planned[-3:] == [("2026-04-10", 0), ("2026-05-09", 2487.56), ("2026-05-10", 5000)]


def status(person: Person, goal: str) -> str:
    """The goal's progress, and no way back to a plan that it hasn't left."""
    (line,) = person.client.get("/api/v0/dashboard").json()["goals"]
    plan = person.stored()[goal]["id"]
    proposal = person.client.get(f"/api/v0/action-plans/{plan}/proposal").json()
    assert (proposal is not None) == (line["progress_status"] == "off_track"), proposal
    assert line["progress_status"] == person.client.get(f"/api/v0/goals/{goal}").json()["progress_status"]
    return str(line["progress_status"])


class TestFollowed:
    def test_keeps_each_payment_however_often_it_is_planned_in_the_morning(self, person: Person) -> None:
        person.on("2027-12-15").earns(500)
        goal = person.wants(1257, "2028-07-31", type="debt_payoff")
        person.owes(521.16, goal, balance=1257, rate=0, minimum=21.16)
        days, paid = [payment["date"] for payment in person.plans()[goal]["upcoming"]], 0.0
        assert days == [f"2028-0{month}-15" for month in range(1, 8)]
        for number, day in enumerate(days):
            due = person.on(day).stored()[goal]["upcoming"][0]
            upcoming = person.plans()[goal]["upcoming"]
            assert (upcoming[0], [payment["date"] for payment in upcoming]) == (due, days[number:])
            paid = round(paid + 21.16 + due["amount"], 2)
            person.has(goal, paid)
        assert paid == 1257


class TestOneOfThemClosed:
    """100 and 1 000 at 0 %, minimums of 50 each, in two years: the second is cleared by them in its 20th month."""

    @pytest.fixture
    def loans(self, person: Person) -> str:
        goal = person.wants(1100, "2028-03-10", type="debt_payoff")
        loan = {"type": "other", "interest_rate_annual": 0, "min_payment": 50, "goal_id": goal}
        snapshot = {"income": {"amount": 2600, "frequency": "monthly"}, "expenses": {"total_amount": 2000}}
        body = snapshot | {"debts": [loan | {"balance": 100}, loan | {"balance": 1000}]}
        assert person.client.put("/api/v0/snapshot", body).status_code == 200
        return goal

    def test_owes_the_minimum_of_the_other_alone(self, person: Person, loans: str) -> None:
        assert person.plans()[loans]["projected_completion_date"] == "2027-11-10"
        paid = 0
        for month, owed in zip(range(4, 9), (1000, 900, 850, 800, 750), strict=True):
            person.on(f"2026-{month:02}-10")
            self.compare(person, loans, owed)
            paid += 100 if month < 6 else 50
            person.has(loans, paid)
            self.compare(person, loans, owed)
            self.compare(person.on(f"2026-{month:02}-25"), loans, owed)

    def compare(self, person: Person, loans: str, owed: float) -> None:
        plan = person.plans()[loans]
        assert plan["explanation"]["facts"]["debt_total"] == owed
        assert (plan["this_month"], plan["projected_completion_date"]) == (0, "2027-11-10")
        projection = person.client.get(f"/api/v0/goals/{loans}/projection").json()
        assert projection["projected_completion_date"] == "2027-11-10"

    def test_counts_no_more_than_it_as_the_months_payment(self, person: Person, loans: str) -> None:
        """450 more than the minimum of May, so nine payments fewer."""
        person.plans()
        for day, paid in (("2026-04-10", 100), ("2026-05-10", 200), ("2026-05-20", 700)):
            person.on(day).has(loans, paid)
        assert person.plans()[loans]["projected_completion_date"] == "2027-02-10"


class TestClearedInItsMonth:
    def test_by_far_more_than_was_asked_for(self, person: Person) -> None:
        """500 at 1 000 %: 416.67 of interest in the first month, where the plan could ask for 1."""
        person.earns(1)
        goal = person.wants(5000, "2026-05-10", type="debt_payoff")
        person.owes(1, goal, balance=500, rate=1000, minimum=0)
        assert person.plans()[goal]["this_month"] == 1
        person.on("2026-03-20").has(goal, 500)
        plan = person.plans()[goal]
        assert (plan["this_month"], plan["shortfall"], plan["upcoming"]) == (0, 0, [])
        assert plan["explanation"]["text"] == "Nothing is owed any more."


class TestDebtsBelowTheTarget:
    """1 000 without interest, linked to a goal of 1 500: the debts replace its amount."""

    @pytest.fixture
    def goal(self, person: Person) -> str:
        person.earns(600)
        goal = person.wants(1500, "2026-05-10", type="debt_payoff")
        person.owes(600, goal, balance=1000, rate=0, minimum=100)
        person.plans()
        person.on("2026-04-10").has(goal, 500)
        return goal

    def drifted(self, person: Person, goal: str) -> Any:
        plan = person.stored()[goal]["id"]
        return person.client.get(f"/api/v0/action-plans/{plan}/proposal").json()

    @pytest.mark.parametrize("is_planned_again", [False, True])
    def test_are_on_track_once_they_are_cleared(self, person: Person, goal: str, is_planned_again: bool) -> None:
        person.on("2026-05-10").has(goal, 1000)
        person.on("2026-05-11")
        if is_planned_again:
            assert person.plans()[goal]["this_month"] == 0
        assert person.goal(goal)["progress_status"] == "on_track"
        assert self.drifted(person, goal) is None

    def test_are_off_track_past_their_date_until_then(self, person: Person, goal: str) -> None:
        person.on("2026-05-10").has(goal, 999.99)
        person.on("2026-05-11")
        assert person.goal(goal)["progress_status"] == "off_track"
        assert self.drifted(person, goal)["direction"] == "PAST_DATE"
        person.has(goal, 1000)
        assert person.goal(goal)["progress_status"] == "on_track"
