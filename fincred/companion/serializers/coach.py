"""Conversations with the coach."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import CharField, Field, ListField

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
from fincred.ids import read_id


@extend_schema_field(OpenApiTypes.STR)
class KnownIntentField(Field[Intent, Any, Any, Any]):
    """One of the coach's intents; any other JSON is `help`, because the existing app sends intents of its own."""

    def to_internal_value(self, data: Any) -> Intent:
        return Intent(data) if data in list(Intent) else Intent.HELP


@extend_schema_field(OpenApiTypes.STR)
class AnySessionIdField(Field[UUID | None, Any, Any, Any]):
    """The id of a session; None for any other JSON, which is like the id of another person's session."""

    def to_internal_value(self, data: Any) -> UUID | None:
        return read_id(data)


class ChatStartSerializer(Serializer):
    """The beginning of a conversation."""

    intent = KnownIntentField(
        required=False, allow_null=True, help_text="What to answer at once. What isn't known is `help`."
    )


class ChatMessageSerializer(Serializer):
    """A message to the coach."""

    message = TextField(max_length=4000, multiline=True)
    session_id = AnySessionIdField(
        required=False,
        allow_null=True,
        help_text="Of a session of yours that is alive. Anything else begins a new one.",
    )


class ChatGreetingSerializer(Serializer):
    """The new session, and the coach's first words."""

    has_revision = True  # of the session

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

    has_revision = True

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
