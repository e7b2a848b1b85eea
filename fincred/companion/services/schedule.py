"""The one schedule: what the server plans for people, kept in step with their profiles, plans and preferences."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.iso_codes import is_time_zone
from accounts.mail import new_mail, queue_mails
from accounts.models import Profile, User
from accounts.vocabulary import ReminderFrequency
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.schedule import (
    MOST_A_WEEK,
    PROGRESS_WEEKDAY,
    SUMMARY_WEEKDAY,
    Due,
    Rhythm,
    after_quiet_hours,
    local_day,
    moment_of,
)
from fincred.companion.vocabulary import KIND_OF, NotificationStatus, NotificationType
from fincred.db.id_ranges import ALL, IdRange, pages
from fincred.events import MilestonesReached, PersonVerified, ProfileChanged
from goals.vocabulary import Status
from planning.models import ActionPlan, PlanVersion
from tracking.streaks import monday_of

logger = logging.getLogger(__name__)

T = TypeVar("T")
Stop = Callable[[], bool]

MILESTONE: Final = "milestone"
# A check-in may tell of a day long ago; what was reached then is no news.
NEWS: Final = timedelta(days=7)
BATCH: Final = 200
PAGE: Final = 1000
# The hourly job looks so far ahead.
SOON: Final = timedelta(hours=4)

_OF_A_PERSON: Final = (NotificationType.CHECKIN_REMINDER, NotificationType.WEEKLY_SUMMARY)
_OF_A_PLAN: Final = (NotificationType.PRE_TRANSFER_REMINDER, NotificationType.GOAL_PROGRESS_UPDATE)
_TIMING: Final = frozenset({"timezone", "reminder_frequency", "reminder_hour", "preferred_checkin_day_of_week"})
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
    """Set when this row, which the server planned, is due next; never, if there is nothing to plan."""
    due = _next_due(row, rhythm, now)
    row.due_on, row.next_send_at, row.is_moved = (due.day, due.moment, False) if due else (None, None, False)


def _try_to_plan(row: Notification, preferences: NotificationPreferences, now: datetime) -> None:
    """The same where what fails for one person must not keep the others waiting. The hourly job tries again."""
    try:
        plan_next(row, rhythm_of(preferences.user.profile, preferences), now)
    except Exception:
        logger.exception("Not planned", extra={"notification_id": str(row.pk), "user_id": str(row.user_id)})
        row.due_on, row.next_send_at, row.is_moved = None, None, False


def _next_due(row: Notification, rhythm: Rhythm, now: datetime) -> Due | None:
    match row.type:
        case NotificationType.CHECKIN_REMINDER:
            return rhythm.next_check_in(now, row.last_due_on)
        case NotificationType.WEEKLY_SUMMARY:
            return rhythm.next_morning(SUMMARY_WEEKDAY, now, row.last_due_on)
        case NotificationType.GOAL_PROGRESS_UPDATE:
            return rhythm.next_morning(PROGRESS_WEEKDAY, now, row.last_due_on)
    payments = row.action_plan.upcoming(local_day(now, rhythm.zone)) if row.action_plan else []
    return rhythm.next_payment((payment.date for payment in payments), now, row.last_due_on)


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
    """The preferences of a person whose row is locked, locked too; made, with all that is planned, if missing."""
    mine = NotificationPreferences.objects.owned_by(person).select_for_update(of=("self",))
    preferences = mine.select_related("user__profile").first()
    if preferences is None:
        [preferences] = _begin([person], now)
    return preferences


def _begin(people: Sequence[User], now: datetime) -> list[NotificationPreferences]:
    """Plan for people, whose rows are locked, what isn't planned yet. Reads `profile`: select it with them."""
    ids = sorted(person.pk for person in people)
    # The range is for PostgreSQL, which takes a list of 200 ids for most of a table without statistics.
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
        *((person.pk, type_, None) for person in people for type_ in _OF_A_PERSON),
        *((plan.user_id, type_, plan) for plan in plans for type_ in _OF_A_PLAN),
    ]
    rows = [
        _new(by_person[user_id], type_, plan, now)
        for user_id, type_, plan in wanted
        if (user_id, type_, plan and plan.id) not in planned
    ]
    store(rows, now)
    return list(by_person.values())


def _first_day(profile: Profile, now: datetime) -> date:
    try:
        return local_day(now, ZoneInfo(profile.timezone))
    except ZoneInfoNotFoundError:  # the server's list is older than the one by which they chose
        return now.date()


def _new(
    preferences: NotificationPreferences, type_: NotificationType, plan: ActionPlan | None, now: datetime
) -> Notification:
    """A planned row; switched off if the person doesn't want its kind. Reads `user.profile`."""
    row = Notification(
        user_id=preferences.user_id,
        type=type_,
        action_plan=plan,
        is_planned=True,
        status=status_by(preferences, type_),
        created_at=now,
        updated_at=now,
    )
    _try_to_plan(row, preferences, now)
    return row


def status_by(preferences: NotificationPreferences, type_: str) -> NotificationStatus:
    wanted = getattr(preferences, KIND_OF[NotificationType(type_)])
    return NotificationStatus.ACTIVE if wanted else NotificationStatus.CANCELLED


def take_from_cap(preferences: NotificationPreferences, now: datetime, zone: ZoneInfo) -> bool:
    """Count one of the messages that a person gets in a week; False when they had enough."""
    week = monday_of(local_day(now, zone))
    if preferences.week != week:
        preferences.week, preferences.sent_in_week = week, 0
    if preferences.sent_in_week >= MOST_A_WEEK:
        return False
    preferences.sent_in_week += 1
    return True


