"""Chainable reads of accounts' rows, and how a person's row is made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models, transaction
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import IdempotencyKey, OneTimeToken, OutgoingMail, RefreshToken, Session, User  # noqa: F401  named in strings

MAX_MAIL_ATTEMPTS = 8
IDEMPOTENCY_KEYS_LIVE = timedelta(hours=24)


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, *, full_name: str | None = None, **fields: Any
    ) -> User:
        """A stored person with a profile. The address is lower-cased; `password` None makes login impossible."""
        from accounts.models import Profile  # noqa: PLC0415  models are made of managers

        user: User = self.model(email=email.lower(), **fields)
        user.set_password(password)  # slow on purpose, so before the transaction
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            Profile(user=user, full_name=full_name).save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """For `manage.py createsuperuser`."""
        return self.create_user(
            email, password, **{**fields, "is_verified": True, "is_staff": True, "is_superuser": True}
        )


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Sessions that nothing has ended."""
        return self.filter(ended_at=None)

    def purgeable(self, now: datetime) -> Self:
        return self.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=now))


class RefreshTokenQuerySet(models.QuerySet["RefreshToken"]):
    def spendable(self, now: datetime) -> Self:
        return self.filter(spent_at=None, expires_at__gt=now)

    def purgeable(self, now: datetime) -> Self:
        """A spent one is kept until it expires: that is how its reuse is noticed."""
        return self.filter(expires_at__lte=now)


class OneTimeTokenQuerySet(models.QuerySet["OneTimeToken"]):
    def unused(self) -> Self:
        return self.filter(used_at=None)

    def purgeable(self, now: datetime) -> Self:
        return self.filter(Q(used_at__isnull=False) | Q(expires_at__lte=now))


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, now: datetime) -> Self:
        """Unsent, not tried too often, and not waiting for its next attempt; oldest first."""
        waiting = self.filter(sent_at=None, attempts__lt=MAX_MAIL_ATTEMPTS, next_attempt_at__lte=now)
        return waiting.order_by("next_attempt_at", "id")

    def purgeable(self) -> Self:
        """Sent, or given up."""
        return self.filter(Q(sent_at__isnull=False) | Q(attempts__gte=MAX_MAIL_ATTEMPTS))


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def purgeable(self, now: datetime) -> Self:
        """Older than a day: sent again, they stand for a new request."""
        return self.filter(created_at__lt=now - IDEMPOTENCY_KEYS_LIVE)
