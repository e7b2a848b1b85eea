"""Under parallel requests a goal has one plan, and versions are numbered without gaps."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from goals.services import update_goal
from goals.tests.racing import race
from planning.errors import ActionPlanExistsError
from planning.models import ActionPlan, CalendarLink, PlanVersion, Snapshot
from planning.services.action_plans import create_action_plan, update_action_plan
from planning.services.calendars import make_calendar_link, owner_of_calendar, secret_of_calendar
from planning.services.plans import plan_everything
from planning.services.replanning import replay_mismatches
from planning.tests.factories import NOON, TODAY, contents, goal_of, plan_for, snapshot_of

pytestmark = [
    pytest.mark.integration,
    pytest.mark.planning,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def saver(transactional_db: None) -> User:
    return UserFactory.create()


class TestRaces:
    def test_a_goal_gets_one_plan(self, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        create = partial(create_action_plan, owner=saver, goal_id=goal.id, terms=None, now=NOON, today=TODAY)
        answers = race([create] * 10)
        assert sum(isinstance(answer, ActionPlan) for answer in answers) == 1
        assert sum(isinstance(answer, ActionPlanExistsError) for answer in answers) == 9

    def test_a_calendar_has_one_link(self, saver: User) -> None:
        links = race([partial(make_calendar_link, owner=saver, now=NOON)] * 8)
        left = CalendarLink.objects.get()
        assert left.pk in {link.pk for link in links}
        assert len({link.pk for link in links}) == 8
        opening = [owner_of_calendar(secret_of_calendar(link.pk)) for link in links]
        assert [owner for owner in opening if owner] == [saver]

    def test_snapshots_goals_and_plans_count_one_after_another(self, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        plan = plan_for(goal)
        calls: list[Callable[[], Any]] = [
            *(partial(snapshot_of, saver, contents(income=f"{3000 + n}.00")) for n in range(4)),
            *(partial(plan_everything, owner=saver, now=NOON, today=TODAY) for _ in range(2)),
            *(
                partial(
                    update_goal, owner=saver, goal_id=goal.id, now=NOON, today=TODAY,
                    changes={"target_amount": Decimal(f"{2000 + n}.00")},
                )
                for n in range(4)
            ),
            *(
                partial(
                    update_action_plan, owner=saver, plan_id=plan.id, now=NOON, today=TODAY,
                    changes={"amount": Decimal(50 + n)},
                )
                for n in range(4)
            ),
        ]  # fmt: skip
        race(calls)
        plan.refresh_from_db()
        numbers = list(PlanVersion.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, plan.version + 1))
        assert list(Snapshot.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
        assert list(replay_mismatches()) == []
        # No change is lost: the newest version has the newest of everything.
        newest = plan.versions.get(number=plan.version).inputs["plan"]
        goal.refresh_from_db()
        assert newest["finances"]["monthly_income"] == str(Snapshot.objects.newest_first()[0].monthly_income)
        assert newest["goals"][0]["target_amount"] == str(goal.target_amount)
