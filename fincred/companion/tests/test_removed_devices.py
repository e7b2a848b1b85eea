"""Devices that are removed while messages for them are queued."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest

from accounts.models import User
from fincred.companion.models import OutgoingPush
from fincred.companion.services import add_device, create_notification, send_due_notifications
from fincred.companion.vocabulary import Channel, NotificationType, Platform
from fincred.db.tests.links import address

pytestmark = [pytest.mark.integration, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_a_push_to_a_device_that_is_being_removed_is_dropped_and_the_others_are_queued(
    saver: User, noon: datetime
) -> None:
    removed, kept = (
        add_device(owner=saver, platform=Platform.IOS, token=f"ExponentPushToken[{name}]", now=noon)
        for name in ("removed", "kept")
    )
    due = noon + timedelta(hours=1)
    create_notification(
        owner=saver, type=NotificationType.PRE_TRANSFER_REMINDER, channel=Channel.PUSH, next_send_at=due, now=noon
    )
    with psycopg.connect(**address()) as other:
        other.execute("DELETE FROM companion_device WHERE id = %s", [removed.pk])
        assert send_due_notifications(clock=lambda: due) == 1
    assert OutgoingPush.objects.get().device_id == kept.pk
