"""The sessions people are signed in with, and what proves who they are."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.managers import (
    KnownPlaceQuerySet,
    OneTimeTokenQuerySet,
    RefreshTokenQuerySet,
    SessionQuerySet,
)
from accounts.models.people import User
from accounts.opaque_tokens import DIGEST_LENGTH
from accounts.places import FAMILY_LENGTH
from accounts.vocabulary import EndReason, TokenPurpose
from fincred.db.fields import choices
from fincred.db.models import UUIDModel
from fincred.db.privacy import NOT_PERSONAL, Privacy


class Session(UUIDModel):
    """One sign-in, with the refresh tokens that follow from it and the access tokens issued with them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=16, choices=choices(EndReason), blank=True)
    # The family of programs that signed in, such as "Firefox".
    device = models.CharField(max_length=FAMILY_LENGTH, blank=True, default="", db_default="")

    objects = SessionQuerySet["Session"].as_manager()
    privacy = Privacy(owner="user", section="sessions", withheld=("user_id",))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, end_reason__in=list(EndReason)),
                name="session_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Session {self.pk}"


class KnownPlace(UUIDModel):
    """A network and a family of programs that a person has signed in from, as an HMAC under their audit key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_places", db_index=False)
    place_hash = models.CharField(max_length=DIGEST_LENGTH)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    objects = KnownPlaceQuerySet["KnownPlace"].as_manager()
    privacy = Privacy(owner="user", section="known_places", withheld=("user_id", "place_hash"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "place_hash"], name="known_place_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"Known place {self.pk}"


class RefreshToken(UUIDModel):
    """Can be exchanged once for a new pair of tokens. Only its SHA-256 is stored."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="refresh_tokens")
    token_hash = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    spent_at = models.DateTimeField(null=True)

    objects = RefreshTokenQuerySet["RefreshToken"].as_manager()
    privacy = Privacy(owner="session__user", section="refresh_tokens", withheld=("token_hash",))

    def __str__(self) -> str:
        return f"Refresh token {self.pk}"

    def is_spendable(self, now: datetime) -> bool:
        return self.spent_at is None and self.expires_at > now


class OneTimeToken(UUIDModel):
    """Proves that its bearer reads the person's mail. Only its SHA-256 is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_tokens")
    purpose = models.CharField(max_length=16, choices=choices(TokenPurpose))
    token_hash = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = OneTimeTokenQuerySet["OneTimeToken"].as_manager()
    privacy = Privacy(owner="user", section="one_time_tokens", withheld=("user_id", "token_hash"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(purpose__in=list(TokenPurpose)), name="one_time_token_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"One-time token {self.pk}"


class SecondFactor(UUIDModel):
    """The key of a staff member's authenticator. It counts once confirmed; codes only after `last_step`."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    key = models.BinaryField()
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(owner="user")  # a credential, so it isn't exported

    def __str__(self) -> str:
        return f"Second factor {self.pk}"


class BackupCode(UUIDModel):
    """Takes the place of an authenticator's code once. Only its SHA-256 is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="backup_codes")
    code_hash = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    used_at = models.DateTimeField(null=True)

    privacy = Privacy(owner="user")

    def __str__(self) -> str:
        return f"Backup code {self.pk}"


class RefusedSignIns(models.Model):
    """How many sign-ins were refused on a day, in UTC; those over a rate limit aren't counted."""

    day = models.DateField(primary_key=True)
    refused = models.PositiveIntegerField()

    privacy = NOT_PERSONAL
    in_backups = False

    class Meta:
        verbose_name = verbose_name_plural = "refused sign-ins"

    def __str__(self) -> str:
        return f"{self.refused} on {self.day}"
