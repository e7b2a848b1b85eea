"""The weeks that count for a person's streak, each with the number of check-ins and pulses that make it count."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import F

from fincred.db.queries import Parameter
from fincred.db.writes import PreparedUpdate, Write, insert
from tracking.models import CheckInWeek
from tracking.streaks import monday_of

_ONE_MORE: Final = PreparedUpdate(
    CheckInWeek.objects.filter(user_id=Parameter("owner"), monday=Parameter("monday")),
    check_ins=F("check_ins") + 1,
)


def count_week(user_id: UUID, day: date, weeks: Collection[date]) -> Write:
    """Count one check-in or pulse more in the week of `day`; `weeks` are the Mondays of the weeks with a row."""
    monday = monday_of(day)
    if monday in weeks:
        return _ONE_MORE.bind(owner=user_id, monday=monday)
    return insert(CheckInWeek(user_id=user_id, monday=monday, check_ins=1))


def uncount_week(user_id: UUID, day: date) -> None:
    """Count one less; the row is deleted with the last one."""
    week = CheckInWeek.objects.filter(user_id=user_id, monday=monday_of(day))
    if not week.filter(check_ins__gt=1).update(check_ins=F("check_ins") - 1):
        week.delete()
