"""What the jobs do for all people: plan for those who have nothing planned, and follow the plans that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.iso_codes import is_time_zone
from accounts.models import User
from accounts.vocabulary import ReminderFrequency
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.schedule import moment_at
from fincred.companion.services.schedule import (
    OF_A_PERSON,
    OF_A_PLAN,
    begin,
    is_being_sent,
    new_planned,
    store,
    try_to_plan,
)
from fincred.companion.vocabulary import NotificationType
from fincred.db.id_ranges import ALL, IdRange, pages
from goals.vocabulary import Status
from planning.models import ActionPlan, PlanVersion

T = TypeVar("T")
Stop = Callable[[], bool]

BATCH: Final = 200
PAGE: Final = 1000
# The hourly job looks so far ahead.
SOON: Final = timedelta(hours=4)


def plan_for_everybody(*, now: datetime, stop: Stop = lambda: False) -> int:
    """Plan for people who have nothing planned, and what has no next moment yet; returns how many of both.

    These are people who registered before the upgrade or were created by staff, plans that `follow_plans` couldn't
    know of, goals that were paused, and rows whose planning failed.
    """
    done = 0
    for _, ids in pages(User.objects.all(), ALL, PAGE):
        if stop():
            break
        done += plan_for_people(ids, now=now, stop=stop)
    return done


def plan_for_people(ids: IdRange, *, now: datetime, stop: Stop = lambda: False) -> int:
    """The same for people with these ids, in short transactions until `stop()`."""
    done = 0
    # A condition on `action_plan` would have PostgreSQL read all people's rows, where it has no statistics yet.
    planned = Notification.objects.filter(ids.of("user_id"), is_planned=True)
    begun = set(planned.filter(type=OF_A_PERSON[0]).values_list("user_id", flat=True))
    # `check_integrity` finds those without a profile.
    told = {"is_active": True, "is_verified": True, "profile__isnull": False}
    reachable = User.objects.filter(ids.of("pk"), **told).order_by("pk")
    newcomers = [pk for pk in reachable.values_list("pk", flat=True) if pk not in begun]
    for batch in _batches(newcomers, stop):
        done += _begin_batch(batch, now)
    for plan_ids in _batches(_not_followed(ids, begun, planned), stop):
        done += _follow_batch(plan_ids, now)
    idle = planned.filter(
        Q(action_plan=None) | Q(action_plan__goal__status=Status.ACTIVE),
        next_send_at=None,
        action_plan__ended_at=None,
    ).exclude(type=NotificationType.CHECKIN_REMINDER, user__profile__reminder_frequency=ReminderFrequency.OFF)
    unplanned = list(idle.order_by("id").values_list("id", "user_id"))
    for rows in _batches([*unplanned, *_off_their_hour(planned, now)], stop):
        done += _plan_again(rows, now)
    return done


def _not_followed(ids: IdRange, begun: Collection[UUID], planned: QuerySet[Notification]) -> list[UUID]:
    """Open plans without a row of each kind, of people who have begun.

    `follow_plans` looks back to its last run only: it misses what was made before its first run, or is dated back.
    """
    opened = ActionPlan.objects.filter(ids.of("user_id")).open().order_by("pk")
    plans = [pk for pk, owner in opened.values_list("pk", "user_id") if owner in begun]
    if not plans:
        return []
    rows = Counter(planned.filter(type__in=OF_A_PLAN).values_list("action_plan_id", flat=True))
    return [pk for pk in plans if rows[pk] < len(OF_A_PLAN)]


def _off_their_hour(planned: QuerySet[Notification], now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """Reminders of the next hours that come too late, because the rules of their zone have changed since."""
    soon = planned.filter(
        type=NotificationType.CHECKIN_REMINDER, is_moved=False, next_send_at__gt=now, next_send_at__lte=now + SOON
    )
    clock = ("user__profile__timezone", "user__profile__reminder_hour")
    for row, user, day, moment, zone, hour in soon.values_list("id", "user_id", "due_on", "next_send_at", *clock):
        if is_time_zone(zone) and now < moment_at(day, hour, ZoneInfo(zone)) < moment:
            yield row, user


def _batches(rows: Sequence[T], stop: Stop) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), BATCH):
        if stop():
            break
        yield rows[first : first + BATCH]


def follow_plans(*, since: datetime, now: datetime, stop: Stop = lambda: False) -> int:
    """Have reminders follow the plans that have new versions `since` then, until `stop()`; returns how many plans.

    This is no part of the requests that change plans: a reminder is due hours later at the earliest. People who
    have nothing planned yet are left to `plan_for_everybody`, and plans that have ended to the sending.
    """
    done = 0
    written = PlanVersion.objects.order_by("created_at", "id")
    last = (since, UUID(int=0))
    while not stop():
        later = Q(created_at__gt=last[0]) | Q(created_at=last[0], id__gt=last[1])
        rest = written.filter(later, created_at__gte=last[0])
        versions = list(rest.values_list("created_at", "id", "plan_id")[:BATCH])
        if not versions:
            break
        done += _follow_batch({plan_id for *_, plan_id in versions}, now)
        last = versions[-1][:2]
    return done


@transaction.atomic
def _follow_batch(plan_ids: Collection[UUID], now: datetime) -> int:
    plans = list(ActionPlan.objects.filter(pk__in=plan_ids).open().select_related("goal"))
    preferences = _locked_preferences({plan.user_id for plan in plans})
    mine = Notification.objects.filter(action_plan__in=plans, is_planned=True)
    rows = {(row.action_plan_id, row.type): row for row in mine}
    changed = []
    for plan in plans:
        if plan.user_id not in preferences:
            continue
        theirs = preferences[plan.user_id]
        for type_ in OF_A_PLAN:
            row = rows.get((plan.id, type_)) or new_planned(theirs, type_, plan, now)
            row.action_plan = plan
            before = (row.due_on, row.next_send_at)
            if not row.is_moved and not is_being_sent(row, now):
                try_to_plan(row, theirs, now)
            if row._state.adding or (row.due_on, row.next_send_at) != before:
                changed.append(row)
    store(changed, now)
    return len(plans)


def _locked_preferences(owners: Collection[UUID]) -> dict[UUID, NotificationPreferences]:
    rows = NotificationPreferences.objects.filter(user__in=owners).order_by("user_id")
    return {one.user_id: one for one in rows.select_for_update(of=("self",)).select_related("user__profile")}


@transaction.atomic
def _begin_batch(newcomers: Sequence[UUID], now: datetime) -> int:
    rows = User.objects.filter(pk__in=newcomers).select_related("profile").order_by("pk")
    people = list(rows.select_for_update(no_key=True, of=("self",)))
    return len(begin(people, now)) if people else 0


@transaction.atomic
def _plan_again(rows: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    preferences = _locked_preferences({owner for _, owner in rows})
    unmoved = Notification.objects.filter(pk__in=[row for row, _ in rows], is_moved=False)
    again = list(unmoved.select_related("action_plan__goal"))
    for row in again:
        try_to_plan(row, preferences[row.user_id], now)
    planned = [row for row in again if row.next_send_at]
    store(planned, now)
    return len(planned)
