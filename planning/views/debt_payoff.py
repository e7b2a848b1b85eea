"""Ways to pay off debts, side by side."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.views import ApiView
from planning import examples
from planning.serializers.debt_payoff import DebtPayoffAnswerSerializer, DebtPayoffSerializer
from planning.services.debt_payoff import debt_payoff


class DebtPayoff(ApiView):
    cost = 3

    @documented(
        summary="Pay off debts: avalanche and snowball",
        description=(
            "The same budget every month until all is paid: the minimums and `extra_monthly` (on the payment "
            "dates from `extra_from` to `extra_until`), or `monthly_budget`; and `extra_payments` on top. "
            "Minimums by percentage change with the balances, and a rate when the promotional one is over. "
            "`more` is what 50 and 100 more a month would save. Nothing is stored. Education, not advice."
        ),
        request=DebtPayoffSerializer,
        response=DebtPayoffAnswerSerializer,
        request_example=examples.DEBT_PAYOFF,
        response_example=examples.DEBT_PAYOFF_ANSWER,
    )
    def post(self, request: Request) -> HttpResponse:
        params = self.validated(DebtPayoffSerializer)
        as_of = params.pop("as_of") or self.today
        return self.answer(debt_payoff(owner=self.user, as_of=as_of, **params), DebtPayoffAnswerSerializer)
