"""Check-ins in the existing app's words: `current_balance` is the amount, `note` the reflection."""

from __future__ import annotations

from collections.abc import Sequence

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import CharField, ListField, SerializerMethodField

from fincred.api.serializers import (
    ChoiceField,
    DateTimeField,
    MoneyField,
    Serializer,
    TextField,
    UUIDField,
)
from tracking.services import CheckInOutcome
from tracking.vocabulary import TOLD, CheckInSource


class ProgressSerializer(Serializer):
    """What is saved or paid off for a goal, as it was told at a moment."""

    id = UUIDField()
    goal_id = UUIDField()
    user_id = UUIDField()
    current_balance = MoneyField(source="current_amount")
    source = ChoiceField(CheckInSource)  # type: ignore[assignment]  # a field called source
    note = TextField(source="reflection", max_length=1000, multiline=True, allow_null=True)
    recorded_at = DateTimeField(source="created_at")


class ProgressOutcomeSerializer(Serializer):
    """The new progress, the milestones that it reached, and what can be said about it."""

    has_revision = True

    progress = ProgressSerializer(source="check_in")
    milestones_reached = SerializerMethodField()
    message = TextField(source="feedback", max_length=300)

    @extend_schema_field(ListField(child=CharField()))
    def get_milestones_reached(self, outcome: CheckInOutcome) -> Sequence[str]:
        return [f"{percent}%" for percent in outcome.milestones_reached]


class ProgressCreateSerializer(Serializer):
    """New progress, of today."""

    goal_id = UUIDField(required=False, help_text="The goal of the path, if it is sent at all.")
    current_balance = MoneyField(source="current_amount", help_text="What is saved or paid off by now, in all.")
    source = ChoiceField(TOLD, default=CheckInSource.MANUAL_ENTRY)  # type: ignore[assignment]  # as above
    note = TextField(
        source="reflection", max_length=1000, multiline=True, allow_null=True, allow_blank=True, required=False
    )

    def validate_note(self, value: str | None) -> str | None:
        return value or None
