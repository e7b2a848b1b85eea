"""The dashboard: a person's most urgent goals with their plans, and how they stand in all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from fincred.money import ZERO
from goals.models import Goal
from goals.vocabulary import Status
from planning.models import ActionPlan
from planning.queries import URGENT_GOALS
from planning.services.put_in import count_what_was_put_in
from tracking.models import Milestone
from tracking.queries import WEEKS
from tracking.streaks import streaks

TOP_GOALS: Final = 5
RECENT_MILESTONES: Final = 5

# Summed here and not by the database: SQLite's SUM is a float.
_AMOUNTS: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).values_list("status", "current_amount"))
_MILESTONES: Final = PreparedQuery(
    Milestone.objects.owned_by(Parameter("owner"))
    .select_related("goal")
    .only("goal__name", "percent", "reached_on")
    .newest_first()
)


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


def dashboard_reads(owner: UUID) -> tuple[BoundQuery[Any], ...]:
    """The reads of a dashboard, in the order in which `make_dashboard` takes their rows."""
    return (
        URGENT_GOALS.bind(owner=owner).page(limit=TOP_GOALS),
        _AMOUNTS.bind(owner=owner),
        WEEKS.bind(owner=owner),
        _MILESTONES.bind(owner=owner).page(limit=RECENT_MILESTONES),
    )


def make_dashboard(
    top_goals: list[Goal],
    amounts: list[tuple[str, Decimal]],
    weeks: list[date],
    milestones: list[Milestone],
    *,
    owner: User,
    today: date,
) -> Dashboard:
    """The dashboard, from the rows of `dashboard_reads`."""
    return Dashboard(_lines(owner, top_goals, today), _stats(amounts, weeks, today), milestones)


def _lines(owner: User, goals: list[Goal], today: date) -> list[GoalLine]:
    # A plan refers to its goal. Once the goal no longer refers to it, both are freed without garbage collection.
    lines = [GoalLine(goal, vars(goal).pop("open_plan", None)) for goal in goals]
    for line in lines:
        if line.plan:
            line.plan.has_debts = line.goal.plans_debts  # type: ignore[attr-defined]
    count_what_was_put_in([line.plan for line in lines if line.plan], owner=owner, today=today)
    return lines


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
