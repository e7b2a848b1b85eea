"""Plans follow the goals, and their versions can be replayed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.audit import chain_of
from accounts.models import User
from goals.models import Goal
from goals.services import cancel_goal, create_goal, record_progress, update_goal
from planning.models import ActionPlan
from planning.tests.factories import NOON, TODAY, contents, debt, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def plan(saver: User) -> ActionPlan:
    """1 000 a month for 12 000 in a year: all of the surplus."""
    snapshot_of(saver)
    return plan_for(goal_of(saver, target_amount=Decimal("12000.00"), priority="Medium"))


def change(plan: ActionPlan, **changes: Any) -> Goal:
    return update_goal(owner=plan.user, goal_id=plan.goal_id, changes=changes, now=NOON, today=TODAY)  # type: ignore[arg-type]


class TestGoalsChanged:
    @pytest.mark.parametrize(
        "changes",
        [
            {"target_amount": Decimal("11000.00")},
            {"target_date": date(2027, 4, 10)},
            {"annual_rate": Decimal("5.0000")},
        ],
    )
    def test_a_changed_goal_gets_a_new_version(self, plan: ActionPlan, changes: dict[str, Any]) -> None:
        change(plan, **changes)
        plan.refresh_from_db()
        assert plan.version == 2
        assert plan.versions.get(number=2).reason == "goal_changed"

    def test_another_type_counts_other_debts(self, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, type="debt_payoff", target_amount=Decimal("12000.00")))
        snapshot_of(saver, contents(debts=(debt(goal_id=plan.goal_id),)))
        change(plan, type="short_term_saving")
        plan.refresh_from_db()
        assert plan.required_monthly_contribution == Decimal("1000.00")
        assert plan.versions.get(number=plan.version).reason == "goal_changed"

    def test_the_changed_goal_is_shown_with_its_new_pace(self, plan: ActionPlan) -> None:
        goal = change(plan, target_amount=Decimal("6000.00"))
        assert goal.expected_on(date(2027, 3, 10)) == Decimal("6000.00")

    def test_a_new_goal_moves_the_plans_it_takes_from(self, plan: ActionPlan, saver: User) -> None:
        create_goal(
            owner=saver,
            type="emergency_fund",
            name="Buffer",
            target_amount=Decimal("1200.00"),
            target_date=date(2027, 3, 10),
            priority="High",
            now=NOON,
            today=TODAY,
        )
        plan.refresh_from_db()
        assert (plan.version, plan.feasibility) == (2, "Unrealistic")
        assert ActionPlan.objects.count() == 1

    def test_a_goal_that_goes_gives_back_what_it_took(self, plan: ActionPlan, saver: User) -> None:
        ahead = goal_of(saver, target_amount=Decimal("1200.00"), priority="High")
        change(plan, target_amount=Decimal("12001.00"))
        plan.refresh_from_db()
        assert plan.feasibility == "Unrealistic"
        change(plan, target_amount=Decimal("12000.00"))
        cancel_goal(owner=saver, goal_id=ahead.id, now=NOON, today=TODAY)
        plan.refresh_from_db()
        assert plan.feasibility == "Tight"

    def test_priority_moves_both_plans(self, plan: ActionPlan, saver: User) -> None:
        other = plan_for(goal_of(saver, target_amount=Decimal("12000.00"), priority="Low"))
        change(plan, priority="Low", target_date=date(2027, 3, 11))
        plan.refresh_from_db()
        other.refresh_from_db()
        assert (plan.feasibility, other.feasibility) == ("Unrealistic", "Tight")

    def test_a_plan_that_stays_the_same_gets_no_version(self, plan: ActionPlan, saver: User) -> None:
        last = goal_of(saver, target_amount=Decimal("100.00"), priority="Low")
        update_goal(
            owner=saver, goal_id=last.id, changes={"annual_rate": Decimal("1.0000")}, now=NOON, today=TODAY
        )
        plan.refresh_from_db()
        assert plan.version == 1

    def test_a_plan_of_a_paused_goal_stays_as_it_was(self, plan: ActionPlan) -> None:
        change(plan, status="paused")
        change(plan, target_amount=Decimal("1.00"))
        plan.refresh_from_db()
        assert plan.version == 1

    def test_a_resumed_goal_is_planned_again(self, plan: ActionPlan) -> None:
        change(plan, status="paused")
        change(plan, target_amount=Decimal("6000.00"))
        change(plan, status="active")
        plan.refresh_from_db()
        assert (plan.version, plan.required_monthly_contribution) == (2, Decimal("500.00"))

    def test_a_check_in_makes_no_version(self, plan: ActionPlan, saver: User) -> None:
        goal = Goal.objects.get()
        record_progress(
            goal=goal,
            current_amount=Decimal("10.00"),
            last_check_in_date=TODAY,
            now=NOON,
            today=TODAY,
            chain=chain_of(saver),
        )
        assert plan.versions.count() == 1

    def test_a_check_in_that_completes_a_goal_moves_the_others(self, plan: ActionPlan, saver: User) -> None:
        other = plan_for(goal_of(saver, target_amount=Decimal("12000.00"), priority="Low"))
        goal = Goal.objects.get(pk=plan.goal_id)
        record_progress(
            goal=goal,
            current_amount=goal.target_amount,
            last_check_in_date=TODAY,
            now=NOON,
            today=TODAY,
            chain=chain_of(saver),
        )
        other.refresh_from_db()
        assert (other.version, other.required_monthly_contribution) == (2, Decimal("1000.00"))
        # This month's 1 000 went into the goal that is completed now.
        assert (other.this_month, other.shortfall) == (Decimal("0.00"), Decimal("1000.00"))
