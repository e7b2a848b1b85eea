"""People who do what their plans say, day after day: what is told stays true, and is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from accounts.models import User
from fincred.money import ZERO, round_to_cents
from goals.models import Goal
from goals.vocabulary import Status
from planning.engine.dates import calendar_date
from planning.models import ActionPlan
from planning.scenarios import Deltas
from planning.services.action_plans import PlanChanges, update_action_plan
from planning.services.plans import plan_everything
from planning.services.projections import project_goal
from planning.services.what_if import Question, what_if
from planning.tests.factories import contents, goal_of, snapshot_of
from planning.vocabulary import Frequency
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.planning]

START = date(2026, 1, 31)
UNCHANGED = Question(
    as_of=START, contents=None, deltas=Deltas(income=ZERO, expenses=ZERO, extra=ZERO), changes=(), new_goals=()
)


class Walk:
    """A person with random goals on one surplus, and accounts that the bank keeps by the rules."""

    def __init__(self, user: User, seed: int, *, months: int, own_days: bool = False) -> None:
        self.random, self.user, self.own_days = Random(seed), user, own_days
        self.day, self.end = START, calendar_date(START, months)
        self.surplus = Decimal(self.random.randint(100, 1500))
        snapshot_of(user, contents(income=str(2000 + self.surplus)), now=self.now, today=self.day)
        for _ in range(self.random.randint(1, 5)):
            self._new_goal()
        self.accounts: dict[str, Decimal] = dict.fromkeys((str(goal.pk) for goal in self._goals()), ZERO)
        self.earning: dict[str, Decimal] = {}
        self.on_date: dict[str, Decimal] = {}
        self.month, self.paid, self.paid_in_all = 0, ZERO, ZERO
        self.plan()
        for plan in [*self._plans()] if own_days else ():
            self._choose_days(plan)
        self.plan()
        self.promised = {plan.goal_id: plan.goal.target_date for plan in self._plans() if not plan.shortfall}

    @property
    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def _new_goal(self) -> None:
        goal_of(
            self.user,
            target_amount=Decimal(self.random.randint(50, 6000)),
            target_date=self.day + timedelta(days=self.random.randint(5, 600)),
            priority=self.random.choice(["High", "Medium", "Low"]),
            annual_rate=Decimal(self.random.choice(["0", "0", "3.5", "12"])),
            started_on=self.day,
            created_at=self.now,
        )

    def _choose_days(self, plan: ActionPlan) -> None:
        """Some plans are paid on days of their own."""
        frequency = self.random.choice([None, *Frequency])
        if frequency is None:
            return
        day = self.random.randint(1, 31 if frequency == Frequency.MONTHLY else 7)
        changes = PlanChanges(frequency=frequency, day_of_period=day)
        update_action_plan(owner=self.user, plan_id=plan.id, changes=changes, now=self.now, today=self.day)

    def _goals(self) -> list[Goal]:
        return list(Goal.objects.owned_by(self.user).active())

    def _plans(self) -> Iterator[ActionPlan]:
        return iter(ActionPlan.objects.owned_by(self.user).open().select_related("goal"))

    def plan(self) -> None:
        """Plan again, and compare everything that names a date or an amount."""
        made = plan_everything(owner=self.user, now=self.now, today=self.day)
        baseline = what_if(owner=self.user, question=replace(UNCHANGED, as_of=self.day)).baseline
        assert baseline.summary == made.summary
        asked = made.summary.total_allocated_contributions
        assert self.paid_in_all + asked <= self.surplus * (self.month + 1)
        assert self.own_days or self.paid + asked <= self.surplus
        by_goal = {goal.goal_id: (goal, other) for goal, other in zip(made.goals, baseline.goals, strict=True)}
        for plan in self._plans():
            if plan.goal.status != Status.ACTIVE:
                continue
            goal, other = by_goal[str(plan.goal_id)]
            projection = project_goal(owner=self.user, goal=plan.goal, check_ins=[], today=self.day).projection
            days = {
                plan.projected_completion_date,
                goal.projected_completion_date,
                other.projected_completion_date,
                projection.projected_completion_date,
            }
            assert len(days) == 1
            assert (plan.this_month, plan.shortfall) == (goal.this_month, goal.shortfall)
            upcoming = plan.upcoming(self.day)
            assert plan.next_action_date(self.day) == (upcoming[0].date if upcoming else None)
            next_month = calendar_date(START, self.month + 1)
            assert plan.this_month == sum(
                (paid.amount for paid in plan.upcoming(self.day, most=99) if paid.date < next_month), ZERO
            )

    def live(self) -> None:
        """One day: the bank's interest, the payments that are due, and now and then a new plan."""
        if self.day == calendar_date(START, self.month + 1):
            self.month, self.paid = self.month + 1, ZERO
            for goal in self._goals():
                key = str(goal.pk)
                self.accounts[key] += self._interest(goal, self.earning.get(key, ZERO))
                self.earning[key] = ZERO
        for goal in self._goals():
            if goal.target_date == self.day:
                key = str(goal.pk)
                self.on_date[key] = self.accounts[key] + self._interest(goal, self.earning.get(key, ZERO))
        for goal in self._goals():
            # Read one by one: a goal that is completed plans the others anew.
            plan = next(plan for plan in self._plans() if plan.goal_id == goal.pk)
            due = [paid for paid in plan.upcoming(self.day, most=1) if paid.date == self.day]
            if due:
                self._pay(plan.goal, due[0].amount)
        if self.day == calendar_date(START, self.month):
            self.earning = dict(self.accounts)
        if self.random.random() < 0.08:
            self.plan()
        self.day += timedelta(days=1)

    def _interest(self, goal: Goal, balance: Decimal) -> Decimal:
        return round_to_cents(balance * goal.annual_rate / 1200)

    def _pay(self, goal: Goal, amount: Decimal) -> None:
        key = str(goal.pk)
        self.accounts[key] += amount
        self.paid += amount
        self.paid_in_all += amount
        assert self.paid_in_all <= self.surplus * (self.month + 1)
        assert self.own_days or self.paid <= self.surplus
        create_check_in(
            owner=self.user, goal_id=goal.pk, current_amount=self.accounts[key], now=self.now, today=self.day
        )


def follow(user: User, seed: int, *, months: int = 20, own_days: bool = False) -> None:
    walk = Walk(user, seed, months=months, own_days=own_days)
    while walk.day < walk.end:
        walk.live()
    for goal in Goal.objects.owned_by(user):
        if goal.pk in walk.promised and walk.promised[goal.pk] < walk.end:
            assert goal.status == Status.COMPLETED or walk.on_date[str(goal.pk)] >= goal.target_amount


class TestFollower:
    @pytest.mark.parametrize("seed", range(3))
    def test_arrives_on_every_date_that_was_promised(self, saver: User, seed: int) -> None:
        follow(saver, seed)

    @pytest.mark.parametrize("seed", range(3))
    def test_arrives_on_days_of_their_own_too(self, saver: User, seed: int) -> None:
        follow(saver, seed, months=12, own_days=True)

    @pytest.mark.drill
    @pytest.mark.parametrize("seed", range(3, 60))
    @pytest.mark.parametrize("own_days", [False, True])
    def test_arrives_whoever_it_is(self, saver: User, seed: int, own_days: bool) -> None:
        follow(saver, seed, own_days=own_days)
