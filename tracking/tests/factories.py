"""Check-ins and pulses for tests.

The goal counts its check-ins that are created; its amount and the weeks follow only when a service makes them.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from fincred import clock
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn, Milestone, Pulse
from tracking.streaks import monday_of
from tracking.vocabulary import PlannedPayments, Spending


class CheckInFactory(DjangoModelFactory[CheckIn]):
    class Meta:
        model = CheckIn

    goal = SubFactory(GoalFactory)
    user = SelfAttribute("goal.user")
    current_amount = Decimal("100.00")
    check_in_date = LazyAttribute(lambda check_in: check_in.created_at.date())
    created_at = LazyFunction(clock.now)
    updated_at = SelfAttribute("created_at")

    @classmethod
    def _after_postgeneration(cls, instance: CheckIn, create: bool, results: dict[str, Any] | None = None) -> None:
        super()._after_postgeneration(instance, create, results)
        if create:
            Goal.objects.filter(pk=instance.goal_id).update(check_in_count=F("check_in_count") + 1)


class PulseFactory(DjangoModelFactory[Pulse]):
    class Meta:
        model = Pulse

    user = SubFactory(UserFactory)
    made_planned_payments = PlannedPayments.YES
    spending_vs_plan = Spending.ON
    mood_score = 4
    completed_at = LazyFunction(clock.now)
    monday = LazyAttribute(lambda pulse: monday_of(pulse.completed_at.date()))
    period_start = SelfAttribute("monday")
    period_end = LazyAttribute(lambda pulse: pulse.period_start + timedelta(days=6))


class MilestoneFactory(DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    goal = SubFactory(GoalFactory)
    user = SelfAttribute("goal.user")
    percent = 25
    reached_on = LazyFunction(lambda: clock.now().date())
