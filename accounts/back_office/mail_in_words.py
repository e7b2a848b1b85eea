"""A mail of the outbox as staff read it."""

from __future__ import annotations

from datetime import datetime

from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail


def mail_state(mail: OutgoingMail) -> str:
    """Whether it was sent, waits or was given up, and why."""
    if mail.sent_at:
        return f"sent {_moment(mail.sent_at)}"
    if mail.is_held:
        return "held by a restore"
    if mail.attempts >= MAX_MAIL_ATTEMPTS:
        return f"given up: {mail.failure or 'no reason was kept'}"
    attempts = "1 attempt" if mail.attempts == 1 else f"{mail.attempts} attempts"
    why = f", {mail.failure}" if mail.failure else ""
    return f"due {_moment(mail.next_attempt_at)}, {attempts}{why}"


def _moment(moment: datetime) -> str:
    return f"{moment:%-d %b %H:%M}"
