"""Debts side by side, and goals worth having. Nothing is stored."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.renderers import JSONResponse
from fincred.api.views import ApiView
from planning import examples
from planning.serializers.advice import SuggestionSerializer
from planning.serializers.debt_payoff import DebtPayoffAnswerSerializer, DebtPayoffSerializer
from planning.services.debt_payoff import debt_payoff
from planning.services.suggestions import suggestions_for


class DebtPayoff(ApiView):
    @documented(
        summary="Pay off debts: avalanche and snowball",
        description=(
            "The same budget every month until all is paid: the minimums and `extra_monthly`, or "
            "`monthly_budget`. `more` is what 50 and 100 more a month would save. Nothing is stored. "
            "Education, not advice."
        ),
        request=DebtPayoffSerializer,
        response=DebtPayoffAnswerSerializer,
        request_example=examples.DEBT_PAYOFF,
        response_example=examples.DEBT_PAYOFF_ANSWER,
    )
    def post(self, request: Request) -> HttpResponse:
        asked = self.validated(DebtPayoffSerializer)
        as_of = asked.pop("as_of") or self.today
        return JSONResponse(DebtPayoffAnswerSerializer(debt_payoff(owner=self.user, as_of=as_of, **asked)).data)


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
        return self.page(suggestions_for(self.user), SuggestionSerializer)
