"""Many people, by SQL, and the addresses of the back office that must not slow down with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from uuid import UUID

from django.db import connection
from django.db.models import F

from accounts.models import User
from goals.models import Goal
from planning.tests.factories import contents, plan_for, snapshot_of
from tracking.models import CheckIn

PERSON = UUID("00000000-0000-4000-8000-000000000777")
# More words than a search takes, each a start of what this person is found by.
LONG_NAME = "+".join(
    ["p", "pe", "per", "p7", *("p777@example.com"[:letters] for letters in range(3, 17)), *"pppp"]
)
PATHS = [
    "accounts/user/",
    "accounts/user/?p=10",
    "accounts/user/?q=p777@",
    "accounts/user/?q=person",
    "accounts/user/?q=person+p777@",
    f"accounts/user/?q={LONG_NAME}",
    f"accounts/user/?q={PERSON}",
    "accounts/user/?standing=off_track",
    "accounts/user/?standing=check_in",
    "accounts/user/?standing=no_check_in",
    "accounts/user/?standing=no_plan",
    "accounts/user/?standing=plan",
    "accounts/user/?standing=off_track&q=person",
    "accounts/user/?standing=no_plan&sign_in=disabled",
    "accounts/user/?joined=week",
    "accounts/user/?joined=week&standing=no_plan",
    "accounts/user/?sign_in=unverified",
    "accounts/user/?sign_in=unverified_week",
    "accounts/user/?sign_in=disabled",
    "accounts/user/?sign_in=staff",
    "accounts/user/?role=Support",
    "accounts/user/?role=superuser",
    f"accounts/user/{PERSON}/change/",
    "accounts/auditentry/",
    "accounts/auditentry/?by=staff",
    "accounts/auditentry/?by=person",
    "accounts/auditentry/?q=p777@example.com-3",
    "accounts/auditentry/?q=p777@",
    f"accounts/auditentry/?q={PERSON}",
    f"accounts/auditentry/?person_id__exact={PERSON}",
    f"accounts/auditentry/?person_id__exact={PERSON}&by=person",
    "accounts/outgoingmail/",
    "accounts/outgoingmail/?state=dead",
    "accounts/outgoingmail/?state=sent",
    "accounts/outgoingmail/?q=p777@",
    f"accounts/session/?user__exact={PERSON}",
    "goals/goal/",
    f"goals/goal/?user__exact={PERSON}",
    "goals/goal/?q=p777@",
    "tracking/checkin/",
    f"tracking/checkin/?user__exact={PERSON}",
    "tracking/checkin/?q=person",
    "tracking/checkin/?q=p777@",
    "planning/actionplan/?q=p777@",
    "planning/planversion/?q=p777@",
    "companion/notification/",
    f"companion/notification/?user__exact={PERSON}",
    "companion/notification/?q=p777@",
    "companion/notificationpreferences/",
    "companion/notificationpreferences/?q=p777@",
]
# At most a thousand rows each.
FILES = [
    "accounts/user/csv/?standing=off_track",
    "accounts/user/csv/?q=person",
    "accounts/auditentry/csv/",
    f"tracking/checkin/csv/?user__exact={PERSON}",
]


def plan_in_the_past(now: datetime) -> None:
    """`PERSON` began 300 days ago and had all goals planned again every ten weeks, the last time today."""
    person, days = User.objects.get(pk=PERSON), timedelta(days=300)
    began = now - days
    goals = Goal.objects.filter(user=person)
    goals.update(started_on=began.date(), created_at=began, target_date=now.date() + 2 * days)
    CheckIn.objects.filter(user=person).update(check_in_date=F("check_in_date") - days)
    for weeks in (40, 30, 20, 10, 0):
        moment = now - timedelta(weeks=weeks)
        told = contents(income=f"{3000 + weeks}.00")
        snapshot_of(person, told, now=moment, today=moment.date())
        if weeks == 40:
            for goal in goals:
                plan_for(goal, now=moment, today=moment.date())


def fill(*, people: int, goals: int, check_ins: int, entries: int) -> None:
    """PostgreSQL only. So many goals a person, check-ins a goal and entries of a trail, without hashes."""
    script = Path(__file__).with_name("many_people.sql").read_text()
    numbers = {"people": people, "goals": goals, "check_ins": check_ins, "entries": entries}
    with connection.cursor() as cursor:
        # Foreign keys are checked with each statement: all at the end take longer than one answer may.
        cursor.execute("SET statement_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE")
        for statement in Template(script).substitute(numbers).split(";\n")[:-1]:
            cursor.execute(statement)
        cursor.execute("ANALYZE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; RESET statement_timeout")
