"""A person's profile, and what staff may do for or to a person."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.audit import fields_of, record
from accounts.models import Profile, User
from accounts.search import write_terms
from accounts.services.addresses import person_at
from accounts.services.locking import lock_user
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason, StaffRole
from fincred.errors import ResourceNotFoundError
from fincred.events import PersonDisabled, ProfileChanged, publish
from fincred.preconditions import ANY_VERSION, Precondition

logger = logging.getLogger(__name__)


def find_person(name: str) -> User:
    """The person with this address or id, for operators.

    :raises ResourceNotFoundError:
    """
    if any("\ud800" <= character <= "\udfff" for character in name):  # from a terminal with another encoding
        raise ResourceNotFoundError
    try:
        found = User.objects.filter(pk=UUID(name)).first()
    except ValueError:
        found = person_at(name)
    if found is None:
        raise ResourceNotFoundError
    return found


class ProfileChanges(TypedDict, total=False):
    """The fields of a profile that can be changed; None clears one."""

    full_name: str | None
    country: str | None
    currency: str
    timezone: str
    age_range: str | None
    employment_status: str | None
    reminder_frequency: str
    preferred_checkin_day_of_week: int | None
    reminder_hour: int
    persona_hint: str | None


# The audit trail outlives the person, so it keeps the values of these fields only; of others, that they changed.
_AUDITED = frozenset(
    {"currency", "timezone", "reminder_frequency", "preferred_checkin_day_of_week", "reminder_hour"}
)


@transaction.atomic
def update_profile(
    *, user: User, now: datetime, expected: Precondition = ANY_VERSION, **changes: Unpack[ProfileChanges]
) -> Profile:
    """Change the named fields. Values that they have already are no change.

    :raises PreconditionFailedError: the profile isn't as `expected`.
    """
    person = lock_user(user.pk)
    profile = user.profile
    profile.refresh_from_db()
    expected.require(profile.revision)
    before = fields_of(profile, changes)
    changed = sorted(name for name, value in changes.items() if before[name] != value)
    for name, value in changes.items():
        setattr(profile, name, value)
    if changed:
        profile.save(update_fields=changed)
        publish(ProfileChanged(profile, frozenset(changed), now))
    if "full_name" in changed:
        write_terms(person, profile.full_name)
    audited = _AUDITED.intersection(changed)
    record(
        person=person,
        action="profile.changed",
        subject=profile,
        now=now,
        before={name: before[name] for name in audited},
        after=fields_of(profile, audited) | {"changed": changed},
    )
    logger.info("Profile updated", extra={"user_id": str(user.pk), "fields": sorted(changes)})
    return profile


@transaction.atomic
def set_active(*, user: User, is_active: bool, now: datetime) -> User:
    """Enable or disable a person. Disabling ends every session and private link at once; enabling revives none."""
    user = lock_user(user.pk)
    before = fields_of(user, ["is_active"])
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    action = "person.enabled" if is_active else "person.disabled"
    record(person=user, action=action, subject=user, now=now, before=before, after=fields_of(user, before))
    if not is_active:
        end_all_sessions(user=user, reason=EndReason.DISABLED, now=now)
        publish(PersonDisabled(user, now))
    logger.info("Person enabled" if is_active else "Person disabled", extra={"user_id": str(user.pk)})
    return user


@transaction.atomic
def set_role(*, user: User, role: StaffRole | None, now: datetime) -> User:
    """Give a person the back office with the permissions of this role alone; None takes it away.

    Another role, or none, ends their sessions there; the same one given again revives none.
    """
    user = lock_user(user.pk)
    groups = Group.objects.filter(name__in=list(StaffRole))
    before = {"is_staff": user.is_staff, "roles": sorted(user.groups.values_list("name", flat=True))}
    user.is_staff = role is not None or user.is_superuser
    after = {"is_staff": user.is_staff, "roles": [role.value] if role else []}
    if before != after:
        user.session_epoch += 1
    user.save(update_fields=["is_staff", "session_epoch"])
    user.groups.remove(*groups)
    user.groups.add(*groups.filter(name=role))
    action = "role.granted" if role else "role.revoked"
    record(person=user, action=action, subject=user, now=now, before=before, after=after)
    logger.info("Role granted" if role else "Role revoked", extra={"user_id": str(user.pk), "role": role})
    return user
