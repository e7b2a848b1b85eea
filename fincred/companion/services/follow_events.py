"""What follows an event of a lower app, in its transaction: rows are planned or moved, a milestone is told of."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.mail import new_mail, queue_mails
from accounts.models import OutgoingMail, User
from fincred.companion.models import Notification, NotificationPreferences, OutgoingPush
from fincred.companion.schedule import Rhythm, after_quiet_hours, day_in
from fincred.companion.services.schedule import (
    begin,
    is_being_sent,
    lock_preferences,
    may_be_written_to,
    plan_next,
    rhythm_of,
    store,
    take_from_cap,
)
from fincred.companion.services.sending import skip_due_notifications
from fincred.companion.vocabulary import MILESTONE, NotificationType
from fincred.events import (
    DatabaseRestored,
    DemoCreated,
    LessIsThere,
    MilestonesReached,
    PersonVerified,
    ProfileChanged,
)

logger = logging.getLogger(__name__)

# A check-in may tell of a day long ago; what was reached then is no news.
NEWS: Final = timedelta(days=7)

_TIMING: Final = frozenset({"timezone", "reminder_frequency", "reminder_hour", "preferred_checkin_day_of_week"})


def on_person_verified(event: PersonVerified) -> None:
    lock_preferences(event.person, event.now)


def on_profile_changed(event: ProfileChanged) -> None:
    """What the server planned moves with the profile, except rows that the person moved."""
    if not event.changed & _TIMING:
        return
    preferences = lock_preferences(event.profile.user, event.now)
    rhythm = rhythm_of(event.profile, preferences)
    if "reminder_frequency" in event.changed:
        preferences.counted_from = day_in(event.now, rhythm.zone)
        preferences.save(update_fields=["counted_from"])
        rhythm = rhythm_of(event.profile, preferences)
    _plan_all_again(event.profile.user, rhythm, event.now)


def on_less_is_there(event: LessIsThere) -> None:
    """Payments that are asked for again may be on earlier days than those that are reminded of next."""
    preferences = lock_preferences(event.person, event.now)
    person = preferences.user
    rows = [
        row
        for row in _locked_rows(person, [NotificationType.PRE_TRANSFER_REMINDER])
        if not is_being_sent(row, event.now)
    ]
    _plan_again(rows, person, rhythm_of(person.profile, preferences), event.now)


def on_database_restored(event: DatabaseRestored) -> None:
    """Send nothing that may have been sent since the backup: drop pushes that wait, and skip what is due."""
    OutgoingPush.objects.all().delete()
    skipped = skip_due_notifications(now=event.now)
    logger.info("Notifications skipped after a restore", extra={"skipped": skipped})


def on_demo_created(event: DemoCreated) -> None:
    """The demo's history began weeks ago: what is planned must be still to come, and of each of its plans.

    Milestones of back then are no news.
    """
    OutgoingMail.objects.filter(user=event.person, purpose=MILESTONE, due_on__lte=event.today - NEWS).delete()
    [preferences] = begin([event.person], event.now)
    _plan_all_again(event.person, rhythm_of(event.person.profile, preferences), event.now)


def _plan_all_again(person: User, rhythm: Rhythm, now: datetime) -> None:
    _plan_again(_locked_rows(person, tuple(NotificationType)), person, rhythm, now)


def _locked_rows(person: User, types: Collection[NotificationType]) -> list[Notification]:
    """What the server planned of these types, and the person hasn't moved."""
    planned = Notification.objects.owned_by(person).filter(is_planned=True, is_moved=False, type__in=types)
    return list(planned.select_for_update(of=("self",)).select_related("action_plan__goal"))


def _plan_again(rows: Sequence[Notification], person: User, rhythm: Rhythm, now: datetime) -> None:
    for row in rows:
        row.user = person
        plan_next(row, rhythm, now)
    store(rows, now)


def on_milestones_reached(event: MilestonesReached) -> None:
    """Tell of the highest of them, if it is news and the person wants to hear of it; not in their quiet hours."""
    highest = max(event.milestones, key=lambda milestone: milestone.percent)
    person = User.objects.select_related("profile").get(pk=highest.user_id)
    zone = ZoneInfo(person.profile.timezone)
    if highest.reached_on <= day_in(event.now, zone) - NEWS or not may_be_written_to(person):
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
