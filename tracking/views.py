"""Check-ins, the dashboard, and a goal's projection, which needs its check-ins, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.openapi import documented
from fincred.api.renderers import JSONResponse, no_content
from fincred.api.views import ApiView
from fincred.db.queries import BoundQuery, get_or_404
from fincred.errors import FinCredError, NoFieldsToUpdateError
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.queries import GOAL
from planning.examples import PROJECTION
from planning.serializers.projections import ProjectionSerializer
from tracking import examples, queries, services
from tracking.errors import GoalNotActiveError
from tracking.models import CheckIn
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
        with self._whose_goal_first():
            found, on_page, *counted = self.rows
        goal = get_or_404(found)
        total = counted[0][0] if counted else goal.check_in_count
        return self.page(self._history(), CheckInSerializer, chosen=on_page, count=lambda: total)

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        goal = GOAL.bind(owner=person, goal_id=self.kwargs["goal_id"])
        history = self._history()
        # A goal counts its check-ins; those of a period are counted along, for a page that is full.
        counted = [history.number] if self.query(PeriodFilter) else []
        return goal.one, self.on_page(history), *counted

    def _history(self) -> BoundQuery[CheckIn]:
        period = self.query(PeriodFilter)
        return queries.history_of_goal(frozenset(period)).bind(goal=self.kwargs["goal_id"], **period)

    @documented(
        summary="Check in",
        description=(
            "Tells what is saved or paid off by a day, today if absent. The goal's amount follows its latest "
            "check-in, so one for an earlier day than that changes only the history. Only active goals take "
            "check-ins; reaching the target completes the goal."
        ),
        request=CheckInCreateSerializer,
        response=CheckInOutcomeSerializer,
        status=201,
        errors=(GoalNotActiveError,),
        request_example=examples.NEW_CHECK_IN,
        response_example=examples.OUTCOME,
    )
    @idempotent
    def post(self, request: Request, goal_id: UUID) -> HttpResponse:
        with self._whose_goal_first():
            data = self.validated(CheckInCreateSerializer)
        outcome = services.create_check_in(
            owner=self.user, goal_id=goal_id, now=self.now, today=self.today, **data
        )
        return self.answer(CheckInOutcomeSerializer, outcome, 201)

    @contextmanager
    def _whose_goal_first(self) -> Iterator[None]:
        """Whose goal it is comes before what is wrong with the query or the body."""
        try:
            yield
        except (APIException, FinCredError):
            GOAL.bind(owner=self.user.pk, goal_id=self.kwargs["goal_id"]).get()
            raise


class CheckInList(ApiView):
    @documented(
        summary="Check-ins across goals",
        description="Newest first, by day and then by creation.",
        query=CheckInFilter,
        response=CheckInSerializer(many=True),
        response_example=[examples.CHECK_IN],
    )
    def get(self, request: Request) -> HttpResponse:
        on_page, *counted = self.rows
        by_goals = partial(queries.length_of_history, owner=self.user.pk, **self.query(CheckInFilter))
        count = (lambda: counted[0][0]) if counted else by_goals
        return self.page(self._history(self.user.pk), CheckInSerializer, chosen=on_page, count=count)

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        history = self._history(person)
        counted = [history.number] if queries.PERIOD & self.query(CheckInFilter).keys() else []
        return self.on_page(history), *counted

    def _history(self, person: UUID) -> BoundQuery[CheckIn]:
        asked = self.query(CheckInFilter)
        return queries.history_of_person(frozenset(asked)).bind(owner=person, **asked)


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. The goal's amount follows its latest check-in: "
        "correcting the one that completed the goal to less reopens it. Milestones stay reached."
    ),
    "request": CheckInUpdateSerializer,
    "response": CheckInSerializer,
    "errors": (NoFieldsToUpdateError, GoalLimitExceededError),
    "request_example": {"current_amount": 700},
    "response_example": examples.CHECK_IN | {"current_amount": 700},
}


class CheckInDetail(ApiView):
    @documented(summary="One check-in", response=CheckInSerializer, response_example=examples.CHECK_IN)
    def get(self, request: Request, check_in_id: UUID) -> HttpResponse:
        return self.answer(CheckInSerializer, CheckIn.objects.get_owned(self.user, check_in_id))

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
        errors=(GoalLimitExceededError,),
    )
    def delete(self, request: Request, check_in_id: UUID) -> HttpResponse:
        services.delete_check_in(owner=self.user, check_in_id=check_in_id, now=self.now, today=self.today)
        return no_content()

    def _update(self, check_in_id: UUID) -> HttpResponse:
        CheckIn.objects.get_owned(self.user, check_in_id)  # whose it is comes before what is wrong with the body
        changes = cast("services.CheckInChanges", self.validated(CheckInUpdateSerializer))
        check_in = services.update_check_in(
            owner=self.user, check_in_id=check_in_id, changes=changes, now=self.now, today=self.today
        )
        return self.answer(CheckInSerializer, check_in)


class DashboardView(ApiView):
    @documented(
        summary="The dashboard",
        description="The five most urgent active goals, figures over all goals, and the newest milestones.",
        response=DashboardSerializer,
        response_example=examples.DASHBOARD,
    )
    def get(self, request: Request) -> HttpResponse:
        board = queries.dashboard(*self.rows, today=self.today)
        return self.answer(DashboardSerializer, board, today=self.today)

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        return queries.for_dashboard(person)


class GoalProjectionView(ApiView):
    @documented(
        summary="Where a goal was to be, was, and is heading",
        description=(
            "On the dates of its plan, or month by month where it has none: `planned`, `actual` "
            "as the check-ins told, and `projected` from today on."
        ),
        response=ProjectionSerializer,
        response_example=PROJECTION,
    )
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        goal = Goal.objects.get_owned(self.user, goal_id)
        return JSONResponse(ProjectionSerializer(queries.projection(goal=goal, today=self.today)).data)
