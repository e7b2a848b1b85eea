"""The action plan of a goal, and its versions."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from fincred.errors import NoFieldsToUpdateError
from goals.queries import GOAL
from planning import examples
from planning.errors import ActionPlanExistsError, GoalNotActiveError, SnapshotRequiredError
from planning.models import ActionPlan
from planning.queries import OPEN_PLAN, OPEN_PLANS
from planning.serializers.action_plans import (
    ActionPlanCreateSerializer,
    ActionPlanSerializer,
    ActionPlanUpdateSerializer,
    PlanVersionSerializer,
)
from planning.services import action_plans as services
from planning.services.as_asked import count_what_is_asked


class GoalActionPlans(ApiView):
    cost = 3

    @documented(
        summary="Make the goal's action plan",
        description=(
            "Without terms: generated from today's numbers. With `type`, `amount`, `frequency` and "
            "`day_of_period` (1 if absent): your own choice, judged for feasibility all the same."
        ),
        request=ActionPlanCreateSerializer,
        response=ActionPlanSerializer,
        status=201,
        errors=(SnapshotRequiredError, ActionPlanExistsError, GoalNotActiveError),
        request_example=examples.TERMS,
        response_example=examples.ACTION_PLAN,
    )
    @idempotent
    def post(self, request: Request, goal_id: UUID) -> HttpResponse:
        with self.not_found_first(GOAL.bind(owner=self.user.pk, goal_id=goal_id)):
            data = self.validated(ActionPlanCreateSerializer)
        plan = services.create_action_plan(
            owner=self.user, goal_id=goal_id, now=self.now, today=self.today, **data
        )
        return self.created(
            plan, ActionPlanSerializer, route="action-plan", pk=plan.pk, today=self.today, timezone=self.timezone
        )


class ActionPlanList(ApiView):
    @documented(
        summary="List own action plans",
        description="Newest first; ended plans are not among them.",
        response=ActionPlanSerializer(many=True),
        response_example=[examples.ACTION_PLAN],
    )
    def get(self, request: Request) -> HttpResponse:
        plans, total = self.fetch_page(OPEN_PLANS.bind(owner=self.user_id))
        count_what_is_asked(plans, owner=self.user, today=self.today)
        return self.page(plans, ActionPlanSerializer, total=total, today=self.today, timezone=self.timezone)


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. Another `amount` makes the plan your own choice; a change "
        "of how the goal is paid into makes a new version."
    ),
    "request": ActionPlanUpdateSerializer,
    "response": ActionPlanSerializer,
    "errors": (NoFieldsToUpdateError, GoalNotActiveError),
    "request_example": {"amount": 300, "is_confirmed_set_up": True},
    "response_example": examples.ACTION_PLAN | {"amount": 300, "is_confirmed_set_up": True, "version": 2},
}


class ActionPlanDetail(ApiView):
    @documented(
        summary="One action plan",
        description="As its newest version has it. An ended plan is a 404; its versions can still be read.",
        response=ActionPlanSerializer,
        response_example=examples.ACTION_PLAN,
    )
    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        plan = self.fetch_or_404(OPEN_PLAN.bind(owner=self.user_id, plan_id=plan_id))
        count_what_is_asked([plan], owner=self.user, today=self.today)
        return self.answer(plan, ActionPlanSerializer, today=self.today, timezone=self.timezone)

    @documented(summary="Change an action plan", **_UPDATE)
    def patch(self, request: Request, plan_id: UUID) -> HttpResponse:
        return self._update(plan_id)

    @documented(summary="Change an action plan (as PATCH)", **_UPDATE)
    def put(self, request: Request, plan_id: UUID) -> HttpResponse:
        return self._update(plan_id)

    @documented(summary="End an action plan", description="Its versions can still be read.", status=204)
    def delete(self, request: Request, plan_id: UUID) -> HttpResponse:
        services.end_action_plan(
            owner=self.user, plan_id=plan_id, expected=self.expected, now=self.now, today=self.today
        )
        return self.no_content()

    def _update(self, plan_id: UUID) -> HttpResponse:
        with self.not_found_first(OPEN_PLAN.bind(owner=self.user.pk, plan_id=plan_id)):
            changes = cast("services.PlanChanges", self.validated(ActionPlanUpdateSerializer))
            expected = self.expected
        plan = services.update_action_plan(
            owner=self.user, plan_id=plan_id, changes=changes, expected=expected, now=self.now, today=self.today
        )
        count_what_is_asked([plan], owner=self.user, today=self.today)
        return self.answer(plan, ActionPlanSerializer, today=self.today, timezone=self.timezone)


class ActionPlanRegenerate(ApiView):
    cost = 3

    @documented(
        summary="Make the plan again",
        description="A new version with generated amounts from today's numbers, even an equal one.",
        response=ActionPlanSerializer,
        errors=(SnapshotRequiredError, GoalNotActiveError),
        response_example=examples.ACTION_PLAN | {"version": 2},
    )
    @idempotent
    def post(self, request: Request, plan_id: UUID) -> HttpResponse:
        with self.not_found_first(OPEN_PLAN.bind(owner=self.user.pk, plan_id=plan_id)):
            self.without_fields()
            expected = self.expected
        plan = services.regenerate_action_plan(
            owner=self.user, plan_id=plan_id, expected=expected, now=self.now, today=self.today
        )
        return self.answer(plan, ActionPlanSerializer, today=self.today, timezone=self.timezone)


class ActionPlanVersions(ApiView):
    cost = 1

    @documented(
        summary="Every version of a plan, newest first",
        description=(
            "What was decided, from which inputs, why, and by which engine version. Ended plans keep theirs."
        ),
        response=PlanVersionSerializer(many=True),
        response_example=[examples.PLAN_VERSION],
    )
    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        plan = ActionPlan.objects.get_owned(self.user, plan_id)
        versions, total = self.fetch_page(plan.versions.order_by("-number"))
        return self.page(versions, PlanVersionSerializer, total=total)
