"""The people whom the load comes from: the same on every run, written in bulk, with real tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import psycopg
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection, connections

from accounts.models import Profile, SearchTerm, Session, User
from accounts.tokens import AccessToken
from fincred import clock
from goals.models import Goal
from goals.vocabulary import GoalType, Priority
from planning.services.plans import plan_everything
from planning.services.snapshots import store_snapshot
from planning.snapshot_contents import Expenses, IncomeEntry, SnapshotContents
from tracking.models import CheckIn, CheckInWeek
from tracking.streaks import monday_of

PASSWORD = "a long invented password"  # noqa: S105  invented
GOALS = 5
TALKING = 200
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Caller:
    """A person whose client sends requests."""

    email: str
    token: str
    goal_ids: tuple[UUID, ...]


def new_database(url: str, maintenance: str) -> None:
    """An empty database in place of what an earlier run left."""
    _disconnect()
    name = url.rpartition("/")[2]
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    call_command("migrate", verbosity=0)


def rename_database(url: str, to: str, maintenance: str) -> None:
    """Keep what was filled under another name."""
    _disconnect()
    old, new = (each.rpartition("/")[2] for each in (url, to))
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{new}" WITH (FORCE)')
        server.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def _disconnect() -> None:
    connections.close_all()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]


def drop_database(url: str, maintenance: str) -> None:
    _disconnect()
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')


def fill(people: int, check_ins: int) -> list[Caller]:
    """So many people with five goals each and so many check-ins a goal; those of them who will talk."""
    now = clock.now()
    password = make_password(PASSWORD)
    started = now - timedelta(days=700)
    users = [
        User(email=f"p{n:05}@bench.example", password=password, is_verified=True, created_at=started)
        for n in range(people)
    ]
    User.objects.bulk_create(users, BATCH)
    Profile.objects.bulk_create([Profile(user=user, full_name="Bench Person") for user in users], BATCH)
    SearchTerm.objects.bulk_create([term for user in users for term in SearchTerm.of(user, "Bench Person")], BATCH)
    goals = [goal for number, user in enumerate(users) for goal in _goals(user, number, started, check_ins, now)]
    Goal.objects.bulk_create(goals, BATCH)
    _check_in(goals, check_ins, now)
    talking = users[:TALKING]
    callers = [_caller(user, goals[n * GOALS : (n + 1) * GOALS], now) for n, user in enumerate(talking)]
    for user in talking:
        _plan(user, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return callers


def _goals(user: User, number: int, started: datetime, check_ins: int, now: datetime) -> list[Goal]:
    random = Random(number)
    return [
        Goal(
            user=user,
            type=random.choice(list(GoalType)),
            name=f"Goal {place}",
            target_amount=Decimal(random.randrange(5_000, 90_000)),
            target_date=(now + timedelta(days=random.randrange(200, 900))).date(),
            priority=random.choice(list(Priority)),
            primary_flag=place == 0,
            why_text="Because it matters.",
            annual_rate=Decimal("2.5"),
            current_amount=Decimal(check_ins),
            last_check_in_date=now.date(),
            check_in_count=check_ins,
            started_on=started.date(),
            created_at=started + timedelta(minutes=place),
            updated_at=now,
        )
        for place in range(GOALS)
    ]


def _check_in(goals: list[Goal], check_ins: int, now: datetime) -> None:
    """Spread over two years; the newest is today's. A goal at a time, so memory stays small."""
    days = [(now - timedelta(days=700 * n // check_ins)).date() for n in range(check_ins)]
    rows: list[CheckIn] = []
    for goal in goals:
        for place, day in enumerate(days):
            moment = now - timedelta(seconds=place)
            amount = Decimal(check_ins - place)
            rows.append(
                CheckIn(user_id=goal.user_id, goal=goal, current_amount=amount, check_in_date=day,
                        reflection="Went well.", created_at=moment, updated_at=moment)
            )  # fmt: skip
        if len(rows) > 20_000:
            CheckIn.objects.bulk_create(rows, BATCH)
            rows.clear()
    CheckIn.objects.bulk_create(rows, BATCH)
    weeks: dict[object, int] = {}
    for day in days:
        weeks[monday_of(day)] = weeks.get(monday_of(day), 0) + GOALS
    CheckInWeek.objects.bulk_create(
        [
            CheckInWeek(user_id=user_id, monday=monday, check_ins=count)
            for user_id in dict.fromkeys(goal.user_id for goal in goals)
            for monday, count in weeks.items()
        ],
        BATCH,
    )


def _caller(user: User, goals: list[Goal], now: datetime) -> Caller:
    session = Session.objects.create(user=user, created_at=now, expires_at=now + timedelta(days=14))
    token = AccessToken.issue(user_id=user.id, session_id=session.id, now=now)
    return Caller(user.email, str(token), tuple(goal.id for goal in goals))


def _plan(user: User, now: datetime) -> None:
    contents = SnapshotContents(
        incomes=(IncomeEntry(amount=Decimal("6000.00"), frequency="monthly", source_label="Salary"),),
        expenses=Expenses(total_amount=Decimal("2000.00"), essential_amount=None),
    )
    store_snapshot(owner=user, contents=contents, now=now, today=now.date())
    plan_everything(owner=user, now=now, today=now.date())
