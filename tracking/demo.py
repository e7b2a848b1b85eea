"""The demo: a person who has used FinCred for twelve weeks, made by calling the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from accounts.services import set_role, update_profile
from accounts.vocabulary import StaffRole
from fincred.clock import local_day
from fincred.events import DemoCreated, publish
from fincred.money import ZERO
from goals.models import Goal
from goals.services import create_goal
from goals.vocabulary import GoalType, Kind, Priority, Status
from planning.services.plans import plan_everything
from planning.services.snapshots import store_snapshot
from planning.snapshot_contents import (
    DebtEntry,
    Expenses,
    IncomeEntry,
    PlannedExpense,
    SavingsEntry,
    SnapshotContents,
)
from planning.vocabulary import DebtType, PayFrequency
from tracking.services import create_check_in, create_pulse
from tracking.vocabulary import PlannedPayments, Spending

# For trying things out on one's own machine: `seed_demo` refuses to run in production.
DEMO_EMAIL: Final = "demo@fincred.example"
DEMO_PASSWORD: Final = "twelve-weeks-of-saving"  # noqa: S105  public, on purpose
SUPPORT_EMAIL: Final = "support@fincred.example"
SUPPORT_PASSWORD: Final = "here-to-help-you-save"  # noqa: S105  public, on purpose

WEEKS: Final = 12
RAISE: Final = 6
TIMEZONE: Final = "Europe/Berlin"
CHEAP: Final = timedelta(days=300)
"""How long the promotional rate of the car loan lasts, from the first day."""
FRIDAY: Final = 5
BONUS: Final = timedelta(days=200)
INSURANCE: Final = timedelta(days=140)
"""How long after the first day both come for the first time; then every year."""


@dataclass(frozen=True, slots=True)
class DemoGoal:
    """A goal of the demo: its owner saves `pace` percent of what the plan expects, until week `until`."""

    name: str
    type: GoalType
    target: str
    days: int
    priority: Priority
    pace: int = 100
    until: int = WEEKS
    kind: Kind = Kind.ONCE
    repeat_every_months: int | None = None


GOALS: Final = (
    DemoGoal(
        "Emergency fund", GoalType.EMERGENCY_FUND, "6900.00", 540, Priority.HIGH, pace=102, kind=Kind.RESERVE
    ),
    DemoGoal("Clear the credit card", GoalType.DEBT_PAYOFF, "3200.00", 420, Priority.HIGH),
    DemoGoal(
        "Two weeks in Portugal",
        GoalType.SHORT_TERM_SAVING,
        "2400.00",
        250,
        Priority.MEDIUM,
        until=8,
        kind=Kind.RECURRING,
        repeat_every_months=12,
    ),
    DemoGoal("A laptop that lasts", GoalType.SHORT_TERM_SAVING, "900.00", 100, Priority.MEDIUM, pace=300),
    DemoGoal("First step to independence", GoalType.FIRE_STARTER, "200000.00", 3650, Priority.LOW, pace=60),
)
REFLECTIONS: Final = {
    3: "Cooked at home all week, and it shows.",
    6: "A raise! Most of it goes here.",
    9: "The car needed new tyres. Portugal has to wait a little.",
}
# How some weeks went: payments, spending, mood from 1 to 5, and a comment.
PULSES: Final = {
    2: (PlannedPayments.YES, Spending.ON, 4, None),
    5: (PlannedPayments.YES, Spending.UNDER, 5, "Swapped the tram for the bike."),
    9: (PlannedPayments.PARTIAL, Spending.OVER, 2, "Four new tyres at once."),
    12: (PlannedPayments.YES, Spending.ON, 4, "Back on track."),
}


@transaction.atomic
def create_demo(*, now: datetime) -> User:
    """Create the demo person, with twelve weeks of history up to `now`; there must be none yet."""
    start = _weeks_before(now, WEEKS)
    person = User.objects.create_user(DEMO_EMAIL, DEMO_PASSWORD, is_verified=True, created_at=start)
    update_profile(user=person, now=start, full_name="Dana Demo", country="DE", currency="EUR", timezone=TIMEZONE)
    _store_snapshot(person, start, income="2150.00", card=None)
    goals = [_create_goal(person, start, index, demo_goal) for index, demo_goal in enumerate(GOALS)]
    _store_snapshot(person, start, income="2150.00", card=goals[1])
    plan_everything(owner=person, now=start, today=_day(start))
    for week in range(1, WEEKS + 1):
        moment = _weeks_before(now, WEEKS - week)
        if week == RAISE:
            _store_snapshot(person, moment, income="2175.00", card=goals[1])
        for goal, demo_goal in zip(goals, GOALS, strict=True):
            _check_in(person, goal, demo_goal, week, moment)
        if week in PULSES:
            payments, spending, mood, comment = PULSES[week]
            create_pulse(
                owner=person,
                made_planned_payments=payments,
                spending_vs_plan=spending,
                mood_score=mood,
                comment=comment,
                now=moment,
                today=_day(moment),
            )
    publish(DemoCreated(person=person, now=now, today=_day(now)))
    return person


@transaction.atomic
def create_support_agent(*, now: datetime) -> User:
    """Create a support agent for the back office; there must be none yet."""
    agent = User.objects.create_user(SUPPORT_EMAIL, SUPPORT_PASSWORD, full_name="Sascha Support", is_verified=True)
    return set_role(user=agent, role=StaffRole.SUPPORT, now=now)


def _weeks_before(now: datetime, weeks: int) -> datetime:
    """The same time of day so many weeks ago, where the person lives: summer time doesn't move it."""
    return (now.astimezone(ZoneInfo(TIMEZONE)) - timedelta(weeks=weeks)).astimezone(UTC)


