"""Who paid less than asked is told what will be missing, if they pay what is still asked for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from planning.queries import OPEN_PLANS
from planning.services.as_asked import count_what_is_asked
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

V0 = "/api/v0"
MADE_ANEW = "Made again, it asks anew."


@pytest.fixture
def person(person: Person) -> Person:
    """500 a month."""
    person.earns(500)
    return person


def told(person: Person, goal: str) -> tuple[float, str | None]:
    person.later(10)
    plan = person.stored()[goal]
    shortfall, text = plan["shortfall"], plan["explanation"]["text"]
    assert (MADE_ANEW in text) == (plan["projected_completion_date"] is None)
    assert plan == person.client.get(f"{V0}/action-plans/{plan['id']}").json()
    return shortfall, plan["projected_completion_date"]


def still_asked(person: Person, goal: str) -> Decimal:
    return sum((Decimal(str(each["amount"])) for each in person.stored()[goal]["upcoming"]), Decimal(0))


def pay(person: Person, goal: str, until: str) -> None:
    """Put in what the action plan asks for, on each of its days before that one."""
    while (day := person.stored()[goal]["next_action_date"]) and day < until:
        person.on(day)
        due = sum(each["amount"] for each in person.stored()[goal]["upcoming"] if each["date"] == day)
        person.has(goal, person.goal(goal)["current_amount"] + due)


def test_a_missed_month_is_told_as_missing_until_plans_are_made_again(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    person.plans()
    assert told(person.on("2026-04-09"), goal) == (0, "2027-02-10")
    assert told(person.on("2026-04-10"), goal) == (100, None)
    assert still_asked(person, goal) == 1100
    text = person.stored()[goal]["explanation"]["text"]
    assert "This and the label are from 2026-03-10, when it was planned." in text
    assert "by what it still asks for, 100.00 will be missing on 2027-03-10." in text
    person.plans()
    assert told(person, goal) == (0, "2027-02-10")
    assert still_asked(person, goal) == 1200


def test_who_pays_what_is_still_asked_for_lacks_as_much_as_was_told(person: Person) -> None:
    goal = person.wants(600, "2026-09-10")
    person.plans()
    person.on("2026-04-20")
    pay(person, goal, "2026-09-09")
    assert told(person.on("2026-09-09"), goal) == (100, None)
    assert person.goal(goal)["current_amount"] == 500


def test_what_was_taken_out_is_told_as_missing_at_once(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    person.has(goal, 300)
    person.plans()
    person.has(goal, 250)
    assert told(person, goal) == (50, None)
    person.has(goal, 325)
    assert told(person, goal) == (0, "2027-02-10")


def test_a_goal_that_lacks_room_lacks_what_was_missed_too(person: Person) -> None:
    goal = person.wants(2000, "2026-06-10")
    person.plans()
    assert told(person, goal) == (500, "2026-06-10")
    assert told(person.on("2026-05-01"), goal) == (1000, None)


def test_from_its_date_on_it_is_planned_again(person: Person) -> None:
    goal = person.wants(1200, "2026-09-10")
    person.plans()
    assert told(person.on("2026-09-09"), goal) == (1000, None)
    assert told(person.on("2026-09-10"), goal)[1] == "2026-11-10"


def test_of_many_payments_those_that_are_not_stored_count_too(person: Person) -> None:
    """100 a week for four years, of which a version stores 120 weeks: four of the first month are missed."""
    goal = person.wants(20800, "2030-03-10")
    plan = person.plans()[goal]["id"]
    terms = {"frequency": "weekly", "day_of_period": 5}
    assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
    each = person.stored()[goal]["amount"]
    shortfall, day = told(person.on("2026-04-10"), goal)
    assert (round(shortfall / each), day) == (4, None)


def test_a_missed_payment_on_debts_bears_interest_up_to_the_date(person: Person) -> None:
    """5 000 @ 12 %, minimum 100, are 344.25 above it; after a month without a payment eleven payments are left."""
    loan = person.wants(5000, "2027-03-10", type="debt_payoff")
    person.owes(500, loan, balance=5000, rate=12, minimum=100)
    person.plans()
    for day in ("2026-04-09", "2026-04-10"):
        assert told(person.on(day), loan) == (0, "2027-03-10")
    shortfall, _ = told(person.on("2026-04-11"), loan)
    owed = Decimal(5000)
    for payment in person.stored()[loan]["upcoming"]:
        owed = round(owed * Decimal("1.01"), 2) - 100 - Decimal(str(payment["amount"]))
    assert shortfall == float(owed) == 439.85
    person.on("2026-05-10").has(loan, 394.25)
    assert told(person, loan) == (439.85, None)
    person.plans()
    assert told(person, loan) == (0, "2027-03-10")


def test_after_their_last_payment_day_debts_lack_all_that_is_owed(person: Person) -> None:
    """1 000 without interest, minimum 50, by 20 May: 500 on 10 April and 10 May, the first of which is missed."""
    loan = person.wants(1000, "2026-05-20", type="debt_payoff")
    person.owes(500, loan, balance=1000, rate=0, minimum=50)
    person.plans()
    assert told(person.on("2026-04-11"), loan) == (500, None)
    assert told(person.on("2026-05-10"), loan) == (500, None)
    person.has(loan, 500)
    assert told(person, loan) == (500, None)


def test_a_payment_day_of_debts_that_a_version_counted_as_paid_is_told_as_missed(person: Person) -> None:
    """Planned on their first payment day, with 500 above the minimum due on it, which aren't paid."""
    loan = person.wants(2200, "2026-07-10", type="debt_payoff")
    person.owes(550, loan, balance=2200, rate=0, minimum=50)
    person.plans()
    assert person.on("2026-04-10").plans()[loan]["this_month"] == 500
    assert told(person, loan) == (0, "2026-07-10")
    assert told(person.on("2026-04-11"), loan) == (550, None)


