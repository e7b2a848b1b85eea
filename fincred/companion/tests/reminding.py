"""The days of people who are reminded, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core import mail

from accounts.mail import send_due_mail
from accounts.models import User
from fincred.companion.models import Notification
from fincred.companion.services import (
    follow_plans,
    send_due_notifications,
)
from fincred.companion.vocabulary import NotificationType
from goals.models import Goal
from goals.services import update_goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.engine.cadence import Payment
from planning.models import ActionPlan
from planning.tests.factories import plan_for, snapshot_of
from tracking.services import create_check_in

DAY = timedelta(days=1)
TUESDAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
MONDAY_EVENING = datetime(2026, 3, 16, 18, tzinfo=UTC)


def run(moment: datetime) -> list[str]:
    """Do what is due at that moment; the subjects of what is sent then."""
    before = len(mail.outbox)
    send_due_notifications(clock=lambda: moment)
    assert send_due_mail(clock=lambda: moment)[1] == 0
    return [str(message.subject) for message in mail.outbox[before:]]


def run_until(end: datetime, *, start: datetime = TUESDAY) -> list[tuple[str, str]]:
    """Every hour up to `end`: when what was sent."""
    sent = []
    moment = start
    while moment < end:
        sent += [(moment.isoformat()[:13], subject) for subject in run(moment)]
        moment += timedelta(hours=1)
    return sent


def row(user: User, type_: NotificationType) -> Notification:
    return Notification.objects.get(user=user, type=type_, is_planned=True)


def goal_with_plan(user: User, **fields: Any) -> ActionPlan:
    snapshot_of(user)
    goal = GoalFactory.create(user=user, name="Laptop", target_amount=Decimal(900), **fields)
    plan = plan_for(goal)
    follow_plans(since=TUESDAY, now=TUESDAY)
    return plan


def set_status(goal: Goal, status: Status, now: datetime) -> None:
    update_goal(owner=goal.user, goal_id=goal.id, changes={"status": status}, now=now, today=now.date())


def check_in(user: User, goal: Goal, amount: int, now: datetime = TUESDAY) -> None:
    create_check_in(owner=user, goal_id=goal.id, current_amount=Decimal(amount), now=now, today=now.date())


def payments_of(plan: ActionPlan, count: int) -> list[Payment]:
    """The first ones whose eve is still to come."""
    return [payment for payment in plan.upcoming(TODAY) if payment.date > TODAY][:count]


REMINDER = "How are your goals doing?"


def own(user: User, type_: NotificationType, moment: datetime = TUESDAY, **fields: Any) -> Notification:
    return Notification.objects.create(
        user=user, type=type_, next_send_at=moment, created_at=TUESDAY, updated_at=TUESDAY, **fields
    )
