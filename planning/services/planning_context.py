"""All that a person's plans depend on, read in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts import audit
from accounts.models import User
from accounts.services import lock_user_and_read
from fincred.db.queries import BoundQuery, fetch_all
from fincred.errors import ResourceNotFoundError
from goals.models import Goal
from goals.vocabulary import GoalType, Priority
from planning.engine.model import GoalInput, PlanInput
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.queries import NEWEST_SNAPSHOTS, NEWEST_VERSIONS, PLANNED_GOALS
from planning.snapshot_contents import SnapshotContents
from planning.versions import Terms, VersionInputs
from planning.vocabulary import ActionPlanType, Frequency


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """A person's newest snapshot, active goals in the order in which they are planned, and open plans.

    `plans`, `terms` and `outputs` are by goal, also for goals that aren't active. `terms` are how the plans are to
    be paid, which a service may change before it plans; `outputs` are those of the plans' newest versions.
    """

    owner: User
    today: date
    snapshot: Snapshot | None
    contents: SnapshotContents
    goals: tuple[Goal, ...]
    plans: Mapping[UUID, ActionPlan]
    terms: Mapping[UUID, Terms]
    outputs: Mapping[UUID, Any]

    def with_snapshot(self, snapshot: Snapshot, contents: SnapshotContents) -> PlanningContext:
        return replace(self, snapshot=snapshot, contents=contents)

    def with_terms(self, plan: ActionPlan, terms: Terms) -> PlanningContext:
        """The context once this plan, new or not, has these terms."""
        plans, all_terms = {**self.plans, plan.goal_id: plan}, {**self.terms, plan.goal_id: terms}
        return replace(self, plans=plans, terms=all_terms)

    def without_plan(self, plan: ActionPlan) -> PlanningContext:
        """The context once this plan has ended."""
        plans, terms = dict(self.plans), dict(self.terms)
        del plans[plan.goal_id], terms[plan.goal_id]
        return replace(self, plans=plans, terms=terms)

    def plan(self, plan_id: UUID) -> ActionPlan:
        """:raises ResourceNotFoundError: the person has no such open plan."""
        for plan in self.plans.values():
            if plan.id == plan_id:
                return plan
        raise ResourceNotFoundError

    def plan_input(self) -> PlanInput:
        goals = tuple(_goal_input(goal, self.contents, self.terms.get(goal.id)) for goal in self.goals)
        return PlanInput(as_of=self.today, finances=self.contents.finances, goals=goals)

    def inputs_of(self, goal_id: UUID, plan_input: PlanInput) -> VersionInputs:
        """What a version of this goal's plan stores of its origin."""
        return VersionInputs(
            goal_id=str(goal_id),
            terms=self.terms[goal_id],
            snapshot_id=str(self.snapshot.id) if self.snapshot else None,
            missing=self.contents.missing,
            plan=plan_input,
        )

    def require_snapshot(self) -> None:
        """:raises SnapshotRequiredError: income or expenses are unknown."""
        if self.contents.missing:
            raise SnapshotRequiredError(missing=list(self.contents.missing))


def read_context(*, owner: User, today: date) -> PlanningContext:
    """Without a snapshot its sections are missing, and count as zero."""
    return _context(owner, today, *fetch_all(*context_queries(owner.id)))


def lock_and_read_context(*, owner: User, today: date) -> tuple[PlanningContext, audit.Chain]:
    """The context under the lock of the person's row, and their audit chain; in the same round trip."""
    person, links, *rows = lock_user_and_read(owner.id, audit.last_link(owner.id), *context_queries(owner.id))
    return _context(person, today, *rows), audit.Chain(person, links)


def context_of_changed_goal(goal: Goal, *, owner: User, today: date) -> PlanningContext:
    """The context with `goal` itself among the goals if it is active, so that its caller sees its new pace."""
    context = read_context(owner=owner, today=today)
    goals = tuple(goal if read.id == goal.id else read for read in context.goals)
    return replace(context, goals=goals)


def context_queries(owner_id: UUID) -> tuple[BoundQuery[Any], ...]:
    """Three statements, for any number of goals and plans."""
    return (
        NEWEST_SNAPSHOTS.bind(owner=owner_id).page(limit=1),
        PLANNED_GOALS.bind(owner=owner_id),
        NEWEST_VERSIONS.bind(owner=owner_id),
    )


def _context(
    owner: User, today: date, snapshots: list[Snapshot], goals: list[Goal], versions: Sequence[PlanVersion]
) -> PlanningContext:
    plans = {version.plan.goal_id: version.plan for version in versions}
    for goal in goals:
        if goal.id in plans:
            plans[goal.id].goal = goal
    return PlanningContext(
        owner=owner,
        today=today,
        snapshot=snapshots[0] if snapshots else None,
        contents=snapshots[0].contents if snapshots else SnapshotContents(),
        goals=tuple(goals),
        plans=plans,
        terms={goal_id: terms_of(plan) for goal_id, plan in plans.items()},
        outputs={version.plan.goal_id: version.outputs for version in versions},
    )


def terms_of(plan: ActionPlan) -> Terms:
    return Terms(
        type=ActionPlanType(plan.type),
        frequency=Frequency(plan.frequency),
        day_of_period=plan.day_of_period,
        chosen_amount=plan.amount if plan.is_chosen else None,
    )


def _goal_input(goal: Goal, contents: SnapshotContents, terms: Terms | None) -> GoalInput:
    """The goal as the engine takes it. Only a goal of paying off debts takes the debts that are linked to it."""
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
