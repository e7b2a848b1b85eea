"""The plan: every goal's requirement, share, label and reasons from one surplus."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from fincred.money import ZERO
from planning.engine.alternatives import find_alternatives
from planning.engine.cents import average, money, to_cents
from planning.engine.courses import DebtPayoff, Saving
from planning.engine.dates import calendar_date
from planning.engine.explanation import Queue, explain
from planning.engine.model import Alternative, GoalPlan, Instalment, Plan, PlanInput, PlanSummary
from planning.engine.needs import LATE_MONTHS, Needs, due_date
from planning.engine.on_demand import OnDemand
from planning.engine.settlement import Standing, settle


def make_plan(inputs: PlanInput, *, with_alternatives: bool = True) -> Plan:
    """Plan all goals together; the answer keeps their order. The same input gives the same plan."""
    needs = Needs(inputs.as_of)
    standings = settle(inputs, needs)
    alternatives = find_alternatives(inputs, standings, needs) if with_alternatives else {}
    by_position = {}
    served = Queue()
    for standing in standings:
        found = alternatives.get(standing.position, ())
        by_position[standing.position] = _goal_plan(standing, served, inputs, found)
        served.add(standing)
    goals = tuple(by_position[position] for position in range(len(inputs.goals)))
    return Plan(inputs.as_of, goals, _summary(inputs, goals))


def _goal_plan(
    standing: Standing, before: Queue, inputs: PlanInput, alternatives: tuple[Alternative, ...]
) -> GoalPlan:
    goal, need = standing.goal, standing.need
    return GoalPlan(
        goal_id=goal.id,
        name=goal.name,
        type=goal.type,
        target_amount=goal.target_amount,
        target_date=goal.target_date,
        required_monthly=money(need.level),
        allocated_monthly=money(average(sum(standing.course.amounts[: need.months]), need.months)),
        this_month=money(standing.course.amounts[0]),
        shortfall=money(standing.course.missing),
        feasibility=standing.feasibility,
        explanation=explain(standing, before, inputs),
        alternatives=alternatives,
        projected_completion_date=_completion_date(standing, inputs.as_of),
        schedule=OnDemand(partial(_schedule, standing, inputs.as_of)),
        pace=OnDemand(partial(_pace, standing, inputs.as_of)),
    )


def _summary(inputs: PlanInput, goals: tuple[GoalPlan, ...]) -> PlanSummary:
    allocated = sum((goal.this_month for goal in goals), ZERO)
    return PlanSummary(
        estimated_monthly_surplus=inputs.finances.surplus,
        total_required_contributions=sum((goal.required_monthly for goal in goals), ZERO),
        total_allocated_contributions=allocated,
        buffer_remaining=max(ZERO, inputs.finances.surplus) - allocated,
    )


def _completion_date(standing: Standing, as_of: date) -> date | None:
    done_on, need = standing.course.done_on, standing.need
    if done_on is None or done_on > LATE_MONTHS:
        return None
    if standing.arrives and done_on == need.months and isinstance(need, Saving):
        return _last_interest(standing, as_of)
    return calendar_date(as_of, done_on)


def _last_interest(standing: Standing, as_of: date) -> date:
    """When savings have earned their last month: at the goal's date, if that is still to come."""
    due = due_date(standing.goal, as_of)
    return due if due > as_of else calendar_date(as_of, 1)


def _schedule(standing: Standing, as_of: date) -> Iterator[Instalment]:
    course = standing.course
    for month, (amount, balance) in enumerate(zip(course.amounts, course.balances, strict=True)):
        on = calendar_date(as_of, month + standing.need.first_payment)
        yield Instalment(on, money(amount), money(balance))


def _pace(standing: Standing, as_of: date) -> Iterator[tuple[date, Decimal]]:
    """What should be reached on each of the calendar's dates, that date's instalment not counted."""
    if isinstance(standing.need, DebtPayoff):
        points = _debt_points(standing, standing.need, as_of)
    else:
        points = _saving_points(standing, as_of)
    last = None
    for on, reached in points:
        if last is None or on > last:  # the calendar stands still at the end of the year 9999
            yield on, money(reached)
        last = on


def _saving_points(standing: Standing, as_of: date) -> Iterator[tuple[date, int]]:
    course = standing.course
    for month in range(standing.need.months):
        yield calendar_date(as_of, month), course.balances[month] - course.amounts[month]
    yield _last_interest(standing, as_of), course.end


def _debt_points(standing: Standing, need: DebtPayoff, as_of: date) -> Iterator[tuple[date, int]]:
    already_there = to_cents(standing.goal.already_there)
    reached = already_there
    yield as_of, reached
    for month, owed in enumerate(standing.course.balances[: need.months], 1):
        reached = max(0, already_there + need.owed - owed)
        yield calendar_date(as_of, month), reached
    yield due_date(standing.goal, as_of), reached
