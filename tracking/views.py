"""Check-ins, the dashboard, and a goal's projection, which needs its check-ins, over HTTP."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from fincred.db.queries import get_or_404
from fincred.errors import NoFieldsToUpdateError
from goals.errors import GoalLimitExceededError
from goals.queries import GOAL
from planning.examples import PROJECTION
from planning.serializers.projections import ProjectionSerializer
from planning.services.projections import project_goal
from tracking import examples, queries, services
from tracking.errors import CycleHasEndedError, GoalTakesNoCheckInsError
from tracking.serializers import (
    CheckInCreateSerializer,
    CheckInFilter,
    CheckInOutcomeSerializer,
    CheckInSerializer,
    CheckInUpdateSerializer,
    DashboardSerializer,
    PeriodFilter,
)


class GoalCheckIns(ApiView):
    @documented(
        summary="A goal's check-ins",
        description="Newest first, by day and then by creation.",
        query=PeriodFilter,
        response=CheckInSerializer(many=True),
        response_example=[examples.CHECK_IN],
    )
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        target = GOAL.bind(owner=self.user_id, goal_id=goal_id)
        with self.not_found_first(target):
            period, paging = self.query(PeriodFilter), self.paging
        history = queries.history_of_goal(goal_id, period)
        # A goal knows how many check-ins it has; those of a period are counted.
        counted = [history.count_query()] if period else []
        goals, check_ins, *counts = self.fetch(target, history.page(**paging), *counted)
        goal = get_or_404(goals)
        total = counts[0][0] if counts else goal.check_in_count
        return self.page(check_ins, CheckInSerializer, total=total)

    @documented(
        summary="Check in",
        description=(
            "Tells what is saved or paid off by a day, today if absent. The goal's amount follows its latest "
            "check-in, so one for an earlier day than that changes only the history. Only active goals take "
            "check-ins; reaching the target completes a goal of kind `once`."
        ),
        request=CheckInCreateSerializer,
        response=CheckInOutcomeSerializer,
        status=201,
        errors=(GoalTakesNoCheckInsError,),
        request_example=examples.NEW_CHECK_IN,
        response_example=examples.OUTCOME,
    )
    @idempotent
    def post(self, request: Request, goal_id: UUID) -> HttpResponse:
        with self.not_found_first(GOAL.bind(owner=self.user.pk, goal_id=goal_id)):
            data = self.validated(CheckInCreateSerializer)
        outcome = services.create_check_in(
            owner=self.user, goal_id=goal_id, now=self.now, today=self.today, **data
        )
        return self.created(outcome, CheckInOutcomeSerializer, route="check-in", pk=outcome.check_in.pk)


class CheckInList(ApiView):
    @documented(
        summary="Check-ins across goals",
        description="Newest first, by day and then by creation.",
        query=CheckInFilter,
        response=CheckInSerializer(many=True),
        response_example=[examples.CHECK_IN],
    )
    def get(self, request: Request) -> HttpResponse:
        filters, paging = self.query(CheckInFilter), self.paging
        check_ins, counts = self.fetch(
            queries.history_of_person(self.user_id, filters).page(**paging),
            queries.length_of_history(self.user_id, filters),
        )
        return self.page(check_ins, CheckInSerializer, total=sum(counts))


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. The goal's amount follows its latest check-in: "
        "correcting the one that completed the goal to less reopens it. Milestones stay reached. "
        "The entry that ends the cycle of a recurring goal stays as it is."
    ),
    "request": CheckInUpdateSerializer,
    "response": CheckInSerializer,
    "errors": (NoFieldsToUpdateError, GoalLimitExceededError, CycleHasEndedError),
    "request_example": {"current_amount": 700},
    "response_example": examples.CHECK_IN | {"current_amount": 700},
}


class CheckInDetail(ApiView):
    @documented(
        summary="One check-in",
        description="As it is after corrections.",
        response=CheckInSerializer,
        response_example=examples.CHECK_IN,
    )
    def get(self, request: Request, check_in_id: UUID) -> HttpResponse:
        check_in = self.fetch_or_404(queries.CHECK_IN.bind(owner=self.user_id, check_in_id=check_in_id))
        return self.answer(check_in, CheckInSerializer)

    @documented(summary="Correct a check-in", **_UPDATE)
    def patch(self, request: Request, check_in_id: UUID) -> HttpResponse:
        return self._update(check_in_id)

    @documented(summary="Correct a check-in (as PATCH)", **_UPDATE)
    def put(self, request: Request, check_in_id: UUID) -> HttpResponse:
        return self._update(check_in_id)

    @documented(
        summary="Remove a check-in",
        description="The goal follows the latest check-in that is left, and may be active again.",
        status=204,
        errors=(GoalLimitExceededError, CycleHasEndedError),
    )
    def delete(self, request: Request, check_in_id: UUID) -> HttpResponse:
        services.delete_check_in(
            owner=self.user, check_in_id=check_in_id, expected=self.expected, now=self.now, today=self.today
        )
        return self.no_content()

    def _update(self, check_in_id: UUID) -> HttpResponse:
        with self.not_found_first(queries.CHECK_IN.bind(owner=self.user.pk, check_in_id=check_in_id)):
            changes = cast("services.CheckInChanges", self.validated(CheckInUpdateSerializer))
            expected = self.expected
        check_in = services.update_check_in(
            owner=self.user,
            check_in_id=check_in_id,
            changes=changes,
            expected=expected,
            now=self.now,
            today=self.today,
        )
        return self.answer(check_in, CheckInSerializer)


class DashboardView(ApiView):
    @documented(
        summary="The dashboard",
        description="The five most urgent active goals, figures over all goals, and the newest milestones.",
        response=DashboardSerializer,
        response_example=examples.DASHBOARD,
    )
    def get(self, request: Request) -> HttpResponse:
        rows = self.fetch(*services.dashboard_reads(self.user_id))
        today = self.today
        dashboard = services.make_dashboard(*rows, owner=self.user, today=today)
        return self.answer(dashboard, DashboardSerializer, today=today)


class GoalProjectionView(ApiView):
    cost = 1

    @documented(
        summary="Where a goal was to be, was, and is heading",
        description=(
            "On the dates of its plan, or month by month where it has none: `planned`, `actual` "
            "as the check-ins told, and `projected` from today on, by the plan that would be made today."
        ),
        response=ProjectionSerializer,
        response_example=PROJECTION,
    )
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        goals, check_ins = self.fetch(
            GOAL.bind(owner=self.user_id, goal_id=goal_id), queries.AMOUNTS_BY_DAY.bind(goal=goal_id)
        )
        projection = project_goal(owner=self.user, goal=get_or_404(goals), check_ins=check_ins, today=self.today)
        return self.answer(projection, ProjectionSerializer)
