"""Sending what is due: a batch of people at a time, each batch one short transaction, so nothing is sent twice."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.mail import new_mail, queue_mails
from accounts.models import OutgoingMail
from fincred.companion.models import Device, Notification, NotificationPreferences, OutgoingPush
from fincred.companion.schedule import (
    Rhythm,
    after_quiet_hours,
    day_in,
    has_checked_in,
    moment_at,
    waking_hour,
)
from fincred.companion.services.schedule import (
    may_be_written_to,
    payments_ahead,
    plan_next,
    rhythm_of,
    status_by,
    store,
    take_from_cap,
)
from fincred.companion.vocabulary import Channel, NotificationStatus, NotificationType
from goals.models import Goal
from goals.vocabulary import Status
from planning.engine.drift import drift
from planning.models import ActionPlan
from tracking.models import CheckInWeek

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH: Final = 500
# What the server planned isn't sent later than this: yesterday's reminder has no use.
LATEST: Final = timedelta(hours=12)
# The wait after a failure.
AGAIN: Final = timedelta(hours=1)
_LONGEST_PERIOD: Final = timedelta(days=40)


@dataclass
class _Person:
    """A person of a batch, and what decides whether something is sent to them."""

    preferences: NotificationPreferences
    mondays: Sequence[date]
    has_goals: bool
    devices: Sequence[Device]

    @cached_property
    def rhythm(self) -> Rhythm:
        return rhythm_of(self.preferences.user.profile, self.preferences)


def send_due_notifications(*, clock: Clock, stop: Callable[[], bool] = lambda: False) -> int:
    """Queue the mail of all due notifications and plan their next moments, until `stop()`; returns how many.

    Several processes may do this at once: each takes people whom no other has.
    """
    done = 0
    while not stop() and (handled := _send_batch(clock())):
        done += handled
    return done


def skip_due_notifications(*, now: datetime) -> int:
    """Plan the next moments of all that is due, and send nothing; returns how many."""
    done = 0
    while handled := _skip_batch(now):
        done += handled
    return done


@transaction.atomic
def _skip_batch(now: datetime) -> int:
    rows = _lock_due(now)
    for row in rows:
        try:
            rhythm = rhythm_of(row.user.profile, row.user.notification_preferences)
            _take_drift_for_told(row, day_in(now, rhythm.zone))
            _move_on(row, rhythm, now)
        except Exception:
            _put_off(row, now)
    store(rows, now)
    return len(rows)


def _take_drift_for_told(row: Notification, today: date) -> None:
    """A drift is told once for a plan's version, so one that may have been told must not be told next week."""
    plan = row.action_plan
    is_of_drift = row.is_planned and row.type == NotificationType.GOAL_PROGRESS_UPDATE
    if is_of_drift and plan and not plan.ended_at and _has_drifted(row, plan, today):
        row.announced = plan.version


def _lock_due(now: datetime) -> list[Notification]:
    """Some of what is due. Each of these rows has to move on, so that it isn't found again.

    A row is locked with its person's preferences. What others have locked is left to them or to a later batch.
    """
    due = Notification.objects.due(now).filter(user__notification_preferences__isnull=False)
    locked = due.select_for_update(skip_locked=True, of=("self", "user__notification_preferences"))
    joined = locked.select_related("action_plan__goal", "user__profile", "user__notification_preferences")
    # By the index alone: thousands may be due at the same moment.
    return sorted(joined.order_by("next_send_at")[:BATCH], key=lambda row: (row.next_send_at, row.id))


def _put_off(row: Notification, now: datetime) -> None:
    """Try again later: a failure for one person must not stop the others."""
    logger.exception("Notification failed", extra={"notification_id": str(row.pk)})
    row.next_send_at = now + AGAIN


@transaction.atomic
def _send_batch(now: datetime) -> int:
    """Handle some of what is due; returns how many rows."""
    rows = _lock_due(now)
    people = _people({row.user_id: row.user.notification_preferences for row in rows}, now)
    mails: list[OutgoingMail] = []
    pushes: list[OutgoingPush] = []
    for row in rows:
        try:
            _handle(row, people[row.user_id], now, mails, pushes)
        except Exception:
            _put_off(row, now)
    queue_mails(mails)
    OutgoingPush.objects.bulk_create(_deliverable(pushes), ignore_conflicts=True)
    store(rows, now)
    _store_caps([person.preferences for person in people.values()])
    if rows:
        logger.info("Notifications handled", extra={"due": len(rows), "mails": len(mails), "pushes": len(pushes)})
    return len(rows)


