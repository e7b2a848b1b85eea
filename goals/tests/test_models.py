from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from fincred.db.writes import write_all
from goals.models import Goal
from goals.pace import Pace
from goals.progress import ProgressStatus
from goals.services import set_paces
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status

pytestmark = [pytest.mark.integration, pytest.mark.goals]

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class TestConstraints:
    @pytest.mark.parametrize(
        ("fault", "constraint"),
        [
            ({"type": "lottery"}, "goal_type_known"),
            ({"kind": "forever"}, "goal_kind_known"),
            ({"repeat_every_months": 3}, "goal_repeats_if_recurring"),
            ({"kind": "recurring"}, "goal_repeats_if_recurring"),
            (
                {"kind": "recurring", "first_date": MOMENT.date(), "repeat_every_months": 121},
                "goal_repeats_if_recurring",
            ),
            ({"drained_on": MOMENT.date()}, "goal_drained_if_a_reserve"),
            ({"priority": "high"}, "goal_priority_known"),
            ({"status": "done"}, "goal_status_known"),
            ({"name": ""}, "goal_name_not_empty"),
            ({"target_amount": Decimal(0)}, "goal_target_amount_positive"),
            ({"current_amount": Decimal("-0.01")}, "goal_current_amount_not_negative"),
            ({"check_in_count": -1}, "check_in_count"),
            ({"annual_rate": Decimal("1000.0001")}, "goal_annual_rate_in_range"),
            ({"annual_rate": Decimal("-0.0001")}, "goal_annual_rate_in_range"),
            ({"status": Status.COMPLETED}, "goal_completed_at_when_completed"),
            ({"completed_at": MOMENT}, "goal_completed_at_when_completed"),
        ],
    )
    def test_never_store_what_must_not_be(self, saver: User, fault: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            GoalFactory.create(user=saver, **fault)

    def test_allow_one_primary_goal_a_person(self, saver: User, stranger: User) -> None:
        GoalFactory.create(user=saver, primary_flag=True)
        GoalFactory.create(user=stranger, primary_flag=True)

        with pytest.raises(IntegrityError), transaction.atomic():
            GoalFactory.create(user=saver, primary_flag=True)


class TestGoalQuerySet:
    def test_orders_by_urgency(self, saver: User) -> None:
        later, sooner = date(2027, 6, 1), date(2027, 1, 1)
        for name, priority, day in [
            ("fourth", "Low", sooner),
            ("third", "Medium", sooner),
            ("second", "High", later),
            ("first", "High", sooner),
        ]:
            GoalFactory.create(user=saver, name=name, priority=priority, target_date=day)

        names = Goal.objects.owned_by(saver).most_urgent_first().values_list("name", flat=True)

        assert list(names) == ["first", "second", "third", "fourth"]

    @pytest.mark.parametrize("search", ["%", "_", "\\"])
    def test_searches_for_wildcards_as_they_are(self, saver: User, search: str) -> None:
        GoalFactory.create(user=saver, name="plain")
        odd = GoalFactory.create(user=saver, name=f"a {search} b")

        assert list(Goal.objects.chosen(search=search)) == [odd]

    def test_reads_the_newest_page_from_its_index(self, saver: User) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

            plan = Goal.objects.owned_by(saver).newest_first()[:20].explain()

        assert "goal_newest_first" in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan


class TestProgressStatus:
    def goal(self, **fields: Any) -> Goal:
        return GoalFactory.create(
            created_at=MOMENT,
            target_date=date(2026, 1, 11),
            target_amount=Decimal("1000.00"),
            last_check_in_date=date(2026, 1, 1),
            **fields,
        )

    @pytest.mark.django_db
    def test_is_measured_against_a_straight_line_without_a_plan(self) -> None:
        goal = self.goal(current_amount=Decimal("500.00"))

        assert goal.expected_on(date(2026, 1, 6)) == Decimal("500.00")
        assert goal.progress_status_on(date(2026, 1, 6)) is ProgressStatus.ON_TRACK
        assert goal.progress_status_on(date(2026, 1, 7)) is ProgressStatus.SLIGHTLY_BEHIND
        assert goal.progress_status_on(date(2026, 1, 8)) is ProgressStatus.OFF_TRACK

    @pytest.mark.django_db
    def test_is_measured_against_the_plan_where_there_is_one(self) -> None:
        goal = self.goal(current_amount=Decimal("100.00"))
        pace = Pace.through([(date(2026, 1, 1), Decimal(0)), (date(2026, 1, 11), Decimal("200.00"))])

        write_all(set_paces([(goal, pace)]))
        planned = Goal.objects.get(pk=goal.pk)
        assert planned.progress_status_on(date(2026, 1, 6)) is ProgressStatus.ON_TRACK

        write_all(set_paces([(planned, None)]))
        assert Goal.objects.get(pk=goal.pk).progress_status_on(date(2026, 1, 6)) is ProgressStatus.OFF_TRACK

    @pytest.mark.django_db
    def test_is_completed_when_the_person_says_so(self) -> None:
        goal = self.goal(status=Status.COMPLETED, completed_at=MOMENT)

        assert goal.progress_status_on(date(2026, 1, 6)) is ProgressStatus.COMPLETED


class TestGoal:
    @pytest.mark.django_db
    def test_keeps_the_largest_amount_to_the_cent(self) -> None:
        largest = Decimal("999999999999.99")
        goal = GoalFactory.create(target_amount=largest)

        assert Goal.objects.get(pk=goal.pk).target_amount == largest

    def test_goes_by_its_name(self) -> None:
        assert str(Goal(name="Bike")) == "Bike"
