"""People, the sessions they are signed in with, and the mail that waits to be sent to them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Length, Lower, Upper
from django.db.models.lookups import Exact

from accounts.fields import MailboxField, validate_mailbox
from accounts.managers import (
    IdempotencyKeyQuerySet,
    KnownPlaceQuerySet,
    OneTimeTokenQuerySet,
    OutgoingMailQuerySet,
    RefreshTokenQuerySet,
    SessionQuerySet,
    UserManager,
)
from accounts.password_hashing import matches, normal_form
from accounts.search_words import words_of_person
from accounts.vocabulary import EndReason, MailPriority, MailPurpose, ReminderFrequency, TokenPurpose
from fincred import clock
from fincred.context import Role
from fincred.db.fields import BytewiseField, ExactJSONField, choices
from fincred.db.models import RevisedModel, RevisedQuerySet, UUIDModel
from fincred.db.privacy import NOT_PERSONAL, Privacy

DIGEST_LENGTH = 64


def _optional_text(max_length: int) -> models.CharField[str | None, str | None]:
    """Text of the person's own; null until they give it, never empty."""
    return models.CharField(max_length=max_length, null=True, blank=True)


def new_audit_key() -> bytes:
    return secrets.token_bytes(32)


class User(AbstractBaseUser, PermissionsMixin, UUIDModel):
    """A person who signs in by e-mail. What they say about themselves is in their profile."""

    last_login = None  # removes Django's field: sessions have the moment
    email = models.EmailField(unique=True, validators=[validate_mailbox])
    mailbox = MailboxField(source="email")
    # Above 0 only for people who shared another person's mailbox before mailboxes were compared: all who share one
    # sign in with exactly the address that is stored.
    mailbox_rank = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True)
    is_verified = models.BooleanField(default=False)
    # When a mail server said that there is no such mailbox. Only mails that the person asks for go there now.
    mail_refused_at = models.DateTimeField(null=True, blank=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    # Key of the HMACs in the audit trail that stand for network addresses; it is erased with the row.
    audit_key = models.BinaryField(default=new_audit_key)
    # Counts how often all back-office sessions were ended; one of an earlier epoch is refused.
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    _password: str | None  # of Django: the argument of set_password(), until the row is saved

    objects = UserManager["User"]()
    privacy = Privacy(
        owner="id",
        section="account",
        single=True,
        withheld=("password", "audit_key", "session_epoch", "mailbox", "mailbox_rank"),
    )

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        permissions: ClassVar = [("help_user", "Can disable, enable and sign out people and mail them again")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="user_email_lower_case"),
            models.UniqueConstraint(fields=["mailbox", "mailbox_rank"], name="user_one_of_a_mailbox"),
        ]
        # Of the list of people, and of those of its filters that match few.
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "-id"], name="user_newest"),
            models.Index(fields=["-created_at", "-id"], condition=Q(is_active=False), name="user_newest_disabled"),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(is_verified=False), name="user_newest_unverified"
            ),
            models.Index(fields=["-created_at", "-id"], condition=Q(is_staff=True), name="user_newest_staff"),
        ]

    def __str__(self) -> str:
        # Without the address, because logs and the admin's history show this.
        return f"Person {self.pk}"

    @property
    def full_name(self) -> str | None:
        return self.profile.full_name

    @property
    def revision(self) -> int:
        """That of the profile: nothing else of what `/users/me` shows can change while the person is signed in."""
        return self.profile.revision

    @property
    def may_enter(self) -> bool:
        """The same condition as `managers.person_may_enter`, for a row that was read."""
        return self.is_active

    def get_session_auth_hash(self) -> str:
        """Compared by Django at each request of a back-office session."""
        return self._of_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same with the previous secret keys."""
        return map(self._of_epoch, super().get_session_auth_fallback_hash())

    def _of_epoch(self, auth_hash: str) -> str:
        """Django's own hash in the first epoch, as versions before had it."""
        return f"{auth_hash}.{self.session_epoch}" if self.session_epoch else auth_hash

    @transaction.atomic
    def save_with_profile(self, *, full_name: str | None) -> None:
        """Store a new person and their profile; each person has one."""
        self.save(force_insert=True)
        Profile(user=self, full_name=full_name).save(force_insert=True)
        SearchTerm.objects.bulk_create(SearchTerm.of(self, full_name))

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else normal_form(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password, in any composition. A hash of an older kind is replaced; sessions go on."""

        def store(encoded: str) -> None:  # unless the password was changed meanwhile
            if User.objects.filter(pk=self.pk, password=self.password).update(password=encoded):
                self.password = encoded

        return matches(raw_password or "", self.password, store=store)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Where Django itself sets a password, as in `manage.py changepassword`, end sessions and reset tokens."""
        is_new_password = self._password is not None and not self._state.adding
        super().save(*args, **kwargs)
        if is_new_password:
            now = clock.now()
            self.sessions.all().end(now=now, reason=EndReason.PASSWORD_CHANGED)
            OneTimeToken.objects.unused_resets(self).update(used_at=now)


class Profile(RevisedModel):
    """What a person says about themselves; stored together with the person."""

    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    full_name = _optional_text(200)
    country = _optional_text(100)
    currency = models.CharField(max_length=3, default="USD")
    timezone = models.CharField(max_length=64, default="UTC")
    age_range = _optional_text(50)
    employment_status = _optional_text(50)
    reminder_frequency = models.CharField(
        max_length=8, choices=choices(ReminderFrequency), default=ReminderFrequency.WEEKLY.value
    )
    preferred_checkin_day_of_week = models.PositiveSmallIntegerField(null=True, blank=True)
    reminder_hour = models.PositiveSmallIntegerField(default=18, db_default=18)
    persona_hint = _optional_text(50)

    objects = RevisedQuerySet["Profile"].as_manager()
    privacy = Privacy(
        owner="user", section="profile", single=True, withheld=("user_id", "revision"), order=("id",)
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(Exact(Length("currency"), 3), currency=Upper(F("currency"))),
                name="profile_currency_three_capitals",
            ),
            models.CheckConstraint(
                condition=Q(reminder_frequency__in=list(ReminderFrequency)),
                name="profile_reminder_frequency_known",
            ),
            models.CheckConstraint(
                condition=Q(preferred_checkin_day_of_week__isnull=True)
                | Q(preferred_checkin_day_of_week__range=(1, 7)),
                name="profile_checkin_day_is_weekday",
            ),
            models.CheckConstraint(
                condition=Q(reminder_hour__range=(0, 23)), name="profile_reminder_hour_of_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.user_id}"


class SearchTerm(models.Model):
    """What staff find a person by: their address and each word of their name, folded. It follows from these."""

    user = models.ForeignKey(User, models.CASCADE, related_name="search_terms")
    term = BytewiseField(max_length=254)

    privacy = Privacy(owner="user")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "user"], name="search_term_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"A term of {self.user_id}"

    @classmethod
    def of(cls, user: User, full_name: str | None) -> list[Self]:
        """The rows of a person with this name, not stored yet."""
        return [cls(user_id=user.pk, term=term) for term in words_of_person(user.email, full_name)]


class Session(UUIDModel):
    """One sign-in, with the refresh tokens that follow from it and the access tokens issued with them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=16, choices=choices(EndReason), blank=True)

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


class OutgoingMail(UUIDModel):
    """A mail to be sent. It holds no token and no words: these are looked up, or made, at sending.

    `purpose` names a message that some package has registered, so the list of purposes is open. `object_id` is
    what the message is about, and `due_on` the day that it is for. Only the last mail to an erased person holds an
    `address`, until it is sent or three days are over.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="outgoing_mails", null=True)
    purpose = models.CharField(max_length=32)
    object_id = models.UUIDField(null=True)
    due_on = models.DateField(null=True)
    priority = models.PositiveSmallIntegerField(
        default=MailPriority.AWAITED.value, db_default=MailPriority.AWAITED.value
    )
    address = models.EmailField(blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    # Brought back by a restore: it may have been sent since the backup, so an operator decides.
    is_held = models.BooleanField(default=False, db_default=False)
    # Why the last attempt failed: the error's name, and what the mail server answered as a number.
    failure = models.CharField(max_length=60, blank=True, default="", db_default="")

    objects = OutgoingMailQuerySet["OutgoingMail"].as_manager()
    privacy = Privacy(
        owner="user",
        section="mails",
        withheld=("user_id", "next_attempt_at", "is_held", "failure", "priority", "address"),
    )

    class Meta:
        verbose_name = "mail"
        permissions: ClassVar = [("help_outgoingmail", "Can have mail tried again that was given up")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(purpose=""), name="outgoing_mail_purpose_not_empty"),
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(sent_at=None, object_id=None),
                name="outgoing_mail_one_unsent_of_a_purpose",
            ),
            models.UniqueConstraint(
                fields=["user", "purpose", "object_id", "due_on"],
                condition=Q(object_id__isnull=False),
                name="outgoing_mail_once",
            ),
            models.CheckConstraint(
                condition=Q(object_id__isnull=True, due_on__isnull=True)
                | Q(object_id__isnull=False, due_on__isnull=False),
                name="outgoing_mail_object_has_day",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="")
                | Q(user__isnull=True, purpose=MailPurpose.ACCOUNT_ERASED),
                name="outgoing_mail_address_of_erased_only",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["priority", "next_attempt_at"], condition=Q(sent_at=None), name="outgoing_mail_next"
            ),
            models.Index(fields=["-created_at", "-id"], name="outgoing_mail_newest"),
        ]

    def __str__(self) -> str:
        return f"Mail {self.pk}"


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


