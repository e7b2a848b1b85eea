from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.audit import chain_of
from accounts.models import User
from fincred.events import GoalsChanged
from goals import services
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status

pytestmark = [pytest.mark.integration, pytest.mark.goals]

TODAY = date(2026, 3, 10)


class TestRecordProgress:
    def record(self, goal: Goal, amount: str, now: datetime, day: date | None = TODAY) -> Goal:
        services.record_progress(
            goal=goal,
            current_amount=Decimal(amount),
            last_check_in_date=day,
            now=now,
            today=TODAY,
            chain=chain_of(goal.user),
        )
        return Goal.objects.get(pk=goal.pk)

    def test_keeps_the_amount_and_the_day(
        self, saver: User, noon: datetime, published: list[GoalsChanged]
    ) -> None:
        goal = self.record(GoalFactory.create(user=saver), "999.99", noon)

        assert (goal.current_amount, goal.last_check_in_date) == (Decimal("999.99"), TODAY)
        assert (goal.status, goal.updated_at) == (Status.ACTIVE, noon)
        assert published == []

    def test_writes_nothing_that_is_there_already(self, saver: User, noon: datetime) -> None:
        goal = self.record(GoalFactory.create(user=saver), "10.00", noon)

        assert self.record(goal, "10.00", noon + timedelta(hours=1)).updated_at == noon

    @pytest.mark.parametrize("before", [Status.ACTIVE, Status.PAUSED])
    def test_completes_a_goal_at_its_target(
        self, saver: User, noon: datetime, published: list[GoalsChanged], before: str
    ) -> None:
        goal = self.record(GoalFactory.create(user=saver, status=before), "1000.00", noon)

        assert (goal.status, goal.completed_at) == (Status.COMPLETED, noon)
        [event] = published
        assert (event.goal, event.chain.person, event.now, event.today) == (goal, saver, noon, TODAY)

    def test_leaves_a_cancelled_goal_cancelled(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, status=Status.CANCELLED)

        assert self.record(goal, "1000.00", noon).status == Status.CANCELLED

    def test_reopens_a_goal_that_falls_below_its_target(
        self, saver: User, noon: datetime, published: list[GoalsChanged]
    ) -> None:
        goal = self.record(GoalFactory.create(user=saver, completed=True), "999.99", noon)

        assert (goal.status, goal.completed_at) == (Status.ACTIVE, None)
        assert len(published) == 1

    def test_leaves_completed_what_the_person_declared_so(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(
            user=saver, status=Status.COMPLETED, completed_at=noon, current_amount=Decimal("500.00")
        )

        assert self.record(goal, "400.00", noon).status == Status.COMPLETED

    def test_refuses_to_reopen_where_there_is_no_room(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, completed=True)
        GoalFactory.create_batch(5, user=saver)

        with pytest.raises(GoalLimitExceededError), transaction.atomic():  # the caller's, which holds the lock
            self.record(goal, "0.00", noon, day=None)

        assert Goal.objects.get(pk=goal.pk).current_amount == Decimal("1000.00")
