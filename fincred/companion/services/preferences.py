"""What a person wants to hear of."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from accounts.services import lock_user
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.services.schedule import lock_preferences, plan_next, rhythm_of, store
from fincred.companion.vocabulary import KIND_OF, MessageKind, NotificationStatus
from fincred.preconditions import ANY_REVISION, Precondition

logger = logging.getLogger(__name__)

# Of a person who has none stored yet: every kind is on.
NO_PREFERENCES: Final = NotificationPreferences()


@transaction.atomic
def update_preferences(
    *, user: User, changes: Mapping[str, bool], now: datetime, expected: Precondition = ANY_REVISION
) -> NotificationPreferences:
    """Switch kinds on and off.

    A kind that is switched off is no longer sent, not even notifications that the person added. Switching it on
    brings back those that the server plans, and not those that the person had added.

    :raises PreconditionFailedError: the preferences aren't as `expected`.
    """
    person = lock_user(user.pk)
    preferences = lock_preferences(person, now)
    expected.require(preferences.revision)
    before = {kind: getattr(preferences, kind) for kind in changes}
    switched = [MessageKind(kind) for kind, wanted in changes.items() if before[kind] != wanted]
    if not switched:
        return preferences
    for kind in switched:
        setattr(preferences, kind, changes[kind])
    preferences.save(update_fields=[str(kind) for kind in switched])
    for kind in switched:
        _switch_rows(preferences, kind, changes[kind], now)
    record(
        person=person,
        action="preferences.changed",
        subject=preferences,
        now=now,
        before={str(kind): before[kind] for kind in switched},
        after={str(kind): changes[kind] for kind in switched},
    )
    logger.info("Preferences updated", extra={"user_id": str(person.pk), "fields": sorted(switched)})
    return preferences


def unsubscribe(*, user_id: UUID, kind: MessageKind, now: datetime) -> None:
    """Switch one kind off by the link in a mail. Nothing happens if it is off, or the person was erased."""
    with transaction.atomic():
        person = User.objects.filter(pk=user_id).first()
        if person is not None:
            update_preferences(user=person, changes={kind: False}, now=now)


def _switch_rows(preferences: NotificationPreferences, kind: MessageKind, wanted: bool, now: datetime) -> None:
    """Cancel the rows of a kind, or plan them again."""
    types = [type_ for type_, its in KIND_OF.items() if its == kind]
    mine = Notification.objects.filter(user=preferences.user_id, type__in=types)
    if not wanted:
        mine.update(status=NotificationStatus.CANCELLED, updated_at=now)
        return
    planned = mine.filter(is_planned=True, status=NotificationStatus.CANCELLED)
    rhythm = rhythm_of(preferences.user.profile, preferences)
    rows = list(planned.select_related("action_plan__goal"))
    for row in rows:
        row.status, row.user = NotificationStatus.ACTIVE, preferences.user
        plan_next(row, rhythm, now)
    store(rows, now)
