"""A payment that is asked for again, after it was put in and planned, has its reminder on its new day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from accounts.models import User
from conftest import client_of
from fincred import clock
from fincred.companion.models import Notification
from fincred.companion.services import follow_plans, plan_for_everybody
from fincred.companion.tests.reminding import run
from fincred.companion.vocabulary import NotificationType
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("no_delivery_on_commit")]

V0 = "/api/v0"


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """1 000 a month, and told of payments alone."""
    person = Person(saver, time_machine)
    person.earns(1000)
    wanted = {"reminders": False, "weekly_summary": False, "drift": False, "milestones": False}
    assert person.client.patch(f"{V0}/users/me/notification-preferences", wanted).status_code == 200
    plan_for_everybody(now=clock.now())
    return person


def saves_weekly(person: Person) -> tuple[str, str]:
    """The goal and its plan: 400 in 28 days, a hundred on 10, 17, 24 and 31 March 2026."""
    goal = person.wants(400, "2026-04-07")
    plan = str(person.plans()[goal]["id"])
    terms = {"frequency": "weekly", "day_of_period": 2}
    assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
    follow()
    return goal, plan


def follow() -> None:
    follow_plans(since=clock.now() - timedelta(minutes=5), now=clock.now())


def upcoming(person: Person) -> list[str]:
    [plan] = person.stored().values()
    return [payment["date"] for payment in plan["upcoming"]]


def reminded_of(user: User) -> date | None:
    return Notification.objects.get(user=user, type=NotificationType.PRE_TRANSFER_REMINDER).due_on


def evening(day: str) -> list[str]:
    """What is sent on the evening before that day."""
    return run(datetime.fromisoformat(f"{day}T18:00").replace(tzinfo=UTC) - timedelta(days=1))


def test_what_is_taken_out_again_is_reminded_of(person: Person, saver: User) -> None:
    goal, _ = saves_weekly(person)
    person.has(goal, 200)
    person.plans()
    follow()
    assert (upcoming(person)[0], reminded_of(saver)) == ("2026-03-24", date(2026, 3, 24))
    person.has(goal, 100)
    assert (upcoming(person)[0], reminded_of(saver)) == ("2026-03-17", date(2026, 3, 17))
    assert evening("2026-03-17") == ["On Tuesday: 100.00 USD for 400"]


def test_so_is_what_a_check_in_told_that_is_removed(person: Person, saver: User) -> None:
    goal, _ = saves_weekly(person)
    person.has(goal, 100)
    told = person.has(goal, 200)
    person.plans()
    follow()
    assert person.client.delete(f"{V0}/check-ins/{told['id']}").status_code == 204
    assert (upcoming(person)[0], reminded_of(saver)) == ("2026-03-17", date(2026, 3, 17))


def test_what_is_put_in_already_is_no_reminders_day(person: Person, saver: User) -> None:
    goal, plan = saves_weekly(person)
    person.has(goal, 200)
    terms = {"is_confirmed_set_up": True}
    assert person.client.patch(f"{V0}/action-plans/{plan}", terms).status_code == 200
    assert person.client.patch(f"{V0}/users/me/profile", {"reminder_hour": 17}).status_code == 200
    assert (upcoming(person)[0], reminded_of(saver)) == ("2026-03-24", date(2026, 3, 24))


def test_a_reminder_that_the_person_moved_stays(person: Person, saver: User) -> None:
    goal, _ = saves_weekly(person)
    person.has(goal, 200)
    person.plans()
    follow()
    row = Notification.objects.get(user=saver, type=NotificationType.PRE_TRANSFER_REMINDER)
    moved = {"next_send_at": "2026-03-20T08:00:00Z"}
    assert person.client.patch(f"{V0}/notifications/{row.pk}", moved).status_code == 200
    person.has(goal, 100)
    row.refresh_from_db()
    assert row.next_send_at == datetime(2026, 3, 20, 8, tzinfo=UTC)


class TestDueAndNotSentYet:
    """It is a second after six, and the job that sends hasn't run yet."""

    @pytest.fixture
    def goal(self, person: Person, saver: User) -> str:
        goal, _ = saves_weekly(person)
        person.has(goal, 100)
        person.on("2026-03-16")
        person.later(6 * 3600 - 60)
        person.client = client_of(saver)
        return goal

    def test_a_plan_made_a_minute_ago_leaves_the_reminder(self, person: Person, goal: str) -> None:
        assert person.client.patch(f"{V0}/goals/{goal}", {"target_amount": 430}).status_code == 200
        person.later(61)
        follow()
        assert evening("2026-03-17") == ["On Tuesday: 107.50 USD for 400"]

    def test_so_does_a_check_in_that_tells_of_less(self, person: Person, goal: str) -> None:
        person.later(61)
        person.has(goal, 90)
        assert evening("2026-03-17") == ["On Tuesday: 100.00 USD for 400"]

    def test_without_the_payment_nothing_is_sent(self, person: Person, goal: str) -> None:
        person.has(goal, 200)
        person.plans()
        person.later(61)
        follow()
        assert evening("2026-03-17") == []


class Corrector:
    """A person who puts in early, plans again, and then tells that it was less."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.random = person, Random(seed)
        self.day = date(2026, 3, 10)
        goals = [person.wants(self.random.randrange(400, 1500), "2026-08-10", name=name) for name in ("A", "B")]
        loan = person.wants(2000, "2026-12-10", "High", type="debt_payoff", name="Loan")
        person.owes(1000, loan, balance=2000, rate=12, minimum=60)
        plans = person.plans()
        for goal in goals:
            terms = {"frequency": "weekly", "day_of_period": self.random.randint(1, 7)}
            assert person.client.patch(f"{V0}/action-plans/{plans[goal]['id']}", terms).status_code == 200
        follow()

    def live(self) -> None:
        """In the morning."""
        self.day += timedelta(days=1)
        self.person.on(str(self.day))
        for goal, plan in self.person.stored().items():
            told = self.person.goal(goal)
            there, ahead = Decimal(str(told["current_amount"])), plan["upcoming"][:3]
            if told["status"] != "active" or not ahead or self.random.random() < 0.7:
                continue
            is_more = self.random.random() < 0.5
            if is_more:
                there += sum(Decimal(str(payment["amount"])) for payment in ahead)
            else:
                there = round(there * self.random.randint(0, 9) / 10, 2)
            self.person.has(goal, float(min(there, Decimal(str(told["target_amount"])) - 1)))
            if is_more:
                self.person.plans()
        follow()

    def evening(self) -> None:
        """The messages are of tomorrow's payments."""
        tomorrow, expected = str(self.day + timedelta(days=1)), []
        for goal, plan in self.person.stored().items():
            for payment in plan["upcoming"]:
                if payment["date"] == tomorrow:
                    name = self.person.goal(goal)["name"]
                    expected.append(f"{Decimal(str(payment['amount'])):,.2f} USD for {name}")
        assert sorted(subject.split(": ")[1] for subject in evening(tomorrow)) == sorted(expected)


@pytest.mark.parametrize("seed", range(3))
def test_each_evening_tells_what_is_asked_for_tomorrow(person: Person, seed: int) -> None:
    corrector = Corrector(person, seed)
    for _ in range(40):
        corrector.live()
        corrector.evening()
