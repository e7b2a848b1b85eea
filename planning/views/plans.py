"""The plan of all goals on one surplus."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from planning import examples
from planning.errors import SnapshotRequiredError
from planning.serializers.plans import PlanSerializer
from planning.services.plans import plan_everything


class PlanEverything(ApiView):
    cost = 3

    @documented(
        summary="Plan all active goals together",
        description=(
            "Saves each goal's action plan: made where there is none, with a new version where its numbers "
            "changed. Goals are in the order in which they are served. Education, not advice."
        ),
        response=PlanSerializer,
        errors=(SnapshotRequiredError,),
        response_example=examples.PLAN,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        self.without_fields()
        plan = plan_everything(owner=self.user, now=self.now, today=self.today)
        return self.answer(plan, PlanSerializer, currency=self.user.profile.currency)