def test_debts_that_are_cleared_while_a_plan_is_read_are_told_as_planned(person: Person, saver: User) -> None:
    loan = person.wants(1000, "2026-07-10", type="debt_payoff")
    person.owes(500, loan, balance=1000, rate=0, minimum=50)
    person.plans()
    person.wants(600, "2026-09-10")
    [plan] = OPEN_PLANS.bind(owner=saver.pk).all()
    assert person.on("2026-04-11").has(loan, 1000)["goal_completed"]
    count_what_is_asked([plan], owner=saver, today=date(2026, 4, 11))
    assert plan.as_asked is None
    assert plan.shortfall_now == 0


def test_a_payment_that_was_due_before_today_is_the_last_one_today(person: Person) -> None:
    goal = person.wants(500, "2026-03-20")
    assert person.plans()[goal]["projected_completion_date"] == "2026-03-10"
    assert told(person.on("2026-03-11"), goal) == (0, "2026-03-11")


def test_debts_without_a_payment_day_left_are_planned_for_the_next_one(person: Person) -> None:
    """On 11 May 500 are left, which are due on 10 June."""
    loan = person.wants(1000, "2026-05-20", type="debt_payoff")
    person.owes(500, loan, balance=1000, rate=0, minimum=50)
    person.plans()
    person.on("2026-05-10").has(loan, 500)
    assert told(person.on("2026-05-11"), loan) == (0, "2026-06-10")
    person.has(loan, 400)
    assert told(person, loan) == (100, None)
    person.has(loan, 600)
    assert told(person, loan) == (0, "2026-06-10")


def test_debts_paid_as_asked_are_never_told_as_missing(person: Person) -> None:
    loan = person.wants(1000, "2026-07-10", type="debt_payoff")
    person.owes(500, loan, balance=1000, rate=12, minimum=50)
    person.plans()
    day, owed = date(2026, 3, 10), Decimal(1000)
    while person.goal(loan)["status"] == "active":
        day += timedelta(days=5)
        if (upcoming := person.on(str(day)).stored()[loan]["upcoming"]) and upcoming[0]["date"] < str(
            day + timedelta(days=5)
        ):
            person.on(upcoming[0]["date"])
            assert told(person, loan)[0] == 0
            owed = max(Decimal(0), round(owed * Decimal("1.01"), 2) - 50 - Decimal(str(upcoming[0]["amount"])))
            person.has(loan, float(1000 - owed))
    assert person.goal(loan)["status"] == "completed"


def test_a_paused_goal_is_told_as_it_was_planned(person: Person) -> None:
    goal = person.wants(1200, "2027-03-10")
    person.plans()
    assert person.client.patch(f"{V0}/goals/{goal}", {"status": "paused"}).status_code == 200
    assert person.on("2026-05-10").stored()[goal]["shortfall"] == 0


def test_the_back_office_says_what_will_be_missing(person: Person, request: pytest.FixtureRequest) -> None:
    goal = person.wants(1200, "2027-03-10")
    plan = person.plans()[goal]["id"]
    person.on("2026-05-20")
    support: Client = request.getfixturevalue("support")  # who signs in on that day
    page = support.get(f"/admin/planning/actionplan/{plan}/change/").content.decode()
    assert "not by what is still asked for: 200.00 will be missing" in page
