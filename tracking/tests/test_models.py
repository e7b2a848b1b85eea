from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.queries import history_of_goal, history_of_person
from tracking.tests.factories import CheckInFactory, MilestoneFactory

pytestmark = [pytest.mark.integration, pytest.mark.tracking]


class TestConstraints:
    def test_allow_no_negative_amount(self, saver: User) -> None:
        with pytest.raises(IntegrityError, match="check_in_amount_not_negative"), transaction.atomic():
            CheckInFactory.create(goal__user=saver, current_amount=Decimal("-0.01"))

    def test_allow_a_milestone_once(self, saver: User) -> None:
        milestone = MilestoneFactory.create(goal__user=saver)
        MilestoneFactory.create(goal=milestone.goal, percent=50)

        with pytest.raises(IntegrityError), transaction.atomic():
            MilestoneFactory.create(goal=milestone.goal)
        MilestoneFactory.create(goal=milestone.goal, cycle=1)

    def test_know_every_milestone(self, saver: User) -> None:
        with pytest.raises(IntegrityError, match="milestone_percent_known"), transaction.atomic():
            MilestoneFactory.create(goal__user=saver, percent=60)

    def test_allow_one_row_a_week_and_none_that_is_empty(self, saver: User) -> None:
        CheckInWeek.objects.create(user=saver, monday=date(2026, 3, 9), check_ins=1)

        with pytest.raises(IntegrityError), transaction.atomic():
            CheckInWeek.objects.create(user=saver, monday=date(2026, 3, 9), check_ins=1)
        with pytest.raises(IntegrityError, match="check_in_week_not_empty"), transaction.atomic():
            CheckInWeek.objects.create(user=saver, monday=date(2026, 3, 16), check_ins=0)


class TestOrder:
    def test_of_check_ins_is_by_day_then_creation_then_id(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        early, late = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
        by_id = CheckInFactory.create_batch(3, goal=goal, check_in_date=date(2026, 2, 1), created_at=early)
        by_creation = CheckInFactory.create(goal=goal, check_in_date=date(2026, 2, 1), created_at=late)
        by_day = CheckInFactory.create(goal=goal, check_in_date=date(2026, 2, 2), created_at=early)

        by_id.sort(key=lambda check_in: check_in.id, reverse=True)
        assert list(CheckIn.objects.of_goal(goal).newest_first()) == [by_day, by_creation, *by_id]

    def test_of_milestones_is_by_day_then_percent(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        for percent, day in [(25, 1), (50, 2), (75, 2)]:
            MilestoneFactory.create(goal=goal, percent=percent, reached_on=date(2026, 3, day))

        assert [milestone.percent for milestone in Milestone.objects.newest_first()] == [75, 50, 25]


class TestIndexes:
    """The pages people read come from an index in its order: nothing is sorted, nothing is read in vain."""

    def plan(self, query: QuerySet[Any]) -> str:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        return query.explain()

    @pytest.mark.parametrize(
        ("name", "index"),
        [
            ("of_goal", "check_in_newest_of_goal"),
            ("of_goal_in_a_period", "check_in_newest_of_goal"),
            ("of_person", "check_in_newest_of_person"),
            ("of_person_in_a_period", "check_in_newest_of_person"),
            ("milestones", "milestone_newest_of_person"),
        ],
    )
    def test_serve(self, saver: User, name: str, index: str) -> None:
        goal = GoalFactory.create(user=saver)
        period = (date(2026, 1, 1), date(2026, 2, 1))
        queries: dict[str, QuerySet[Any]] = {
            "of_goal": CheckIn.objects.of_goal(goal).newest_first(),
            "of_goal_in_a_period": CheckIn.objects.of_goal(goal).between(*period).newest_first(),
            "of_person": CheckIn.objects.owned_by(saver).newest_first(),
            "of_person_in_a_period": CheckIn.objects.owned_by(saver).between(*period).newest_first(),
            "milestones": Milestone.objects.owned_by(saver).newest_first(),
        }

        plan = self.plan(queries[name][:20])

        assert index in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan

    @pytest.mark.parametrize(
        ("whose", "index"),
        [
            ("goal", "check_in_newest_of_goal"),
            ("owner", "check_in_newest_of_person"),
            ("owner and goal", "check_in_newest_of_goal"),
        ],
    )
    def test_alone_count_a_period(self, saver: User, whose: str, index: str) -> None:
        goal, *others = GoalFactory.create_batch(11, user=saver)
        days = [date(2026, 1, 1) + timedelta(days=number) for number in range(30)]
        # With check-ins of other people as well, so that no other index is as good.
        others += GoalFactory.create_batch(20)
        CheckIn.objects.bulk_create(
            CheckInFactory.build(goal=other, user=other.user, check_in_date=day)
            for other in others
            for day in days
        )
        period: dict[str, Any] = {"from": date(2026, 1, 1), "to": date(2026, 2, 1)}
        history = {
            "goal": history_of_goal(goal.pk, period),
            "owner": history_of_person(saver.pk, period),
            "owner and goal": history_of_person(saver.pk, period | {"goal_id": goal.pk}),
        }[whose]
        with CaptureQueriesContext(connection) as queries:
            assert history.count() == (300 if whose == "owner" else 0)

        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE tracking_checkin")
                for way in ("seqscan", "bitmapscan"):
                    cursor.execute(f"SET LOCAL enable_{way} = off")
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{explain} {queries[0]['sql']}")
            plan = str(cursor.fetchall())
        # Whether PostgreSQL looks at the table as well depends on its last VACUUM; SQLite says that it needn't.
        assert f"Scan using {index} " in plan or f"USING COVERING INDEX {index} " in plan

    def test_serve_the_weeks_of_a_streak(self, saver: User) -> None:
        plan = self.plan(CheckInWeek.objects.filter(user=saver).values_list("monday", flat=True))

        assert "check_in_week_once_a_person" in plan or "USING COVERING INDEX" in plan


class TestText:
    def test_of_each_model_says_what_it_is(self, saver: User) -> None:
        milestone = MilestoneFactory.create(goal__user=saver, goal__name="Bike", percent=50)
        check_in = CheckInFactory.create(goal=milestone.goal, check_in_date=date(2026, 3, 9))

        assert str(milestone) == 'Halfway: 50 % of "Bike".'
        assert str(check_in) == "100.00 on 2026-03-09"
        assert str(CheckInWeek(monday=date(2026, 3, 9), check_ins=2)) == "2 from 2026-03-09"
