"""What-if: plans from changed numbers, of which nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.views import ApiView
from goals.vocabulary import Kind
from planning import examples
from planning.engine.model import GoalInput
from planning.errors import SnapshotRequiredError
from planning.scenarios import Deltas, GoalChange, OtherMoney
from planning.serializers.snapshots import expenses_of
from planning.serializers.what_if import WhatIfAnswerSerializer, WhatIfInBriefSerializer, WhatIfSerializer
from planning.services.what_if import Question, what_if
from planning.snapshot_contents import DebtEntry, IncomeEntry, PlannedExpense

Entry = TypeVar("Entry")


class WhatIf(ApiView):
    cost = 3

    @documented(
        summary="What if",
        description=(
            "The same engine on changed numbers: the plan that would be made now (`baseline`), as it would be "
            "(`scenario`) and what that changes for each goal and in each month. `snapshot` replaces the stored "
            "one in both plans; "
            "`incomes`, `expenses`, `debts`, `new_incomes` and `new_planned_expenses` are money of the scenario "
            "alone, with dates or without. Nothing is stored. Education, not advice."
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
    as_of = data.get("as_of", today)
    return Question(
        as_of=as_of,
        reaches_back=as_of < today,
        contents=data["snapshot"]["contents"] if "snapshot" in data else None,
        deltas=Deltas(data["income_delta"], data["expenses_delta"], data["extra_monthly"]),
        changes=changes,
        new_goals=tuple(_new_goal(goal) for goal in data.get("new_goals", [])),
        money=OtherMoney(
            incomes=_entries(IncomeEntry, data.get("incomes")),
            expenses=expenses_of(data["expenses"]) if "expenses" in data else None,
            debts=_entries(DebtEntry, data.get("debts")),
            new_incomes=_entries(IncomeEntry, data.get("new_incomes")) or (),
            new_planned_expenses=_entries(PlannedExpense, data.get("new_planned_expenses")) or (),
        ),
    )


def _entries(kind: Callable[..., Entry], given: list[dict[str, Any]] | None) -> tuple[Entry, ...] | None:
    return None if given is None else tuple(kind(**each) for each in given)


def _new_goal(data: dict[str, Any]) -> GoalInput:
    is_reserve = data.pop("kind") == Kind.RESERVE
    return GoalInput(id=None, already_there=data.pop("current_amount"), is_reserve=is_reserve, **data)
