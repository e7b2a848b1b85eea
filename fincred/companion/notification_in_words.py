"""A notification as staff read it."""

from __future__ import annotations

from fincred.companion.models import Notification
from fincred.companion.vocabulary import NotificationStatus


def next_in_words(row: Notification) -> str:
    """When it is sent next, in UTC, or why it isn't."""
    if row.status != NotificationStatus.ACTIVE:
        return row.status
    if row.action_plan and row.action_plan.ended_at:
        return "the plan has ended"
    return f"{row.next_send_at:%-d %b %Y %H:%M}" if row.next_send_at else "nothing to say at present"
