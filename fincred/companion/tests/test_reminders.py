"""From the schedule to the mail: who gets which message when, and who doesn't."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from accounts.audit import broken_chains
from accounts.mail import send_due_mail
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.services import retry_dead_mail, update_profile
from accounts.tests.factories import UserFactory
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.services import (
    follow_plans,
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
    payments_of,
    row,
    run,
    run_until,
)
from fincred.companion.vocabulary import MessageKind, NotificationType
from fincred.context import Role
from fincred.ops.jobs import registered_jobs, run_if_due
from fincred.ops.models import JobState
from goals.models import Goal
from goals.services import update_goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.models import ActionPlan, PlanVersion
from planning.services.action_plans import PlanChanges, end_action_plan, update_action_plan
from planning.tests.factories import plan_for, snapshot_of
from planning.vocabulary import Frequency
from tracking.services import create_check_in, create_pulse
from tracking.services.cycles import end_cycles
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.django_db, pytest.mark.usefixtures("no_delivery_on_commit")]


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

    def test_that_staff_had_tried_again_leaves_a_trace_when_it_is_dropped(self, planned: User) -> None:
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS)
        mail = OutgoingMail.objects.get()
        assert retry_dead_mail(mail=mail, now=MONDAY_EVENING)
        check_in(planned, GoalFactory.create(user=planned), 10, MONDAY_EVENING)
        assert send_due_mail(clock=lambda: MONDAY_EVENING) == (0, 0)
        entry = AuditEntry.objects.get(action="mail.dropped")
        assert (entry.person_id, entry.object_id, entry.role) == (planned.pk, str(mail.pk), Role.SYSTEM)
        assert entry.after == {"purpose": mail.purpose}
        assert list(broken_chains()) == []

    def test_that_nobody_asked_for_leaves_none(self, planned: User) -> None:
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        User.objects.update(is_active=False)
        assert send_due_mail(clock=lambda: MONDAY_EVENING) == (0, 0)
        assert not OutgoingMail.objects.exists()
        assert not AuditEntry.objects.filter(action="mail.dropped").exists()

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

    def test_comes_sooner_where_they_have_changed_the_other_way(self, planned: User) -> None:
        Notification.objects.update(next_send_at=MONDAY_EVENING + timedelta(hours=1))
        UserFactory.create()
        plan_for_everybody(now=TUESDAY)
        assert plan_for_everybody(now=MONDAY_EVENING - timedelta(hours=2)) == 1
        assert run(MONDAY_EVENING) == [REMINDER, REMINDER]

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

    def test_follows_each_plan_in_batches(self, planned: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fincred.companion.services.sweeps.BATCH", 2)
        plans = [goal_with_plan(planned) for _ in range(3)]
        Notification.objects.filter(action_plan__in=plans).delete()
        versions = PlanVersion.objects.filter(created_at__gte=TUESDAY).count()
        assert follow_plans(since=TUESDAY, now=TUESDAY) >= 3
        assert versions > 2
        assert Notification.objects.filter(action_plan__in=plans).count() == 6

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
        before_that = plan_for(GoalFactory.create(user=planned), now=TUESDAY - DAY)  # for the clock went back
        JobState.objects.update(next_run_at=TUESDAY - DAY)
        assert run_if_due(job, clock=lambda: TUESDAY - DAY)
        assert Notification.objects.filter(action_plan=before_that).count() == 2
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

    @pytest.mark.parametrize(
        ("amounts", "said"),
        [
            ([100, 40], "Last week it went back by 60.00 USD."),
            ([100, 100], "Last week it stayed as it was."),
            ([None, 100], "Laptop: 100.00 USD of 900.00 USD saved, on track. The plan expects"),
        ],
    )
    def test_tells_what_else_happened(self, planned: User, amounts: list[int | None], said: str) -> None:
        plan = goal_with_plan(planned)
        for amount, moment in zip(amounts, (TUESDAY - 7 * DAY, TUESDAY), strict=True):
            if amount is not None:
                check_in(planned, plan.goal, amount, moment)
        run(datetime(2026, 3, 16, 9, tzinfo=UTC))
        assert said in next(str(one.body) for one in mail.outbox if one.subject == "Your week")

    @pytest.mark.parametrize(
        ("after", "said"),
        [(None, "Last week you put in 60.00 USD."), (25, "Last week you put in 85.00 USD.")],
    )
    def test_counts_no_end_of_a_cycle(self, planned: User, after: int | None, said: str) -> None:
        """840 of 900 are there, 60 more come on Tuesday, and on Thursday the cycle ends."""
        plan = goal_with_plan(planned)
        thursday = TUESDAY + 2 * DAY
        ends = thursday.date()
        Goal.objects.filter(pk=plan.goal_id).update(
            kind="recurring", repeat_every_months=6, first_date=ends, target_date=ends
        )
        User.objects.filter(pk=planned.pk).update(cycle_ends_on=ends)
        check_in(planned, plan.goal, 840, TUESDAY - 7 * DAY)
        check_in(planned, plan.goal, 900, TUESDAY)
        assert end_cycles(planned, thursday, ends) == 1
        if after:
            check_in(planned, plan.goal, after, thursday + DAY)
        run(datetime(2026, 3, 16, 9, tzinfo=UTC))
        assert said in next(str(one.body) for one in mail.outbox if one.subject == "Your week")

    def test_is_not_sent_to_people_without_goals(self, planned: User) -> None:
        assert run(datetime(2026, 3, 16, 9, tzinfo=UTC)) == []


class TestDrift:
    THURSDAY = datetime(2026, 3, 12, 9, tzinfo=UTC)

    @pytest.fixture
    def drifted(self, planned: User) -> ActionPlan:
        plan = goal_with_plan(planned, target_date=date(2026, 12, 1))
        check_in(planned, plan.goal, 300)
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
        unsubscribe(user_id=planned.pk, kind=MessageKind.MILESTONES, now=TUESDAY)
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
