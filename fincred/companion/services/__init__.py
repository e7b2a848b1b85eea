"""Every write of the companion: conversations with the coach, preferences, and the schedule of notifications.

Belongs here: rules and transactions, keyword-only, the moment passed in. Doesn't: words, which are in templates.
Services lock the person's row, then their preferences, then their notifications; the job that sends locks the
latter two in the same order.
"""

from __future__ import annotations

from fincred.companion.services.coach import (
    Exchange,
    delete_session,
    refresh_session,
    start_session,
    store_exchange,
)
from fincred.companion.services.preferences import NO_PREFERENCES, unsubscribe, update_preferences
from fincred.companion.services.schedule import (
    follow_plans,
    on_milestones_reached,
    on_person_verified,
    on_profile_changed,
    plan_for_everybody,
)
from fincred.companion.services.sending import send_due_notifications

__all__ = [
    "NO_PREFERENCES",
    "Exchange",
    "delete_session",
    "follow_plans",
    "on_milestones_reached",
    "on_person_verified",
    "on_profile_changed",
    "plan_for_everybody",
    "refresh_session",
    "send_due_notifications",
    "start_session",
    "store_exchange",
    "unsubscribe",
    "update_preferences",
]
