"""From the schedule to the mail: who gets which message when, and who doesn't."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from accounts.mail import send_due_mail
from accounts.models import OutgoingMail, User
from accounts.services import erase_person, register, update_profile
from accounts.tests.factories import UserFactory
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.services import (
    follow_plans,
    plan_for_everybody,
    send_due_notifications,
    unsubscribe,
    update_preferences,
)
from fincred.companion.vocabulary import Kind, NotificationStatus, NotificationType
from fincred.ops.jobs import registered_jobs, run_if_due
from goals.models import Goal
from goals.services import update_goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.engine.cadence import Payment
from planning.models import ActionPlan
from planning.services.action_plans import PlanChanges, end_action_plan, update_action_plan
from planning.tests.factories import plan_for, snapshot_of
from planning.vocabulary import Frequency
from tracking.services import create_check_in, create_pulse
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

DAY = timedelta(days=1)
TUESDAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
MONDAY_EVENING = datetime(2026, 3, 16, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_delivery_on_commit(settings: Any) -> None:
    settings.DELIVER_MAIL_ON_COMMIT = False


@pytest.fixture
def planned(saver: User, noon: datetime) -> User:
    """A person with reminders on Monday at 18:00 UTC, as everybody has at first."""
    assert plan_for_everybody(now=noon) == 1
    return saver


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


class TestCheckInReminder:
    def test_is_sent_at_its_hour_and_once(self, planned: User) -> None:
        assert run(MONDAY_EVENING - timedelta(seconds=1)) == []
        assert run(MONDAY_EVENING) == [REMINDER]
        assert run(MONDAY_EVENING) == []
        assert run(MONDAY_EVENING + 7 * DAY) == [REMINDER]
        assert row(planned, NotificationType.CHECKIN_REMINDER).last_sent_at == MONDAY_EVENING + 7 * DAY

    def test_is_not_sent_twice_when_the_clock_goes_back(self, planned: User) -> None:
        assert run(MONDAY_EVENING) == [REMINDER]
        assert run_until(MONDAY_EVENING + DAY, start=MONDAY_EVENING - timedelta(hours=3)) == []

    def test_is_not_sent_after_a_check_in_of_that_week(self, planned: User) -> None:
        check_in(planned, GoalFactory.create(user=planned), 10, MONDAY_EVENING - timedelta(hours=5))
        assert REMINDER not in run(MONDAY_EVENING)

    def test_is_not_sent_after_a_pulse_of_that_week(self, planned: User) -> None:
        create_pulse(
            owner=planned, made_planned_payments=PlannedPayments.YES, spending_vs_plan=Spending.ON, mood_score=4,
            now=MONDAY_EVENING, today=MONDAY_EVENING.date(),
        )  # fmt: skip
        assert run(MONDAY_EVENING) == []

    def test_is_dropped_after_a_check_in_while_it_waits(self, planned: User) -> None:
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        check_in(planned, GoalFactory.create(user=planned), 10, MONDAY_EVENING)
        assert send_due_mail(clock=lambda: MONDAY_EVENING) == (0, 0)
        assert not OutgoingMail.objects.exists()

    def test_moves_with_the_profile(self, planned: User) -> None:
        update_profile(
            user=planned, now=TUESDAY, timezone="Asia/Tokyo", reminder_hour=7, preferred_checkin_day_of_week=4
        )
        moved = row(planned, NotificationType.CHECKIN_REMINDER)
        assert (moved.due_on, moved.next_send_at) == (date(2026, 3, 12), datetime(2026, 3, 11, 22, tzinfo=UTC))

    def test_is_off_and_on_again_by_the_profile(self, planned: User) -> None:
        update_profile(user=planned, now=TUESDAY, reminder_frequency="off")
        assert row(planned, NotificationType.CHECKIN_REMINDER).next_send_at is None
        assert run(MONDAY_EVENING) == []
        update_profile(user=planned, now=MONDAY_EVENING, reminder_frequency="biweekly")
        assert row(planned, NotificationType.CHECKIN_REMINDER).due_on == date(2026, 3, 30)

    def test_stays_where_it_is_when_another_field_changes(self, planned: User) -> None:
        before = row(planned, NotificationType.CHECKIN_REMINDER)
        update_profile(user=planned, now=TUESDAY, full_name="Kim")
        assert row(planned, NotificationType.CHECKIN_REMINDER).revision == before.revision

    def test_waits_where_the_rules_of_the_zone_have_changed(self, planned: User) -> None:
        """As if it had been planned by rules that put the evening an hour earlier."""
        Notification.objects.update(next_send_at=MONDAY_EVENING - timedelta(hours=1))
        assert run(MONDAY_EVENING - timedelta(hours=1)) == []
        assert run(MONDAY_EVENING) == [REMINDER]

    def test_of_yesterday_is_not_sent(self, planned: User) -> None:
        assert run(MONDAY_EVENING + timedelta(hours=13)) == []
        assert row(planned, NotificationType.CHECKIN_REMINDER).due_on == date(2026, 3, 23)

    def test_says_the_persons_own_words_and_no_figure_of_others(self, planned: User, stranger: User) -> None:
        GoalFactory.create(user=planned, name="Laptop", why_text="The old one <dies>.", target_amount=900)
        GoalFactory.create(user=stranger, name="Secret")
        run(MONDAY_EVENING)
        [message] = [message for message in mail.outbox if message.subject == REMINDER]
        text, html = str(message.body), str(message.alternatives[0][0])  # type: ignore[attr-defined]
        assert "You wrote about Laptop: “The old one <dies>.”" in text
        assert "The old one &lt;dies&gt;." in html
        assert "Laptop: 0.00 USD of 900.00 USD saved" in text
        assert "Secret" not in text

    @pytest.mark.parametrize("state", [{"is_active": False}, {"is_verified": False}, {"mail_refused_at": TUESDAY}])
    def test_goes_to_nobody_who_cannot_be_written_to(self, planned: User, state: dict[str, Any]) -> None:
        User.objects.update(**state)
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        assert not OutgoingMail.objects.exists()


class TestPayment:
    def test_is_told_the_evening_before_once_a_date(self, planned: User) -> None:
        plan = goal_with_plan(planned, why_text="For work.")
        [first, second] = payments_of(plan, 2)
        evening = datetime.combine(first.date - DAY, datetime.min.time(), UTC) + timedelta(hours=18)
        told = f"On {first.date:%A}: {first.amount:,.2f} USD for Laptop"
        assert told in run(evening)
        text = next(str(one.body) for one in mail.outbox if one.subject == told)
        assert "What it is for, in your words: “For work.”" in text
        assert told not in run(evening + timedelta(hours=1))
        reminder = row(planned, NotificationType.PRE_TRANSFER_REMINDER)
        assert (reminder.last_due_on, reminder.due_on) == (first.date, second.date)

    def test_follows_the_plan(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        planned_for = row(planned, NotificationType.PRE_TRANSFER_REMINDER).due_on
        terms = PlanChanges(frequency=Frequency.MONTHLY, day_of_period=28)
        update_action_plan(owner=planned, plan_id=plan.id, changes=terms, now=TUESDAY, today=TODAY)
        assert follow_plans(since=TUESDAY, now=TUESDAY) == 1
        assert planned_for != row(planned, NotificationType.PRE_TRANSFER_REMINDER).due_on == date(2026, 3, 28)

    def test_stays_where_the_person_moved_it(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        Notification.objects.update(is_moved=True)
        before = row(planned, NotificationType.PRE_TRANSFER_REMINDER)
        terms = PlanChanges(frequency=Frequency.MONTHLY, day_of_period=28)
        update_action_plan(owner=planned, plan_id=plan.id, changes=terms, now=TUESDAY, today=TODAY)
        follow_plans(since=TUESDAY, now=TUESDAY)
        assert row(planned, NotificationType.PRE_TRANSFER_REMINDER).due_on == before.due_on

    def test_of_a_plan_that_ended_is_not_told(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        reminder = row(planned, NotificationType.PRE_TRANSFER_REMINDER)
        end_action_plan(owner=planned, plan_id=plan.id, now=TUESDAY, today=TODAY)
        follow_plans(since=TUESDAY, now=TUESDAY)
        assert reminder.next_send_at
        assert [subject for subject in run(reminder.next_send_at) if "Laptop" in subject] == []
        assert row(planned, NotificationType.PRE_TRANSFER_REMINDER).next_send_at is None

    def test_is_left_to_the_hourly_job_where_nothing_is_planned_yet(self, saver: User, noon: datetime) -> None:
        goal_with_plan(saver)
        assert not Notification.objects.exists()

    def test_follows_by_a_job_from_its_last_run_on(self, planned: User) -> None:
        [job] = [job for job in registered_jobs() if job.name == "follow_plans"]
        assert run_if_due(job, clock=lambda: TUESDAY)
        snapshot_of(planned)
        plan = plan_for(GoalFactory.create(user=planned))
        assert run_if_due(job, clock=lambda: TUESDAY + timedelta(hours=1))
        assert Notification.objects.filter(action_plan=plan).count() == 2
        assert follow_plans(since=TUESDAY, now=TUESDAY, stop=lambda: True) == 0

    def test_of_a_paused_goal_is_not_told_until_it_goes_on(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        reminder = row(planned, NotificationType.PRE_TRANSFER_REMINDER)
        assert reminder.next_send_at
        update_goal(
            owner=planned, goal_id=plan.goal_id, now=TUESDAY, today=TODAY, changes={"status": Status.PAUSED}
        )
        assert [subject for subject in run(reminder.next_send_at) if "Laptop" in subject] == []
        assert row(planned, NotificationType.PRE_TRANSFER_REMINDER).next_send_at is None
        later = reminder.next_send_at + DAY
        update_goal(
            owner=planned, goal_id=plan.goal_id, now=later, today=later.date(), changes={"status": Status.ACTIVE}
        )
        plan_for_everybody(now=later)
        assert row(planned, NotificationType.PRE_TRANSFER_REMINDER).next_send_at

    def test_that_falls_into_quiet_hours_waits_for_the_morning(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        [first] = payments_of(plan, 1)
        night = datetime.combine(first.date - DAY, datetime.min.time(), UTC) + timedelta(hours=22)
        morning = night + timedelta(hours=10)
        assert [subject for subject in run(night) if "Laptop" in subject] == []
        assert [subject for subject in run(morning) if "Laptop" in subject] != []


class TestWeeklySummary:
    def test_tells_what_was_put_in_and_what_is_next(self, planned: User) -> None:
        plan = goal_with_plan(planned)
        check_in(planned, plan.goal, 100, TUESDAY - 7 * DAY)
        check_in(planned, plan.goal, 160, TUESDAY)
        monday = datetime(2026, 3, 16, 9, tzinfo=UTC)
        assert "Your week" in run(monday)
        text = next(str(one.body) for one in mail.outbox if one.subject == "Your week")
        assert "from Monday, 9 March 2026 to Sunday, 15 March 2026" in text
        assert "Laptop: 160.00 USD of 900.00 USD saved" in text
        assert "Last week you put in 60.00 USD." in text
        assert "Your streak: 2 weeks in a row." in text
        assert "Next: " in text

    def test_is_not_sent_to_people_without_goals(self, planned: User) -> None:
        assert run(datetime(2026, 3, 16, 9, tzinfo=UTC)) == []


class TestDrift:
    THURSDAY = datetime(2026, 3, 12, 9, tzinfo=UTC)

    @pytest.fixture
    def drifted(self, planned: User) -> ActionPlan:
        plan = goal_with_plan(planned, target_date=date(2026, 12, 1))
        check_in(planned, plan.goal, 150)
        return ActionPlan.objects.get(pk=plan.pk)

    def test_is_told_with_the_proposal_once_a_version(self, planned: User, drifted: ActionPlan) -> None:
        sent = run(self.THURSDAY)
        assert "Laptop: a way back to the plan" in sent
        text = next(str(one.body) for one in mail.outbox if "way back" in one.subject)
        assert "Keep the date: " in text
        assert "Keep the contribution: " in text
        assert "Laptop: a way back to the plan" not in run(self.THURSDAY + 7 * DAY)

    def test_is_not_told_of_a_goal_on_its_plan(self, planned: User) -> None:
        goal_with_plan(planned, target_date=date(2026, 12, 1))
        assert run(self.THURSDAY) == []

    def test_is_not_told_where_the_tolerance_holds(self, planned: User) -> None:
        plan = goal_with_plan(planned, target_date=date(2026, 12, 1))
        check_in(planned, plan.goal, 1)
        assert [subject for subject in run(self.THURSDAY) if "way back" in subject] == []


class TestMilestone:
    def test_is_told_of_the_highest(self, planned: User) -> None:
        check_in(planned, GoalFactory.create(user=planned, name="Laptop", target_amount=900), 500)
        assert run(TUESDAY) == ['Halfway: 50 % of "Laptop".']

    def test_waits_for_the_morning(self, planned: User) -> None:
        night = datetime(2026, 3, 10, 23, tzinfo=UTC)
        check_in(planned, GoalFactory.create(user=planned, name="Laptop", target_amount=900), 500, night)
        assert run(night) == []
        assert run(datetime(2026, 3, 11, 8, tzinfo=UTC)) == ['Halfway: 50 % of "Laptop".']

    def test_of_long_ago_is_no_news(self, planned: User) -> None:
        goal = GoalFactory.create(user=planned, target_amount=900)
        create_check_in(
            owner=planned, goal_id=goal.id, current_amount=Decimal(500), now=TUESDAY, today=TODAY,
            check_in_date=date(2026, 3, 3),
        )  # fmt: skip
        assert run(TUESDAY) == []

    def test_is_dropped_if_it_waited_for_a_week(self, planned: User) -> None:
        check_in(planned, GoalFactory.create(user=planned, target_amount=900), 500)
        assert send_due_mail(clock=lambda: TUESDAY + 8 * DAY) == (0, 0)

    def test_is_not_told_to_people_who_do_not_want_it(self, planned: User) -> None:
        update_preferences(user=planned, changes={"milestones": False}, now=TUESDAY)
        check_in(planned, GoalFactory.create(user=planned, target_amount=900), 500)
        assert run(TUESDAY) == []

    def test_is_dropped_when_the_person_says_no_while_it_waits(self, planned: User) -> None:
        check_in(planned, GoalFactory.create(user=planned, target_amount=900), 500)
        unsubscribe(user_id=planned.pk, kind=Kind.MILESTONES, now=TUESDAY)
        assert run(TUESDAY) == []


class TestCap:
    def test_of_three_a_week_holds_for_what_the_server_plans(self, planned: User) -> None:
        goals = [GoalFactory.create(user=planned, name=f"Goal {n}", target_amount=900) for n in range(4)]
        for goal in goals:
            check_in(planned, goal, 300)
        assert len(run(TUESDAY)) == 3
        assert NotificationPreferences.objects.get().sent_in_week == 3
        assert run(MONDAY_EVENING - DAY) == []
        check_in(planned, goals[0], 500, MONDAY_EVENING - timedelta(hours=8))
        assert 'Halfway: 50 % of "Goal 0".' in run(MONDAY_EVENING)

    def test_does_not_hold_for_ones_own(self, planned: User) -> None:
        NotificationPreferences.objects.update(week=date(2026, 3, 9), sent_in_week=3)
        own(planned, NotificationType.CHECKIN_REMINDER)
        assert run(TUESDAY) == [REMINDER]


def own(user: User, type_: NotificationType, moment: datetime = TUESDAY, **fields: Any) -> Notification:
    return Notification.objects.create(
        user=user, type=type_, next_send_at=moment, created_at=TUESDAY, updated_at=TUESDAY, **fields
    )


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
        monkeypatch.setattr("fincred.companion.services.schedule.BATCH", 2)
        people = UserFactory.create_batch(5)
        UserFactory.create(is_verified=False)
        goal_with_plan(people[0])
        assert plan_for_everybody(now=noon) == 5
        assert Notification.objects.filter(type=NotificationType.CHECKIN_REMINDER).count() == 5
        assert Notification.objects.filter(user=people[0]).count() == 4
        assert plan_for_everybody(now=noon) == 0

    def test_who_was_silent_before_stays_silent(self, saver: User, noon: datetime) -> None:
        """As the migrations leave people who never wrote their profile."""
        saver.profile.reminder_frequency = "off"
        saver.profile.save()
        kinds = dict.fromkeys(["payments", "weekly_summary", "milestones", "drift"], False)
        NotificationPreferences.objects.create(user=saver, counted_from=TODAY, **kinds)
        plan = goal_with_plan(saver)
        plan_for_everybody(now=noon)
        check_in(saver, plan.goal, 500)
        assert run_until(TUESDAY + 30 * DAY) == []
        update_profile(user=saver, now=TUESDAY, reminder_frequency="weekly")
        assert row(saver, NotificationType.CHECKIN_REMINDER).next_send_at == MONDAY_EVENING

    def test_stops_when_it_is_told_to(self, saver: User, noon: datetime) -> None:
        assert plan_for_everybody(now=noon, stop=lambda: True) == 0
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
        unsubscribe(user_id=planned.pk, kind=Kind.REMINDERS, now=TUESDAY)
        assert run_until(MONDAY_EVENING + DAY) == []

    def test_begin_with_a_first_change(self, saver: User) -> None:
        made = update_preferences(user=saver, changes={"drift": False}, now=TUESDAY)
        assert (made.drift, made.reminders) == (False, True)
        assert Notification.objects.filter(user=saver).count() == 2

    def test_of_an_erased_person_are_nothing(self, planned: User) -> None:
        erase_person(user=planned, now=TUESDAY)
        unsubscribe(user_id=planned.pk, kind=Kind.DRIFT, now=TUESDAY)
        assert not NotificationPreferences.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestFourWorkers:
    def test_send_each_reminder_once(self, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.services.sending.BATCH", 3)
        UserFactory.create_batch(12)
        plan_for_everybody(now=noon)

        def work(_: int) -> int:
            try:
                return in_a_thread(lambda: send_due_notifications(clock=lambda: MONDAY_EVENING))
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(work, range(4)))
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        reminders = OutgoingMail.objects.filter(purpose=NotificationType.CHECKIN_REMINDER)
        assert reminders.count() == reminders.values("user").distinct().count() == 12


def in_a_thread(work: Callable[[], int]) -> int:
    return work()
