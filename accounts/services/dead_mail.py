"""Mail that was given up, and is tried again for one person."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import transaction

from accounts.audit import record
from accounts.models import OutgoingMail
from accounts.services.locking import lock_user

logger = logging.getLogger(__name__)


@transaction.atomic
def retry_dead_mail(*, mail: OutgoingMail, now: datetime) -> bool:
    """Make this mail due again, from its first attempt; whether it was given up until now."""
    person = lock_user(cast("UUID", mail.user_id))
    if not OutgoingMail.objects.given_up(now).filter(pk=mail.pk).retry(now):
        return False
    record(person=person, action="mail.retried", subject=mail, now=now, after={"purpose": mail.purpose})
    logger.info("Mail is tried again", extra={"user_id": str(person.pk), "mail_id": str(mail.pk)})
    return True
