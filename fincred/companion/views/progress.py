"""A goal's progress: its check-ins, in the existing app's words."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.views import ApiView
from fincred.companion import examples
from fincred.companion.serializers.progress import (
    ProgressCreateSerializer,
    ProgressOutcomeSerializer,
    ProgressSerializer,
)
from fincred.companion.views import documented
from fincred.db.queries import get_or_404
from fincred.errors import FieldError
from goals.queries import GOAL
from tracking import services
from tracking.errors import GoalTakesNoCheckInsError
from tracking.queries import history_of_goal


class GoalProgress(ApiView):
    @documented(
        summary="A goal's progress",
        description="Its check-ins, newest first, by day and then by creation.",
        response=ProgressSerializer(many=True),
        response_example=[examples.PROGRESS],
    )
    def get(self, request: Request, goal_id: UUID) -> HttpResponse:
        target = GOAL.bind(owner=self.user_id, goal_id=goal_id)
        with self.not_found_first(target):
            paging = self.paging
        goals, check_ins = self.fetch(target, history_of_goal(goal_id, {}).page(**paging))
        return self.page(check_ins, ProgressSerializer, total=get_or_404(goals).check_in_count)

    @documented(
        summary="Record progress",
        description="A check-in of today. Only active goals take one; reaching the target completes the goal.",
        request=ProgressCreateSerializer,
        response=ProgressOutcomeSerializer,
        status=201,
        errors=(GoalTakesNoCheckInsError,),
        request_example=examples.NEW_PROGRESS,
        response_example=examples.PROGRESS_OUTCOME,
    )
    @idempotent
    def post(self, request: Request, goal_id: UUID) -> HttpResponse:
        with self.not_found_first(GOAL.bind(owner=self.user.pk, goal_id=goal_id)):
            data = self.validated(ProgressCreateSerializer)
            if data.pop("goal_id", goal_id) != goal_id:
                raise FieldError(field="goal_id", message="Must be the goal of the path.", code="other_goal")
        outcome = services.create_check_in(
            owner=self.user, goal_id=goal_id, now=self.now, today=self.today, **data
        )
        return self.created(outcome, ProgressOutcomeSerializer, route="check-in", pk=outcome.check_in.pk)
