"""A goal's planned, actual and projected amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import User
from fincred import clock
from fincred.money import round_up_to_cents
from goals.models import Goal
from goals.pace import Pace, Point
from goals.vocabulary import Status
from planning.engine.cadence import monthly_amount
from planning.engine.dates import calendar_date, instalment_count
from planning.engine.plan import make_plan
from planning.engine.projection import Progress, Projection, not_projected, project, project_plan
from planning.services.planning_context import read_context
from planning.vocabulary import Frequency


@dataclass(frozen=True, slots=True)
class GoalProjection:
    goal: Goal
    as_of: date
    projection: Projection


def project_goal(*, owner: User, goal: Goal, check_ins: Sequence[Point], today: date) -> GoalProjection:
    """The goal's series: by the plan that would be made of all goals today, or by a straight line without a plan.

    `check_ins` are days and amounts, sorted by day; the last of a day counts.
    """
    context = read_context(owner=owner, today=today)
    plan = context.plans.get(goal.id)
    pace = Pace.from_json(goal.pace) if goal.pace else _monthly_line(goal, today)
    progress = Progress(
        pace=pace,
        target_amount=goal.target_amount,
        check_ins=check_ins,
        contribution=monthly_amount(plan.amount, Frequency(plan.frequency)) if plan else _level(goal, today),
        annual_rate=goal.annual_rate,
    )
    if goal.status != Status.ACTIVE or goal.is_full:
        completed_on = goal.completed_at and clock.local_day(goal.completed_at, owner.profile.timezone)
        return GoalProjection(goal, today, not_projected(progress, today, completed_on))
    position = next((index for index, each in enumerate(context.goals) if each.id == goal.id), None)
    if plan is None or position is None:
        return GoalProjection(goal, today, project(progress, today))
    made = make_plan(context.plan_input(), with_alternatives=False).goals[position]
    return GoalProjection(goal, today, project_plan(progress, made, today))


def _monthly_line(goal: Goal, today: date) -> Pace:
    """The straight line with a point each month, so that it can be plotted."""
    line = goal.line_on(today)
    months = instalment_count(line.start, line.points[-1][0])
    days = [day for month in range(months) if (day := calendar_date(line.start, month)) < line.points[-1][0]]
    return Pace.through([*((day, line.expected_on(day)) for day in days), line.points[-1]])


def _level(goal: Goal, today: date) -> Decimal:
    line = goal.line_on(today)
    months = instalment_count(line.start, line.points[-1][0])
    return round_up_to_cents(goal.target_amount / months)
