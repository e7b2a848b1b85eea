"""The ways back to the plan for a goal that has drifted."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from planning import examples
from planning.errors import NothingToAcceptError
from planning.queries import OPEN_PLAN
from planning.serializers.action_plans import ActionPlanSerializer
from planning.serializers.proposals import AcceptSerializer, ProposalOrNull, ProposalSerializer
from planning.services.proposals import accept_proposal, proposal_for


class Proposal(ApiView):
    cost = 1

    @documented(
        summary="The way back to the plan",
        description=(
            "When check-ins are more than a tenth of the target away from what the plan expects, or the date has "
            "passed: a new contribution for the same date, and a new date for the same contribution. `null` when "
            "the goal is on its way."
        ),
        response=ProposalOrNull,
        response_example=examples.PROPOSAL,
    )
    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        proposal = proposal_for(owner=self.user, plan_id=plan_id, today=self.today)
        return self.answer(proposal, ProposalSerializer)


class ProposalAccept(ApiView):
    cost = 3

    @documented(
        summary="Accept a way back",
        description="It becomes the plan's next version; with `same_contribution` the goal's date moves.",
        request=AcceptSerializer,
        response=ActionPlanSerializer,
        errors=(NothingToAcceptError,),
        request_example={"choice": "same_date"},
        response_example=examples.ACTION_PLAN | {"version": 2},
    )
    @idempotent
    def post(self, request: Request, plan_id: UUID) -> HttpResponse:
        with self.not_found_first(OPEN_PLAN.bind(owner=self.user.pk, plan_id=plan_id)):
            choice = self.validated(AcceptSerializer)["choice"]
            expected = self.expected
        plan = accept_proposal(
            owner=self.user, plan_id=plan_id, choice=choice, expected=expected, now=self.now, today=self.today
        )
        return self.answer(plan, ActionPlanSerializer, today=self.today, timezone=self.timezone)
