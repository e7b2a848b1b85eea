"""Django Ninja on FinCred's models, for the two reads that say most."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.ninja_settings"

import django
from django.core.wsgi import get_wsgi_application

django.setup()

from decimal import Decimal  # noqa: E402

from django.http import HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import NinjaAPI, Schema  # noqa: E402
from ninja.security import HttpBearer  # noqa: E402
from pydantic import PlainSerializer  # noqa: E402
from rest_framework_simplejwt.exceptions import TokenError  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402

from accounts.models import User  # noqa: E402
from fincred.clock import now  # noqa: E402
from goals.models import Goal  # noqa: E402

Money = Annotated[Decimal, PlainSerializer(float)]


class Bearer(HttpBearer):
    def authenticate(self, request: Any, token: str) -> Any:
        try:
            claims = AccessToken(token)  # type: ignore[arg-type]
        except TokenError:
            return None
        return User.objects.filter(pk=claims["sub"], is_active=True).first()


class GoalOut(Schema):
    id: UUID
    user_id: UUID
    type: str
    kind: str
    repeat_every_months: int | None
    name: str
    target_amount: Money
    target_date: date
    priority: str
    primary_flag: bool
    why_text: str | None
    annual_rate: Money
    status: str
    current_amount: Money
    progress_percentage: Money
    progress_status: str
    last_check_in_date: date | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_progress_status(goal: Goal) -> str:
        return goal.progress_status_on(now().date())


api = NinjaAPI(auth=Bearer())


@api.get("/goals", response=list[GoalOut])
def list_goals(request: Any, response: HttpResponse, limit: int = 20, offset: int = 0) -> Any:
    goals = Goal.objects.filter(user=request.auth).order_by("-created_at", "-id")
    response["X-Total-Count"] = str(goals.count())
    return goals[offset : offset + limit]


@api.get("/goals/{goal_id}", response=GoalOut)
def read_goal(request: Any, goal_id: UUID) -> Any:
    return get_object_or_404(Goal, pk=goal_id, user=request.auth)


urlpatterns = [path("api/v0/", api.urls)]
application = get_wsgi_application()
