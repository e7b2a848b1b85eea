"""Check-ins for tests. The goal counts them; its amount and the weeks follow only when a service makes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from fincred import clock
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn, Milestone


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
        Goal.objects.filter(pk=instance.goal_id).update(check_in_count=F("check_in_count") + 1)


class MilestoneFactory(DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    goal = SubFactory(GoalFactory)
    user = SelfAttribute("goal.user")
    percent = 25
    reached_on = LazyFunction(lambda: clock.now().date())
