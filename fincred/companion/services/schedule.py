"""The one schedule: the rows that the server plans for a person, made, moved and stored.

What moves them is beside it: `follow_events` in the request of a change, `sweeps` in the hourly jobs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from accounts.models import Profile, User
from accounts.vocabulary import ReminderFrequency
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.schedule import (
    MOST_A_WEEK,
    PROGRESS_WEEKDAY,
    SUMMARY_WEEKDAY,
    Due,
    Rhythm,
    day_in,
)
from fincred.companion.vocabulary import KIND_OF, NotificationStatus, NotificationType
from planning.engine.cadence import Payment
from planning.models import ActionPlan
from planning.services.put_in import count_what_was_put_in
from tracking.streaks import monday_of

logger = logging.getLogger(__name__)

OF_A_PERSON: Final = (NotificationType.CHECKIN_REMINDER, NotificationType.WEEKLY_SUMMARY)
OF_A_PLAN: Final = (NotificationType.PRE_TRANSFER_REMINDER, NotificationType.GOAL_PROGRESS_UPDATE)

_MOVED: Final = (
    "next_send_at",
    "due_on",
    "is_moved",
    "last_due_on",
    "last_sent_at",
    "announced",
    "status",
    "skipped",
)


def rhythm_of(profile: Profile, preferences: NotificationPreferences) -> Rhythm:
    return Rhythm(
        zone=ZoneInfo(profile.timezone),
        hour=profile.reminder_hour,
        frequency=ReminderFrequency(profile.reminder_frequency),
        weekday=profile.preferred_checkin_day_of_week or 1,
        counted_from=preferences.counted_from,
    )


def plan_next(row: Notification, rhythm: Rhythm, now: datetime) -> None:
    """Set when this row, which the server planned, is due next; never, if there is nothing to plan.

    Reads `user`, with its profile, and `action_plan` with its goal: set or select them.
    """
    due = _next_due(row, rhythm, now)
    row.due_on, row.next_send_at, row.is_moved = (due.day, due.moment, False) if due else (None, None, False)


def try_to_plan(row: Notification, preferences: NotificationPreferences, now: datetime) -> None:
    """The same, where a failure for one person must not stop the others. The hourly job tries again."""
    row.user = preferences.user
    try:
        plan_next(row, rhythm_of(preferences.user.profile, preferences), now)
    except Exception:
        logger.exception(
            "Could not plan a notification", extra={"notification_id": str(row.pk), "user_id": str(row.user_id)}
        )
        row.due_on, row.next_send_at, row.is_moved = None, None, False


def is_being_sent(row: Notification, now: datetime) -> bool:
    """Whether it is due, so that the job that sends looks at it within seconds, and moves it on itself.

    Planned again before that, it would be moved past its moment, and never be sent.
    """
    return row.status == NotificationStatus.ACTIVE and row.next_send_at is not None and row.next_send_at <= now


def _next_due(row: Notification, rhythm: Rhythm, now: datetime) -> Due | None:
    match row.type:
        case NotificationType.CHECKIN_REMINDER:
            return rhythm.next_check_in(now, row.last_due_on)
        case NotificationType.WEEKLY_SUMMARY:
            return rhythm.next_morning(SUMMARY_WEEKDAY, now, row.last_due_on)
        case NotificationType.GOAL_PROGRESS_UPDATE:
            return rhythm.next_morning(PROGRESS_WEEKDAY, now, row.last_due_on)
    payments = payments_ahead(row.action_plan, row.user, day_in(now, rhythm.zone)) if row.action_plan else []
    return rhythm.next_payment((payment.date for payment in payments), now, row.last_due_on)


def payments_ahead(plan: ActionPlan, owner: User, today: date) -> list[Payment]:
    """The payments that the plan has `upcoming`, without those that were put in already."""
    count_what_was_put_in([plan], owner=owner, today=today)
    return plan.upcoming(today)


def store(rows: Sequence[Notification], now: datetime) -> None:
    """Store these, new or not, in one statement."""
    for row in rows:
        row.updated_at = now
        row.revision += not row._state.adding
    if rows:
        Notification.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=[*_MOVED, "updated_at", "revision"]
        )


def lock_preferences(person: User, now: datetime) -> NotificationPreferences:
    """Lock the preferences of a locked person; create them, and plan everything, if there are none."""
    mine = NotificationPreferences.objects.owned_by(person).select_for_update(of=("self",))
    preferences = mine.select_related("user__profile").first()
    if preferences is None:
        [preferences] = begin([person], now)
    return preferences


def begin(people: Sequence[User], now: datetime) -> list[NotificationPreferences]:
    """Plan for people, whose rows are locked, what isn't planned yet. Reads `profile`: select it with them."""
    ids = sorted(person.pk for person in people)
    # Without statistics PostgreSQL takes 200 ids for most of the table; the range prevents a full scan.
    theirs = Q(user__in=ids, user__gte=ids[0], user__lte=ids[-1])
    there = {one.user_id: one for one in NotificationPreferences.objects.filter(theirs)}
    made = [
        NotificationPreferences(user=person, counted_from=_first_day(person.profile, now))
        for person in people
        if person.pk not in there
    ]
    NotificationPreferences.objects.bulk_create(made)
    by_person = there | {preferences.user_id: preferences for preferences in made}
    for person in people:
        by_person[person.pk].user = person
    mine = Notification.objects.filter(theirs, is_planned=True)
    planned = set(mine.values_list("user_id", "type", "action_plan_id"))
    plans = ActionPlan.objects.filter(theirs).open().select_related("goal")
    wanted: list[tuple[UUID, NotificationType, ActionPlan | None]] = [
        *((person.pk, type_, None) for person in people for type_ in OF_A_PERSON),
        *((plan.user_id, type_, plan) for plan in plans for type_ in OF_A_PLAN),
    ]
    rows = [
        new_planned(by_person[user_id], type_, plan, now)
        for user_id, type_, plan in wanted
        if (user_id, type_, plan and plan.id) not in planned
    ]
    store(rows, now)
    return list(by_person.values())


def _first_day(profile: Profile, now: datetime) -> date:
    try:
        return day_in(now, ZoneInfo(profile.timezone))
    except ZoneInfoNotFoundError:  # the server's list is older than the one by which they chose
        return now.date()


def new_planned(
    preferences: NotificationPreferences, type_: NotificationType, plan: ActionPlan | None, now: datetime
) -> Notification:
    """A planned row; switched off if the person doesn't want its kind. Reads `user.profile`."""
    row = Notification(
        user=preferences.user,
        type=type_,
        action_plan=plan,
        is_planned=True,
        status=status_by(preferences, type_),
        created_at=now,
        updated_at=now,
    )
    try_to_plan(row, preferences, now)
    return row


def status_by(preferences: NotificationPreferences, type_: str) -> NotificationStatus:
    wanted = getattr(preferences, KIND_OF[NotificationType(type_)])
    return NotificationStatus.ACTIVE if wanted else NotificationStatus.CANCELLED


def take_from_cap(preferences: NotificationPreferences, now: datetime, zone: ZoneInfo) -> bool:
    """Count one of the messages that a person gets in a week; False when the week's cap is reached."""
    week = monday_of(day_in(now, zone))
    if preferences.week != week:
        preferences.week, preferences.sent_in_week = week, 0
    if preferences.sent_in_week >= MOST_A_WEEK:
        return False
    preferences.sent_in_week += 1
    return True


def may_be_written_to(person: User) -> bool:
    return person.is_active and person.is_verified and person.mail_refused_at is None
