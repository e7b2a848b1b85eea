"""What fails for one person fails for them alone, is logged, and is over once its cause is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import OutgoingMail, Profile, User
from accounts.tests.factories import UserFactory
from fincred.companion.models import Notification
from fincred.companion.services import follow_plans, plan_for_everybody, send_due_notifications
from fincred.companion.tests.reminding import MONDAY_EVENING, TUESDAY, goal_with_plan
from fincred.companion.vocabulary import NotificationType
from planning.models import ActionPlan

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

Restore = Callable[[], object]


@pytest.fixture
def people(noon: datetime) -> list[User]:
    """Whose ids are in this order, so that the first one is met first."""
    return sorted(UserFactory.create_batch(3), key=lambda person: person.pk)


def lose_zone(person: User) -> Restore:
    """As where the server's list of time zones is older than the one by which the person chose."""
    Profile.objects.filter(user=person).update(timezone="Europe/Atlantis")
    return lambda: Profile.objects.filter(user=person).update(timezone="UTC")


def lose_profile(person: User) -> Restore:
    """As by SQL outside of FinCred."""
    profile = Profile.objects.get(user=person)
    Profile.objects.filter(user=person).delete()
    return lambda: profile.save(force_insert=True)


def spoil_payments(person: User) -> Restore:
    before = ActionPlan.objects.get(user=person).payments
    ActionPlan.objects.filter(user=person).update(payments=[["soon", "much"]])
    return lambda: ActionPlan.objects.filter(user=person).update(payments=before)


def reminded() -> set[object]:
    return set(
        OutgoingMail.objects.filter(purpose=NotificationType.CHECKIN_REMINDER).values_list("user", flat=True)
    )


class TestSending:
    def test_reaches_the_others_and_them_an_hour_after_it_is_mended(
        self, people: list[User], noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        plan_for_everybody(now=noon)
        first, *others = people
        mend = lose_zone(first)
        send_due_notifications(clock=lambda: MONDAY_EVENING)
        assert reminded() == {person.pk for person in others}
        assert "Notification failed" in caplog.text
        mend()
        send_due_notifications(clock=lambda: MONDAY_EVENING + timedelta(minutes=59))
        assert first.pk not in reminded()
        send_due_notifications(clock=lambda: MONDAY_EVENING + timedelta(hours=1))
        assert first.pk in reminded()


class TestPlanning:
    def test_leaves_out_the_one_without_a_profile_and_goes_on_once_there_is_one(
        self, people: list[User], noon: datetime
    ) -> None:
        mend = lose_profile(people[0])
        plan_for_everybody(now=noon)
        planned = Notification.objects.filter(next_send_at__isnull=False)
        assert set(planned.values_list("user", flat=True)) == {person.pk for person in people[1:]}
        mend()
        plan_for_everybody(now=noon)
        assert planned.values("user").distinct().count() == 3

    def test_is_done_for_the_others_and_for_them_once_it_is_mended(
        self, people: list[User], noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        mend = lose_zone(people[0])
        plan_for_everybody(now=noon)
        planned = Notification.objects.filter(next_send_at__isnull=False)
        assert set(planned.values_list("user", flat=True)) == {person.pk for person in people[1:]}
        assert "Could not plan a notification" in caplog.text
        mend()
        plan_for_everybody(now=noon)
        assert planned.values("user").distinct().count() == 3

    @pytest.mark.parametrize("job", ["hourly", "each minute"])
    def test_of_plans_leaves_out_the_one(self, people: list[User], noon: datetime, job: str) -> None:
        for person in people:
            goal_with_plan(person)
        if job == "each minute":
            plan_for_everybody(now=noon)
            Notification.objects.exclude(action_plan=None).delete()
        mend = spoil_payments(people[0])
        run = {
            "hourly": lambda: plan_for_everybody(now=noon),
            "each minute": lambda: follow_plans(since=TUESDAY, now=noon),
        }[job]
        run()
        payments = Notification.objects.filter(
            type=NotificationType.PRE_TRANSFER_REMINDER, next_send_at__isnull=False
        )
        assert set(payments.values_list("user", flat=True)) == {person.pk for person in people[1:]}
        mend()
        plan_for_everybody(now=noon)
        assert payments.count() == 3
