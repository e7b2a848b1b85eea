"""The dashboard: one read across goals, plans, weeks and milestones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db.models import Subquery

from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from fincred.money import ZERO
from goals.models import Goal
from goals.vocabulary import Status
from planning.models import ActionPlan
from planning.queries import OPEN_PLANS_IN_BRIEF
from planning.services.projections import GoalProjection, project_goal
from tracking.models import CheckIn, CheckInQuerySet, Milestone
from tracking.services import WEEKS
from tracking.streaks import streaks

TOP_GOALS: Final = 5
RECENT_MILESTONES: Final = 5

PERIOD: Final = frozenset({"from", "to"})

_MOST_URGENT: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).active().most_urgent_first())
# Summed here and not by the database: SQLite's SUM is a float.
_AMOUNTS: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).values_list("status", "current_amount"))
_MILESTONES: Final = PreparedQuery(
    Milestone.objects.owned_by(Parameter("owner"))
    .select_related("goal")
    .only("goal__name", "percent", "reached_on")
    .newest_first()
)


@cache
def history_of_goal(period: AbstractSet[str]) -> PreparedQuery[CheckIn]:
    """A goal's check-ins, newest first; `period` has "from" and "to" where those days are given.

    Whoever shows them makes sure whose goal it is: the goal alone decides here, and its index serves.
    """
    return PreparedQuery(_within(CheckIn.objects.filter(goal_id=Parameter("goal")), period))


@cache
def history_of_person(asked: AbstractSet[str]) -> PreparedQuery[CheckIn]:
    """The same across a person's goals, or of the one that is given as "goal_id"."""
    if "goal_id" not in asked:
        return PreparedQuery(_within(CheckIn.objects.owned_by(Parameter("owner")), asked))
    # The goal says whose it is, so the goal's index alone can count its check-ins.
    goal = Goal.objects.owned_by(Parameter("owner")).filter(pk=Parameter("goal_id"))
    return PreparedQuery(_within(CheckIn.objects.filter(goal_id=Subquery(goal.values("pk"))), asked))


@cache
def _counters(asked: AbstractSet[str]) -> PreparedQuery[int]:
    goals = Goal.objects.owned_by(Parameter("owner"))
    if "goal_id" in asked:
        goals = goals.filter(pk=Parameter("goal_id"))
    return PreparedQuery(goals.values_list("check_in_count", flat=True))


def length_of_history(*, owner: UUID, **asked: UUID) -> int:
    """How many `history_of_person` has without a period: the goals count them."""
    return sum(_counters(frozenset(asked)).bind(owner=owner, **asked).all())


def _within(check_ins: CheckInQuerySet, period: AbstractSet[str]) -> CheckInQuerySet:
    first, last = (Parameter(name) if name in period else None for name in ("from", "to"))
    return check_ins.between(first, last).newest_first()


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal on the dashboard, with its open plan if it has one."""

    goal: Goal
    plan: ActionPlan | None

    @property
    def feasibility(self) -> str | None:
        return self.plan.feasibility if self.plan else None

    def next_action_date(self, today: date) -> date | None:
        return self.plan.next_action_date(today) if self.plan else None


@dataclass(frozen=True, slots=True)
class Stats:
    """`total_goals` counts every status, as the list of goals does; `total_saved` leaves cancelled ones out."""

    total_goals: int
    active_goals: int
    completed_goals: int
    total_saved: Decimal
    current_streak: int
    longest_streak: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    goals: list[GoalLine]
    stats: Stats
    recent_milestones: list[Milestone]


def for_dashboard(owner: UUID) -> tuple[BoundQuery[Any], ...]:
    """What `dashboard` is made from, however much there is."""
    return (
        _MOST_URGENT.bind(owner=owner).page(limit=TOP_GOALS),
        OPEN_PLANS_IN_BRIEF.bind(owner=owner),
        _AMOUNTS.bind(owner=owner),
        WEEKS.bind(person=owner),
        _MILESTONES.bind(owner=owner).page(limit=RECENT_MILESTONES),
    )


def dashboard(
    top_goals: list[Goal],
    open_plans: list[ActionPlan],
    amounts: list[tuple[str, Decimal]],
    weeks: list[date],
    milestones: list[Milestone],
    *,
    today: date,
) -> Dashboard:
    """What a person sees first."""
    return Dashboard(_lines(top_goals, open_plans), _stats(amounts, weeks, today), milestones)


def _lines(goals: list[Goal], open_plans: list[ActionPlan]) -> list[GoalLine]:
    plans = {plan.goal_id: plan for plan in open_plans}
    for goal in goals:
        if goal.id in plans:
            plans[goal.id].goal = goal
    return [GoalLine(goal, plans.get(goal.id)) for goal in goals]


def _stats(amounts: list[tuple[str, Decimal]], weeks: list[date], today: date) -> Stats:
    count = Counter(status for status, _ in amounts)
    so_far = streaks(weeks, today)
    return Stats(
        total_goals=len(amounts),
        active_goals=count[Status.ACTIVE],
        completed_goals=count[Status.COMPLETED],
        total_saved=sum((amount for status, amount in amounts if status != Status.CANCELLED), ZERO),
        current_streak=so_far.current,
        longest_streak=so_far.longest,
    )


def projection(*, goal: Goal, today: date) -> GoalProjection:
    """The goal's series, with what its check-ins told so far."""
    check_ins = CheckIn.objects.of_goal(goal).order_by("check_in_date", "created_at", "id")
    told = list(check_ins.values_list("check_in_date", "current_amount"))
    return project_goal(goal=goal, check_ins=told, today=today)
