"""Suggested goals."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.views import ApiView
from planning import examples
from planning.serializers.suggestions import SuggestionSerializer
from planning.services.suggestions import suggestions_for


class Suggestions(ApiView):
    @documented(
        summary="Goals worth having",
        description=(
            "With amounts from your newest snapshot and the arithmetic of each; none without a snapshot. "
            "Education, not advice."
        ),
        response=SuggestionSerializer(many=True),
        response_example=[examples.SUGGESTION],
    )
    def get(self, request: Request) -> HttpResponse:
        suggestions, total = self.fetch_page(suggestions_for(self.user, self.today))
        return self.page(suggestions, SuggestionSerializer, total=total)
