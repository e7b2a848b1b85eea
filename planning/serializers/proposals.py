"""The ways back to the plan for a goal that has drifted."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction as SchemaDirection

from fincred.api.serializers import ChoiceField, DateField, Serializer
from planning.engine.drift import Direction
from planning.serializers.fields import ComputedMoneyField
from planning.serializers.plans import STABLE, ExplanationSerializer
from planning.services.proposals import Choice
from planning.vocabulary import Feasibility


class WayBackSerializer(Serializer):
    """What accepting it means, and how the plan judges it."""

    contribution = ComputedMoneyField(help_text="A month.")
    target_date = DateField()
    feasibility = ChoiceField(Feasibility)
    shortfall = ComputedMoneyField()


class DriftSerializer(ExplanationSerializer):
    """How far a goal is from its plan."""

    code = ChoiceField(Direction, help_text=STABLE)


class ProposalSerializer(Serializer):
    """A goal that has drifted, and up to two ways back."""

    direction = ChoiceField(Direction)
    same_date = WayBackSerializer(
        allow_null=True, help_text="Null once the date has passed, or no day of payment is left before it."
    )
    same_contribution = WayBackSerializer(allow_null=True, help_text="Null when it takes more than 600 months.")
    why = DriftSerializer()


class ProposalOrNull(ProposalSerializer):
    """For the OpenAPI document: the whole answer may be null."""


class ProposalOrNullExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = ProposalOrNull

    def map_serializer(self, auto_schema: AutoSchema, direction: SchemaDirection) -> dict[str, Any]:
        proposal = auto_schema.resolve_serializer(ProposalSerializer(), direction)
        return {"oneOf": [proposal.ref, {"type": "null"}]}


class AcceptSerializer(Serializer):
    choice = ChoiceField(Choice)
