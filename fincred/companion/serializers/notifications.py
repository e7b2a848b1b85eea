"""Notifications and devices."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from rest_framework.serializers import ValidationError

from fincred.api.serializers import (
    ChoiceField,
    DateTimeField,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)
from fincred.companion.vocabulary import Channel, NotificationStatus, NotificationType, Platform

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.(?P<fraction>[0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)
_MOST_DIGITS: Final = 6


class NotificationSerializer(Serializer):
    """Something that is sent at a moment, and again."""

    has_revision = True

    id = UUIDField()
    user_id = UUIDField()
    type = ChoiceField(NotificationType)
    channel = ChoiceField(Channel)
    next_send_at = DateTimeField()
    action_plan_id = UUIDField(allow_null=True)
    status = ChoiceField(NotificationStatus)
    last_sent_at = DateTimeField(allow_null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()


class MomentField(DateTimeField):
    """RFC 3339 with an offset or `Z`, as a text."""

    default_error_messages = {
        "invalid": "Must be an RFC 3339 date and time such as 2026-03-15T17:00:00Z.",
        "too_exact": "Must have at most six digits of a second.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        told = _RFC_3339.fullmatch(data) if isinstance(data, str) else None
        if told is None:
            return self.fail("invalid")
        if len(told["fraction"] or "") > _MOST_DIGITS:
            self.fail("too_exact")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such day or time.", code="invalid") from None


class NotificationCreateSerializer(Serializer):
    type = ChoiceField(NotificationType)
    channel = ChoiceField(Channel)
    next_send_at = MomentField(help_text="In the future; then again at the same hour.")
    action_plan_id = UUIDField(allow_null=True, required=False)
    status = ChoiceField(NotificationStatus, required=False)


class NotificationUpdateSerializer(NotificationCreateSerializer, UpdateSerializer):
    """Changes of a notification. Of what the server planned, type and plan can't be changed."""


class DeviceSerializer(Serializer):
    """A device that takes pushes."""

    has_revision = True

    id = UUIDField(read_only=True)
    platform = ChoiceField(Platform)
    token = TextField(max_length=200, help_text="As Expo gives it to the app.")
    created_at = DateTimeField(read_only=True)


class DeviceTokenSerializer(Serializer):
    token = TextField(max_length=200)
