"""How people stand, counted by a daily job for the filters and figures of the back office."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from accounts.models import User
from fincred import clock
from goals.models import Goal
from goals.progress import ProgressStatus
from planning.models import ActionPlan
from tracking.models import Standing

logger = logging.getLogger(__name__)

BATCH: Final = 500
SILENCE: Final = timedelta(weeks=4)
WEEK: Final = timedelta(weeks=1)
# A younger count is of the same run, which may have been stopped and continued: it isn't repeated.
_FRESH: Final = timedelta(hours=12)


def count_standings(*, now: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Count how people stand who aren't staff and were last counted over twelve hours ago; returns how many."""
    Standing.objects.filter(user__is_staff=True).delete()
    due = (
        User.objects.filter(is_staff=False)
        .filter(Q(standing=None) | Q(standing__counted_at__lte=now - _FRESH))
        .order_by("pk")
    )
    counted = 0
    last: UUID | None = None
    while not stop():
        rest = due.filter(pk__gt=last) if last else due
        batch = list(rest.select_related("profile").only("created_at", "profile__timezone")[:BATCH])
        if not batch:
            break
        last = batch[-1].pk
        standings = _standings(batch, now)
        _store(standings)
        counted += len(standings)
    logger.info("Standings counted", extra={"people": counted})
    return counted


def _standings(people: Sequence[User], now: datetime) -> list[Standing]:
    goals: dict[UUID, list[Goal]] = defaultdict(list)
    for goal in Goal.objects.filter(user__in=people).active():
        goals[goal.user_id].append(goal)
    planned = set(ActionPlan.objects.filter(user__in=people).open().values_list("user_id", flat=True))
    latest = dict(Goal.objects.filter(user__in=people).values_list("user_id").annotate(Max("last_check_in_date")))
    standings = []
    for person in people:
        try:
            has_plan = person.pk in planned
            standings.append(_standing(person, goals[person.pk], latest.get(person.pk), now, has_plan=has_plan))
        except Exception:  # the next run tries again
            logger.exception("Could not count a standing", extra={"user_id": str(person.pk)})
    return standings


def _standing(
    person: User, active: Sequence[Goal], latest: date | None, now: datetime, *, has_plan: bool
) -> Standing:
    today = clock.local_day(now, person.profile.timezone)
    off_track = sum(goal.progress_status_on(today) is ProgressStatus.OFF_TRACK for goal in active)
    since = latest or clock.local_day(person.created_at, person.profile.timezone)
    return Standing(
        user_id=person.pk,
        joined_at=person.created_at,
        off_track_goals=off_track,
        has_plan=has_plan,
        is_off_track=off_track > 0,
        is_silent=bool(active) and since < today - SILENCE,
        is_unplanned=bool(active) and not has_plan,
        has_checked_in=latest is not None and latest > today - WEEK,
        counted_at=now,
    )


@transaction.atomic
def _store(rows: Sequence[Standing]) -> None:
    """Store the rows of people who still exist; an erasure waits for the end of the transaction."""
    there = set(
        User.objects.select_for_update(no_key=True)
        .filter(pk__in=[row.pk for row in rows])
        .values_list("pk", flat=True)
    )
    fields = [field.name for field in Standing._meta.concrete_fields if not field.primary_key]
    Standing.objects.bulk_create(
        [row for row in rows if row.pk in there],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=fields,
    )
