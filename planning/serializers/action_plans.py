"""Action plans and their versions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fincred.api.representation import serialize
from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    DateTimeField,
    IntegerField,
    MoneyField,
    Serializer,
    TextField,
    UpdateSerializer,
    UUIDField,
)
from planning.models import ActionPlan, PlanVersion
from planning.serializers.fields import DocumentField
from planning.serializers.plans import AlternativeSerializer, ExplanationSerializer
from planning.versions import Terms
from planning.vocabulary import ActionPlanType, Feasibility, Frequency, Reason

TERMS: Final = frozenset({"type", "amount", "frequency", "day_of_period"})
_DAY: Final = "monthly: 1..31 (the last day in shorter months); weekly and biweekly: 1..7, Monday is 1."


class UpcomingPaymentSerializer(Serializer):
    """A payment that is to be made."""

    date = DateField()
    amount = MoneyField()


class ActionPlanSerializer(Serializer):
    """A goal's plan, with the numbers of its newest version."""

    has_revision = True

    id = UUIDField()
    user_id = UUIDField()
    goal_id = UUIDField()
    type = ChoiceField(ActionPlanType)
    amount = MoneyField(help_text="Each period.")
    frequency = ChoiceField(Frequency)
    day_of_period = IntegerField(help_text=_DAY)
    is_confirmed_set_up = BooleanField()
    required_monthly_contribution = MoneyField()
    allocated_monthly_contribution = MoneyField()
    this_month = serializers.SerializerMethodField(
        help_text="What is still to be put in this month of the planning calendar."
    )
    shortfall = MoneyField(
        source="shortfall_now", help_text="Missing at the goal's date if all is paid that is still asked for."
    )
    feasibility = ChoiceField(
        Feasibility,
        help_text=(
            "Whether there is room for the goal, by the newest version: as of `explanation.facts.as_of`, if all "
            "is paid as it asked. What was missed since is told by `shortfall`."
        ),
    )
    explanation = serializers.SerializerMethodField(
        help_text=(
            "Of the newest version; `facts.payday` as long as that is of the next payment. If less or more is "
            "there than it asked for, `text` ends with what will be missing."
        )
    )
    alternatives = AlternativeSerializer(many=True)
    projected_completion_date = serializers.SerializerMethodField(
        help_text=(
            "The day on which the goal is reached if all is paid that is still asked for; of a completed goal "
            "the day of completion. Null past 600 months, or if what is still asked for isn't enough because "
            "less was put in than asked, or if the goal is on hold, or is a reserve or a cycle of a recurring "
            "goal that has all of its target."
        )
    )
    next_action_date = serializers.SerializerMethodField(
        help_text="The next day to pay, today included; null when there is nothing to pay."
    )
    upcoming = serializers.SerializerMethodField(
        help_text="The next twelve payments, today's included, for a calendar or a standing order."
    )
    version = IntegerField()
    created_at = DateTimeField()
    updated_at = DateTimeField()

    @extend_schema_field(ExplanationSerializer())
    def get_explanation(self, plan: ActionPlan) -> Any:
        return serialize(ExplanationSerializer, plan.explanation_on(self.context["today"]))

    @extend_schema_field(UpcomingPaymentSerializer(many=True))
    def get_upcoming(self, plan: ActionPlan) -> list[dict[str, Any]]:
        payments = plan.upcoming(self.context["today"])
        return [{"date": payment.date.isoformat(), "amount": payment.amount} for payment in payments]

    @extend_schema_field(MoneyField())
    def get_this_month(self, plan: ActionPlan) -> Decimal:
        return plan.left_of_month(self.context["today"])

    @extend_schema_field(DateField(allow_null=True))
    def get_projected_completion_date(self, plan: ActionPlan) -> str | None:
        day = plan.completion_date(self.context["timezone"])
        return day.isoformat() if day else None

    @extend_schema_field(DateField(allow_null=True))
    def get_next_action_date(self, plan: ActionPlan) -> str | None:
        day = plan.next_action_date(self.context["today"])
        return day.isoformat() if day else None


class _TermsSerializer(Serializer):
    type = ChoiceField(ActionPlanType, required=False)
    amount = MoneyField(positive=True, required=False, help_text="Each period.")
    frequency = ChoiceField(Frequency, required=False)
    day_of_period = IntegerField(min_value=1, max_value=31, required=False, help_text=_DAY)


class ActionPlanCreateSerializer(_TermsSerializer):
    """Without terms for a generated plan, or with the terms of the person's own choice; the day is 1 if absent."""

    is_confirmed_set_up = BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`terms`, which are None for a generated plan, and `is_confirmed_set_up`."""
        confirmed = attrs.pop("is_confirmed_set_up")
        if not attrs:
            return {"terms": None, "is_confirmed_set_up": confirmed}
        attrs.setdefault("day_of_period", 1)
        absent = sorted(TERMS - attrs.keys())
        if absent:
            message = "This field is required when you choose the plan yourself."
            raise serializers.ValidationError(dict.fromkeys(absent, message), code="required")
        terms = Terms(chosen_amount=attrs.pop("amount"), **attrs)
        return {"terms": terms, "is_confirmed_set_up": confirmed}


class ActionPlanUpdateSerializer(_TermsSerializer, UpdateSerializer):
    """What changes; the rest stays. Another amount makes the plan the person's own choice."""

    is_confirmed_set_up = BooleanField(required=False)


class PlanVersionSerializer(Serializer):
    """One decision: what was decided, from which numbers, why, and by which engine."""

    id = UUIDField()
    version = IntegerField(source="number")
    reason = ChoiceField(Reason)
    engine_version = TextField(max_length=20)
    as_of = serializers.SerializerMethodField(help_text="The day that the numbers were counted from.")
    inputs = DocumentField()
    outputs = DocumentField()
    created_at = DateTimeField()

    @extend_schema_field(DateField())
    def get_as_of(self, version: PlanVersion) -> str:
        return version.as_of.isoformat()
