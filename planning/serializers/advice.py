"""What FinCred proposes: suggestions, ways back, projections."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction

from fincred.api.serializers import ChoiceField, DateField, MoneyField, Serializer, UUIDField
from goals.models import GoalType
from planning.engine.drift import Direction as DriftDirection
from planning.models import Feasibility
from planning.serializers.documents import ComputedMoneyField
from planning.serializers.plans import STABLE, ExplanationSerializer
from planning.services.proposals import Choice

SUGGESTIONS: Final = ("EMERGENCY_FUND", "DEBT_PAYOFF", "FIRE")
DIRECTIONS: Final = [direction.value for direction in DriftDirection]


class ReckoningSerializer(ExplanationSerializer):
    """How the amount of a suggestion comes about."""

    code = ChoiceField(SUGGESTIONS, help_text=STABLE)


class SuggestionSerializer(Serializer):
    """A goal worth having, and the arithmetic. Education, not advice."""

    type = ChoiceField(GoalType.values)
    target_amount = ComputedMoneyField()
    explanation = ReckoningSerializer()


class WayBackSerializer(Serializer):
    """What accepting it means, and how the plan judges it."""

    contribution = ComputedMoneyField(help_text="A month.")
    target_date = DateField()
    feasibility = ChoiceField(Feasibility.values)
    shortfall = ComputedMoneyField()


class DriftSerializer(ExplanationSerializer):
    """How far a goal is from its plan."""

    code = ChoiceField(DIRECTIONS, help_text=STABLE)


class ProposalSerializer(Serializer):
    """A goal that has drifted, and up to two ways back."""

    direction = ChoiceField(DIRECTIONS)
    same_date = WayBackSerializer(allow_null=True, help_text="Null once the date has passed.")
    same_contribution = WayBackSerializer(allow_null=True, help_text="Null when it takes more than 600 months.")
    why = DriftSerializer()


class ProposalOrNull(ProposalSerializer):
    """For the OpenAPI document: the whole answer may be null."""


class ProposalOrNullExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = ProposalOrNull

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        proposal = auto_schema.resolve_serializer(ProposalSerializer(), direction)
        return {"oneOf": [proposal.ref, {"type": "null"}]}


class AcceptSerializer(Serializer):
    choice = ChoiceField([choice.value for choice in Choice])


class ProjectedPointSerializer(Serializer):
    """Null where a series says nothing: `planned` ends with the plan, `actual` with today."""

    date = DateField()
    planned = MoneyField(allow_null=True)
    actual = MoneyField(allow_null=True)
    projected = MoneyField(allow_null=True)


class ProjectionSerializer(Serializer):
    """Series ready to plot, in the order of their dates."""

    goal_id = UUIDField(source="goal.id")
    as_of = DateField(help_text="Today, where the person lives.")
    target_amount = MoneyField(source="goal.target_amount")
    target_date = DateField(source="goal.target_date")
    series = ProjectedPointSerializer(source="projection.series", many=True)
    projected_completion_date = DateField(
        source="projection.projected_completion_date", allow_null=True, help_text="Null past 600 months."
    )
