"""Many invented people at once, for measuring: written in bulk, without the services, but as consistent as theirs.

Each has one snapshot, three goals and eight weeks of check-ins. Person n is the same on every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from django.db import models, transaction
from django.db.models import Max

from accounts.models import Profile, User
from fincred.money import CENT
from goals.models import Goal
from goals.vocabulary import GoalType, Priority
from planning.models import Snapshot
from planning.snapshot_contents import Expenses, IncomeEntry, SavingsEntry, SnapshotContents
from planning.vocabulary import PayFrequency
from tracking.milestones import reached
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.streaks import monday_of

DOMAIN: Final = "load.fincred.example"
BATCH: Final = 250
WEEKS: Final = 8
GOALS: Final = (
    ("Emergency fund", GoalType.EMERGENCY_FUND, Priority.HIGH),
    ("Holiday", GoalType.SHORT_TERM_SAVING, Priority.MEDIUM),
    ("Independence", GoalType.FIRE_STARTER, Priority.LOW),
)


@dataclass
class Rows:
    """The rows of one batch, in the order of their insertion."""

    users: list[User] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    weeks: list[CheckInWeek] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)

    @transaction.atomic
    def insert(self) -> None:
        for rows in vars(self).values():
            model: type[models.Model] = type(rows[0]) if rows else User
            model._default_manager.bulk_create(rows)


def missing_people(wanted: int) -> range:
    """The numbers of the people who don't exist yet, so that a stopped run continues."""
    last = User.objects.filter(email__endswith=f"@{DOMAIN}").aggregate(last=Max("email"))["last"]
    return range(int(last.partition("@")[0]) + 1 if last else 1, wanted + 1)


def load_people(numbers: range, *, password: str, now: datetime, progress: Callable[[int], None]) -> None:
    """Insert these people, all with the same (hashed) password; `progress` gets the size of each batch."""
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        rows = Rows()
        for number in batch:
            _add_person(rows, number, password, now)
        rows.insert()
        progress(len(batch))


def _add_person(rows: Rows, number: int, password: str, now: datetime) -> None:
    random = Random(number)  # noqa: S311  invented people, no secrets
    start = now - timedelta(weeks=WEEKS)
    user = User(email=f"{number:08}@{DOMAIN}", password=password, is_verified=True, created_at=start)
    rows.users.append(user)
    rows.profiles.append(Profile(user=user, full_name=f"Person {number}"))
    rows.snapshots.append(_snapshot(user, random, start))
    for place in range(len(GOALS)):
        _add_goal(rows, user, place, random, start)
    rows.weeks += [
        CheckInWeek(user=user, monday=monday_of(day), check_ins=len(GOALS)) for day in _days(start.date())
    ]


def _days(start: date) -> Iterator[date]:
    return (start + timedelta(weeks=week) for week in range(1, WEEKS + 1))


def _snapshot(user: User, random: Random, start: datetime) -> Snapshot:
    income = Decimal(random.randrange(2000, 8000)).quantize(CENT)
    expenses, savings = (income * 3 / 5).quantize(CENT), (income * random.randrange(6)).quantize(CENT)
    contents = SnapshotContents(
        incomes=(IncomeEntry(amount=income, frequency=PayFrequency.MONTHLY, source_label="Salary"),),
        expenses=Expenses(total_amount=expenses, essential_amount=None),
        savings=(SavingsEntry(label=None, balance=savings),),
    )
    return Snapshot(
        user=user,
        number=1,
        **contents.as_json(),
        monthly_income=contents.monthly_income,
        monthly_expenses=contents.monthly_expenses,
        monthly_minimum_payments=contents.monthly_minimum_payments,
        total_debt=contents.total_debt,
        total_savings=contents.total_savings,
        created_at=start,
    )


def _add_goal(rows: Rows, user: User, place: int, random: Random, start: datetime) -> None:
    name, kind, priority = GOALS[place]
    step = Decimal(random.randrange(10, 200))
    goal = Goal(
        user=user,
        type=kind,
        name=name,
        target_amount=step * random.randrange(WEEKS + 1, 60),
        target_date=start.date() + timedelta(days=random.randrange(200, 2000)),
        priority=priority,
        primary_flag=place == 0,
        started_on=start.date(),
        created_at=start,
        updated_at=start,
    )
    rows.goals.append(goal)
    seen: set[int] = set()
    for week, day in enumerate(_days(start.date()), start=1):
        moment = start + timedelta(weeks=week)
        goal.current_amount, goal.last_check_in_date, goal.updated_at = step * week, day, moment
        goal.check_in_count += 1
        rows.check_ins.append(
            CheckIn(
                user=user,
                goal=goal,
                current_amount=goal.current_amount,
                check_in_date=day,
                created_at=moment,
                updated_at=moment,
            )
        )
        new = [percent for percent in reached(goal.current_amount, goal.target_amount) if percent not in seen]
        rows.milestones += [Milestone(user=user, goal=goal, percent=percent, reached_on=day) for percent in new]
        seen.update(new)
