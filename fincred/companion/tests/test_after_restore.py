"""What was sent before a restore isn't sent again by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from fincred.companion.models import Notification, OutgoingPush
from fincred.companion.services import add_device, send_due_notifications, send_due_pushes
from fincred.companion.tests.reminding import (
    DAY,
    MONDAY_EVENING,
    REMINDER,
    TUESDAY,
    check_in,
    goal_with_plan,
    own,
    row,
    run,
)
from fincred.companion.vocabulary import Channel, NotificationType, Platform
from fincred.events import DatabaseRestored, publish
from goals.models import Goal

pytestmark = [pytest.mark.integration, pytest.mark.django_db, pytest.mark.usefixtures("no_delivery_on_commit")]

AFTERWARDS = MONDAY_EVENING + timedelta(hours=1)
WEEK = 7 * DAY


def restore() -> None:
    publish(DatabaseRestored(AFTERWARDS))


class TestReminders:
    def test_that_were_due_meanwhile_are_skipped_and_go_on_in_a_week(self, planned: User) -> None:
        restore()
        assert run(AFTERWARDS) == []
        assert run(MONDAY_EVENING + WEEK) == [REMINDER]

    def test_of_a_persons_own_too(self, planned: User) -> None:
        mine = own(planned, NotificationType.CHECKIN_REMINDER, TUESDAY)
        restore()
        assert run(AFTERWARDS) == []
        mine.refresh_from_db()
        assert mine.next_send_at == TUESDAY + WEEK
        assert mine.last_sent_at is None

    def test_that_are_still_to_come_stay(self, planned: User) -> None:
        before = row(planned, NotificationType.WEEKLY_SUMMARY).next_send_at
        publish(DatabaseRestored(TUESDAY))
        assert row(planned, NotificationType.WEEKLY_SUMMARY).next_send_at == before
        assert run(MONDAY_EVENING) == [REMINDER]

    def test_of_somebody_with_a_broken_zone_keep_nobody_waiting(self, planned: User, stranger: User) -> None:
        mine = own(planned, NotificationType.CHECKIN_REMINDER, TUESDAY)
        planned.profile.timezone = "Nowhere/Land"
        planned.profile.save()
        restore()
        assert not Notification.objects.due(AFTERWARDS).exists()
        mine.refresh_from_db()
        assert mine.next_send_at == AFTERWARDS + timedelta(hours=1)


class TestDrift:
    THURSDAY = datetime(2026, 3, 12, 9, tzinfo=UTC)
    WAY_BACK = "Laptop: a way back to the plan"

    def drifted(self, person: User, amount: int) -> None:
        plan = goal_with_plan(person, target_date=date(2026, 12, 1))
        check_in(person, plan.goal, amount)

    def test_that_may_have_been_told_is_not_told_a_week_later(self, planned: User) -> None:
        self.drifted(planned, 300)
        publish(DatabaseRestored(self.THURSDAY + timedelta(hours=1)))
        assert self.WAY_BACK not in run(self.THURSDAY + WEEK)

    def test_that_came_afterwards_is_told(self, planned: User) -> None:
        self.drifted(planned, 1)
        publish(DatabaseRestored(self.THURSDAY + timedelta(hours=1)))
        check_in(planned, Goal.objects.get(name="Laptop"), 300, self.THURSDAY + DAY)
        assert self.WAY_BACK in run(self.THURSDAY + WEEK)

    def test_whose_day_was_before_the_backup_or_is_to_come_is_left_alone(self, planned: User) -> None:
        self.drifted(planned, 300)
        publish(DatabaseRestored(TUESDAY + timedelta(hours=1)))
        assert self.WAY_BACK in run(self.THURSDAY)


class TestPushes:
    def test_that_wait_are_dropped(self, planned: User) -> None:
        add_device(owner=planned, platform=Platform.IOS, token="ExponentPushToken[one]", now=TUESDAY)
        own(planned, NotificationType.CHECKIN_REMINDER, TUESDAY, channel=Channel.PUSH)
        send_due_notifications(clock=lambda: TUESDAY)
        assert OutgoingPush.objects.exists()
        restore()
        assert send_due_pushes(clock=lambda: AFTERWARDS) == 0
        assert not OutgoingPush.objects.exists()
