"""What is remembered of requests: answers to repeat, and how many there were."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.managers import (
    IdempotencyKeyQuerySet,
)
from accounts.models.people import User
from accounts.opaque_tokens import DIGEST_LENGTH
from fincred.db.fields import ExactJSONField
from fincred.db.models import UUIDModel
from fincred.db.privacy import NOT_PERSONAL, Privacy


class IdempotencyKey(UUIDModel):
    """A POST that a client may repeat: a hash of its body, and the answer to it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="idempotency_keys", db_index=False)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=DIGEST_LENGTH)
    status = models.PositiveSmallIntegerField(null=True)
    headers = ExactJSONField(null=True)
    answer = models.BinaryField(default=b"")
    created_at = models.DateTimeField(db_index=True)

    objects = IdempotencyKeyQuerySet["IdempotencyKey"].as_manager()
    privacy = Privacy(owner="user", section="idempotency_keys", withheld=("user_id", "fingerprint", "headers"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key", "method", "path"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"Idempotency key {self.pk}"


class RateCounter(models.Model):
    """How many requests a subject has made in its current window; one row for each subject, which is a hash."""

    key = models.CharField(max_length=DIGEST_LENGTH, primary_key=True)
    time_window = models.BigIntegerField(db_index=True)
    used = models.PositiveIntegerField()

    privacy = NOT_PERSONAL

    def __str__(self) -> str:
        return f"Counter {self.key[:8]}"
