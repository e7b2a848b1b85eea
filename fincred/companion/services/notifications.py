"""The schedule as a person sees and changes it: what the server planned for them, and what they added."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import transaction

from accounts.audit import fields_of, record
from accounts.models import User
from accounts.services import lock_user
from fincred.companion.errors import TooManyNotificationsError
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.services.schedule import lock_preferences, plan_next, rhythm_of
from fincred.companion.vocabulary import KIND_OF, Channel, NotificationStatus, NotificationType
from fincred.errors import FieldError
from fincred.preconditions import ANY_REVISION, Precondition
from planning.models import ActionPlan

logger = logging.getLogger(__name__)

MOST_OF_ONES_OWN: Final = 50

_FARTHEST: Final = 2200
_AUDITED: Final = ("type", "channel", "status", "next_send_at", "action_plan_id")


class NotificationChanges(TypedDict, total=False):
    """What can be changed; `type` and `action_plan_id` are fixed where the server planned the notification."""

    channel: Channel
    status: NotificationStatus
    next_send_at: datetime
    type: NotificationType
    action_plan_id: UUID | None


@transaction.atomic
def create_notification(
    *,
    owner: User,
    type: NotificationType,  # noqa: A002  the contract's word
    channel: Channel,
    next_send_at: datetime,
    now: datetime,
    action_plan_id: UUID | None = None,
    status: NotificationStatus = NotificationStatus.ACTIVE,
) -> Notification:
    """Add a notification of the person's own; it repeats at the same hour.

    :raises FieldError: the moment has passed, or the person has no such open plan.
    :raises TooManyNotificationsError: there are fifty of their own.
    """
    person = lock_user(owner.pk)
    lock_preferences(person, now)
    _require_future(next_send_at, now)
    _require_plan(person, action_plan_id)
    count = Notification.objects.owned_by(person).filter(is_planned=False).count()
    if count >= MOST_OF_ONES_OWN:
        raise TooManyNotificationsError(current_count=count, max_count=MOST_OF_ONES_OWN)
    row = Notification.objects.create(
        user=person,
        type=type,
        channel=channel,
        next_send_at=next_send_at,
        action_plan_id=action_plan_id,
        status=status,
        created_at=now,
        updated_at=now,
    )
    record(person=person, action="notification.created", subject=row, now=now, after=fields_of(row, _AUDITED))
    logger.info("Notification created", extra={"notification_id": str(row.pk)})
    return row


@transaction.atomic
def update_notification(
    *,
    owner: User,
    notification_id: UUID,
    changes: NotificationChanges,
    now: datetime,
    expected: Precondition = ANY_REVISION,
) -> Notification:
    """The notification with `changes` made. Values that it has already are no change.

    Cancelling a planned one switches off its kind, or only its plan's reminders; setting it active switches the
    kind on.

    :raises ResourceNotFoundError: the person has no such notification.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises FieldError: the moment has passed, the plan isn't theirs, or what the server planned would change.
    """
    person, preferences, row = _lock(owner, notification_id, expected, now)
    before = fields_of(row, _AUDITED)
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return row
    if "next_send_at" in changed:
        _require_future(changes["next_send_at"], now)
    if row.is_planned:
        _require_unfixed(changed)
    else:
        _require_plan(person, changes.get("action_plan_id"))
    for name, value in changed.items():
        setattr(row, name, value)
    if row.is_planned:
        _change_planned(row, preferences, changed, now)
    row.updated_at = now
    row.save()
    after = fields_of(row, _AUDITED)
    record(person=person, action="notification.changed", subject=row, now=now, before=before, after=after)
    logger.info("Notification changed", extra={"notification_id": str(row.pk)})
    return row


@transaction.atomic
def delete_notification(
    *, owner: User, notification_id: UUID, now: datetime, expected: Precondition = ANY_REVISION
) -> None:
    """One of the person's own is gone. What the server planned is cancelled, until they want it again.

    :raises ResourceNotFoundError: the person has no such notification.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    person, preferences, row = _lock(owner, notification_id, expected, now)
    record(person=person, action="notification.deleted", subject=row, now=now, before=fields_of(row, _AUDITED))
    if row.is_planned:
        row.status, row.updated_at = NotificationStatus.CANCELLED, now
        _switch(row, preferences, wanted=False)
        row.save()
    else:
        row.delete()
    logger.info("Notification deleted", extra={"notification_id": str(notification_id)})


def _lock(
    owner: User, notification_id: UUID, expected: Precondition, now: datetime
) -> tuple[User, NotificationPreferences, Notification]:
    person = lock_user(owner.pk)
    preferences = lock_preferences(person, now)
    mine = Notification.objects.visible().select_for_update(of=("self",)).select_related("action_plan__goal")
    row = mine.get_owned(person, notification_id)
    expected.require(row.revision)
    return person, preferences, row


def _change_planned(
    row: Notification, preferences: NotificationPreferences, changed: dict[str, Any], now: datetime
) -> None:
    match changed.get("status"):
        case NotificationStatus.CANCELLED:
            _switch(row, preferences, wanted=False)
        case NotificationStatus.ACTIVE:
            _switch(row, preferences, wanted=True)
            if not _is_still_moved(row, now):
                row.user = preferences.user
                plan_next(row, rhythm_of(preferences.user.profile, preferences), now)
    if "next_send_at" in changed:
        row.next_send_at, row.is_moved = changed["next_send_at"], True


def _is_still_moved(row: Notification, now: datetime) -> bool:
    return row.is_moved and row.next_send_at is not None and row.next_send_at > now


def _switch(row: Notification, preferences: NotificationPreferences, *, wanted: bool) -> None:
    """A kind that isn't about plans has one row, which switches it. A plan's row is switched off alone."""
    kind = KIND_OF[NotificationType(row.type)]
    if getattr(preferences, kind) != wanted and (wanted or row.action_plan_id is None):
        setattr(preferences, kind, wanted)
        preferences.save(update_fields=[str(kind)])


def _require_future(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise FieldError(field="next_send_at", message="Must be in the future.", code="min_value")
    if moment.year >= _FARTHEST:
        raise FieldError(field="next_send_at", message=f"Must be before {_FARTHEST}.", code="max_value")


def _require_plan(person: User, plan_id: UUID | None) -> None:
    if plan_id and not ActionPlan.objects.owned_by(person).open().filter(pk=plan_id).exists():
        raise FieldError(field="action_plan_id", message="There is no such open plan.", code="unknown")


def _require_unfixed(changed: dict[str, Any]) -> None:
    for name in ("type", "action_plan_id"):
        if name in changed:
            raise FieldError(field=name, message="Can't be changed: the server planned this one.", code="fixed")
