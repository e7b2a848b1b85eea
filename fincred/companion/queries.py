"""Reads of conversations with the coach, preferences and notifications, compiled once."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from fincred.companion.models import LIFETIME, ChatSession, Device, Notification, NotificationPreferences
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery

_LIVE: Final = ChatSession.objects.owned_by(Parameter("owner")).filter(created_at__gt=Parameter("since"))
_SESSION: Final = PreparedQuery(_LIVE.filter(pk=Parameter("session_id")))
_SESSIONS: Final = PreparedQuery(_LIVE.order_by("created_at", "id"))


def chat_session(owner: UUID, session_id: UUID, now: datetime) -> BoundQuery[ChatSession]:
    """The person's session of that id, unless its time is over."""
    return _SESSION.bind(owner=owner, session_id=session_id, since=now - LIFETIME)


def number_of_sessions(owner: UUID, now: datetime) -> BoundQuery[int]:
    return _SESSIONS.bind(owner=owner, since=now - LIFETIME).count_query()


_PREFERENCES: Final = PreparedQuery(NotificationPreferences.objects.owned_by(Parameter("owner")))


def preferences_of(owner: UUID) -> BoundQuery[NotificationPreferences]:
    return _PREFERENCES.bind(owner=owner)


_NOTIFICATIONS: Final = Notification.objects.owned_by(Parameter("owner")).visible()
NOTIFICATIONS: Final = PreparedQuery(_NOTIFICATIONS.newest_first())
NOTIFICATION: Final = PreparedQuery(_NOTIFICATIONS.filter(pk=Parameter("notification_id")))
DEVICES: Final = PreparedQuery(Device.objects.owned_by(Parameter("owner")).order_by("-created_at", "-id"))
DEVICE: Final = PreparedQuery(Device.objects.owned_by(Parameter("owner")).filter(pk=Parameter("device_id")))
