"""Goals over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.renderers import no_content
from fincred.api.views import ApiView
from fincred.db.queries import BoundQuery, get_or_404
from fincred.errors import NoFieldsToUpdateError
from goals import examples, queries, services
from goals.errors import GoalLimitExceededError, InvalidGoalDateError, InvalidStatusTransitionError
from goals.models import Goal
from goals.serializers import ORDERINGS, GoalCreateSerializer, GoalFilter, GoalSerializer, GoalUpdateSerializer


class _GoalView(ApiView):
    def shown(self, goal: Goal, status: int = 200) -> HttpResponse:
        return self.answer(GoalSerializer, goal, status, today=self.today)


class GoalList(_GoalView):
    @documented(
        summary="List own goals",
        description="Goals of every status, newest first unless `ordering` says otherwise.",
        query=GoalFilter,
        response=GoalSerializer(many=True),
        response_example=[examples.GOAL],
    )
    def get(self, request: Request) -> HttpResponse:
        goals = self._chosen(self.user.pk)
        on_page = self.rows[0] if self.rows else None
        return self.page(goals, GoalSerializer, chosen=on_page, today=self.today)

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        chosen = self._chosen(person)
        return (self.on_page(chosen),) if isinstance(chosen, BoundQuery) else ()

    def _chosen(self, person: UUID) -> BoundQuery[Goal] | QuerySet[Goal]:
        asked = self.query(GoalFilter)
        ordering = ORDERINGS[asked.pop("ordering")]
        chosen = {name: value for name, value in asked.items() if value}
        # Each database searches in its own way, and several values make another statement.
        if "search" in chosen or any(len(values) > 1 for values in chosen.values()):
            return Goal.objects.filter(user_id=person).chosen(**chosen).order_by(*ordering)
        single = {name: value for name, [value] in chosen.items()}
        return queries.goals_chosen_by(frozenset(single), ordering).bind(owner=person, **single)

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
        return self.shown(services.create_goal(owner=self.user, now=self.now, today=self.today, **data), 201)


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. `status` moves active <-> paused, active or paused -> "
        "completed or cancelled, completed or cancelled -> active; the same status again is no change. Completed "
        "and cancelled goals can't be reopened at their target or past their date. A target at or below the "
        "current amount completes the goal. An unchanged `target_date` may be in the past."
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


class GoalDetail(_GoalView):
    @documented(summary="One goal", response=GoalSerializer, response_example=examples.GOAL)
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        return self.shown(get_or_404(self.rows[0]))

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        return (queries.GOAL.bind(owner=person, goal_id=self.kwargs["goal_id"]).one,)

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
        services.cancel_goal(owner=self.user, goal_id=goal_id, now=self.now, today=self.today)
        return no_content()

    def _update(self, goal_id: UUID) -> HttpResponse:
        Goal.objects.get_owned(self.user, goal_id)  # whose goal it is comes before what is wrong with the body
        changes = cast("services.GoalChanges", self.validated(GoalUpdateSerializer))
        goal = services.update_goal(
            owner=self.user, goal_id=goal_id, changes=changes, now=self.now, today=self.today
        )
        return self.shown(goal)
