"""Django REST framework out of the box: ModelViewSet, ModelSerializer, simplejwt, persistent connections."""

from __future__ import annotations

import os
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.stock_drf_settings"

import django
from django.core.wsgi import get_wsgi_application

django.setup()

from django.contrib.auth import authenticate  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import mixins, permissions, routers, serializers, viewsets  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402

from accounts.models import User  # noqa: E402
from fincred.clock import now  # noqa: E402
from goals.models import Goal  # noqa: E402
from planning.models import ActionPlan  # noqa: E402
from tracking import milestones  # noqa: E402
from tracking.models import CheckIn, CheckInWeek, Milestone  # noqa: E402
from tracking.services.check_ins import _feedback  # noqa: E402
from tracking.streaks import monday_of, streaks  # noqa: E402


class GoalSerializer(serializers.ModelSerializer[Goal]):
    user_id = serializers.UUIDField(read_only=True)
    progress_percentage = serializers.DecimalField(max_digits=5, decimal_places=2, read_only=True)
    progress_status = serializers.SerializerMethodField()

    class Meta:
        model = Goal
        fields = (
            "id", "user_id", "type", "kind", "repeat_every_months",
            "name", "target_amount", "target_date", "priority", "primary_flag",
            "why_text", "annual_rate", "status", "current_amount", "progress_percentage", "progress_status",
            "last_check_in_date", "completed_at", "created_at", "updated_at",
        )  # fmt: skip

    def get_progress_status(self, goal: Goal) -> str:
        return goal.progress_status_on(now().date())


class CheckInSerializer(serializers.ModelSerializer[CheckIn]):
    goal_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = CheckIn
        fields = ("id", "goal_id", "current_amount", "check_in_date", "reflection", "created_at", "updated_at")
        read_only_fields = ("check_in_date", "created_at", "updated_at")


class PlainPage:
    """Arrays, as FinCred answers."""

    def get_paginated_response(self, data: Any) -> Response:
        return Response(data, headers={"X-Total-Count": str(self.paginator.count)})  # type: ignore[attr-defined]


class GoalViewSet(PlainPage, viewsets.ModelViewSet[Goal]):
    serializer_class = GoalSerializer

    def get_queryset(self) -> Any:
        return Goal.objects.filter(user=self.request.user).order_by("-created_at", "-id")


class CheckInViewSet(PlainPage, mixins.CreateModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[CheckIn]):
    serializer_class = CheckInSerializer

    def get_queryset(self) -> Any:
        goal = get_object_or_404(Goal, pk=self.kwargs["goal_id"], user=self.request.user)
        return CheckIn.objects.filter(goal=goal).order_by("-check_in_date", "-created_at", "-id")

    @transaction.atomic
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        user = User.objects.select_for_update().get(pk=request.user.pk)
        goal = get_object_or_404(Goal, pk=self.kwargs["goal_id"], user=user)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        moment = now()
        today = moment.date()
        check_in = serializer.save(user=user, goal=goal, check_in_date=today, created_at=moment, updated_at=moment)
        weeks = CheckInWeek.objects.filter(user=user, monday=monday_of(today))
        if not weeks.update(check_ins=F("check_ins") + 1):
            CheckInWeek.objects.create(user=user, monday=monday_of(today), check_ins=1)
        latest = CheckIn.objects.filter(goal=goal).order_by("-check_in_date", "-created_at", "-id")[0]
        goal.current_amount, goal.last_check_in_date = latest.current_amount, latest.check_in_date
        goal.updated_at = moment
        goal.save()
        before = Milestone.objects.filter(goal=goal).values_list("percent", flat=True)
        new = sorted(set(milestones.reached(goal.current_amount, goal.target_amount)) - set(before))
        Milestone.objects.bulk_create(
            Milestone(user=user, goal=goal, percent=percent, reached_on=today) for percent in new
        )
        so_far = streaks(CheckInWeek.objects.filter(user=user).values_list("monday", flat=True), today)
        outcome = {
            "milestones_reached": new,
            "goal_completed": False,
            "current_streak": so_far.current,
            "longest_streak": so_far.longest,
            "feedback": _feedback(goal, request.user.profile.currency, today),
        }
        return Response(self.get_serializer(check_in).data | outcome, status=201)


class DashboardGoalSerializer(GoalSerializer):
    feasibility = serializers.SerializerMethodField()
    next_action_date = serializers.SerializerMethodField()

    class Meta(GoalSerializer.Meta):
        fields = (
            "id", "name", "type", "target_amount", "current_amount", "progress_percentage", "progress_status",
            "target_date", "priority", "feasibility", "next_action_date",
        )  # fmt: skip

    def get_feasibility(self, goal: Goal) -> str | None:
        plan = self.context["plans"].get(goal.id)
        return plan.feasibility if plan else None

    def get_next_action_date(self, goal: Goal) -> Any:
        plan = self.context["plans"].get(goal.id)
        return plan.next_action_date(now().date()) if plan else None


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    goal_id = serializers.UUIDField()
    goal_name = serializers.CharField(source="goal.name")
    text = serializers.CharField()

    class Meta:
        model = Milestone
        fields = ("goal_id", "goal_name", "percent", "reached_on", "text")


class Dashboard(APIView):
    def get(self, request: Any) -> Response:
        user, today = request.user, now().date()
        goals = Goal.objects.filter(user=user)
        top = list(goals.filter(status="active").order_by("priority_rank", "target_date", "id")[:5])
        plans = {
            plan.goal_id: plan
            for plan in ActionPlan.objects.filter(goal__in=top, ended_at=None).select_related("goal")
        }
        so_far = streaks(CheckInWeek.objects.filter(user=user).values_list("monday", flat=True), today)
        reached = Milestone.objects.filter(user=user).select_related("goal")
        stats = {
            "total_goals": goals.count(),
            "active_goals": goals.filter(status="active").count(),
            "completed_goals": goals.filter(status="completed").count(),
            "total_saved": sum(goals.exclude(status="cancelled").values_list("current_amount", flat=True)),
            "current_streak": so_far.current,
            "longest_streak": so_far.longest,
        }
        newest = reached.order_by("-reached_on", "-percent", "-id")[:5]
        return Response(
            {
                "goals": DashboardGoalSerializer(top, many=True, context={"plans": plans}).data,
                "stats": stats,
                "recent_milestones": MilestoneSerializer(newest, many=True).data,
            }
        )


class Login(APIView):
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    def post(self, request: Any) -> Response:
        user = authenticate(request, username=request.data["email"], password=request.data["password"])
        if user is None:
            raise AuthenticationFailed
        token = RefreshToken.for_user(user)
        return Response({"access_token": str(token.access_token), "refresh_token": str(token)})


router = routers.SimpleRouter(trailing_slash=False)
router.register("goals", GoalViewSet, basename="goal")
router.register(r"goals/(?P<goal_id>[0-9a-f-]+)/check-ins", CheckInViewSet, basename="check-in")
urlpatterns = [
    path("api/v0/", include(router.urls)),
    path("api/v0/dashboard", Dashboard.as_view()),
    path("api/v0/auth/login", Login.as_view()),
]
application = get_wsgi_application()
