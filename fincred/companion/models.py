"""Education texts, conversations with the coach, and notifications: what is sent to a person, and when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar, Final, Self
from unicodedata import category

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from fincred.companion.schedule import MOST_A_WEEK
from fincred.companion.vocabulary import (
    Channel,
    EducationTopic,
    Intent,
    NotificationStatus,
    NotificationType,
    Platform,
)
from fincred.db.fields import choices
from fincred.db.models import RevisedModel, RevisedQuerySet, UUIDModel
from fincred.db.privacy import NOT_PERSONAL, Privacy
from fincred.ops.jobs import CLOCK_SKEW
from fincred.text import BIDIRECTIONAL_OVERRIDES, LINE_SEPARATORS, normalize, shows_nothing
from goals.vocabulary import GoalType
from planning.models import ActionPlan
from planning.vocabulary import Feasibility

# With the daily purge nothing of a conversation is stored for more than 30 days.
LIFETIME: Final = timedelta(days=29)

FEWEST_WORDS, MOST_WORDS = 60, 150

# By then Expo has most receipts.
RECEIPT_AFTER: Final = timedelta(minutes=15)


def fault_of(text: str, *, one_line: bool) -> str:
    """Why a text can't be shown; empty if it can."""
    refused, allowed = (LINE_SEPARATORS, "") if one_line else ((), "\n\r\t")
    if any(c in refused or (category(c) == "Cc" and c not in allowed) for c in text):
        return "Must not contain control characters."
    if not BIDIRECTIONAL_OVERRIDES.isdisjoint(text):
        return "Must not contain bidirectional overrides."
    return "Has nothing in it, or only what can't be seen." if shows_nothing(text) else ""


def check_length(text: str) -> None:
    """:raises django.core.exceptions.ValidationError: a text has fewer than 60 words, or more than 150."""
    if not FEWEST_WORDS <= (words := len(text.split())) <= MOST_WORDS:
        raise ValidationError(f"Must have {FEWEST_WORDS} to {MOST_WORDS} words; it has {words}.", code="words")


class Snippet(UUIDModel):
    """A short text about money: education, not advice. It may be written for a type of goal or a feasibility."""

    topic = models.CharField(max_length=20, choices=choices(EducationTopic))
    short_title = models.CharField(max_length=60)
    content = models.TextField(validators=[check_length])
    context_goal_type = models.CharField(  # noqa: DJ001  the contract's null
        "for goals of the type", max_length=20, choices=choices(GoalType), null=True, blank=True
    )
    context_feasibility = models.CharField(  # noqa: DJ001  the contract's null
        "for plans that are", max_length=12, choices=choices(Feasibility), null=True, blank=True
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    privacy = NOT_PERSONAL

    class Meta:
        ordering: ClassVar = ["topic", "short_title", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(topic__in=list(EducationTopic)), name="snippet_topic_known"),
            models.CheckConstraint(
                condition=Q(context_goal_type__isnull=True) | Q(context_goal_type__in=list(GoalType)),
                name="snippet_goal_type_known",
            ),
            models.CheckConstraint(
                condition=Q(context_feasibility__isnull=True) | Q(context_feasibility__in=list(Feasibility)),
                name="snippet_feasibility_known",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    def clean(self) -> None:
        """Texts are stored as those of the API: in normal form C, visible, without what it refuses.

        One that is missing is refused by its field.

        :raises django.core.exceptions.ValidationError: naming each field.
        """
        self.short_title, self.content = normalize(self.short_title or ""), normalize(self.content or "")
        texts = {"short_title": self.short_title, "content": self.content}
        faults = {name: fault_of(text, one_line=name == "short_title") for name, text in texts.items() if text}
        if found := {name: fault for name, fault in faults.items() if fault}:
            raise ValidationError(found)


class ChatSessionQuerySet(RevisedQuerySet["ChatSession"]):
    def live(self, now: datetime) -> Self:
        return self.filter(created_at__gt=now - LIFETIME)

    def purgeable(self, now: datetime) -> Self:
        return self.filter(created_at__lte=now - LIFETIME)


class ChatSession(RevisedModel):
    """A conversation with the coach; `message_count` are the person's messages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="chat_sessions")
    intent = models.CharField(max_length=20, choices=choices(Intent))
    message_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField()

    objects = ChatSessionQuerySet.as_manager()
    privacy = Privacy(owner="user", section="companion.chat_sessions", withheld=("revision",))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(intent__in=list(Intent)), name="chat_session_intent_known"),
        ]

    def __str__(self) -> str:
        return f"{self.message_count} messages"


class ChatMessage(UUIDModel):
    """What a person wrote to the coach, and what it answered. Never logged, never in the audit trail."""

    session = models.ForeignKey(ChatSession, models.CASCADE, related_name="messages")
    message = models.CharField(max_length=4000)
    response = models.TextField()
    intent = models.CharField(max_length=20, choices=choices(Intent))
    created_at = models.DateTimeField()

    privacy = Privacy(owner="session__user", section="companion.chat_messages")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(intent__in=list(Intent)), name="chat_message_intent_known"),
        ]

    def __str__(self) -> str:
        return self.intent


class NotificationPreferencesQuerySet(RevisedQuerySet["NotificationPreferences"]):
    def count_week(self, week: date | None, sent_in_week: int) -> int:
        """Keep the revision: the person doesn't see these two columns."""
        return models.QuerySet.update(self, week=week, sent_in_week=sent_in_week)


class NotificationPreferences(RevisedModel):
    """Which kinds of messages a person wants; security messages can't be switched off.

    `counted_from` is the day on which they chose how often they want to be reminded. Of the messages that are
    limited to a few a week, `sent_in_week` were sent in the week that begins on `week`.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preferences")
    reminders = models.BooleanField(default=True)
    payments = models.BooleanField(default=True)
    weekly_summary = models.BooleanField(default=True)
    milestones = models.BooleanField(default=True)
    drift = models.BooleanField(default=True)
    counted_from = models.DateField()
    week = models.DateField(null=True)
    sent_in_week = models.PositiveSmallIntegerField(default=0)

    objects = NotificationPreferencesQuerySet.as_manager()
    privacy = Privacy(
        owner="user",
        section="companion.notification_preferences",
        withheld=("id", "user_id", "revision", "week", "sent_in_week"),
        order=("id",),
        guards=True,
    )

    class Meta:
        verbose_name_plural = "notification preferences"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sent_in_week__lte=MOST_A_WEEK), name="notification_preferences_cap_of_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"Notification preferences of {self.user_id}"


class NotificationQuerySet(RevisedQuerySet["Notification"]):
    def due(self, now: datetime) -> Self:
        # As written in the index: PostgreSQL doesn't use a partial index for what is a parameter.
        is_active = RawSQL("companion_notification.status = 'active'", (), output_field=models.BooleanField())
        return self.filter(is_active, next_send_at__lte=now)

    def visible(self) -> Self:
        """Without rows that have no next moment, or whose plan has ended."""
        return self.filter(next_send_at__isnull=False, action_plan__ended_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Notification(RevisedModel):
    """Something that is sent to a person at a moment, and then again.

    Those that the server planned (`is_planned`) are for a day, `due_on`, and move with the person's profile and
    plans unless the person moved them. The others are the person's own. Without a next payment, or a wish to be
    reminded, there is no `next_send_at`. `announced` is the plan version whose drift the person was told
    about. `skipped` counts pushes that had no device.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    type = models.CharField(max_length=21, choices=choices(NotificationType))
    channel = models.CharField(max_length=5, choices=choices(Channel), default=Channel.EMAIL)
    next_send_at = models.DateTimeField(null=True)
    action_plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="notifications", null=True)
    status = models.CharField(max_length=9, choices=choices(NotificationStatus), default=NotificationStatus.ACTIVE)
    is_planned = models.BooleanField("planned by FinCred", default=False)
    is_moved = models.BooleanField("moved by the person", default=False)
    due_on = models.DateField(null=True)
    last_due_on = models.DateField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    announced = models.PositiveIntegerField(null=True)
    skipped = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = NotificationQuerySet.as_manager()
    privacy = Privacy(owner="user", section="companion.notifications", withheld=("revision",))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(type__in=list(NotificationType)), name="notification_type_known"),
            models.CheckConstraint(condition=Q(channel__in=list(Channel)), name="notification_channel_known"),
            models.CheckConstraint(
                condition=Q(status__in=list(NotificationStatus)), name="notification_status_known"
            ),
            models.CheckConstraint(
                condition=Q(is_planned=True) | Q(next_send_at__isnull=False), name="notification_own_has_moment"
            ),
            models.UniqueConstraint(
                fields=["user", "type"],
                condition=Q(is_planned=True, action_plan=None),
                name="notification_one_planned_of_a_type",
            ),
            models.UniqueConstraint(
                fields=["action_plan", "type"],
                condition=Q(is_planned=True),
                name="notification_one_planned_of_a_plan",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_send_at"], condition=Q(status=NotificationStatus.ACTIVE), name="notification_due"
            ),
            models.Index(fields=["user", "-created_at", "-id"], name="notification_newest_first"),
        ]

    def __str__(self) -> str:
        return self.type


