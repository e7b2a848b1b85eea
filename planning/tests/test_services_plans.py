"""The plan of all goals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from fincred.money import ZERO, round_to_cents
from goals.history import NoCheckIns
from goals.models import Goal
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan, PlanVersion
from planning.services.action_plans import PlanChanges, update_action_plan
from planning.services.planning_context import read_context
from planning.services.plans import plan_everything
from planning.tests.factories import (
    NOON,
    TODAY,
    chosen_plan_for,
    goal_of,
    plan_for,
    snapshot_of,
)
from planning.vocabulary import Frequency
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.planning]


class TestPlanEverything:
    def test_makes_a_plan_for_each_active_goal(self, goal: Goal, saver: User) -> None:
        paused = goal_of(saver, status="paused")
        second = goal_of(saver, priority="Low")
        made = plan_everything(owner=saver, now=NOON, today=TODAY)
        assert [planned.goal_id for planned in made.goals] == [str(goal.id), str(second.id)]
        assert not ActionPlan.objects.filter(goal=paused).exists()
        assert set(PlanVersion.objects.values_list("reason", flat=True)) == {"created"}

    def test_again_writes_nothing_when_nothing_changed(self, goal: Goal, saver: User) -> None:
        plan_everything(owner=saver, now=NOON, today=TODAY)
        plan_everything(owner=saver, now=NOON, today=TODAY)
        assert PlanVersion.objects.count() == 1

    def test_keeps_a_chosen_plan_chosen(self, goal: Goal, saver: User) -> None:
        chosen_plan_for(goal)
        plan_everything(owner=saver, now=NOON + timedelta(days=1), today=TODAY + timedelta(days=1))
        plan = ActionPlan.objects.get()
        assert (plan.is_chosen, plan.amount, plan.version) == (True, Decimal("100.00"), 2)
        assert plan.versions.get(number=2).reason == "regenerated"

    def test_without_goals_is_a_plan_of_nothing(self, saver: User) -> None:
        snapshot_of(saver)
        made = plan_everything(owner=saver, now=NOON, today=TODAY)
        assert (made.goals, made.summary.buffer_remaining) == ((), Decimal("1000.00"))

    def test_refuses_without_a_snapshot(self, saver: User) -> None:
        with pytest.raises(SnapshotRequiredError):
            plan_everything(owner=saver, now=NOON, today=TODAY)


class TestInterestToldWithAPayment:
    """1 200 at 12 % by 10 June, paid on Thursdays; the bank credits interest on the 10th, and nobody says so."""

    def pay_until(self, goal: Goal, day: date, balance: Decimal) -> Decimal:
        """Do what the plan says up to that day, and return the balance."""
        for due in ActionPlan.objects.get(goal=goal).upcoming(TODAY, most=99):
            goal.refresh_from_db()
            if (goal.last_check_in_date or TODAY) < due.date <= day:
                balance += due.amount
                self.check_in(goal, due.date, balance)
        return balance

    def check_in(self, goal: Goal, day: date, balance: Decimal) -> None:
        now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        create_check_in(owner=goal.user, goal_id=goal.pk, current_amount=balance, now=now, today=day)

    def test_is_no_payment(self, saver: User) -> None:
        snapshot_of(saver)
        goal = goal_of(saver, target_date=date(2026, 6, 10), annual_rate=Decimal(12))
        plan = plan_for(goal)
        thursdays = PlanChanges(frequency=Frequency.WEEKLY, day_of_period=4)
        update_action_plan(owner=saver, plan_id=plan.pk, changes=thursdays, now=NOON, today=TODAY)
        on_10_april = self.pay_until(goal, date(2026, 4, 10), ZERO)
        on_10_may = self.pay_until(goal, date(2026, 5, 10), on_10_april)
        interest = round_to_cents(on_10_april / 100)
        amount = Decimal("85.00")
        self.check_in(goal, date(2026, 5, 14), on_10_may + interest + amount)
        context = read_context(owner=saver, today=date(2026, 5, 14))
        assert context.counted.months[goal.pk].paid == amount
        assert context.counted.earning[goal.pk] == on_10_may + interest
        assert interest > 3

    def test_that_is_taken_back_between_two_reads_is_as_if_it_had_not_been_told(
        self, saver: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        goal = goal_of(saver, annual_rate=Decimal(12))
        snapshot_of(saver)
        plan_for(goal)
        self.check_in(goal, date(2026, 5, 14), Decimal("200.00"))
        monkeypatch.setattr("goals.history._READERS", [NoCheckIns()])
        context = read_context(owner=saver, today=date(2026, 5, 15))
        assert context.counted.months[goal.pk].paid <= Decimal("200.00")
