"""The plan against an independent optimum by linear programming: goal by goal, the most that it can get."""

from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from fincred.money import ZERO
from planning.engine.dates import instalment_count
from planning.engine.model import PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, inputs, money

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CASES = 300


def a_case(seed: int) -> PlanInput:
    """Goals with distinct priorities and dates, so that the order of serving is unambiguous."""
    random = Random(seed)
    months = random.sample(range(1, 19), random.randint(2, 6))
    return inputs(
        random.randint(1, 60) * 10,
        *(
            goal(
                f"{random.randint(1, 4000)}.{random.randint(0, 99):02}",
                month,
                random.choice(["High", "Medium", "Low"]),
                name=f"goal {month}",
                already_there=money(random.choice([0, 0, random.randint(0, 500)])),
            )
            for month in months
        ),
    )


def optimum(plan_input: PlanInput) -> list[float]:
    """The most that each goal can get by its date without taking money from goals served before it."""
    ranks = {"High": 0, "Medium": 1, "Low": 2}
    order = sorted(
        range(len(plan_input.goals)),
        key=lambda j: (ranks[plan_input.goals[j].priority], plan_input.goals[j].target_date),
    )
    months = [instalment_count(plan_input.as_of, each.target_date) for each in plan_input.goals]
    width, amount = max(months), len(plan_input.goals)
    flows = np.zeros((amount, amount * width))
    for j in range(amount):
        flows[j, j * width : j * width + months[j]] = 1
    spent = np.hstack([np.eye(width)] * amount)
    bounds = [(0, None if t < months[j] else 0) for j in range(amount) for t in range(width)]
    needs = np.array([max(0.0, float(each.target_amount - each.already_there)) for each in plan_input.goals])
    best: dict[int, float] = {}
    for j in order:
        fixed = list(best)
        answer = linprog(
            -flows[j],
            A_ub=np.vstack([spent, flows]),
            b_ub=np.concatenate([np.full(width, float(plan_input.finances.surplus)), needs]),
            A_eq=flows[fixed] if fixed else None,
            b_eq=[best[each] for each in fixed] if fixed else None,
            bounds=bounds,
        )
        assert answer.status == 0, answer.message
        best[j] = -answer.fun
    return [best[j] for j in range(amount)]


def given_by_date(plan_input: PlanInput) -> list[float]:
    plan = make_plan(plan_input, with_alternatives=False)
    return [
        float(max(ZERO, each.target_amount - each.already_there) - made.shortfall)
        for each, made in zip(plan_input.goals, plan.goals, strict=True)
    ]


class TestPlanWithoutInterest:
    @pytest.mark.parametrize("seed", range(CASES))
    def test_gives_every_goal_the_most_it_can_get_in_its_turn(self, seed: int) -> None:
        case = a_case(seed)
        assert given_by_date(case) == pytest.approx(optimum(case), abs=0.005)

    def test_is_tried_on_goals_that_compete(self) -> None:
        shortfalls = [
            made.shortfall
            for seed in range(CASES)
            for made in make_plan(a_case(seed), with_alternatives=False).goals
        ]
        assert sum(shortfall > 0 for shortfall in shortfalls) > CASES / 2
        assert sum(shortfall == 0 for shortfall in shortfalls) > CASES / 2
