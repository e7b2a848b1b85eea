"""What a single thread can't show: the limit and the primary flag hold under parallel requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.audit import chain_of
from accounts.models import User
from accounts.services import lock_user
from accounts.tests.factories import UserFactory
from goals import services
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.tests.racing import race
from goals.vocabulary import Status

pytestmark = [
    pytest.mark.integration,
    pytest.mark.goals,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

THREADS = 20
TODAY = date(2026, 3, 10)


@pytest.fixture
def saver(transactional_db: None) -> User:
    return UserFactory.create()


def creating(owner: User, noon: datetime, **fields: Any) -> Callable[[], Goal]:
    return partial(
        services.create_goal,
        owner=owner,
        type="fire_starter",
        name="Freedom",
        target_amount=Decimal(1000),
        target_date=date(2030, 1, 1),
        priority="Low",
        now=noon,
        today=TODAY,
        **fields,
    )


def activating(goal: Goal, noon: datetime) -> Callable[[], Goal]:
    return partial(
        services.update_goal,
        owner=goal.user,
        goal_id=goal.id,
        changes={"status": "active"},
        now=noon,
        today=TODAY,
    )


def reopening(goal: Goal, noon: datetime) -> Callable[[], None]:
    """As a check-in that is taken back does: under the lock, on the goal as it is then."""

    def reopen() -> None:
        with transaction.atomic():
            lock_user(goal.user_id)
            services.record_progress(
                goal=Goal.objects.get(pk=goal.pk),
                current_amount=Decimal(0),
                last_check_in_date=None,
                now=noon,
                today=TODAY,
                chain=chain_of(goal.user),
            )

    return reopen


class TestFiveActiveGoals:
    def refused(self, results: list[Any]) -> int:
        return sum(isinstance(result, GoalLimitExceededError) for result in results)

    def test_hold_when_twenty_are_created_at_once(self, saver: User, noon: datetime) -> None:
        results = race([creating(saver, noon)] * THREADS)

        assert Goal.objects.owned_by(saver).active().count() == 5
        assert Goal.objects.owned_by(saver).count() == 5
        assert self.refused(results) == THREADS - 5

    def test_hold_when_goals_are_created_resumed_and_reopened_at_once(self, saver: User, noon: datetime) -> None:
        calls: list[Callable[[], Any]] = []
        for _ in range(THREADS // 4):
            calls += [
                creating(saver, noon),
                activating(GoalFactory.create(user=saver, status=Status.PAUSED), noon),
                activating(GoalFactory.create(user=saver, status=Status.CANCELLED), noon),
                reopening(GoalFactory.create(user=saver, completed=True), noon),
            ]

        results = race(calls)

        assert Goal.objects.owned_by(saver).active().count() == 5
        assert self.refused(results) == THREADS - 5

    def test_count_for_each_person_alone(self, noon: datetime, transactional_db: None) -> None:
        people = UserFactory.create_batch(THREADS)

        results = race([creating(person, noon) for person in people])

        assert self.refused(results) == 0


class TestPrimaryGoal:
    def test_is_one_whoever_is_the_last(self, saver: User, noon: datetime) -> None:
        race([creating(saver, noon, primary_flag=True)] * THREADS)

        assert Goal.objects.owned_by(saver).filter(primary_flag=True).count() == 1
