"""Plans on money with dates against an independent optimum: a linear program with cumulative capacities."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from planning.engine.model import Plan, PlanInput
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.solver import solve
from planning.engine.tests.lumpy import Listed, a_case, cents, with_cycles
from planning.engine.tests.test_dated_plans import months_of, needed, served, short_of

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CASES = 1000
TOGETHER = 50


def optimum(case: PlanInput, order: Sequence[int] | None = None) -> list[int]:
    """The most cents that each goal can get by its date without taking money from goals served before it.

    What is given by the end of a month is at most what has come by then, up to the goal's horizon; what is given
    by a goal's date to all that are due by it is at most what has come by that date. Where a longer horizon shows
    that goals before it were granted what a later month lacks, that stays theirs.
    """
    order = served(case) if order is None else order
    months = [months_of(case, each) for each in case.goals]
    amount = len(case.goals)
    money = Listed(case, max(12, *months) + 1)
    by = money.by()
    late = [short_of(case, money, each) for each in case.goals]
    due = [(months[j], -late[j]) for j in range(amount)]
    best: dict[int, int] = {}
    horizon = 12
    for j in order:
        horizon = max(horizon, months[j])
        known = [each for each in best if best[each]] + [j]
        given = np.array([(each, t) for each in known for t in range(months[each])])
        rows, limits = [], []
        for month in range(1, horizon + 1):
            rows.append(given[:, 1] < month)
            limits.append(max(0, by[month], sum(best[each] for each in best if months[each] <= month)))
        for other in known:
            rows.append(np.isin(given[:, 0], [each for each in known if due[each] <= due[other]]))
            granted = sum(best[each] for each in best if due[each] <= due[other])
            limits.append(max(0, by[months[other]] - late[other], granted))
        *earlier, last = [given[:, 0] == each for each in known]
        answer = linprog(
            -1.0 * last,
            A_ub=csr_array(np.array([*rows, last], dtype=float)),
            b_ub=np.array([*limits, needed(case.goals[j])], dtype=float),
            A_eq=csr_array(np.array(earlier, dtype=float)) if earlier else None,
            b_eq=[best[each] for each in known[:-1]] if earlier else None,
        )
        assert answer.status == 0, answer.message
        best[j] = round(-answer.fun)
    return [best[j] for j in range(amount)]


@cache
def planned(seed: int, debts: bool = False) -> tuple[PlanInput, Plan]:
    case = a_case(seed, debts=debts)
    return case, make_plan(case, with_alternatives=False)


def given_by_date(case: PlanInput, plan: Plan) -> list[int]:
    return [needed(each) - cents(made.shortfall) for each, made in zip(case.goals, plan.goals, strict=True)]


@pytest.mark.parametrize("seed", range(0, CASES, TOGETHER))
def test_gives_every_goal_the_most_it_can_get_in_its_turn(seed: int) -> None:
    for each in range(seed, seed + TOGETHER):
        case, plan = planned(each)
        assert given_by_date(case, plan) == optimum(case), each


@pytest.mark.parametrize("seed", range(CASES, CASES + 200, TOGETHER))
def test_gives_as_much_where_minimum_payments_end(seed: int) -> None:
    for each in range(seed, seed + TOGETHER):
        case, plan = planned(each, debts=True)
        assert given_by_date(case, plan) == optimum(case), each


@pytest.mark.parametrize("seed", range(0, 60, 20))
def test_gives_every_cycle_the_most_it_can_get_in_its_turn(seed: int) -> None:
    """As goals of their own, each cycle right behind the one before."""
    for each in range(seed, seed + 20):
        case = with_cycles(a_case(each), each, longest=3)
        states = solve(case, Needs(case.calendar))
        alone = replace(case, goals=tuple(state.goal for state in states))
        assert [state.granted for state in states] == optimum(alone, range(len(states))), each


def test_is_tried_on_months_that_lack_money_and_goals_that_fall_short() -> None:
    cases, plans = zip(*map(planned, range(200)), strict=True)
    assert sum(min(map(Listed(case, 13).surplus, range(12))) < 0 for case in cases) > 50
    missing = [made.shortfall for plan in plans for made in plan.goals]
    assert sum(each > 0 for each in missing) > 50
    assert sum(each == 0 for each in missing) > 50
