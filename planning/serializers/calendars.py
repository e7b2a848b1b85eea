"""A person's calendar: which days are asked for, and the days."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fincred.api.serializers import (
    ChoiceField,
    DateField,
    PlanDateField,
    QuerySerializer,
    Serializer,
    TextField,
    UUIDField,
)
from planning.engine.dates import calendar_date
from planning.engine.day_book import Entry
from planning.serializers.fields import ComputedMoneyField
from planning.services.calendars import MOST_MONTHS
from planning.vocabulary import EntryKind


class CalendarQuery(QuerySerializer):
    """Days, both included."""

    to = PlanDateField(help_text=f"The last day, at most {MOST_MONTHS} months after the first.")

    def get_fields(self) -> dict[str, Any]:
        """`from` can't be an attribute in Python."""
        return {"from": PlanDateField(help_text="The first day.")} | super().get_fields()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since, until = attrs["from"], attrs["to"]
        if until < since:
            raise serializers.ValidationError({"to": "Must not be before from."}, code="min_value")
        if until > calendar_date(since, MOST_MONTHS):
            reason = f"Must be at most {MOST_MONTHS} months after from."
            raise serializers.ValidationError({"to": reason}, code="max_value")
        return {"since": since, "until": until}


class EntrySerializer(Serializer):
    kind = ChoiceField(EntryKind)
    label = serializers.CharField(  # type: ignore[assignment]  # DRF fields have a label, too
        help_text="Of the income, the planned expense or the debt (without one what it is), or the goal's name."
    )
    amount = ComputedMoneyField(help_text="What arrives or is paid; with `goal_date` the goal's target amount.")
    goal_id = UUIDField(required=False, help_text="Of a goal's payment or date.")

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if value is not None}


class DaySerializer(Serializer):
    date = DateField()
    entries = EntrySerializer(many=True)
    carried_over = ComputedMoneyField(
        signed=True,
        help_text="What the day leaves to later ones. A month's money without a day, and what is due on the next "
        "month's first day, count on the month's first day, without an entry: so it may be below 0, before a "
        "payday, where months leave less than nothing, in months further ahead than money is held back for, or "
        "where action plans ask for more than a plan of today would.",
    )


class CalendarSerializer(Serializer):
    days = DaySerializer(many=True, help_text="Those with entries, from the present month on.")


class CalendarLinkSerializer(Serializer):
    url = TextField(max_length=2000, help_text="Told this once: only a hash of its secret is stored.")
