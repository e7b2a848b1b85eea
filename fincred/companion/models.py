"""Education texts, and conversations with the coach."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from fincred.companion.vocabulary import Intent, Topic
from fincred.db.fields import choices
from fincred.db.models import RevisedModel, RevisedQuerySet, UUIDModel
from fincred.db.privacy import NOT_PERSONAL, Privacy
from goals.vocabulary import GoalType
from planning.vocabulary import Feasibility

# With the daily purge nothing of a conversation is stored for more than 30 days.
LIFETIME: Final = timedelta(days=29)

FEWEST_WORDS, MOST_WORDS = 60, 150


def check_length(text: str) -> None:
    """:raises django.core.exceptions.ValidationError: a text has fewer than 60 words, or more than 150."""
    if not FEWEST_WORDS <= (words := len(text.split())) <= MOST_WORDS:
        raise ValidationError(f"Must have {FEWEST_WORDS} to {MOST_WORDS} words; it has {words}.", code="words")


class Snippet(UUIDModel):
    """A short text about money: education, not advice. It may be written for a type of goal or a feasibility."""

    topic = models.CharField(max_length=20, choices=choices(Topic))
    short_title = models.CharField(max_length=60)
    content = models.TextField(validators=[check_length])
    context_goal_type = models.CharField(  # noqa: DJ001  the contract's null
        max_length=20, choices=choices(GoalType), null=True, blank=True
    )
    context_feasibility = models.CharField(  # noqa: DJ001  the contract's null
        max_length=12, choices=choices(Feasibility), null=True, blank=True
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    privacy = NOT_PERSONAL

    class Meta:
        ordering: ClassVar = ["topic", "short_title", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(topic__in=list(Topic)), name="snippet_topic_known"),
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
