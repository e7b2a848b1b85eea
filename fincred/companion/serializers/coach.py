"""Conversations with the coach."""

from __future__ import annotations

from rest_framework.serializers import CharField, ListField

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateTimeField,
    IntegerField,
    Serializer,
    TextField,
    UUIDField,
)
from fincred.companion.vocabulary import Intent


class ChatStartSerializer(Serializer):
    """The beginning of a conversation. An intent that isn't known is `help`."""

    intent = TextField(max_length=50, required=False, allow_null=True, allow_blank=True)


class ChatMessageSerializer(Serializer):
    """A message; without a live session of their own, a new one begins."""

    message = TextField(max_length=4000, multiline=True)
    session_id = TextField(max_length=100, required=False, allow_null=True, allow_blank=True)


class ChatGreetingSerializer(Serializer):
    """The new session, and the coach's first words."""

    has_version = True  # of the session

    session_id = UUIDField(source="session.pk")
    greeting = TextField(source="reply.text", max_length=10_000)
    intent = ChoiceField(source="reply.intent", choices=Intent)


class ChatAnswerSerializer(Serializer):
    """The coach's answer."""

    session_id = UUIDField(source="session.pk")
    response = TextField(source="reply.text", max_length=10_000)
    intent = ChoiceField(source="reply.intent", choices=Intent)


class ChatSessionSerializer(Serializer):
    """A conversation, without its words."""

    has_version = True

    session_id = UUIDField(source="pk")
    intent = ChoiceField(Intent)
    message_count = IntegerField(help_text="The person's messages.")
    created_at = DateTimeField()
    updated_at = DateTimeField()


class ChatRefreshedSerializer(Serializer):
    status = TextField(max_length=20)
    message = TextField(max_length=200)


class ChatHealthSerializer(Serializer):
    """What stands behind the coach, and how many sessions the person has."""

    llm_available = BooleanField()
    active_sessions = IntegerField()
    providers = ListField(child=CharField())
