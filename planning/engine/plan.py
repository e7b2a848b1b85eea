"""Make the plan: what each goal requires and gets from the one surplus, its label and the explanation."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from fincred.money import ZERO
from planning.engine.alternatives import find_alternatives
from planning.engine.dates import calendar_date
from planning.engine.explanation import Queue, explain
from planning.engine.model import Alternative, GoalPlan, Instalment, Plan, PlanInput, PlanSummary
from planning.engine.money.cents import average, money, to_cents
from planning.engine.needs import LATE_MONTHS, Needs, due_date
from planning.engine.on_demand import OnDemand
from planning.engine.solver import GoalState, solve
from planning.engine.trajectory import DebtPayoff, Saving


def make_plan(inputs: PlanInput, *, with_alternatives: bool = True) -> Plan:
    """Plan all goals together, in the order of the input. The same input always gives the same plan."""
    needs = Needs(inputs.as_of)
    states = solve(inputs, needs)
    alternatives = find_alternatives(inputs, states, needs) if with_alternatives else {}
    by_position = {}
    served = Queue()
    for state in states:
        found = alternatives.get(state.position, ())
        by_position[state.position] = _goal_plan(state, served, inputs, found)
        served.add(state)
    goals = tuple(by_position[position] for position in range(len(inputs.goals)))
    return Plan(inputs.as_of, goals, _summary(inputs, goals))


def _goal_plan(
    state: GoalState, before: Queue, inputs: PlanInput, alternatives: tuple[Alternative, ...]
) -> GoalPlan:
    goal, need = state.goal, state.need
    return GoalPlan(
        goal_id=goal.id,
        name=goal.name,
        type=goal.type,
        target_amount=goal.target_amount,
        target_date=goal.target_date,
        required_monthly=money(need.level),
        allocated_monthly=money(average(sum(state.trajectory.amounts[: need.months]), need.months)),
        this_month=money(state.trajectory.amounts[0]),
        shortfall=money(state.trajectory.missing),
        feasibility=state.feasibility,
        explanation=explain(state, before, inputs),
        alternatives=alternatives,
        projected_completion_date=_completion_date(state, inputs.as_of),
        schedule=OnDemand(partial(_schedule, state, inputs.as_of)),
        pace=OnDemand(partial(_pace, state, inputs.as_of)),
    )


def _summary(inputs: PlanInput, goals: tuple[GoalPlan, ...]) -> PlanSummary:
    allocated = sum((goal.this_month for goal in goals), ZERO)
    return PlanSummary(
        estimated_monthly_surplus=inputs.finances.surplus,
        total_required_contributions=sum((goal.required_monthly for goal in goals), ZERO),
        total_allocated_contributions=allocated,
        buffer_remaining=max(ZERO, inputs.finances.surplus) - allocated,
    )


def _completion_date(state: GoalState, as_of: date) -> date | None:
    done_on, need = state.trajectory.done_on, state.need
    if done_on is None or done_on > LATE_MONTHS:
        return None
    if state.arrives and done_on == need.months and isinstance(need, Saving):
        return _last_interest(state, as_of)
    return calendar_date(as_of, done_on)


def _last_interest(state: GoalState, as_of: date) -> date:
    """The date of the last month's interest: the goal's date or, if that has come, a month after `as_of`."""
    due = due_date(state.goal, as_of)
    return due if due > as_of else calendar_date(as_of, 1)


def _schedule(state: GoalState, as_of: date) -> Iterator[Instalment]:
    trajectory = state.trajectory
    for month, (amount, balance) in enumerate(zip(trajectory.amounts, trajectory.balances, strict=True)):
        on = calendar_date(as_of, month + state.need.first_payment)
        yield Instalment(on, money(amount), money(balance))


def _pace(state: GoalState, as_of: date) -> Iterator[tuple[date, Decimal]]:
    """The amount expected on each calendar date, without the instalment of that date."""
    if isinstance(state.need, DebtPayoff):
        points = _debt_points(state, state.need, as_of)
    else:
        points = _saving_points(state, as_of)
    last = None
    for on, reached in points:
        if last is None or on > last:  # at the end of the year 9999 calendar dates repeat
            yield on, money(reached)
        last = on


def _saving_points(state: GoalState, as_of: date) -> Iterator[tuple[date, int]]:
    trajectory = state.trajectory
    for month in range(state.need.months):
        yield calendar_date(as_of, month), trajectory.balances[month] - trajectory.amounts[month]
    yield _last_interest(state, as_of), trajectory.end


def _debt_points(state: GoalState, need: DebtPayoff, as_of: date) -> Iterator[tuple[date, int]]:
    already_there = to_cents(state.goal.already_there)
    reached = already_there
    yield as_of, reached
    for month, owed in enumerate(state.trajectory.balances[: need.months], 1):
        reached = max(0, already_there + need.owed - owed)
        yield calendar_date(as_of, month), reached
    yield due_date(state.goal, as_of), reached