class RefusedSignIns(models.Model):
    """How many sign-ins were refused on a day, in UTC; those over a rate limit aren't counted."""

    day = models.DateField(primary_key=True)
    refused = models.PositiveIntegerField()

    privacy = NOT_PERSONAL
    in_backups = False

    def __str__(self) -> str:
        return f"{self.refused} on {self.day}"


class AuditEntry(models.Model):
    """Who did what to a person's records, and when. The database refuses to change or delete one.

    Entries outlive the person, so they name people by id only and hold no words of theirs. The entries of a person
    form a chain: each holds the hash of the one before.
    """

    person_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    role = models.CharField(max_length=8, choices=choices(Role))
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=36)
    before = ExactJSONField(null=True)
    after = ExactJSONField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    address_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    previous_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    hash = models.CharField(max_length=DIGEST_LENGTH)

    privacy = Privacy(
        owner="person_id",
        section="audit_trail",
        withheld=("id", "person_id", "address_hash", "previous_hash", "hash"),
        order=("sequence",),
        outlive=True,
    )

    class Meta:
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "sequence"], name="audit_entry_one_chain_a_person"),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="audit_entry_role_known"),
        ]
        # What the trail is searched by. The chain's own constraint serves the search by person.
        indexes: ClassVar = [
            models.Index(fields=["request_id"], name="audit_entry_of_request"),
            models.Index(fields=["object_id"], name="audit_entry_of_object"),
            models.Index(fields=["actor_id", "-id"], condition=Q(role=Role.SUPPORT), name="audit_entry_of_staff"),
            models.Index(fields=["-id"], condition=Q(role=Role.SUPPORT), name="audit_entry_by_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"


class ListedPerson(models.Model):
    """A person whom a list has shown to staff; the entry, in the chain of who looked, says when and which list.

    Stored without the lock of the person's row, so that no list waits for it. The database refuses changes.
    """

    entry = models.ForeignKey(AuditEntry, models.PROTECT, related_name="listed", db_index=False)
    person_id = models.UUIDField()

    privacy = Privacy(
        owner="person_id",
        section="looks_in_lists",
        withheld=("id", "person_id", "entry_id"),
        joined={name: f"entry__{name}" for name in ("at", "actor_id", "role", "action")},
        order=("entry_id",),
        outlive=True,
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "entry"], name="listed_person_once_a_look"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.entry_id}"
