"""Check-ins for tests. They are rows only: goals and weeks follow when a service makes them."""

from __future__ import annotations

from decimal import Decimal

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from fincred import clock
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


class MilestoneFactory(DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    goal = SubFactory(GoalFactory)
    user = SelfAttribute("goal.user")
    percent = 25
    reached_on = LazyFunction(lambda: clock.now().date())