def _day(moment: datetime) -> date:
    return local_day(moment, TIMEZONE)


def _store_snapshot(person: User, moment: datetime, *, income: str, card: Goal | None) -> None:
    first_day = _day(person.created_at)
    payday = first_day + timedelta(days=(FRIDAY - first_day.isoweekday()) % 7)
    insurance = PlannedExpense(Decimal("480.00"), PayFrequency.ANNUAL, first_day + INSURANCE, label="Insurance")
    contents = SnapshotContents(
        incomes=(
            IncomeEntry(Decimal(income), PayFrequency.BIWEEKLY, "Salary", payday),
            IncomeEntry(Decimal("1800.00"), PayFrequency.ANNUAL, "Bonus", first_day + BONUS),
        ),
        expenses=Expenses(
            total_amount=Decimal("2950.00"),
            essential_amount=Decimal("2300.00"),
            planned=(insurance,),
        ),
        debts=(
            DebtEntry(
                type=DebtType.CREDIT_CARD,
                label="Credit card",
                balance=Decimal("3200.00"),
                interest_rate_annual=Decimal("22.99"),
                min_payment=ZERO,
                min_payment_percent=Decimal("3.0000"),
                min_payment_floor=Decimal("25.00"),
                goal_id=card.id if card else None,
            ),
            DebtEntry(
                type=DebtType.CAR_LOAN,
                label="Car",
                balance=Decimal("8500.00"),
                interest_rate_annual=Decimal("5.9"),
                min_payment=Decimal("210.00"),
                promo_rate_annual=Decimal("1.9"),
                promo_until=first_day + CHEAP,
                goal_id=None,
            ),
        ),
        savings=(SavingsEntry(label="Savings account", balance=Decimal("1800.00")),),
    )
    store_snapshot(owner=person, contents=contents, now=moment, today=_day(moment))


def _create_goal(person: User, start: datetime, index: int, demo_goal: DemoGoal) -> Goal:
    return create_goal(
        owner=person,
        type=demo_goal.type,
        kind=demo_goal.kind,
        repeat_every_months=demo_goal.repeat_every_months,
        name=demo_goal.name,
        target_amount=Decimal(demo_goal.target),
        target_date=_day(start) + timedelta(days=demo_goal.days),
        priority=demo_goal.priority,
        primary_flag=index == 0,
        why_text="So that a broken car is an errand and not a crisis." if index == 0 else None,
        now=start + timedelta(minutes=index),  # in this order for lists by age
        today=_day(start),
    )


def _check_in(person: User, goal: Goal, demo_goal: DemoGoal, week: int, moment: datetime) -> None:
    """Weekly for the first goal, every other week for the others, until it is reached."""
    goal.refresh_from_db()
    if goal.status != Status.ACTIVE or (not goal.primary_flag and week % 2):
        return
    amount = Decimal(ceil(goal.expected_on(_day(moment)) * demo_goal.pace / 100))
    saved = goal.current_amount if week > demo_goal.until else min(amount, goal.target_amount)
    create_check_in(
        owner=person,
        goal_id=goal.id,
        current_amount=saved,
        reflection=REFLECTIONS.get(week) if goal.primary_flag else None,
        now=moment,
        today=_day(moment),
    )
