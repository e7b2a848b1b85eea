"""Many invented people at once, for measuring: as consistent as real ones, but written in bulk.

Each has one snapshot, three goals with plans, eight weeks of check-ins, and the audit trail of all that. Only the
plans are made by their service. Person n is the same on every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import Final

from django.db import models, transaction
from django.db.models import Max

from accounts import audit
from accounts.models import AuditEntry, Profile, SearchTerm, User
from fincred.money import CENT
from goals.models import Goal
from goals.services import AUDITED as GOAL_AUDITED
from goals.vocabulary import GoalType, Priority
from planning.models import Snapshot
from planning.services.plans import plan_everything
from planning.services.snapshots import AUDITED as SNAPSHOT_AUDITED
from planning.snapshot_contents import Expenses, IncomeEntry, SavingsEntry, SnapshotContents
from planning.vocabulary import PayFrequency
from tracking.milestones import reached
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.services.check_ins import AUDITED as CHECK_IN_AUDITED
from tracking.streaks import monday_of

FOLLOWING: Final = ("current_amount", "last_check_in_date", "check_in_count", "updated_at")
"""The fields of a goal that follow its check-ins."""
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
    """Rows of one batch, in the order of their insertion."""

    users: list[User] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    search_terms: list[SearchTerm] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    weeks: list[CheckInWeek] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)

    def insert(self) -> None:
        for rows in filter(None, vars(self).values()):
            model: type[models.Model] = type(rows[0])
            model._default_manager.bulk_create(rows)


def missing_people(wanted: int) -> range:
    """The numbers of the people who don't exist yet, so that a stopped run continues."""
    last = User.objects.filter(email__endswith=f"@{DOMAIN}").aggregate(last=Max("email"))["last"]
    return range(int(last.partition("@")[0]) + 1 if last else 1, wanted + 1)


def load_people(numbers: range, *, password: str, now: datetime, progress: Callable[[int], None]) -> None:
    """Insert these people, all with the same (hashed) password; `progress` gets the size of each batch."""
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        _load(batch, password, now)
        progress(len(batch))


@transaction.atomic
def _load(numbers: range, password: str, now: datetime) -> None:
    start = now - timedelta(weeks=WEEKS)
    people = Rows()
    for number in numbers:
        _add_person(people, number, password, start)
    people.insert()
    for user in people.users:
        plan_everything(owner=user, now=start, today=start.date())
    history = Rows()
    goals = groupby(people.goals, key=attrgetter("user"))
    for user, of_person in goals:
        _add_history(history, user, list(of_person), start)
    history.insert()
    Goal.objects.bulk_update(people.goals, FOLLOWING)


def _add_person(rows: Rows, number: int, password: str, start: datetime) -> None:
    random = Random(number)  # noqa: S311  invented people, no secrets
    user = User(email=f"{number:08}@{DOMAIN}", password=password, is_verified=True, created_at=start)
    snapshot = _snapshot(user, random, start)
    goals = [_goal(user, index, random, start) for index in range(len(GOALS))]
    chain = audit.Chain(user, [])
    told = audit.fields_of(snapshot, SNAPSHOT_AUDITED)
    rows.users.append(user)
    rows.profiles.append(Profile(user=user, full_name=f"Person {number}"))
    rows.search_terms += SearchTerm.of(user, f"Person {number}")
    rows.snapshots.append(snapshot)
    rows.goals += goals
    rows.entries += [
        chain.entry(action="person.registered", subject=user, now=start),
        chain.entry(action="snapshot.stored", subject=snapshot, now=start, after=told),
        *(
            chain.entry(
                action="goal.created", subject=goal, now=start, after=audit.fields_of(goal, sorted(GOAL_AUDITED))
            )
            for goal in goals
        ),
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
        monthly_income=contents.income_from(start.date()),
        monthly_expenses=contents.expenses_from(start.date()),
        monthly_minimum_payments=contents.monthly_minimum_payments,
        total_debt=contents.total_debt,
        total_savings=contents.total_savings,
        created_at=start,
    )


def _goal(user: User, index: int, random: Random, start: datetime) -> Goal:
    name, kind, priority = GOALS[index]
    return Goal(
        user=user,
        type=kind,
        name=name,
        target_amount=Decimal(random.randrange(200, 9_000)).quantize(CENT),
        target_date=start.date() + timedelta(days=random.randrange(200, 2000)),
        priority=priority,
        primary_flag=index == 0,
        started_on=start.date(),
        created_at=start,
        updated_at=start,
    )


def _add_history(rows: Rows, user: User, goals: Sequence[Goal], start: datetime) -> None:
    """A check-in a week for each goal, with the same step each time; no goal is reached."""
    random = Random(user.email)  # noqa: S311  invented people, no secrets
    steps = [(goal.target_amount / random.randrange(WEEKS + 1, 60)).quantize(CENT, ROUND_DOWN) for goal in goals]
    chain = audit.chain_of(user)
    for week, day in enumerate(_days(start.date()), start=1):
        rows.weeks.append(CheckInWeek(user=user, monday=monday_of(day), check_ins=len(goals)))
        for goal, step in zip(goals, steps, strict=True):
            _check_in(rows, goal, step, chain, start + timedelta(weeks=week))


def _check_in(rows: Rows, goal: Goal, step: Decimal, chain: audit.Chain, moment: datetime) -> None:
    before, day = reached(goal.current_amount, goal.target_amount), moment.date()
    goal.current_amount += step
    goal.check_in_count += 1
    goal.last_check_in_date, goal.updated_at = day, moment
    check_in = CheckIn(
        user=goal.user,
        goal=goal,
        current_amount=goal.current_amount,
        check_in_date=day,
        created_at=moment,
        updated_at=moment,
    )
    rows.check_ins.append(check_in)
    rows.milestones += [
        Milestone(user=goal.user, goal=goal, percent=percent, reached_on=day)
        for percent in reached(goal.current_amount, goal.target_amount)
        if percent not in before
    ]
    after = audit.fields_of(check_in, CHECK_IN_AUDITED)
    rows.entries.append(chain.entry(action="check_in.created", subject=check_in, now=moment, after=after))