class Device(RevisedModel):
    """A device that takes pushes: its token is what Expo knows it by. A token belongs to one person at a time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    platform = models.CharField(max_length=7, choices=choices(Platform))
    token = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()

    objects = RevisedQuerySet["Device"].as_manager()
    privacy = Privacy(owner="user", section="companion.devices", withheld=("revision",), guards=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(platform__in=list(Platform)), name="device_platform_known"),
        ]

    def __str__(self) -> str:
        return self.platform


class OutgoingPushQuerySet(models.QuerySet["OutgoingPush"]):
    def due(self, now: datetime) -> Self:
        return self.filter(sent_at=None, next_attempt_at__lte=now).order_by("next_attempt_at")

    def put_back(self, now: datetime) -> int:
        """Make due what was queued by a clock that has gone back since; returns how many pushes."""
        ahead = self.filter(sent_at=None, attempts=0, next_attempt_at__gt=now + CLOCK_SKEW)
        return ahead.update(created_at=now, next_attempt_at=now)

    def unread(self, now: datetime) -> Self:
        """Sent, and Expo may have a receipt by now."""
        return self.filter(sent_at__lte=now - RECEIPT_AFTER).exclude(ticket="").order_by("sent_at", "id")

    def purgeable(self, now: datetime) -> Self:
        """Expo keeps receipts for a day, and a push that old is of no use."""
        return self.filter(created_at__lte=now - timedelta(days=1))


class OutgoingPush(UUIDModel):
    """A push to one device: a kind and the id of the notification, no words. Gone once its receipt is read."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="pushes")
    notification = models.ForeignKey(Notification, models.CASCADE, related_name="pushes", db_index=False)
    due_on = models.DateField()
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    ticket = models.CharField(max_length=100, blank=True, default="")

    objects = OutgoingPushQuerySet.as_manager()
    privacy = Privacy(owner="device__user", section="companion.pushes", withheld=("next_attempt_at", "ticket"))

    class Meta:
        verbose_name_plural = "outgoing pushes"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "notification", "due_on"], name="outgoing_push_once"),
        ]

    def __str__(self) -> str:
        return f"Push {self.pk}"
