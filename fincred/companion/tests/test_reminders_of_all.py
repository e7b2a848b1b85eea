"""A person's own notifications, preferences, and the schedule of all people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, transaction

from accounts.mail import send_due_mail
from accounts.models import OutgoingMail, Profile, User
from accounts.services import erase_person, register, update_profile
from accounts.tests.factories import UserFactory
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.services import (
    plan_for_everybody,
    send_due_notifications,
    unsubscribe,
    update_preferences,
)
from fincred.companion.tests.reminding import (
    DAY,
    MONDAY_EVENING,
    REMINDER,
    TODAY,
    TUESDAY,
    check_in,
    goal_with_plan,
    own,
    row,
    run,
    run_until,
)
from fincred.companion.vocabulary import MessageKind, NotificationStatus, NotificationType
from fincred.ops.jobs import registered_jobs, run_if_due
from goals.tests.factories import GoalFactory
from planning.tests.factories import plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db, pytest.mark.usefixtures("no_delivery_on_commit")]


class TestOnesOwn:
    def test_is_kept_to_the_hour_at_night_and_comes_again(self, planned: User) -> None:
        night = datetime(2026, 3, 10, 23, tzinfo=UTC)
        mine = own(planned, NotificationType.CHECKIN_REMINDER, night)
        assert run(night) == [REMINDER]
        mine.refresh_from_db()
        assert (mine.last_sent_at, mine.next_send_at) == (night, night + 7 * DAY)

    def test_of_a_payment_tells_the_next_one(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        [first] = plan.upcoming(TODAY, most=1)
        moment = datetime.combine(first.date - 2 * DAY, datetime.min.time(), UTC)
        own(planned, NotificationType.PRE_TRANSFER_REMINDER, moment)
        assert [subject for subject in run(moment) if "Laptop" in subject] == [
            f"On {first.date:%A}: {first.amount:,.2f} USD for Laptop"
        ]

    @pytest.mark.parametrize(
        "type_", [NotificationType.PRE_TRANSFER_REMINDER, NotificationType.GOAL_PROGRESS_UPDATE]
    )
    def test_is_not_sent_where_there_is_nothing_to_say(self, planned: User, type_: NotificationType) -> None:
        own(planned, type_)
        assert run(TUESDAY) == []

    def test_tells_where_the_goals_stand(self, planned: User) -> None:
        plan = goal_with_plan(planned, target_date=date(2026, 12, 1))
        own(planned, NotificationType.GOAL_PROGRESS_UPDATE)
        own(planned, NotificationType.GOAL_PROGRESS_UPDATE, action_plan=plan)
        assert run(TUESDAY) == 2 * ["How your goals are doing"]

    @pytest.mark.parametrize("type_", list(NotificationType))
    @pytest.mark.parametrize("status", [NotificationStatus.PAUSED, NotificationStatus.CANCELLED])
    def test_is_dropped_once_it_is_paused(
        self, planned: User, type_: NotificationType, status: NotificationStatus
    ) -> None:
        goal_with_plan(planned)
        own(planned, type_)
        send_due_notifications(clock=lambda: TUESDAY)
        Notification.objects.update(status=status)
        assert send_due_mail(clock=lambda: TUESDAY) == (0, 0)


class TestEverybody:
    def test_is_planned_for_once_the_address_is_verified(self, noon: datetime, settings: Any) -> None:
        settings.EMAIL_VERIFICATION = False
        person = register(email="new@example.com", password="correct horse battery", full_name=None, now=noon)
        assert row(person, NotificationType.CHECKIN_REMINDER).next_send_at == MONDAY_EVENING

    def test_who_is_new_is_planned_for_in_batches(self, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.services.sweeps.BATCH", 2)
        monkeypatch.setattr("fincred.companion.services.sweeps.PAGE", 3)
        people = UserFactory.create_batch(5)
        UserFactory.create(is_verified=False)
        goal_with_plan(people[0])
        assert plan_for_everybody(now=noon) == 5
        assert Notification.objects.filter(type=NotificationType.CHECKIN_REMINDER).count() == 5
        assert Notification.objects.filter(user=people[0]).count() == 4
        assert plan_for_everybody(now=noon) == 0

    def test_plans_that_were_made_before_the_first_run_of_a_worker_are_followed(
        self, planned: User, noon: datetime
    ) -> None:
        snapshot_of(planned)
        plan = plan_for(GoalFactory.create(user=planned), now=noon - DAY)
        [job] = [job for job in registered_jobs() if job.name == "follow_plans"]
        assert run_if_due(job, clock=lambda: noon)
        assert not Notification.objects.filter(action_plan=plan).exists()
        assert plan_for_everybody(now=noon) == 1
        assert Notification.objects.filter(action_plan=plan, next_send_at__gt=noon).count() == 2
        assert plan_for_everybody(now=noon) == 0

    def test_who_was_silent_before_stays_silent(self, saver: User, noon: datetime) -> None:
        UserFactory.create()
        talker = UserFactory.create()
        update_profile(user=talker, now=noon, full_name="Kim")
        Notification.objects.all().delete()
        NotificationPreferences.objects.all().delete()
        silence_as_migrations_do(talker)
        plan = goal_with_plan(saver)
        plan_for_everybody(now=noon)
        check_in(saver, plan.goal, 500)
        run_until(TUESDAY + 8 * DAY)
        assert {message.to[0] for message in mail.outbox} == {talker.email}
        update_profile(user=saver, now=TUESDAY, reminder_frequency="weekly")
        assert row(saver, NotificationType.CHECKIN_REMINDER).next_send_at == MONDAY_EVENING

    def test_stops_when_it_is_told_to(self, saver: User, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        assert plan_for_everybody(now=noon, stop=lambda: True) == 0
        before_the_second_batch = iter([False, False, True, True])
        UserFactory.create_batch(3)
        monkeypatch.setattr("fincred.companion.services.sweeps.BATCH", 2)
        assert plan_for_everybody(now=noon, stop=lambda: next(before_the_second_batch)) == 2
        assert send_due_notifications(clock=lambda: noon, stop=lambda: True) == 0

    def test_who_is_erased_leaves_nothing(self, planned: User) -> None:
        goal_with_plan(planned)
        erase_person(user=planned, now=TUESDAY)
        assert not Notification.objects.exists()
        assert not NotificationPreferences.objects.exists()


class TestPreferences:
    def test_off_and_on_again_plans_anew(self, planned: User) -> None:
        update_preferences(user=planned, changes={"reminders": False}, now=TUESDAY)
        assert row(planned, NotificationType.CHECKIN_REMINDER).status == NotificationStatus.CANCELLED
        assert run(MONDAY_EVENING) == []
        later = MONDAY_EVENING + DAY
        update_preferences(user=planned, changes={"reminders": True, "drift": True}, now=later)
        again = row(planned, NotificationType.CHECKIN_REMINDER)
        assert (again.status, again.next_send_at) == (NotificationStatus.ACTIVE, MONDAY_EVENING + 7 * DAY)

    def test_off_stops_ones_own_as_well(self, planned: User) -> None:
        own(planned, NotificationType.CHECKIN_REMINDER)
        unsubscribe(user_id=planned.pk, kind=MessageKind.REMINDERS, now=TUESDAY)
        assert run_until(MONDAY_EVENING + DAY) == []

    def test_begin_with_a_first_change(self, saver: User) -> None:
        made = update_preferences(user=saver, changes={"drift": False}, now=TUESDAY)
        assert (made.drift, made.reminders) == (False, True)
        assert Notification.objects.filter(user=saver).count() == 2

    def test_of_an_erased_person_are_nothing(self, planned: User) -> None:
        erase_person(user=planned, now=TUESDAY)
        unsubscribe(user_id=planned.pk, kind=MessageKind.DRIFT, now=TUESDAY)
        assert not NotificationPreferences.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestSeveralWorkers:
    @pytest.fixture(autouse=True)
    def everybody(self, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.services.sending.BATCH", 3)
        UserFactory.create_batch(12)
        plan_for_everybody(now=noon)

    def test_send_each_reminder_once(self) -> None:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(send_in_a_thread, range(4)))
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        reminders = OutgoingMail.objects.filter(purpose=NotificationType.CHECKIN_REMINDER)
        assert reminders.count() == reminders.values("user").distinct().count() == 12

    def test_take_what_no_other_has(self) -> None:
        once = iter([False, True])
        with ThreadPoolExecutor(1) as threads, transaction.atomic():
            assert send_due_notifications(clock=lambda: MONDAY_EVENING, stop=lambda: next(once)) == 3
            # A reminder and a summary of each of twelve people, but for those of the three people who are locked.
            assert threads.submit(send_in_a_thread, 0).result(timeout=20) == 24 - 6
        assert send_due_notifications(clock=lambda: MONDAY_EVENING) == 3


def silence_as_migrations_do(talker: User) -> None:
    Profile.objects.exclude(user=talker).update(reminder_frequency="off")
    migration = import_module("fincred.companion.migrations.0005_silent_until_asked")
    migration.silence(apps, SimpleNamespace(connection=connection))


def send_in_a_thread(_: int) -> int:
    try:
        return send_due_notifications(clock=lambda: MONDAY_EVENING)
    finally:
        connection.close()
