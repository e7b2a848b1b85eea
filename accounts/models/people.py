"""People, what they say about themselves, and what staff find them by."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Length, Lower, Upper
from django.db.models.lookups import Exact

from accounts.fields import MailboxField, validate_mailbox
from accounts.managers import UserManager
from accounts.password_hashing import matches, normal_form
from accounts.search_words import words_of_person
from accounts.vocabulary import ReminderFrequency
from fincred import clock
from fincred.db.fields import BytewiseField, choices
from fincred.db.models import RevisedModel, RevisedQuerySet, UUIDModel
from fincred.db.privacy import Privacy
from fincred.events import PasswordSet, publish


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
    # When the next cycle of a recurring goal ends, where the person lives; goals say so.
    cycle_ends_on = models.DateField(null=True, blank=True, editable=False)
    # From when on their plans don't say all that is asked for, where the person lives; planning says so.
    replan_on = models.DateField(null=True, blank=True, editable=False)
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
        withheld=(
            *("password", "audit_key", "session_epoch", "mailbox", "mailbox_rank"),
            *("cycle_ends_on", "replan_on"),
        ),
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
        """Null also for a row that was imported without a profile: it must not break the lists that it is in."""
        return getattr(getattr(self, "profile", None), "full_name", None)

    @property
    def shown_name(self) -> str:
        """Their name, or the address if they gave none, as staff read it."""
        return self.full_name or self.email

    @property
    def revision(self) -> int:
        """The profile's revision: nothing else that `/users/me` shows changes while the person is signed in."""
        return self.profile.revision

    @property
    def may_enter(self) -> bool:
        """The same condition as `managers.person_may_enter`, for a row that was read."""
        return self.is_active

    @property
    def has_role(self) -> bool:
        """Whether they are staff or a superuser, also one that a program has made without the other."""
        return self.is_staff or self.is_superuser

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
        """Where Django itself sets a password, as in `manage.py changepassword`, a service does the rest."""
        if self._password is None or self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            publish(PasswordSet(self, clock.now()))


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
