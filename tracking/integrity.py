"""Compare totals that are stored for speed with the rows that they follow from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from fincred.db.id_ranges import ALL, IdRange
from fincred.money import ZERO
from goals.models import Goal
from tracking.models import CheckIn, CheckInWeek, Milestone, Pulse
from tracking.streaks import monday_of
from tracking.vocabulary import TOLD, CheckInSource

Weeks = tuple[UUID, Counter[date]]


def goals_off_their_check_ins(owners: IdRange = ALL) -> Iterator[UUID]:
    """Goals whose amount, latest date or counts aren't those of their check-ins (0 and None without any)."""
    check_ins = CheckIn.objects.filter(goal=OuterRef("pk"))
    latest = check_ins.newest_first()
    amount = Subquery(latest.values("current_amount")[:1])
    day = Subquery(latest.values("check_in_date")[:1])
    count = Subquery(check_ins.values("goal").values(count=Count("pk")))
    ends = Subquery(check_ins.filter(source=CheckInSource.CYCLE_END).values("goal").values(count=Count("pk")))
    kept = ("current_amount", "last_check_in_date", "check_in_count", "cycles_ended")
    told = (amount, day, count, ends)
    goals = Goal.objects.filter(owners.of("user_id")).order_by("pk").values_list("pk", *kept, *told)
    for goal_id, *follows, told_amount, told_day, counted, ended in goals.iterator(chunk_size=1000):
        if follows != [told_amount or ZERO, told_day, counted or 0, ended or 0]:
            yield goal_id


def milestones_of_no_cycle(owners: IdRange = ALL) -> QuerySet[Milestone, UUID]:
    """Milestones of a cycle that hasn't begun."""
    milestones = Milestone.objects.filter(owners.of("user_id"), cycle__gt=F("goal__cycles_ended"))
    return milestones.order_by("pk").values_list("pk", flat=True)


def people_off_their_weeks(people: IdRange = ALL) -> Iterator[UUID]:
    """People whose weeks don't match their check-ins and pulses; one person is in memory at a time."""
    theirs = people.of("user_id")
    days = CheckIn.objects.filter(theirs, source__in=TOLD).values_list("user_id", "check_in_date")
    pulses = Pulse.objects.filter(theirs).values_list("user_id", "monday")
    rows = CheckInWeek.objects.filter(theirs).values_list("user_id", "monday", "check_ins")
    kept = rows.order_by("user_id").iterator()
    told = merge(days.order_by("user_id").iterator(), pulses.order_by("user_id").iterator(), key=itemgetter(0))
    counted = _by_person((user_id, monday_of(day), 1) for user_id, day in told)
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
