"""The sessions of the back office that a member of staff has open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.back_office.factor import DEVICE, SIGNED_IN_AT
from accounts.models import User

_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`device` is the family of programs that signed in, such as "Firefox"."""

    signed_in_at: datetime
    device: str
    expires_at: datetime


def open_sessions(staff: User, *, now: datetime) -> list[OpenSession]:
    """The newest first. Whose a session is stands inside of it, and only staff have any: all are read."""
    hashes = {staff.get_session_auth_hash(), *staff.get_session_auth_fallback_hash()}
    rows = Session.objects.filter(expire_date__gt=now).order_by("-expire_date")[:_MOST]
    read = [(row.get_decoded(), row.expire_date) for row in rows]
    found = [
        OpenSession(
            signed_in_at=datetime.fromtimestamp(contents[SIGNED_IN_AT], UTC),
            device=contents.get(DEVICE, ""),
            expires_at=expires_at,
        )
        for contents, expires_at in read
        if contents.get(SESSION_KEY) == str(staff.pk)
        and contents.get(HASH_SESSION_KEY) in hashes
        and SIGNED_IN_AT in contents
    ]
    return sorted(found, key=lambda session: session.signed_in_at, reverse=True)
