"""Goals over HTTP."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from fincred.errors import NoFieldsToUpdateError
from goals import examples, services
from goals.changes import GoalChanges
from goals.errors import GoalLimitExceededError, InvalidGoalDateError, InvalidStatusTransitionError
from goals.queries import GOAL, goals_of
from goals.serializers import ORDERINGS, GoalCreateSerializer, GoalFilter, GoalSerializer, GoalUpdateSerializer


class GoalList(ApiView):
    @documented(
        summary="List own goals",
        description="Goals of every status, newest first unless `ordering` says otherwise.",
        query=GoalFilter,
        response=GoalSerializer(many=True),
        response_example=[examples.GOAL],
    )
    def get(self, request: Request) -> HttpResponse:
        params = self.query(GoalFilter)
        ordering = ORDERINGS[params.pop("ordering")]
        filters = {name: value for name, value in params.items() if value}  # an empty search filters nothing
        goals, total = self.fetch_page(goals_of(self.user_id, filters, ordering))
        return self.page(goals, GoalSerializer, total=total, today=self.today)

    @documented(
        summary="Create a goal",
        description="It starts active; at most five goals of a person are active at a time.",
        request=GoalCreateSerializer,
        response=GoalSerializer,
        status=201,
        errors=(InvalidGoalDateError, GoalLimitExceededError),
        request_example=examples.NEW_GOAL,
        response_example=examples.GOAL,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(GoalCreateSerializer)
        goal = services.create_goal(owner=self.user, now=self.now, today=self.today, **data)
        return self.created(goal, GoalSerializer, route="goal", pk=goal.pk, today=self.today)


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. `status` moves active <-> paused, active or paused -> "
        "completed or cancelled, completed or cancelled -> active; the same status again is no change. Completed "
        "and cancelled goals can't be reopened past their date or, if they are of kind `once`, at their target. A "
        "target at or below the current amount completes a goal of kind `once`. An unchanged `target_date` may be "
        "in the past."
    ),
    "request": GoalUpdateSerializer,
    "response": GoalSerializer,
    "errors": (
        NoFieldsToUpdateError,
        InvalidGoalDateError,
        InvalidStatusTransitionError,
        GoalLimitExceededError,
    ),
    "request_example": {"target_amount": 3500, "priority": "Medium"},
    "response_example": examples.GOAL | {"target_amount": 3500, "priority": "Medium", "progress_percentage": 12},
}


class GoalDetail(ApiView):
    @documented(
        summary="One goal",
        description="Of any status, with its progress as of today.",
        response=GoalSerializer,
        response_example=examples.GOAL,
    )
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        goal = self.fetch_or_404(GOAL.bind(owner=self.user_id, goal_id=goal_id))
        return self.answer(goal, GoalSerializer, today=self.today)

    @documented(summary="Change a goal", **_UPDATE)
    def patch(self, request: Request, goal_id: UUID) -> HttpResponse:
        return self._update(goal_id)

    @documented(summary="Change a goal (as PATCH)", **_UPDATE)
    def put(self, request: Request, goal_id: UUID) -> HttpResponse:
        return self._update(goal_id)

    @documented(
        summary="Cancel a goal",
        description="The goal and its history stay, as `cancelled`. Doing it again changes nothing.",
        status=204,
    )
    def delete(self, request: Request, goal_id: UUID) -> HttpResponse:
        services.cancel_goal(
            owner=self.user, goal_id=goal_id, expected=self.expected, now=self.now, today=self.today
        )
        return self.no_content()

    def _update(self, goal_id: UUID) -> HttpResponse:
        with self.not_found_first(GOAL.bind(owner=self.user.pk, goal_id=goal_id)):
            changes = cast("GoalChanges", self.validated(GoalUpdateSerializer))
            expected = self.expected
        goal = services.update_goal(
            owner=self.user, goal_id=goal_id, changes=changes, expected=expected, now=self.now, today=self.today
        )
        return self.answer(goal, GoalSerializer, today=self.today)
