"""What-if: plans from changed numbers, of which nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.views import ApiView
from goals.vocabulary import Kind
from planning import examples
from planning.engine.model import GoalInput
from planning.errors import SnapshotRequiredError
from planning.scenarios import Deltas, GoalChange
from planning.serializers.what_if import WhatIfAnswerSerializer, WhatIfInBriefSerializer, WhatIfSerializer
from planning.services.what_if import Question, what_if


class WhatIf(ApiView):
    cost = 3

    @documented(
        summary="What if",
        description=(
            "The same engine on changed numbers: the plan as it is (`baseline`), as it would be (`scenario`) and "
            "what that changes for each goal. Nothing is stored. Education, not advice."
        ),
        request=WhatIfSerializer,
        response=WhatIfAnswerSerializer,
        errors=(SnapshotRequiredError,),
        request_example=examples.WHAT_IF,
        response_example=examples.WHAT_IF_ANSWER,
    )
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(WhatIfSerializer)
        answer = what_if(owner=self.user, question=_question(data, self.today))
        shape = WhatIfAnswerSerializer if data["include_schedule"] else WhatIfInBriefSerializer
        return self.answer(answer, shape, currency=self.user.profile.currency)


def _question(data: dict[str, Any], today: date) -> Question:
    changes = []
    for change in data.get("goals", []):
        goal_id = change.pop("id")
        changes.append((goal_id, GoalChange(**change)))
    return Question(
        as_of=data.get("as_of", today),
        contents=data["snapshot"]["contents"] if "snapshot" in data else None,
        deltas=Deltas(data["income_delta"], data["expenses_delta"], data["extra_monthly"]),
        changes=changes,
        new_goals=tuple(_new_goal(goal) for goal in data.get("new_goals", [])),
    )


def _new_goal(data: dict[str, Any]) -> GoalInput:
    is_reserve = data.pop("kind") == Kind.RESERVE
    return GoalInput(id=None, already_there=data.pop("current_amount"), is_reserve=is_reserve, **data)
