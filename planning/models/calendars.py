"""A person's calendar as calendar programs read it: its private link, and its revision."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.opaque_tokens import DIGEST_LENGTH
from fincred.db.models import OwnedQuerySet, UUIDModel
from fincred.db.privacy import Privacy


class CalendarLink(UUIDModel):
    """The private address of a person's calendar. Only the SHA-256 of the secret in it is stored."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_link")
    secret_hash = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    created_at = models.DateTimeField()

    objects = OwnedQuerySet["CalendarLink"].as_manager()
    privacy = Privacy(owner="user", section="planning.calendar_links", withheld=("secret_hash",))

    def __str__(self) -> str:
        return f"Calendar link {self.pk}"


class CalendarRevision(UUIDModel):
    """How often the content of a person's iCalendar has changed, and when that was last noticed.

    `content` is its SHA-256. `number` and `changed_at` only rise: calendar programs ignore what is older.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_revision")
    content = models.CharField(max_length=DIGEST_LENGTH)
    number = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = OwnedQuerySet["CalendarRevision"].as_manager()
    privacy = Privacy(owner="user")

    def __str__(self) -> str:
        return f"Revision {self.number}"
