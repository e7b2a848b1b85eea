"""The sessions of the back office that a member of staff has open, and the end of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.audit import record
from accounts.back_office.factor import DEVICE, PROVED, SIGNED_IN_AT, is_asked_for
from accounts.models import User
from accounts.services import lock_user

_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session. `device` is the family of programs that signed in, such as "Firefox".

    `mark` identifies the session on a page: a hash, because who knows its key is signed in. `is_inside` is False
    while the second factor is still to be proved.
    """

    mark: str
    signed_in_at: datetime
    device: str
    is_inside: bool
    expires_at: datetime


def open_sessions(staff: User, *, now: datetime) -> list[OpenSession]:
    """The newest first."""
    needs_factor = is_asked_for(staff)
    found = [_told(row, contents, needs_factor) for row, contents in _sessions_of(staff, now)]
    return sorted(found, key=lambda session: session.signed_in_at, reverse=True)


@transaction.atomic
def end_open_session(staff: User, mark: str, *, now: datetime) -> bool:
    """End the one with this mark; False if it isn't open any more."""
    person = lock_user(staff.pk)
    needs_factor = is_asked_for(person)
    for row, contents in _sessions_of(person, now):
        session = _told(row, contents, needs_factor)
        if constant_time_compare(session.mark, mark):
            # By the store, which may keep it elsewhere too.
            import_module(settings.SESSION_ENGINE).SessionStore(row.session_key).delete()
            facts = {"device": session.device}
            record(person=person, action="back_office_session.ended", subject=person, now=now, after=facts)
            return True
    return False


def _sessions_of(staff: User, now: datetime) -> list[tuple[Session, dict[str, Any]]]:
    """A session's owner is stored inside of it, so all are read; only staff have any."""
    hashes = {staff.get_session_auth_hash(), *staff.get_session_auth_fallback_hash()}
    rows = Session.objects.filter(expire_date__gt=now).order_by("-expire_date")[:_MOST]
    read = [(row, row.get_decoded()) for row in rows]
    return [
        (row, contents)
        for row, contents in read
        if contents.get(SESSION_KEY) == str(staff.pk)
        and contents.get(HASH_SESSION_KEY) in hashes
        and SIGNED_IN_AT in contents
    ]


def _told(row: Session, contents: dict[str, Any], needs_factor: bool) -> OpenSession:
    return OpenSession(
        mark=salted_hmac("fincred.back_office.session", row.session_key, algorithm="sha256").hexdigest(),
        signed_in_at=datetime.fromtimestamp(contents[SIGNED_IN_AT], UTC),
        device=contents.get(DEVICE, ""),
        is_inside=bool(contents.get(PROVED)) or not needs_factor,
        expires_at=row.expire_date,
    )
