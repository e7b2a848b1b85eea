"""The shape of goals in requests and responses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import ChoiceField as ShownChoiceField
from rest_framework.serializers import SerializerMethodField

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    DateTimeField,
    IntegerField,
    MoneyField,
    PlanDateField,
    QueryChoicesField,
    QuerySerializer,
    RateField,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)
from goals.kinds import MOST_MONTHS
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import GoalType, Kind, Priority, Status

_SORTABLE = {
    "created_at": "created_at",
    "target_date": "target_date",
    "target_amount": "target_amount",
    "priority": "priority_rank",
}
# The id breaks ties: the order is total, so no row is skipped or doubled between pages.
ORDERINGS = {name: (column, "id") for name, column in _SORTABLE.items()} | {
    f"-{name}": (f"-{column}", "-id") for name, column in _SORTABLE.items()
}

MONTHS = "Of a recurring goal, and required there: its next cycle ends so many months after the present one."
KIND = (
    "`recurring`: on its date the amount is taken, and the next cycle begins with what is left over. "
    "`reserve`: it stays active when it is full, and is filled again within 12 months when it was drained; "
    "not for `debt_payoff`. `once` if absent."
)

_PROGRESS = [status.value for status in ProgressStatus]


class PercentageField(MoneyField):
    """0.00 to 100.00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = Decimal(100)


class GoalSerializer(Serializer):
    """A goal, with its progress as of today."""

    has_revision = True

    id = UUIDField()
    user_id = UUIDField()
    type = ChoiceField(GoalType)
    kind = ChoiceField(Kind)
    repeat_every_months = IntegerField(min_value=1, max_value=MOST_MONTHS, allow_null=True)
    name = TextField(max_length=100)
    target_amount = MoneyField(positive=True)
    target_date = DateField()
    priority = ChoiceField(Priority)
    primary_flag = BooleanField()
    why_text = TextField(max_length=500, multiline=True, allow_null=True)
    annual_rate = RateField(help_text="Percent a year that the saved money earns.")
    status = ChoiceField(Status)
    current_amount = MoneyField(help_text="The amount of the latest check-in; 0 before the first.")
    progress_percentage = PercentageField(help_text="100 only when the target is reached.")
    progress_status = SerializerMethodField()
    last_check_in_date = DateField(allow_null=True)
    completed_at = DateTimeField(allow_null=True)
    created_at = DateTimeField()
    updated_at = DateTimeField()

    @extend_schema_field(ShownChoiceField(choices=_PROGRESS))
    def get_progress_status(self, goal: Goal) -> str:
        return goal.progress_status_on(self.context["today"]).value


class GoalCreateSerializer(Serializer):
    """A new goal."""

    type = ChoiceField(GoalType)
    name = TextField(max_length=100)
    target_amount = MoneyField(positive=True)
    target_date = PlanDateField(help_text="After today, where the person lives.")
    priority = ChoiceField(Priority)
    primary_flag = BooleanField(required=False, help_text="True takes it from the goal that has it.")
    why_text = TextField(max_length=500, multiline=True, allow_null=True, allow_blank=True, required=False)
    annual_rate = RateField(required=False, help_text="Percent a year that the saved money earns; 0 if absent.")
    kind = ChoiceField(Kind, required=False, help_text=KIND)
    repeat_every_months = IntegerField(
        min_value=1, max_value=MOST_MONTHS, required=False, allow_null=True, help_text=MONTHS
    )

    def validate_why_text(self, value: str | None) -> str | None:
        return value or None


class GoalUpdateSerializer(GoalCreateSerializer, UpdateSerializer):
    """Changes of a goal."""

    status = ChoiceField(Status)


class GoalFilter(QuerySerializer):
    """Repeated, `status`, `type` and `priority` mean either-or."""

    status = QueryChoicesField(Status, required=False)
    type = QueryChoicesField(GoalType, required=False)
    priority = QueryChoicesField(Priority, required=False)
    search = TextField(max_length=100, required=False, allow_blank=True, help_text="Part of the name.")
    ordering = ChoiceField(
        choices=list(ORDERINGS), default="-created_at", help_text="Priority sorts High, Medium, Low."
    )
