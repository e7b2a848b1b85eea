"""The devices that take a person's pushes."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from accounts.services import lock_user
from fincred.companion.errors import TooManyDevicesError
from fincred.companion.models import Device
from fincred.companion.vocabulary import Platform
from fincred.errors import ResourceNotFoundError
from fincred.preconditions import ANY_REVISION, Precondition

logger = logging.getLogger(__name__)

MOST: Final = 20


@transaction.atomic
def add_device(*, owner: User, platform: Platform, token: str, now: datetime) -> Device:
    """The device with this token. From now on it is the person's alone.

    So a shared phone gets the pushes of the person who used it last. With another platform it is another device.

    :raises TooManyDevicesError: there are twenty others.
    """
    person = lock_user(owner.pk)
    if (count := Device.objects.owned_by(person).exclude(token=token).count()) >= MOST:
        raise TooManyDevicesError(current_count=count, max_count=MOST)
    new = Device(user=person, platform=platform, token=token, created_at=now)
    mine = Device.objects.owned_by(person).filter(token=token, platform=platform)
    others = Device.objects.filter(token=token).exclude(user=person, platform=platform)
    device = None
    # Again and again: other people, whose locks aren't held, may be adding or removing it just now.
    while device is None:
        for other in others.select_for_update():
            other.delete()
        Device.objects.bulk_create([new], ignore_conflicts=True)
        device = mine.first()
    if device == new:
        record(person=person, action="device.added", subject=device, now=now, after={"platform": platform})
        logger.info("Device added", extra={"device_id": str(device.pk)})
    return device


@transaction.atomic
def remove_device(*, owner: User, token: str, now: datetime, expected: Precondition = ANY_REVISION) -> None:
    """No more pushes to it; those that wait are dropped.

    :raises ResourceNotFoundError: the person has no such device.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    person = lock_user(owner.pk)
    # Locked before its pushes are deleted: what is being queued for it is seen then.
    device = Device.objects.owned_by(person).filter(token=token).select_for_update().first()
    if device is None:
        raise ResourceNotFoundError
    expected.require(device.revision)
    record(person=person, action="device.removed", subject=device, now=now)
    device.delete()
    logger.info("Device removed", extra={"user_id": str(person.pk)})
