"""Reads of snapshots and plans, each declared once and compiled once."""

from __future__ import annotations

from typing import Final

from django.db.models import F, FilteredRelation, Q

from fincred.db.queries import Parameter, PreparedQuery
from goals.models import Goal
from goals.vocabulary import GoalType, Status
from planning.models import ActionPlan, PlanVersion, Snapshot

_OWNER: Final = Parameter("owner")
_OPEN_PLANS: Final = ActionPlan.objects.owned_by(_OWNER).open()

NEWEST_SNAPSHOTS: Final = PreparedQuery(Snapshot.objects.owned_by(_OWNER).newest_first())
OPEN_PLANS: Final = PreparedQuery(_OPEN_PLANS.select_related("goal").newest_first())
OPEN_PLAN: Final = PreparedQuery(_OPEN_PLANS.filter(pk=Parameter("plan_id")).select_related("goal"))
# The active goals, each with its `open_plan` (no such attribute if it has none), for lists that show little of
# both: without the plans' long documents and other columns that such lists don't need. `plans_debts` is for
# `ActionPlan.has_debts`.
URGENT_GOALS: Final = PreparedQuery(
    Goal.objects.owned_by(_OWNER)  # type: ignore[misc]  # `open_plan` is unknown to the stubs
    .active()
    .most_urgent_first()
    .annotate(
        open_plan=FilteredRelation("action_plans", condition=Q(action_plans__ended_at=None)),
        plans_debts=Q(type=GoalType.DEBT_PAYOFF) & Q(open_plan__explanation__facts__has_key="debts"),
    )
    .select_related("open_plan")
    .defer(
        *("revision", "user", "name_folded", "priority_rank", "primary_flag", "why_text", "check_in_count"),
        *("completed_at", "created_at", "updated_at"),
        *("open_plan__revision", "open_plan__user", "open_plan__type", "open_plan__amount", "open_plan__carried"),
        *("open_plan__is_chosen", "open_plan__is_confirmed_set_up", "open_plan__required_monthly_contribution"),
        *("open_plan__allocated_monthly_contribution", "open_plan__shortfall", "open_plan__explanation"),
        *("open_plan__alternatives", "open_plan__projected_completion_date", "open_plan__version"),
        *("open_plan__created_at", "open_plan__updated_at"),
    )
)
# The newest version of each plan that is open or ended lately, with its goal and its plan, which has the outputs.
NEWEST_VERSIONS: Final = PreparedQuery(
    PlanVersion.objects.filter(
        Q(plan__ended_at=None) | Q(plan__ended_at__gte=Parameter("ended_since")),
        plan__user=_OWNER,
        number=F("plan__version"),
    )
    .select_related("plan__goal")
    .defer("inputs", "outputs", "plan__goal__pace")
)
# The anchors of a person's calendars before the present one, the oldest first.
EARLIER_ANCHORS: Final = PreparedQuery(
    ActionPlan.objects.owned_by(_OWNER)
    .filter(anchor__lt=Parameter("anchor"))
    .order_by("anchor")
    .values_list("anchor", flat=True)
    .distinct()
)
# The active goals, in the order in which the engine serves them, and completed goals that have paid off debts.
PLANNED_GOALS: Final = PreparedQuery(
    Goal.objects.owned_by(_OWNER)
    .filter(Q(status=Status.ACTIVE) | Q(status=Status.COMPLETED, type=GoalType.DEBT_PAYOFF))
    .order_by("priority_rank", "-primary_flag", "target_date", "created_at", "id")
)
