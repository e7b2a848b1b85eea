from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import uuid4

import pytest
from django.db import DataError, connection, models
from django.db.models import Q
from django.db.transaction import TransactionManagementError

from accounts.models import User
from accounts.services import lock_user
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all
from fincred.errors import ResourceNotFoundError
from goals.models import Goal
from goals.queries import GOAL, goals_of
from goals.tests.factories import GoalFactory
from planning.models import ActionPlan, Snapshot
from planning.queries import NEWEST_SNAPSHOTS, OPEN_PLANS
from planning.tests.factories import plan_for, snapshot_of
from tracking.models import CheckIn, Milestone
from tracking.queries import history_of_goal, history_of_person
from tracking.tests.factories import CheckInFactory, MilestoneFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]

OWNER = Parameter("owner")


def content(row: Any) -> Any:
    """Everything a row holds, with what was fetched along; the types too, since 1 == Decimal(1) == True."""
    if not isinstance(row, models.Model):
        return row
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    kinds = {name: datetime if isinstance(value, datetime) else type(value) for name, value in fields.items()}
    return fields, kinds, {name: content(other) for name, other in row._state.fields_cache.items()}


@pytest.fixture
def goal(saver: User, noon: datetime) -> Goal:
    goal = GoalFactory.create(user=saver, why_text="Why not", annual_rate=Decimal("2.5000"))
    GoalFactory.create(user=saver)
    snapshot_of(saver)
    plan_for(goal)
    for day in (8, 9, 10):
        CheckInFactory.create(goal=goal, check_in_date=date(2026, 3, day), reflection="Fine")
    MilestoneFactory.create(goal=goal)
    return goal


Same = Callable[[Goal], tuple[BoundQuery[Any], models.QuerySet[Any, Any]]]

SAME: dict[str, Same] = {
    "a goal": lambda goal: (
        GOAL.bind(owner=goal.user_id, goal_id=goal.pk),
        Goal.objects.filter(user_id=goal.user_id, pk=goal.pk),
    ),
    "goals by every filter": lambda goal: (
        cast(
            "BoundQuery[Goal]",
            goals_of(
                goal.user_id,
                {"status": ["active"], "type": [goal.type], "priority": [goal.priority]},
                ("-priority_rank", "-id"),
            ),
        ),
        Goal.objects.filter(user_id=goal.user_id).order_by("-priority_rank", "-id"),
    ),
    "plans with their goals": lambda goal: (
        OPEN_PLANS.bind(owner=goal.user_id),
        ActionPlan.objects.filter(user_id=goal.user_id).select_related("goal"),
    ),
    "snapshots": lambda goal: (
        NEWEST_SNAPSHOTS.bind(owner=goal.user_id),
        Snapshot.objects.filter(user_id=goal.user_id),
    ),
    "a goal's history between two days": lambda goal: (
        history_of_goal(goal.pk, {"from": date(2026, 3, 9), "to": date(2026, 3, 9)}),
        CheckIn.objects.filter(goal=goal, check_in_date=date(2026, 3, 9)),
    ),
    "a person's history": lambda goal: (
        history_of_person(goal.user_id, {"goal_id": goal.pk}),
        CheckIn.objects.filter(goal=goal).newest_first(),
    ),
    "milestones with their goals": lambda goal: (
        PreparedQuery(Milestone.objects.owned_by(OWNER).select_related("goal").newest_first()).bind(
            owner=goal.user_id
        ),
        Milestone.objects.select_related("goal").filter(user_id=goal.user_id).newest_first(),
    ),
    "some of the columns": lambda goal: (
        PreparedQuery(
            Goal.objects.owned_by(OWNER).order_by("id").values_list("id", "current_amount", "created_at")
        ).bind(owner=goal.user_id),
        Goal.objects.filter(user_id=goal.user_id).order_by("id").values_list("id", "current_amount", "created_at"),
    ),
    "one column": lambda goal: (
        PreparedQuery(Goal.objects.owned_by(OWNER).order_by("id").values_list("pace", flat=True)).bind(
            owner=goal.user_id
        ),
        Goal.objects.filter(user_id=goal.user_id).order_by("id").values_list("pace", flat=True),
    ),
}


class TestRead:
    @pytest.mark.parametrize("name", SAME)
    def test_gives_the_same_rows_as_its_queryset(self, goal: Goal, name: str) -> None:
        query, queryset = SAME[name](goal)
        rows = [content(row) for row in queryset]

        for _ in range(3):  # compiled, prepared, prepared again
            assert [content(row) for row in query.all()] == rows

        assert rows
        assert query.count() == len(rows)
        assert content(query.first()) == rows[0]
        assert [content(row) for row in query.page(limit=1, offset=1).all()] == rows[1:2]

    def test_gives_rows_what_is_annotated(self, goal: Goal) -> None:
        annotated = Goal.objects.owned_by(OWNER).annotate(is_it=Q(pk=Parameter("goal_id"))).order_by("id")
        rows: Any = PreparedQuery(annotated).bind(owner=goal.user_id, goal_id=goal.pk).all()
        assert {row.pk: row.is_it for row in rows} == {row.pk: row == goal for row in rows}
        assert len({row.is_it for row in rows}) == 2

    def test_asks_once_also_for_what_is_fetched_along(self, goal: Goal, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            plan = OPEN_PLANS.bind(owner=goal.user_id).get()
            assert plan.goal.name == goal.name

    def test_runs_with_the_values_of_each_run(self, goal: Goal, stranger: User) -> None:
        theirs = GoalFactory.create(user=stranger)
        assert GOAL.bind(owner=stranger.pk, goal_id=theirs.pk).get() == theirs
        assert GOAL.bind(owner=goal.user_id, goal_id=theirs.pk).first() is None

    def test_finds_nothing(self, saver: User) -> None:
        with pytest.raises(ResourceNotFoundError):
            GOAL.bind(owner=saver.pk, goal_id=uuid4()).get()

    def test_of_nothing_gives_nothing(self) -> None:
        assert fetch_all() == []

    def test_refuses_rows_of_another_kind(self, saver: User) -> None:
        with pytest.raises(TypeError, match="ValuesIterable"):
            PreparedQuery(Goal.objects.values("id")).bind().all()

    @pytest.mark.postgresql
    def test_says_in_djangos_words_what_cannot_be_read(self, goal: Goal) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE goals_goal SET target_date = 'infinity' WHERE id = %s", [goal.pk])
        for _ in range(2):
            with pytest.raises(DataError):
                GOAL.bind(owner=goal.user_id, goal_id=goal.pk).get()

    @pytest.mark.django_db(transaction=True)
    def test_locks_nothing_outside_of_a_transaction(self, saver: User) -> None:
        with pytest.raises(TransactionManagementError):
            lock_user(saver.pk)