def on_person_verified(event: PersonVerified) -> None:
    lock_preferences(event.person, event.now)


def on_profile_changed(event: ProfileChanged) -> None:
    """What the server planned moves with the profile, but for what the person moved themselves."""
    if not event.changed & _TIMING:
        return
    preferences = lock_preferences(event.profile.user, event.now)
    rhythm = rhythm_of(event.profile, preferences)
    if "reminder_frequency" in event.changed:
        preferences.counted_from = local_day(event.now, rhythm.zone)
        preferences.save(update_fields=["counted_from"])
        rhythm = rhythm_of(event.profile, preferences)
    planned = Notification.objects.owned_by(event.profile.user).filter(is_planned=True, is_moved=False)
    rows = list(planned.select_for_update(of=("self",)).select_related("action_plan__goal"))
    for row in rows:
        plan_next(row, rhythm, event.now)
    store(rows, event.now)


def on_milestones_reached(event: MilestonesReached) -> None:
    """Tell of the highest of them, if it is news and the person wants to hear of it; not in their quiet hours."""
    highest = max(event.milestones, key=lambda milestone: milestone.percent)
    person = User.objects.select_related("profile").get(pk=highest.user_id)
    zone = ZoneInfo(person.profile.timezone)
    if highest.reached_on <= local_day(event.now, zone) - NEWS or not may_be_written_to(person):
        return
    preferences = lock_preferences(person, event.now)
    if not preferences.milestones or not take_from_cap(preferences, event.now, zone):
        return
    NotificationPreferences.objects.filter(pk=preferences.pk).count_week(
        preferences.week, preferences.sent_in_week
    )
    mail = new_mail(
        user_id=person.pk,
        purpose=MILESTONE,
        object_id=highest.pk,
        due_on=highest.reached_on,
        now=event.now,
        send_at=after_quiet_hours(event.now, zone),
    )
    queue_mails([mail])


def may_be_written_to(person: User) -> bool:
    return person.is_active and person.is_verified and person.mail_refused_at is None


def plan_for_everybody(*, now: datetime, stop: Stop = lambda: False) -> int:
    """Plan for people who have nothing planned, and what has no next moment yet; how many of both.

    Such are people of before the upgrade, people whom staff made, goals that were paused, and what failed.
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
    begun = set(planned.filter(type=_OF_A_PERSON[0]).values_list("user_id", flat=True))
    reachable = User.objects.filter(ids.of("pk"), is_active=True, is_verified=True).order_by("pk")
    newcomers = [pk for pk in reachable.values_list("pk", flat=True) if pk not in begun]
    for batch in _batches(newcomers, stop):
        done += _begin_batch(batch, now)
    idle = planned.filter(
        Q(action_plan=None) | Q(action_plan__goal__status=Status.ACTIVE),
        next_send_at=None,
        action_plan__ended_at=None,
    ).exclude(type=NotificationType.CHECKIN_REMINDER, user__profile__reminder_frequency=ReminderFrequency.OFF)
    unplanned = list(idle.order_by("id").values_list("id", "user_id"))
    for rows in _batches([*unplanned, *_off_their_hour(planned, now)], stop):
        done += _plan_again(rows, now)
    return done


def _off_their_hour(planned: QuerySet[Notification], now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """Reminders of the next hours that come too late, because the rules of their zone have changed since."""
    soon = planned.filter(
        type=NotificationType.CHECKIN_REMINDER, is_moved=False, next_send_at__gt=now, next_send_at__lte=now + SOON
    )
    clock = ("user__profile__timezone", "user__profile__reminder_hour")
    for row, user, day, moment, zone, hour in soon.values_list("id", "user_id", "due_on", "next_send_at", *clock):
        if is_time_zone(zone) and now < moment_of(day, hour, ZoneInfo(zone)) < moment:
            yield row, user


def _batches(rows: Sequence[T], stop: Stop) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), BATCH):
        if stop():
            break
        yield rows[first : first + BATCH]


def follow_plans(*, since: datetime, now: datetime, stop: Stop = lambda: False) -> int:
    """Have reminders follow the plans that have new versions `since` then, until `stop()`; how many plans.

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
        done += _follow({plan_id for *_, plan_id in versions}, now)
        last = versions[-1][:2]
    return done


@transaction.atomic
def _follow(plan_ids: Collection[UUID], now: datetime) -> int:
    plans = list(ActionPlan.objects.filter(pk__in=plan_ids).open().select_related("goal"))
    preferences = _locked_preferences({plan.user_id for plan in plans})
    mine = Notification.objects.filter(action_plan__in=plans, is_planned=True)
    rows = {(row.action_plan_id, row.type): row for row in mine}
    changed = []
    for plan in plans:
        if plan.user_id not in preferences:
            continue
        theirs = preferences[plan.user_id]
        for type_ in _OF_A_PLAN:
            row = rows.get((plan.id, type_)) or _new(theirs, type_, plan, now)
            row.action_plan = plan
            before = (row.due_on, row.next_send_at)
            if not row.is_moved:
                _try_to_plan(row, theirs, now)
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
    return len(_begin(people, now)) if people else 0


@transaction.atomic
def _plan_again(rows: Sequence[tuple[UUID, UUID]], now: datetime) -> int:
    preferences = _locked_preferences({owner for _, owner in rows})
    unmoved = Notification.objects.filter(pk__in=[row for row, _ in rows], is_moved=False)
    again = list(unmoved.select_related("action_plan__goal"))
    for row in again:
        _try_to_plan(row, preferences[row.user_id], now)
    planned = [row for row in again if row.next_send_at]
    store(planned, now)
    return len(planned)
