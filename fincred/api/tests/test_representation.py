from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.serializers import Serializer

from accounts.models import User
from accounts.serializers import MessageSerializer, ProfileSerializer, UserSerializer
from fincred import clock
from fincred.api.renderers import render_json
from fincred.api.representation import serialize, serialize_many
from fincred.db.queries import fetch_all
from goals.models import Goal
from goals.serializers import GoalSerializer
from goals.tests.factories import GoalFactory
from planning.models import ActionPlan, Snapshot
from planning.scenarios import Deltas
from planning.serializers.action_plans import ActionPlanSerializer, PlanVersionSerializer
from planning.serializers.plans import PlanSerializer
from planning.serializers.projections import ProjectionSerializer
from planning.serializers.snapshots import SnapshotSerializer
from planning.serializers.suggestions import SuggestionSerializer
from planning.serializers.what_if import WhatIfAnswerSerializer, WhatIfInBriefSerializer
from planning.services.plans import plan_everything
from planning.services.projections import project_goal
from planning.services.suggestions import suggestions_for
from planning.services.what_if import Question, what_if
from planning.tests.factories import plan_for, snapshot_of
from tracking.serializers import CheckInOutcomeSerializer, DashboardSerializer
from tracking.services import create_check_in, dashboard_reads, make_dashboard

pytestmark = [pytest.mark.integration, pytest.mark.platform]


@pytest.fixture
def goal(saver: User, noon: datetime) -> Goal:
    snapshot_of(saver)
    goal = GoalFactory.create(user=saver)
    plan_for(goal)
    return goal


def outcome(goal: Goal) -> Any:
    now = clock.now()
    amount = goal.target_amount / 2
    return create_check_in(owner=goal.user, goal_id=goal.pk, current_amount=amount, now=now, today=now.date())


def board(goal: Goal) -> Any:
    outcome(goal)
    return make_dashboard(*fetch_all(*dashboard_reads(goal.user_id)), owner=goal.user, today=clock.now().date())


def planned(goal: Goal) -> Any:
    return plan_everything(owner=goal.user, now=clock.now(), today=clock.now().date())


def scenario(goal: Goal) -> Any:
    deltas = Deltas(Decimal(-2900), Decimal(0), Decimal(0))
    question = Question(as_of=clock.now().date(), contents=None, deltas=deltas, changes=[], new_goals=())
    return what_if(owner=goal.user, question=question)


def projected(goal: Goal) -> Any:
    today = clock.now().date()
    return project_goal(owner=goal.user, goal=goal, check_ins=[(today, Decimal(5))], today=today)


ANSWERS: dict[type[Serializer[Any]], Callable[[Goal], Any]] = {
    UserSerializer: lambda goal: goal.user,
    ProfileSerializer: lambda goal: goal.user.profile,
    MessageSerializer: lambda goal: {"message": "Done."},
    GoalSerializer: lambda goal: goal,
    ActionPlanSerializer: lambda goal: ActionPlan.objects.get(),
    PlanVersionSerializer: lambda goal: ActionPlan.objects.get().versions.get(),
    SnapshotSerializer: lambda goal: Snapshot.objects.get(),
    SuggestionSerializer: lambda goal: suggestions_for(goal.user, clock.now().date())[0],
    PlanSerializer: planned,
    WhatIfAnswerSerializer: scenario,
    WhatIfInBriefSerializer: scenario,
    ProjectionSerializer: projected,
    CheckInOutcomeSerializer: outcome,
    DashboardSerializer: board,
}


class TestSerialize:
    @pytest.mark.parametrize("serializer_class", ANSWERS, ids=lambda each: each.__name__)
    def test_is_the_json_of_the_serializer_itself(
        self, goal: Goal, serializer_class: type[Serializer[Any]]
    ) -> None:
        row, context = (
            ANSWERS[serializer_class](goal),
            {"today": clock.now().date(), "currency": "EUR", "timezone": "UTC"},
        )
        said = render_json(serializer_class(row, context=context).data)
        assert render_json(serialize(serializer_class, row, context)) == said
        assert render_json(serialize_many(serializer_class, [row, row], context)) == b"[%b,%b]" % (said, said)
