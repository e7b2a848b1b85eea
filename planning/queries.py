"""Reads of snapshots and plans, each declared once and compiled once."""

from __future__ import annotations

from typing import Final

from django.db.models import F, Q

from fincred.db.queries import Parameter, PreparedQuery
from goals.models import Goal
from goals.vocabulary import GoalType, Status
from planning.models import ActionPlan, PlanVersion, Snapshot

_OWNER: Final = Parameter("owner")
_OPEN_PLANS: Final = ActionPlan.objects.owned_by(_OWNER).open()

NEWEST_SNAPSHOTS: Final = PreparedQuery(Snapshot.objects.owned_by(_OWNER).newest_first())
OPEN_PLANS: Final = PreparedQuery(_OPEN_PLANS.select_related("goal").newest_first())
OPEN_PLAN: Final = PreparedQuery(_OPEN_PLANS.filter(pk=Parameter("plan_id")).select_related("goal"))
# Without the long documents and the goal, for lists of goals that show little of their plans.
OPEN_PLANS_IN_BRIEF: Final = PreparedQuery(
    _OPEN_PLANS.only(  # type: ignore[no-redef]  # `has_debts` is None where it isn't annotated
        "goal",
        "feasibility",
        "ended_at",
        "starts_on",
        "frequency",
        "day_of_period",
        "since",
        "anchor",
        "month",
        "this_month",
        "instalments",
        "payments",
    ).annotate(has_debts=Q(explanation__facts__has_key="debts"))
)
# The newest version of each plan that is open or ended lately, with its plan, which has what it decided, and goal.
NEWEST_VERSIONS: Final = PreparedQuery(
    PlanVersion.objects.filter(
        Q(plan__ended_at=None) | Q(plan__ended_at__gte=Parameter("ended_since")),
        plan__user=_OWNER,
        number=F("plan__version"),
    )
    .select_related("plan__goal")
    .defer("inputs", "outputs", "plan__goal__pace")
)
# The active goals, in the order in which the engine serves them, and those that have paid off debts.
PLANNED_GOALS: Final = PreparedQuery(
    Goal.objects.owned_by(_OWNER)
    .filter(Q(status=Status.ACTIVE) | Q(status=Status.COMPLETED, type=GoalType.DEBT_PAYOFF))
    .order_by("priority_rank", "-primary_flag", "target_date", "created_at", "id")
)
