"""All that a person's plans depend on, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from accounts.models import User
from goals.models import Goal
from goals.vocabulary import GoalType, Priority
from planning.engine.model import GoalInput, PlanInput
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan, Snapshot
from planning.snapshot_contents import SnapshotContents
from planning.versions import Terms, VersionInputs
from planning.vocabulary import ActionPlanType, Frequency


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """`goals` are the active ones, in the order in which they are planned; `plans` the open plans of these.

    `terms` are what is asked of those plans now, which a service may change before it decides.
    """

    owner: User
    today: date
    snapshot_id: UUID | None
    contents: SnapshotContents
    goals: tuple[Goal, ...]
    plans: Mapping[UUID, ActionPlan]
    terms: Mapping[UUID, Terms]

    def with_terms(self, plan: ActionPlan, terms: Terms) -> PlanningContext:
        """As it is once this plan, new or not, has these terms."""
        plans, all_terms = {**self.plans, plan.goal_id: plan}, {**self.terms, plan.goal_id: terms}
        return replace(self, plans=plans, terms=all_terms)

    def plan_input(self) -> PlanInput:
        goals = tuple(goal_input(goal, self.contents, self.terms.get(goal.id)) for goal in self.goals)
        return PlanInput(as_of=self.today, finances=self.contents.finances, goals=goals)

    def inputs_of(self, goal_id: UUID, plan_input: PlanInput) -> VersionInputs:
        """What a version of this goal's plan remembers."""
        return VersionInputs(
            goal_id=str(goal_id),
            terms=self.terms[goal_id],
            snapshot_id=str(self.snapshot_id) if self.snapshot_id else None,
            missing=self.contents.missing,
            plan=plan_input,
        )

    def require_snapshot(self) -> None:
        """:raises SnapshotRequiredError: income or expenses are unknown."""
        if self.contents.missing:
            raise SnapshotRequiredError(missing=list(self.contents.missing))


def read_context(*, owner: User, today: date) -> PlanningContext:
    """Three queries, whatever the number of goals. Without a snapshot every figure is missing."""
    snapshot = Snapshot.objects.owned_by(owner).newest_first().first()
    goals = tuple(planned_goals(owner))
    active = {goal.id for goal in goals}
    plans = {plan.goal_id: plan for plan in ActionPlan.objects.owned_by(owner).open() if plan.goal_id in active}
    return PlanningContext(
        owner=owner,
        today=today,
        snapshot_id=snapshot.id if snapshot else None,
        contents=snapshot.contents if snapshot else SnapshotContents(),
        goals=goals,
        plans=plans,
        terms={goal_id: terms_of(plan) for goal_id, plan in plans.items()},
    )


def planned_goals(owner: User) -> list[Goal]:
    """The active goals, in the order in which the engine serves them."""
    order = ("priority_rank", "-primary_flag", "target_date", "created_at", "id")
    return list(Goal.objects.owned_by(owner).active().order_by(*order))


def terms_of(plan: ActionPlan) -> Terms:
    return Terms(
        type=ActionPlanType(plan.type),
        frequency=Frequency(plan.frequency),
        day_of_period=plan.day_of_period,
        chosen_amount=plan.amount if plan.is_chosen else None,
    )


def goal_input(goal: Goal, contents: SnapshotContents, terms: Terms | None = None) -> GoalInput:
    """The goal as the engine reckons with it; debts count only for goals that mean paying them off."""
    return GoalInput(
        id=str(goal.id),
        name=goal.name,
        type=goal.type,
        target_amount=goal.target_amount,
        already_there=goal.current_amount,
        target_date=goal.target_date,
        priority=Priority(goal.priority),
        primary=goal.primary_flag,
        created_at=goal.created_at,
        annual_rate=goal.annual_rate,
        debts=contents.engine_debts(goal.id) if goal.type == GoalType.DEBT_PAYOFF else (),
        chosen_monthly=terms.chosen_monthly if terms else None,
    )
