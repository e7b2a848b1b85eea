"""Suggested goals, and the arithmetic of each."""

from __future__ import annotations

from typing import Final

from fincred.api.serializers import ChoiceField, Serializer
from goals.vocabulary import GoalType, Kind
from planning.serializers.fields import ComputedMoneyField
from planning.serializers.plans import STABLE, ExplanationSerializer

CODES: Final = ("EMERGENCY_FUND", "DEBT_PAYOFF", "FIRE")


class SuggestionExplanationSerializer(ExplanationSerializer):
    """How the amount of a suggestion is computed."""

    code = ChoiceField(CODES, help_text=STABLE)


class SuggestionSerializer(Serializer):
    """A goal worth having, and the arithmetic. Education, not advice."""

    type = ChoiceField(GoalType)
    kind = ChoiceField(Kind, help_text="An emergency fund is a `reserve`: filled again when some is taken out.")
    target_amount = ComputedMoneyField()
    explanation = SuggestionExplanationSerializer()
