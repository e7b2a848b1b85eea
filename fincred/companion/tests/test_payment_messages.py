"""The evening before each payment that a plan lists, and on no other, its message comes and says its amount."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail

from accounts.mail import send_due_mail
from conftest import client_of
from fincred import clock
from fincred.companion.models import OutgoingPush
from fincred.companion.schedule import moment_at, waking_hour
from fincred.companion.services import follow_plans, plan_for_everybody, send_due_notifications
from fincred.companion.tests.invented import TODAY, Invented
from fincred.companion.vocabulary import NotificationType

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]

DAYS = 30
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Kiritimati")
PAYMENT = NotificationType.PRE_TRANSFER_REMINDER
ONLY_PAYMENTS = {"reminders": False, "weekly_summary": False, "drift": False, "milestones": False}

# Of a payment: its goal, its day, and its amount where the message says one.
Told = tuple[str, date, Decimal | None]


class Reminded(Invented):
    """An invented person who changes things now and then, and hears by mail of some plans, by push of others."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.hour = self.random.randrange(24)
        self.zone = ZoneInfo(self.random.choice(ZONES))
        self.send("put", "/users/me/profile", {"timezone": self.zone.key, "reminder_hour": self.hour})
        self.send("patch", "/users/me/notification-preferences", ONLY_PAYMENTS)
        self.send("post", "/devices", {"platform": "ios", "token": f"ExponentPushToken[{number}]"})
        plan_for_everybody(now=clock.now())
        # Three messages come in a week, so some have to be rarer.
        for index, plan in enumerate(self.plans()):
            frequency = self.random.choice(["weekly", "biweekly"] if index == 0 else ["monthly"])
            self.send(
                "patch",
                f"/action-plans/{plan['id']}",
                {"frequency": frequency, "day_of_period": self.random.randrange(1, 8)},
            )
        self.by_push = set()
        follow_plans(since=clock.now(), now=clock.now())
        rows = {row["action_plan_id"]: row["id"] for row in self.get("/notifications") if row["type"] == PAYMENT}
        for plan in self.plans():
            if plan["id"] in rows and self.random.random() < 0.4:
                self.send("patch", f"/notifications/{rows[plan['id']]}", {"channel": "push"})
                self.by_push.add(plan["id"])

    def plans(self) -> list[dict[str, Any]]:
        """In the order of their goals' names: ids are random, and a run is to be like the one before."""
        names = {goal["id"]: goal["name"] for goal in self.get("/goals")}
        return sorted(self.get("/action-plans"), key=lambda plan: names[plan["goal_id"]])

    def live(self) -> None:
        """What they do on some days: check in, let plan again, choose another day."""
        for goal in sorted(self.get("/goals"), key=itemgetter("name")):
            if goal["status"] == "active" and self.random.random() < 0.15:
                amount = Decimal(goal["current_amount"]) + self.random.randrange(200)
                self.send("post", f"/goals/{goal['id']}/check-ins", {"current_amount": str(amount)})
        if self.random.random() < 0.1:
            self.send("post", "/planning/plan", {})
        for plan in self.plans():
            if self.random.random() < 0.05:
                day = self.random.randrange(1, 8)
                self.send("patch", f"/action-plans/{plan['id']}", {"day_of_period": day})

    def listed(self, day: date) -> Iterator[Told]:
        """What their plans list for that day."""
        names = {goal["id"]: goal["name"] for goal in self.get("/goals")}
        for plan in self.get("/action-plans"):
            for payment in plan["upcoming"]:
                if payment["date"] == day.isoformat():
                    amount = None if plan["id"] in self.by_push else Decimal(payment["amount"])
                    yield names[plan["goal_id"]], day, amount


def told() -> Iterator[Told]:
    """What the worker tells now. A push says no amount and no name; it is the notification's."""
    before = len(mail.outbox)
    send_due_notifications(clock=clock.now)
    send_due_mail(clock=clock.now)
    for message in mail.outbox[before:]:
        weekday, rest = str(message.subject).removeprefix("On ").split(": ")
        amount, name = rest.split(" USD for ")
        yield name, next_day(weekday), Decimal(amount.replace(",", ""))
    for push in OutgoingPush.objects.select_related("notification__action_plan__goal"):
        plan = push.notification.action_plan
        assert plan is not None
        yield plan.goal.name, push.due_on, None
    OutgoingPush.objects.all().delete()


def next_day(weekday: str) -> date:
    today = clock.now().date()
    days = (today + timedelta(days=days) for days in range(-1, 6))
    return next(day for day in days if f"{day:%A}" == weekday)


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("number", [20, 25])
def test_follow_what_plans_list(number: int) -> None:
    person = Reminded(number)
    count = 0
    for passed in range(DAYS):
        eve = TODAY + timedelta(days=passed)
        moment = moment_at(eve, waking_hour(person.hour), person.zone)
        if moment <= datetime(2026, 3, 10, 12, tzinfo=UTC):
            continue
        with time_machine.travel(moment - timedelta(minutes=30), tick=False):
            person.client = client_of(person.user)
            person.live()
            follow_plans(since=clock.now() - timedelta(minutes=5), now=clock.now())
            assert list(told()) == []
        with time_machine.travel(moment, tick=False):
            person.client = client_of(person.user)
            expected = sorted(person.listed(eve + timedelta(days=1)), key=str)
            assert sorted(told(), key=str) == expected, eve
            count += len(expected)
    assert count >= 3
