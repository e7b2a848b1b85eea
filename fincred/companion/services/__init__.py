"""Every write of the companion: conversations with the coach, preferences, and the schedule of notifications.

Belongs here: rules and transactions, keyword-only, the moment passed in. Doesn't: words, which are in templates.
Services lock the person's row, then their preferences, then their notifications; the job that sends waits for no
lock. When you add one, also export it below.
"""

from __future__ import annotations

from fincred.companion.services.coach import (
    Exchange,
    delete_session,
    refresh_session,
    start_session,
    store_exchange,
)
from fincred.companion.services.devices import add_device, remove_device
from fincred.companion.services.follow_events import (
    on_database_restored,
    on_demo_created,
    on_less_is_there,
    on_milestones_reached,
    on_person_verified,
    on_profile_changed,
)
from fincred.companion.services.notifications import (
    NotificationChanges,
    create_notification,
    delete_notification,
    update_notification,
)
from fincred.companion.services.preferences import NO_PREFERENCES, unsubscribe, update_preferences
from fincred.companion.services.pushes import read_receipts, send_due_pushes
from fincred.companion.services.sending import send_due_notifications
from fincred.companion.services.sweeps import follow_plans, plan_for_everybody, plan_for_people

__all__ = [
    "NO_PREFERENCES",
    "Exchange",
    "NotificationChanges",
    "add_device",
    "create_notification",
    "delete_notification",
    "delete_session",
    "follow_plans",
    "on_database_restored",
    "on_demo_created",
    "on_less_is_there",
    "on_milestones_reached",
    "on_person_verified",
    "on_profile_changed",
    "plan_for_everybody",
    "plan_for_people",
    "read_receipts",
    "refresh_session",
    "remove_device",
    "send_due_notifications",
    "send_due_pushes",
    "start_session",
    "store_exchange",
    "unsubscribe",
    "update_notification",
    "update_preferences",
]
