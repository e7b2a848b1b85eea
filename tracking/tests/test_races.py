"""What a single thread can't show: amounts, weeks and milestones stay right under parallel requests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.tests.racing import race
from tracking import services
from tracking.models import CheckIn, CheckInWeek, Milestone

pytestmark = [
    pytest.mark.integration,
    pytest.mark.tracking,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

THREADS = 20
TODAY = date(2026, 3, 10)


@pytest.fixture
def saver(transactional_db: None) -> User:
    return UserFactory.create()


class TestCheckIns:
    def test_count_one_after_another(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)
        calls = [
            partial(
                services.create_check_in,
                owner=saver,
                goal_id=goal.id,
                current_amount=Decimal(500 + place),
                now=noon + timedelta(seconds=place),
                today=TODAY,
            )
            for place in range(THREADS)
        ]

        outcomes = race(calls)

        assert CheckIn.objects.count() == CheckInWeek.objects.get().check_ins == THREADS
        assert Goal.objects.get().check_in_count == THREADS
        assert Goal.objects.get().current_amount == 500 + THREADS - 1
        assert sorted(sum((outcome.milestones_reached for outcome in outcomes), ())) == [25, 50]
        assert Milestone.objects.count() == 2

    def test_never_reopen_more_goals_than_may_be_active(self, saver: User, noon: datetime) -> None:
        weeks = [TODAY - timedelta(weeks=place) for place in range(THREADS)]  # nor do the weeks' rows queue them
        made = [
            services.create_check_in(
                owner=saver,
                goal_id=GoalFactory.create(user=saver).id,
                current_amount=Decimal(1000),
                check_in_date=week,
                now=noon,
                today=TODAY,
            ).check_in
            for week in weeks
        ]

        results = race(
            [
                partial(services.delete_check_in, owner=saver, check_in_id=row.id, now=noon, today=TODAY)
                for row in made
            ]
        )

        assert Goal.objects.active().count() == 5
        assert sum(isinstance(result, GoalLimitExceededError) for result in results) == THREADS - 5
        assert CheckIn.objects.count() == CheckInWeek.objects.count() == THREADS - 5
        assert Goal.objects.filter(check_in_count=1).count() == THREADS - 5
