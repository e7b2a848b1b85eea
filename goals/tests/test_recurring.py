"""A person knows when the next cycle of their recurring goals ends, so that their next request looks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from accounts.audit import chain_of
from accounts.models import User
from goals import services
from goals.models import Goal
from goals.vocabulary import GoalType, Kind, Priority

pytestmark = [pytest.mark.integration, pytest.mark.goals, pytest.mark.django_db]

TODAY = date(2026, 3, 10)


@pytest.fixture
def bill(saver: User, noon: datetime) -> Goal:
    return services.create_goal(
        owner=saver,
        type=GoalType.SHORT_TERM_SAVING,
        name="Insurance",
        target_amount=Decimal(600),
        target_date=date(2026, 6, 15),
        priority=Priority.HIGH,
        kind=Kind.RECURRING,
        repeat_every_months=6,
        now=noon,
        today=TODAY,
    )


def next_end(saver: User) -> date | None:
    return User.objects.get(pk=saver.pk).cycle_ends_on


def test_is_its_date(saver: User, bill: Goal) -> None:
    assert next_end(saver) == date(2026, 6, 15)


def test_is_none_once_it_is_cancelled(saver: User, bill: Goal, noon: datetime) -> None:
    services.cancel_goal(owner=saver, goal_id=bill.id, now=noon, today=TODAY)
    assert next_end(saver) is None


def test_moves_with_its_date(saver: User, bill: Goal, noon: datetime) -> None:
    later = date(2026, 8, 1)
    services.move_target_date(goal=bill, target_date=later, chain=chain_of(saver), now=noon)
    assert next_end(saver) == later
    assert Goal.objects.get().first_date == later
