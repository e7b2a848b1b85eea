"""The mail that waits to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.managers import MAIL_AGAIN_AFTER, MAX_MAIL_ATTEMPTS, UNFINISHED, OutgoingMailQuerySet
from accounts.models.people import User
from accounts.vocabulary import MailPriority, MailPurpose
from fincred.db.models import UUIDModel
from fincred.db.privacy import Privacy


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

    @property
    def may_be_repeated_at(self) -> datetime:
        """From when staff may send another one of its purpose."""
        return (self.sent_at or self.created_at) + MAIL_AGAIN_AFTER

    def __str__(self) -> str:
        return f"Mail {self.pk}"

    def is_given_up(self, now: datetime) -> bool:
        """Whether it is unsent after the last attempt, which isn't under way."""
        under_way = self.failure == UNFINISHED and self.next_attempt_at > now
        return not self.sent_at and self.attempts >= MAX_MAIL_ATTEMPTS and not under_way
