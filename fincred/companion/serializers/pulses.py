"""Weekly pulses."""

from __future__ import annotations

from fincred.api.serializers import (
    ChoiceField,
    DateField,
    DateTimeField,
    IntegerField,
    PlanDateField,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)
from tracking.vocabulary import PlannedPayments, Spending


class PulseSerializer(Serializer):
    """How a week went, as the person says."""

    has_revision = True

    id = UUIDField()
    user_id = UUIDField()
    made_planned_payments = ChoiceField(PlannedPayments)
    spending_vs_plan = ChoiceField(Spending)
    mood_score = IntegerField(min_value=1, max_value=5)
    comment = TextField(max_length=1000, multiline=True, allow_null=True)
    period_start = DateField()
    period_end = DateField()
    completed_at = DateTimeField()


class PulseCreateSerializer(Serializer):
    """A new pulse: of the person's week (Monday to Sunday) if neither end is given, of seven days if one is."""

    made_planned_payments = ChoiceField(PlannedPayments)
    spending_vs_plan = ChoiceField(Spending)
    mood_score = IntegerField(min_value=1, max_value=5, help_text="1 (bad) to 5 (good).")
    comment = TextField(max_length=1000, multiline=True, allow_null=True, allow_blank=True, required=False)
    period_start = PlanDateField(required=False, help_text="Not after today.")
    period_end = PlanDateField(required=False, help_text="Not before `period_start`, and within a year of it.")

    def validate_comment(self, value: str | None) -> str | None:
        return value or None


class PulseUpdateSerializer(PulseCreateSerializer, UpdateSerializer):
    """Corrections of a pulse."""
