"""What is stored twice for speed, compared with what it was derived from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from fincred.money import ZERO
from goals.models import Goal
from tracking.models import CheckIn, CheckInWeek
from tracking.streaks import monday_of

Weeks = tuple[UUID, Counter[date]]


def goals_off_their_check_ins() -> Iterator[UUID]:
    """Goals whose amount and last date aren't those of their latest check-in (0 and None without one)."""
    latest = CheckIn.objects.filter(goal=OuterRef("pk")).newest_first()
    amount = Subquery(latest.values("current_amount")[:1])
    day = Subquery(latest.values("check_in_date")[:1])
    told = Goal.objects.order_by("pk").values_list("pk", "current_amount", "last_check_in_date", amount, day)
    for goal_id, current_amount, last_check_in_date, told_amount, told_day in told.iterator(chunk_size=1000):
        if (current_amount, last_check_in_date) != (told_amount or ZERO, told_day):
            yield goal_id


def people_off_their_weeks() -> Iterator[UUID]:
    """People whose weeks don't count the check-ins that there are; one person is in memory at a time."""
    days = CheckIn.objects.order_by("user_id").values_list("user_id", "check_in_date").iterator()
    kept = CheckInWeek.objects.order_by("user_id").values_list("user_id", "monday", "check_ins").iterator()
    counted = _by_person((user_id, monday_of(day), 1) for user_id, day in days)
    for user_id, both in groupby(merge(counted, _by_person(kept), key=itemgetter(0)), key=itemgetter(0)):
        weeks = [week for _, week in both]
        if len(weeks) != 2 or weeks[0] != weeks[1]:
            yield user_id


def _by_person(rows: Iterable[tuple[Any, ...]]) -> Iterator[Weeks]:
    for user_id, of_person in groupby(rows, key=itemgetter(0)):
        weeks: Counter[date] = Counter()
        for _, monday, check_ins in of_person:
            weeks[monday] += check_ins
        yield user_id, weeks
