"""Education texts, and what they are chosen by."""

from __future__ import annotations

from fincred.api.serializers import (
    ChoiceField,
    DateTimeField,
    QuerySerializer,
    Serializer,
    TextField,
    UUIDField,
)
from fincred.companion.vocabulary import EducationTopic
from goals.vocabulary import GoalType
from planning.vocabulary import Feasibility


class SnippetSerializer(Serializer):
    """A short text about money. Without a context it is for everybody."""

    id = UUIDField()
    topic = ChoiceField(EducationTopic)
    short_title = TextField(max_length=60)
    content = TextField(max_length=2000)
    context_goal_type = ChoiceField(GoalType, allow_null=True)
    context_feasibility = ChoiceField(Feasibility, allow_null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()


class SnippetFilter(QuerySerializer):
    """Only texts with exactly these."""

    topic = ChoiceField(EducationTopic, required=False)
    context_goal_type = ChoiceField(GoalType, required=False)
    context_feasibility = ChoiceField(Feasibility, required=False)
