"""The shape of check-ins and the dashboard in requests and responses."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import ChoiceField as ShownChoiceField
from rest_framework.serializers import Field, ListField, SerializerMethodField

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    DateTimeField,
    IntegerField,
    MoneyField,
    PlanDateField,
    QuerySerializer,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)
from goals.progress import ProgressStatus
from goals.serializers import PercentageField
from goals.vocabulary import GoalType, Priority
from planning.vocabulary import Feasibility
from tracking.milestones import PERCENTS
from tracking.services import GoalLine


class CheckInSerializer(Serializer):
    """What is saved or paid off for a goal by a day."""

    has_revision = True

    id = UUIDField()
    goal_id = UUIDField()
    current_amount = MoneyField(help_text="What is saved or paid off by that day.")
    check_in_date = DateField()
    reflection = TextField(max_length=1000, multiline=True, allow_null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()


class OutcomeSerializer(Serializer):
    """The results of a new check-in."""

    milestones_reached = ListField(child=ShownChoiceField(choices=PERCENTS))
    goal_completed = BooleanField()
    current_streak = IntegerField(source="streaks.current", help_text="Weeks; the present one can't break it.")
    longest_streak = IntegerField(source="streaks.longest")
    feedback = TextField(max_length=300)


class CheckInOutcomeSerializer(CheckInSerializer, OutcomeSerializer):
    """The new check-in and its results, in one object."""

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for name in CheckInSerializer().get_fields():
            fields[name].source = f"check_in.{name}"
        return fields


class CheckInCreateSerializer(Serializer):
    """A new check-in."""

    current_amount = MoneyField(help_text="What is saved or paid off by now, in all.")
    check_in_date = PlanDateField(required=False, help_text="Today if absent; not after today.")
    reflection = TextField(max_length=1000, multiline=True, allow_null=True, allow_blank=True, required=False)

    def validate_reflection(self, value: str | None) -> str | None:
        return value or None


class CheckInUpdateSerializer(CheckInCreateSerializer, UpdateSerializer):
    """Corrections of a check-in."""


class PeriodFilter(QuerySerializer):
    """Days, both included."""

    to = PlanDateField(required=False, help_text="The last day.")

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        """`from` can't be an attribute in Python."""
        return {"from": PlanDateField(required=False, help_text="The first day.")} | super().get_fields()


class CheckInFilter(PeriodFilter):
    goal_id = UUIDField(required=False)


class DashboardGoalSerializer(Serializer):
    """A goal in brief, with its progress as of today; without a plan the last two are null."""

    id = UUIDField(source="goal.id")
    name = TextField(source="goal.name", max_length=100)
    type = ChoiceField(source="goal.type", choices=GoalType)
    target_amount = MoneyField(source="goal.target_amount", positive=True)
    current_amount = MoneyField(source="goal.current_amount")
    progress_percentage = PercentageField(source="goal.progress_percentage")
    progress_status = SerializerMethodField()
    target_date = DateField(source="goal.target_date")
    priority = ChoiceField(source="goal.priority", choices=Priority)
    feasibility = ChoiceField(Feasibility, allow_null=True)
    next_action_date = SerializerMethodField()

    @extend_schema_field(ShownChoiceField(choices=[status.value for status in ProgressStatus]))
    def get_progress_status(self, line: GoalLine) -> str:
        return line.goal.progress_status_on(self.context["today"]).value

    def get_next_action_date(self, line: GoalLine) -> date | None:
        return line.next_action_date(self.context["today"])


class StatsSerializer(Serializer):
    """Figures over all goals; streaks are in weeks."""

    total_goals = IntegerField(help_text="Of every status.")
    active_goals = IntegerField()
    completed_goals = IntegerField()
    total_saved = MoneyField(help_text="The current amounts of all goals that aren't cancelled.")
    current_streak = IntegerField()
    longest_streak = IntegerField()


class MilestoneSerializer(Serializer):
    """A quarter of the way that was reached."""

    goal_id = UUIDField()
    goal_name = TextField(source="goal.name", max_length=100)
    percent = ShownChoiceField(choices=PERCENTS)
    reached_on = DateField()
    text = TextField(max_length=200)


class DashboardSerializer(Serializer):
    """The first screen of a client."""

    goals = DashboardGoalSerializer(many=True, help_text="The top five active: by priority, then date.")
    stats = StatsSerializer()
    recent_milestones = MilestoneSerializer(many=True, help_text="The newest five.")