def _deliverable(pushes: list[OutgoingPush]) -> list[OutgoingPush]:
    """Those whose device isn't removed before COMMIT: else the whole batch would fail."""
    devices = Device.objects.filter(pk__in=[push.device_id for push in pushes])
    kept = set(devices.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
    return [push for push in pushes if push.device_id in kept]


def _handle(
    row: Notification, person: _Person, now: datetime, mails: list[OutgoingMail], pushes: list[OutgoingPush]
) -> None:
    """Add what is sent of this row, and move it on."""
    if row.is_planned and (later := _postponed(row, person.rhythm, now)):
        row.next_send_at = later
        return
    is_wanted, day = _is_wanted(row, person, now), _day_of(row, person, now)
    _move_on(row, person.rhythm, now)
    if not is_wanted:
        return
    if row.channel == Channel.PUSH:
        pushes += _pushes(row, person, day, now)
    else:
        mails.append(_mail(row, day, now))
    row.last_sent_at = now
    row.announced = row.action_plan.version if row.action_plan else None


def _people(locked: Mapping[UUID, NotificationPreferences], now: datetime) -> dict[UUID, _Person]:
    ids = list(locked)
    weeks: defaultdict[UUID, list[date]] = defaultdict(list)
    lately = CheckInWeek.objects.filter(user__in=ids, monday__gte=now.date() - _LONGEST_PERIOD)
    for user_id, monday in lately.values_list("user_id", "monday"):
        weeks[user_id].append(monday)
    devices: defaultdict[UUID, list[Device]] = defaultdict(list)
    for device in Device.objects.filter(user__in=ids):
        devices[device.user_id].append(device)
    with_goals = set(Goal.objects.filter(user__in=ids).active().values_list("user_id", flat=True))
    return {
        user_id: _Person(
            preferences=preferences,
            mondays=weeks[user_id],
            has_goals=user_id in with_goals,
            devices=devices[user_id],
        )
        for user_id, preferences in locked.items()
    }


def _postponed(row: Notification, rhythm: Rhythm, now: datetime) -> datetime | None:
    """A later moment for what is due now: the rules of the zone have changed, or these are quiet hours."""
    if row.is_moved or row.due_on is None:
        return None
    if row.type == NotificationType.CHECKIN_REMINDER:
        moment = moment_at(row.due_on, rhythm.hour, rhythm.zone)
    elif row.type == NotificationType.PRE_TRANSFER_REMINDER:
        evening = moment_at(row.due_on - timedelta(days=1), waking_hour(rhythm.hour), rhythm.zone)
        moment = max(evening, after_quiet_hours(now, rhythm.zone))
    else:
        moment = after_quiet_hours(now, rhythm.zone)
    return moment if moment > now else None


def _is_wanted(row: Notification, person: _Person, now: datetime) -> bool:
    if row.channel == Channel.PUSH:
        if not (person.devices and person.preferences.user.is_active and person.preferences.user.is_verified):
            row.skipped += 1
            return False
    elif not may_be_written_to(person.preferences.user):
        return False
    if not row.is_planned:
        return True
    assert row.next_send_at  # noqa: S101  for mypy: it is due
    if status_by(person.preferences, row.type) != NotificationStatus.ACTIVE or now - row.next_send_at > LATEST:
        return False
    return _has_something_to_say(row, person, now) and take_from_cap(person.preferences, now, person.rhythm.zone)


def _has_something_to_say(row: Notification, person: _Person, now: datetime) -> bool:
    match row.type:
        case NotificationType.CHECKIN_REMINDER:
            today = day_in(now, person.rhythm.zone)
            return not has_checked_in(today, person.rhythm.frequency, person.mondays)
        case NotificationType.WEEKLY_SUMMARY:
            return person.has_goals
    plan = row.action_plan
    if plan is None or plan.ended_at or plan.goal.status != Status.ACTIVE:
        return False
    if row.type == NotificationType.PRE_TRANSFER_REMINDER:
        today = day_in(now, person.rhythm.zone)
        return any(payment.date == row.due_on for payment in payments_ahead(plan, row.user, today))
    return _has_drifted(row, plan, day_in(now, person.rhythm.zone))


def _has_drifted(row: Notification, plan: ActionPlan, today: date) -> bool:
    """Told once for each version of a plan: one that was replanned may drift again."""
    goal = plan.goal
    if goal.last_check_in_date is None or goal.is_cleared or row.announced == plan.version:
        return False
    direction = drift(
        expected=goal.expected_on(today),
        once_paid=goal.expected_after(today),
        actual=goal.current_amount,
        target=goal.target_amount,
        past_date=goal.due_on(today) < today,
    )
    return direction is not None


def _pushes(row: Notification, person: _Person, day: date, now: datetime) -> list[OutgoingPush]:
    return [
        OutgoingPush(device=device, notification=row, due_on=day, created_at=now, next_attempt_at=now)
        for device in person.devices
    ]


def _day_of(row: Notification, person: _Person, now: datetime) -> date:
    """What the server planned is for a day; what the person added is for the day on which it is sent."""
    return (row.due_on if row.is_planned else None) or day_in(now, person.rhythm.zone)


def _mail(row: Notification, day: date, now: datetime) -> OutgoingMail:
    return new_mail(user_id=row.user_id, purpose=row.type, object_id=row.pk, due_on=day, now=now)


def _move_on(row: Notification, rhythm: Rhythm, now: datetime) -> None:
    assert row.next_send_at  # noqa: S101  for mypy: it was due
    if row.is_planned:
        row.last_due_on = row.due_on
        plan_next(row, rhythm, now)
    else:
        as_reminder = row.type == NotificationType.CHECKIN_REMINDER
        row.next_send_at = rhythm.moment_again(row.next_send_at, now, as_reminder=as_reminder)


def _store_caps(all_preferences: Iterable[NotificationPreferences]) -> None:
    """One statement for each of the few values that there are."""
    counted: defaultdict[tuple[date | None, int], list[UUID]] = defaultdict(list)
    for preferences in all_preferences:
        counted[preferences.week, preferences.sent_in_week].append(preferences.pk)
    for (week, sent), ids in counted.items():
        NotificationPreferences.objects.filter(pk__in=ids).count_week(week, sent)
