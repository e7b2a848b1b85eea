"""The plan of all goals, and what the engine says about each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fincred.api.serializers import (
    ChoiceField,
    DateField,
    Serializer,
    TextField,
    UUIDField,
)
from goals.vocabulary import GoalType
from planning.engine.explanation import Code
from planning.serializers.fields import ComputedMoneyField, DocumentField
from planning.vocabulary import AlternativeKind, Feasibility

STABLE = "Stable; `text` may be reworded."


class ExplanationSerializer(Serializer):
    code = ChoiceField(Code, help_text=STABLE)
    text = serializers.CharField()
    facts = DocumentField(
        help_text="Every number that the text was made from. `alternatives_complete` is there, and false, where "
        "the search for alternatives ended at its limit."
    )


class AlternativeSerializer(Serializer):
    """A change that would make the goal possible; it has only the field of its kind."""

    kind = ChoiceField(AlternativeKind)
    target_date = DateField(required=False)
    target_amount = ComputedMoneyField(required=False)
    extra_monthly = ComputedMoneyField(required=False)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if value is not None}


class InstalmentSerializer(Serializer):
    date = DateField()
    amount = ComputedMoneyField()
    balance = ComputedMoneyField(help_text="After it: what is saved, or for linked debts what is still owed.")


class GoalPlanSerializer(Serializer):
    """One goal in the plan."""

    goal_id = UUIDField(allow_null=True)
    name = TextField(max_length=100)
    type = ChoiceField(GoalType)
    target_amount = ComputedMoneyField()
    target_date = DateField()
    required_monthly_contribution = ComputedMoneyField(source="required_monthly", help_text="The level need.")
    allocated_monthly_contribution = ComputedMoneyField(
        source="allocated_monthly", help_text="The average it gets until its date."
    )
    this_month = ComputedMoneyField(help_text="What is still to be put in this month.")
    shortfall = ComputedMoneyField(help_text="The money missing at its date.")
    feasibility = ChoiceField(Feasibility)
    explanation = ExplanationSerializer()
    alternatives = AlternativeSerializer(many=True)
    projected_completion_date = DateField(
        allow_null=True,
        help_text=(
            "Null past 600 months, or if the goal is a reserve or a cycle of a recurring goal that has all of its "
            "target."
        ),
    )


class PlanSummarySerializer(Serializer):
    """Monthly sums over all goals."""

    estimated_monthly_surplus = ComputedMoneyField(
        signed=True, help_text="Where money has dates, the average of twelve months."
    )
    total_required_contributions = ComputedMoneyField()
    total_allocated_contributions = ComputedMoneyField()
    buffer_remaining = ComputedMoneyField()


class MonthOfMoneySerializer(Serializer):
    """What becomes of the money of a month of the planning calendar."""

    income = ComputedMoneyField(signed=True)
    expenses = ComputedMoneyField(signed=True, help_text="Planned ones included.")
    minimum_payments = ComputedMoneyField()
    surplus = ComputedMoneyField(signed=True, help_text="Income less expenses and minimum payments.")
    given = ComputedMoneyField(help_text="To goals, what was put in this month included.")
    carried = ComputedMoneyField(signed=True, help_text="What this month and those before it leave to the next.")
    held_back = ComputedMoneyField(help_text="The part of `carried` that later months lack.")

    def get_fields(self) -> dict[str, Any]:
        # `from` can't be written as a class attribute.
        return {"from": DateField(source="since")} | super().get_fields()


class PlanSerializer(Serializer):
    as_of = DateField()
    currency = serializers.SerializerMethodField()
    goals = GoalPlanSerializer(many=True)
    summary = PlanSummarySerializer()
    cash_flow = MonthOfMoneySerializer(
        many=True,
        help_text="The months from the present one to the last target date, at least 12 and at most 60.",
    )

    def get_currency(self, plan: object) -> str:
        return str(self.context["currency"])
