"""Storing snapshots."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import User
from fincred.errors import FieldError
from planning.models import ActionPlan, Snapshot
from planning.snapshot_contents import SnapshotContents
from planning.tests.factories import contents, debt, goal_of, plan_for, savings, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestStoreSnapshot:
    def test_keeps_the_versions_before(self, saver: User) -> None:
        first = snapshot_of(saver, contents(income="3000.00"))
        second = snapshot_of(saver, contents(income="4000.00"))
        assert list(Snapshot.objects.owned_by(saver).newest_first()) == [second, first]
        first.refresh_from_db()
        assert first.monthly_income == Decimal("3000.00")

    def test_counts_versions_for_each_person(self, saver: User, stranger: User) -> None:
        snapshot_of(stranger)
        assert [snapshot_of(saver).number, snapshot_of(saver).number] == [1, 2]

    def test_sums_up(self, saver: User) -> None:
        snapshot = snapshot_of(saver, contents(debts=(debt(),), savings=(savings("1200.00"),)))
        assert snapshot.monthly_surplus == Decimal("900.00")
        assert snapshot.net_worth == Decimal("-3800.00")

    def test_takes_the_largest_amounts_to_the_cent(self, saver: User) -> None:
        largest = "999999999999.99"
        snapshot_of(saver, contents(income=largest, expenses=largest, savings=(savings(largest),)))
        stored = Snapshot.objects.get()
        assert str(stored.contents.incomes[0].amount) == largest
        assert stored.total_savings == Decimal(largest)
        assert stored.monthly_surplus == Decimal("0.00")

    def test_links_a_debt_to_an_own_debt_payoff_goal(self, saver: User) -> None:
        goal = goal_of(saver, type="debt_payoff")
        snapshot = snapshot_of(saver, contents(debts=(debt(goal_id=goal.id),)))
        assert snapshot.debts[0]["goal_id"] == str(goal.id)

    def test_keeps_a_link_whose_goal_is_of_another_type_by_now(self, saver: User) -> None:
        goal = goal_of(saver, type="debt_payoff")
        linked = contents(debts=(debt(goal_id=goal.id),))
        snapshot_of(saver, linked)
        goal.type = "fire_starter"
        goal.save()
        assert snapshot_of(saver, linked).debts[0]["goal_id"] == str(goal.id)
        snapshot_of(saver, contents())
        with pytest.raises(FieldError):
            snapshot_of(saver, linked)

    def test_refuses_to_link_a_debt_to_a_savings_goal(self, saver: User) -> None:
        goal = goal_of(saver, type="emergency_fund")
        with pytest.raises(FieldError) as refusal:
            snapshot_of(saver, contents(debts=(debt(), debt(goal_id=goal.id))))
        assert refusal.value.details["errors"][0]["field"] == "debts.1.goal_id"
        assert not Snapshot.objects.exists()

    def test_refuses_another_persons_goal_like_one_that_never_was(self, saver: User, stranger: User) -> None:
        theirs = goal_of(stranger, type="debt_payoff")
        refusals = []
        for goal_id in (theirs.id, uuid4()):
            with pytest.raises(FieldError) as refusal:
                snapshot_of(saver, contents(debts=(debt(goal_id=goal_id),)))
            refusals.append(refusal.value.details)
        assert refusals[0] == refusals[1]

    def test_moves_the_plans_that_change(self, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver))
        snapshot_of(saver, contents(income="2050.00"))
        plan.refresh_from_db()
        newest = plan.versions.get(number=2)
        assert (plan.version, newest.reason, plan.feasibility) == (2, "snapshot_changed", "Unrealistic")
        assert newest.inputs["plan"]["finances"]["monthly_income"] == "2050.00"

    def test_moves_no_plan_when_nothing_changes_for_it(self, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver))
        snapshot_of(saver, contents(savings=(savings("77.00"),)))
        plan.refresh_from_db()
        assert plan.version == 1

    def test_makes_no_plan_for_a_goal_without(self, saver: User) -> None:
        goal_of(saver)
        snapshot_of(saver)
        assert not ActionPlan.objects.exists()

    def test_leaves_other_peoples_plans_alone(self, saver: User, stranger: User) -> None:
        snapshot_of(stranger)
        plan = plan_for(goal_of(stranger))
        snapshot_of(saver, contents(income="1.00"))
        assert plan.versions.count() == 1

    def test_an_empty_one_counts_as_nothing_and_the_plan_says_so(self, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver))
        snapshot_of(saver, SnapshotContents())
        plan.refresh_from_db()
        assert plan.feasibility == "Unrealistic"
        assert plan.explanation["text"].startswith(
            "Your snapshot has no incomes and expenses, so they count as 0."
        )
        assert plan.explanation["facts"]["missing"] == ["incomes", "expenses"]
