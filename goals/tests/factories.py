"""Goals for tests, of the person that is given."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from fincred import clock
from goals.models import Goal
from goals.vocabulary import GoalType, Priority, Status


class GoalFactory(DjangoModelFactory[Goal]):
    """An active goal, 1 000.00 in a year, without a check-in."""

    class Meta:
        model = Goal

    class Params:
        completed = Trait(
            status=Status.COMPLETED,
            current_amount=SelfAttribute("target_amount"),
            completed_at=SelfAttribute("created_at"),
        )

    user = SubFactory(UserFactory)
    type = GoalType.SHORT_TERM_SAVING
    name = Sequence(lambda n: f"Goal {n}")
    target_amount = Decimal("1000.00")
    target_date = LazyAttribute(lambda goal: goal.started_on + timedelta(days=365))
    priority = Priority.MEDIUM
    started_on = LazyAttribute(lambda goal: goal.created_at.date())
    created_at = LazyFunction(clock.now)
    updated_at = SelfAttribute("created_at")
