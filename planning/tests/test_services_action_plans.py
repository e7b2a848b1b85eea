"""Action plans: create, change, regenerate, end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from fincred.errors import FieldError, ResourceNotFoundError
from goals.models import Goal
from goals.pace import Pace
from goals.services import update_goal
from planning.errors import ActionPlanExistsError, GoalNotActiveError, SnapshotRequiredError
from planning.models import ActionPlan
from planning.services.action_plans import (
    PlanChanges,
    create_action_plan,
    end_action_plan,
    regenerate_action_plan,
    update_action_plan,
)
from planning.snapshot_contents import SnapshotContents
from planning.tests.factories import (
    CHOICE,
    NOON,
    TODAY,
    chosen_plan_for,
    contents,
    debt,
    goal_of,
    plan_for,
    snapshot_of,
)
from planning.versions import Terms
from planning.vocabulary import ActionPlanType, Frequency

pytestmark = [pytest.mark.integration, pytest.mark.planning]


def changed(plan: ActionPlan, changes: PlanChanges) -> ActionPlan:
    return update_action_plan(owner=plan.user, plan_id=plan.id, changes=changes, now=NOON, today=TODAY)


class TestCreateActionPlan:
    def test_generates_a_monthly_transfer_of_what_the_goal_needs(self, plan: ActionPlan) -> None:
        assert (plan.type, plan.amount, plan.frequency) == ("automated_transfer", Decimal("100.00"), "monthly")
        assert (plan.day_of_period, plan.feasibility, plan.version) == (10, "Comfortable", 1)
        assert plan.versions.get().reason == "created"

    def test_generates_an_amount_that_reaches_the_target_when_it_does_not_divide(self, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, target_amount=Decimal("10000.00")))
        assert plan.amount == Decimal("833.34")
        assert plan.allocated_monthly_contribution == Decimal("833.33")

    def test_starts_when_goals_with_nearer_dates_have_had_their_share(self, saver: User) -> None:
        snapshot_of(saver, contents(income="2500.00"))
        far = goal_of(saver, target_amount=Decimal("6000.00"), target_date=date(2028, 3, 10))
        goal_of(saver, target_amount=Decimal("1000.00"), target_date=date(2026, 5, 10), priority="Low")
        plan = plan_for(far)
        assert (plan.this_month, plan.amount) == (Decimal("0.00"), Decimal("272.73"))
        assert plan.next_action_date(TODAY) == date(2026, 5, 10)

    def test_sets_the_pace_that_the_goal_is_measured_against(self, plan: ActionPlan, goal: Goal) -> None:
        goal.refresh_from_db()
        pace = Pace.from_json(goal.pace)
        assert [pace.expected_on(day) for day in (TODAY, date(2026, 4, 10), date(2027, 3, 10))] == [
            Decimal("0.00"),
            Decimal("100.00"),
            Decimal("1200.00"),
        ]

    def test_takes_the_persons_own_choice_and_judges_it(self, goal: Goal) -> None:
        plan = chosen_plan_for(goal)
        assert (plan.amount, plan.frequency, plan.day_of_period) == (Decimal("100.00"), "biweekly", 5)
        assert plan.is_chosen
        assert plan.this_month == Decimal("200.00")  # on 13 and 27 March
        assert plan.explanation["code"] == "CHOSEN_ARRIVES"

    def test_judges_a_choice_that_is_too_small(self, goal: Goal) -> None:
        plan = chosen_plan_for(goal, replace(CHOICE, chosen_amount=Decimal("1.00")))
        assert plan.shortfall > 0
        assert plan.feasibility == "Unrealistic"

    def test_a_choice_leaves_less_for_the_plans_of_others(self, plan: ActionPlan, saver: User) -> None:
        greedy = goal_of(saver, target_amount=Decimal("20000.00"), priority="Low")
        chosen_plan_for(greedy, Terms(ActionPlanType.MANUAL_HABIT, Frequency.MONTHLY, 1, Decimal("1000.00")))
        plan.refresh_from_db()
        assert plan.version == 2
        assert plan.versions.get(number=2).reason == "regenerated"

    def test_plans_linked_debts_instead_of_the_target(self, saver: User) -> None:
        goal = goal_of(saver, type="debt_payoff", target_date=date(2027, 3, 10), target_amount=Decimal("9.00"))
        snapshot_of(saver, contents(debts=(debt(goal_id=goal.id),)))
        plan = plan_for(goal)
        assert plan.required_monthly_contribution == Decimal("344.25")  # level 444.25 less the minimum of 100

    def test_refuses_a_second_plan(self, plan: ActionPlan) -> None:
        with pytest.raises(ActionPlanExistsError) as refusal:
            plan_for(plan.goal)
        assert refusal.value.facts == {"action_plan_id": plan.id}

    @pytest.mark.parametrize(
        ("stored", "missing"),
        [
            (None, ["incomes", "expenses"]),
            (SnapshotContents(), ["incomes", "expenses"]),
            (contents(expenses=None), ["expenses"]),
            (SnapshotContents(expenses=contents().expenses), ["incomes"]),
        ],
    )
    def test_refuses_without_income_and_expenses(
        self, saver: User, stored: SnapshotContents | None, missing: list[str]
    ) -> None:
        if stored is not None:
            snapshot_of(saver, stored)
        for terms in (None, CHOICE):
            with pytest.raises(SnapshotRequiredError) as refusal:
                create_action_plan(owner=saver, goal_id=goal_of(saver).id, terms=terms, now=NOON, today=TODAY)
            assert refusal.value.facts == {"missing": missing}

    def test_refuses_a_goal_that_is_not_active(self, goal: Goal, saver: User) -> None:
        update_goal(owner=saver, goal_id=goal.id, changes={"status": "paused"}, now=NOON, today=TODAY)
        with pytest.raises(GoalNotActiveError) as refusal:
            plan_for(goal)
        assert refusal.value.facts == {"goal_id": goal.id, "status": "paused"}

    def test_refuses_another_persons_goal(self, goal: Goal, stranger: User) -> None:
        with pytest.raises(ResourceNotFoundError):
            create_action_plan(owner=stranger, goal_id=goal.id, terms=None, now=NOON, today=TODAY)

    @pytest.mark.parametrize(
        ("frequency", "day"), [(Frequency.WEEKLY, 8), (Frequency.BIWEEKLY, 31), (Frequency.MONTHLY, 32)]
    )
    def test_refuses_a_day_outside_the_period(self, goal: Goal, frequency: Frequency, day: int) -> None:
        with pytest.raises(FieldError) as refusal:
            chosen_plan_for(goal, replace(CHOICE, frequency=frequency, day_of_period=day))
        assert refusal.value.details["errors"][0]["field"] == "day_of_period"


class TestUpdateActionPlan:
    def test_another_amount_makes_it_the_persons_choice_and_a_version(self, plan: ActionPlan) -> None:
        plan = changed(plan, {"amount": Decimal("150.00")})
        assert (plan.amount, plan.is_chosen, plan.version) == (Decimal("150.00"), True, 2)
        assert plan.versions.get(number=2).reason == "regenerated"

    def test_the_same_amount_is_no_choice(self, plan: ActionPlan) -> None:
        plan = changed(plan, {"amount": Decimal("100.00")})
        assert (plan.is_chosen, plan.version) == (False, 1)

    def test_another_frequency_spreads_the_generated_month_anew(self, plan: ActionPlan) -> None:
        plan = changed(plan, {"frequency": Frequency.WEEKLY, "day_of_period": 1})
        assert (plan.amount, plan.is_chosen, plan.version) == (Decimal("23.08"), False, 2)

    def test_another_frequency_keeps_a_chosen_amount(self, goal: Goal) -> None:
        plan = changed(chosen_plan_for(goal), {"frequency": Frequency.WEEKLY})
        assert (plan.amount, plan.this_month) == (Decimal("100.00"), Decimal("400.00"))

    def test_confirming_the_transfer_makes_no_version(self, plan: ActionPlan) -> None:
        plan = changed(plan, {"is_confirmed_set_up": True})
        plan.refresh_from_db()
        assert (plan.is_confirmed_set_up, plan.version) == (True, 1)

    def test_refuses_a_frequency_that_the_stored_day_does_not_fit(self, plan: ActionPlan) -> None:
        with pytest.raises(FieldError):
            changed(plan, {"frequency": Frequency.WEEKLY, "is_confirmed_set_up": True})
        plan.refresh_from_db()
        assert (plan.frequency, plan.is_confirmed_set_up) == ("monthly", False)

    def test_without_a_usable_snapshot_counts_it_as_nothing(self, plan: ActionPlan, saver: User) -> None:
        snapshot_of(saver, SnapshotContents())
        plan = changed(plan, {"amount": Decimal("50.00")})
        assert plan.explanation["facts"]["missing"] == ["incomes", "expenses"]

    def test_of_a_paused_goal_may_be_confirmed_but_not_changed(self, plan: ActionPlan, saver: User) -> None:
        update_goal(owner=saver, goal_id=plan.goal_id, changes={"status": "paused"}, now=NOON, today=TODAY)
        assert changed(plan, {"is_confirmed_set_up": True}).is_confirmed_set_up
        with pytest.raises(GoalNotActiveError):
            changed(plan, {"amount": Decimal("50.00")})

    def test_refuses_another_persons_plan(self, plan: ActionPlan, stranger: User) -> None:
        with pytest.raises(ResourceNotFoundError):
            update_action_plan(owner=stranger, plan_id=plan.id, changes={}, now=NOON, today=TODAY)


class TestRegenerateActionPlan:
    def test_makes_a_version_even_when_nothing_changed(self, plan: ActionPlan) -> None:
        plan = regenerate_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
        assert plan.version == 2
        first, second = plan.versions.order_by("number")
        assert (first.outputs, second.reason) == (second.outputs, "regenerated")

    def test_takes_back_the_persons_choice(self, goal: Goal) -> None:
        plan = chosen_plan_for(goal)
        plan = regenerate_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
        assert (plan.is_chosen, plan.frequency, plan.amount) == (False, "biweekly", Decimal("46.16"))

    def test_counts_from_today_and_what_is_there(self, plan: ActionPlan, goal: Goal) -> None:
        Goal.objects.filter(pk=goal.pk).update(current_amount=Decimal("600.00"))
        later = TODAY + timedelta(days=31)
        plan = regenerate_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=later)
        assert plan.required_monthly_contribution == Decimal("54.55")  # 600 over 11 months
        assert plan.versions.get(number=2).as_of == later

    def test_refuses_without_a_usable_snapshot(self, plan: ActionPlan, saver: User) -> None:
        snapshot_of(saver, SnapshotContents())
        with pytest.raises(SnapshotRequiredError):
            regenerate_action_plan(owner=saver, plan_id=plan.id, now=NOON, today=TODAY)

    def test_refuses_a_goal_that_is_not_active(self, plan: ActionPlan, saver: User) -> None:
        update_goal(owner=saver, goal_id=plan.goal_id, changes={"status": "paused"}, now=NOON, today=TODAY)
        with pytest.raises(GoalNotActiveError):
            regenerate_action_plan(owner=saver, plan_id=plan.id, now=NOON, today=TODAY)


class TestEndActionPlan:
    def test_keeps_the_versions_and_measures_by_the_straight_line_again(self, plan: ActionPlan) -> None:
        end_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
        plan.refresh_from_db()
        assert plan.ended_at == NOON
        assert plan.versions.count() == 1
        assert plan.goal.pace is None

    def test_makes_room_for_another_plan(self, plan: ActionPlan) -> None:
        end_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
        assert plan_for(plan.goal).version == 1

    def test_frees_what_a_chosen_plan_took(self, goal: Goal, saver: User) -> None:
        other = plan_for(goal_of(saver, target_amount=Decimal("12000.00"), priority="Low"))
        greedy = chosen_plan_for(goal, Terms(ActionPlanType.MANUAL_HABIT, Frequency.MONTHLY, 1, Decimal("600.00")))
        other.refresh_from_db()
        assert other.this_month == Decimal("400.00")
        end_action_plan(owner=saver, plan_id=greedy.id, now=NOON, today=TODAY)
        other.refresh_from_db()
        assert other.this_month == Decimal("900.00")
        assert other.versions.get(number=other.version).reason == "regenerated"

    def test_refuses_a_plan_that_is_ended(self, plan: ActionPlan) -> None:
        end_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
        with pytest.raises(ResourceNotFoundError):
            end_action_plan(owner=plan.user, plan_id=plan.id, now=NOON, today=TODAY)
