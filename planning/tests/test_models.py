"""Constraints of the database, and what the models compute."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from planning.errors import ImmutableError
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.put_in.still_asked import PutIn
from planning.tests.factories import goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def plan(saver: User) -> ActionPlan:
    snapshot_of(saver)
    return plan_for(goal_of(saver))


class TestConstraints:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"type": "wish"}, "action_plan_type_known"),
            ({"feasibility": "Maybe"}, "action_plan_feasibility_known"),
            ({"frequency": "weekly", "day_of_period": 8}, "action_plan_day_within_period"),
            ({"frequency": "monthly", "day_of_period": 32}, "action_plan_day_within_period"),
            ({"day_of_period": 0}, "action_plan_day_within_period"),
            ({"amount": Decimal("-0.01")}, "action_plan_amounts_not_negative"),
            ({"shortfall": Decimal("-0.01")}, "action_plan_amounts_not_negative"),
            ({"version": 0}, "action_plan_version_from_one"),
        ],
    )
    def test_refuses_an_impossible_plan(self, plan: ActionPlan, changes: dict[str, Any], constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ActionPlan.objects.filter(pk=plan.pk).update(**changes)

    def test_refuses_a_second_open_plan_of_a_goal(self, plan: ActionPlan) -> None:
        plan.pk, plan._state.adding = None, True
        plan.id = PlanVersion().id
        with pytest.raises(IntegrityError), transaction.atomic():
            plan.save()

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [({"number": 0}, "plan_version_number_from_one"), ({"reason": "whim"}, "plan_version_reason_known")],
    )
    def test_refuses_an_impossible_version(
        self, plan: ActionPlan, changes: dict[str, Any], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            plan.versions.update(**changes)

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"number": 0}, "snapshot_number_from_one"),
            ({"total_debt": Decimal("-1.00")}, "snapshot_totals_not_negative"),
        ],
    )
    def test_refuses_an_impossible_snapshot(
        self, plan: ActionPlan, changes: dict[str, Any], constraint: str
    ) -> None:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Snapshot.objects.update(**changes)


class TestWrittenOnce:
    def test_a_snapshot_is_not_saved_again(self, plan: ActionPlan) -> None:
        with pytest.raises(ImmutableError):
            Snapshot.objects.get().save()

    def test_a_version_is_not_saved_again(self, plan: ActionPlan) -> None:
        with pytest.raises(ImmutableError):
            plan.versions.get().save()


class TestNextActionDate:
    """The plan is made on Tuesday 10 March 2026 and paid monthly on the 10th.

    A plan that was made before payments were stored has no `month`; its days are counted.
    """

    def test_is_today_when_a_payment_is_due_today(self, plan: ActionPlan) -> None:
        assert plan.next_action_date(date(2026, 3, 10)) == date(2026, 3, 10)

    def test_is_today_in_the_rest_of_the_month_until_it_is_paid(self, plan: ActionPlan) -> None:
        assert plan.next_action_date(date(2026, 3, 11)) == date(2026, 3, 11)
        plan.put_in = PutIn(paid=Decimal(100))
        assert plan.next_action_date(date(2026, 3, 11)) == date(2026, 4, 10)

    def test_is_a_day_with_a_payment(self, plan: ActionPlan) -> None:
        plan.payments = [["2026-05-10", "100.00"], ["2026-06-10", "100.00"]]
        assert plan.next_action_date(date(2026, 3, 10)) == date(2026, 5, 10)
        assert plan.next_action_date(date(2026, 6, 11)) == date(2026, 6, 11)
        assert plan.next_action_date(date(2026, 7, 10)) is None

    def test_is_clamped_to_the_end_of_a_shorter_month(self, plan: ActionPlan) -> None:
        plan.month, plan.day_of_period = None, 31
        assert plan.next_action_date(date(2026, 4, 1)) == date(2026, 4, 30)

    def test_waits_for_the_month_in_which_the_money_is_there(self, plan: ActionPlan) -> None:
        plan.month, plan.starts_on = None, date(2026, 5, 10)
        assert plan.next_action_date(date(2026, 3, 10)) == date(2026, 5, 10)

    def test_of_a_biweekly_plan_counts_from_the_day_it_was_made(self, plan: ActionPlan) -> None:
        plan.month, plan.frequency, plan.day_of_period = None, "biweekly", 5
        days = [plan.next_action_date(date(2026, 3, day)) for day in (10, 14)]
        assert days == [date(2026, 3, 13), date(2026, 3, 27)]

    def test_is_none_without_anything_to_pay(self, plan: ActionPlan) -> None:
        plan.month, plan.starts_on = None, None
        assert plan.next_action_date(date(2026, 3, 10)) is None

    def test_is_none_for_a_goal_that_is_not_active(self, plan: ActionPlan) -> None:
        plan.goal.status = "paused"
        assert plan.next_action_date(date(2026, 3, 10)) is None

    def test_is_none_for_an_ended_plan(self, plan: ActionPlan) -> None:
        plan.ended_at = datetime(2026, 3, 10, tzinfo=UTC)
        assert plan.next_action_date(date(2026, 3, 10)) is None


class TestIndexes:
    @pytest.mark.postgresql
    @pytest.mark.parametrize(
        ("rows", "index"),
        [("plans", "action_plan_newest_first"), ("snapshots", "snapshot_number_unique")],
    )
    def test_lists_walk_an_index_in_their_order(self, plan: ActionPlan, rows: str, index: str) -> None:
        lists: dict[str, QuerySet[Any]] = {
            "plans": ActionPlan.objects.owned_by(plan.user).open().newest_first(),
            "snapshots": Snapshot.objects.owned_by(plan.user).newest_first(),
        }
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):  # what pays for a table of one row
                cursor.execute(f"SET LOCAL enable_{way} = off")
        explained = lists[rows].explain()
        assert index in explained
        assert "Sort" not in explained


class TestStrings:
    def test_rows_say_what_they_are(self, plan: ActionPlan) -> None:
        assert [str(plan), str(plan.versions.get()), str(Snapshot.objects.get())] == [
            "100.00 monthly",
            "Version 1 (created)",
            "Snapshot 1",
        ]
