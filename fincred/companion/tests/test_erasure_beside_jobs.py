"""An erasure takes locks in the order of those who send: two that wait for each other would both be late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connections

from accounts.models import User
from accounts.services import erase_person
from fincred.companion.models import Device, Notification, NotificationPreferences, OutgoingPush
from fincred.companion.services import add_device, create_notification, send_due_notifications
from fincred.companion.vocabulary import Channel, NotificationType, Platform
from fincred.db.tests.links import address
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize(
    ("held", "then"), [(NotificationPreferences, Notification), (Device, OutgoingPush)], ids=["plans", "pushes"]
)
def test_holds_nothing_that_they_take_next(
    saver: User, noon: datetime, held: type[Device], then: type[OutgoingPush]
) -> None:
    add_device(owner=saver, platform=Platform.IOS, token="ExponentPushToken[one]", now=noon)
    due = noon + timedelta(hours=1)
    create_notification(
        owner=saver, type=NotificationType.PRE_TRANSFER_REMINDER, channel=Channel.PUSH, next_send_at=due, now=noon
    )
    assert send_due_notifications(clock=lambda: due) == 1

    def erase() -> None:
        try:
            erase_person(user=saver, now=due)
        finally:
            connections.close_all()

    with psycopg.connect(**address(), autocommit=True) as watcher, ThreadPoolExecutor(1) as pool:
        with psycopg.connect(**address()) as job:
            job.execute(f"SELECT 1 FROM {held._meta.db_table} FOR UPDATE")  # noqa: S608  names of ours
            erasure = pool.submit(erase)
            wait_until(lambda: watcher.execute(WAITING).fetchone() == (1,))
            free = job.execute(f"SELECT 1 FROM {then._meta.db_table} FOR UPDATE NOWAIT")  # noqa: S608
            assert free.fetchall()
        erasure.result()
    assert not User.objects.exists()
