"""A person's profile, and what staff may do for or to a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session as BackOfficeSession
from django.db import transaction

from accounts.audit import fields_of, record
from accounts.errors import LastSuperuserError
from accounts.models import Profile, User
from accounts.search import write_terms
from accounts.services.addresses import person_at
from accounts.services.locking import lock_user
from accounts.services.sessions import end_all_sessions
from accounts.vocabulary import EndReason, StaffRole
from fincred.errors import ResourceNotFoundError
from fincred.events import PersonDisabled, ProfileChanged, publish
from fincred.preconditions import ANY_REVISION, Precondition

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
    *, user: User, now: datetime, expected: Precondition = ANY_REVISION, **changes: Unpack[ProfileChanges]
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


def people_without_profile() -> Iterator[UUID]:
    """The people whose profile was deleted by SQL outside of FinCred. Their requests fail."""
    return User.objects.filter(profile=None).order_by("pk").values_list("pk", flat=True).iterator()


@transaction.atomic
def set_active(*, user: User, is_active: bool, now: datetime) -> User:
    """Enable or disable a person. Disabling ends every session and private link at once; enabling revives none.

    :raises LastSuperuserError: no superuser would be left to give roles.
    """
    if not is_active:
        _require_another_superuser(user)
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

    A superuser who is given a role stays one; taking the role away ends that too. Another role, or none, ends
    their sessions there; giving the same role again revives none.

    :raises LastSuperuserError:
    """
    if role is None:
        _require_another_superuser(user)
    user = lock_user(user.pk)
    groups = Group.objects.filter(name__in=list(StaffRole))
    before = _role_of(user, sorted(user.groups.values_list("name", flat=True)))
    user.is_staff = role is not None
    user.is_superuser = user.is_superuser and user.is_staff
    after = _role_of(user, [role.value] if role else [])
    if before != after:
        user.session_epoch += 1
    if role is None:
        _forget_back_office_sessions(user)
    user.save(update_fields=["is_staff", "is_superuser", "session_epoch"])
    user.groups.remove(*groups)
    user.groups.add(*groups.filter(name=role))
    action = "role.granted" if role else "role.revoked"
    record(person=user, action=action, subject=user, now=now, before=before, after=after)
    logger.info("Role granted" if role else "Role revoked", extra={"user_id": str(user.pk), "role": role})
    return user


def _role_of(user: User, names: list[str]) -> dict[str, Any]:
    return {"is_staff": user.is_staff, "is_superuser": user.is_superuser, "roles": names}


def _require_another_superuser(user: User) -> None:
    """If the person is one. All are locked in one order, so two who disable each other do so one by one."""
    if not user.is_superuser:
        return
    superusers = User.objects.may_enter().filter(is_verified=True, is_staff=True, is_superuser=True).order_by("pk")
    if not any(each.pk != user.pk for each in superusers.select_for_update(no_key=True)):
        raise LastSuperuserError


def _forget_back_office_sessions(staff: User) -> None:
    """These hold their owner's id encoded, so each has to be looked into; they are few and live for hours."""
    for session in BackOfficeSession.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(staff.pk):
            session.delete()
