"""Chosen amounts that are paid in one changed plan after the other come out as in each plan alone."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from planning.engine.cadence import Cadence
from planning.engine.chosen_amounts import ChosenAmounts
from planning.engine.goal_state import GoalState
from planning.engine.model import Finances, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.needs import Needs
from planning.engine.solver import at_best, solve_dates
from planning.engine.tests.builders import CALENDAR, NEW_YEAR, goal, inputs, money
from planning.engine.tests.lumpy import a_case, with_cycles
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DAY = timedelta(days=1)


def told(state: GoalState) -> tuple[object, ...]:
    return state.of_cycle, state.room, state.needed, state.granted, state.missing, state.binding_month


def changed(random: Random, case: PlanInput) -> PlanInput:
    """The plan with another amount, date, chosen amount or payment of one goal, or with more income."""
    goals, finances, position = [*case.goals], case.finances, random.randrange(len(case.goals))
    each, what = goals[position], random.randrange(6)
    if what == 0:
        goals[position] = replace(each, target_amount=each.target_amount + random.randrange(1, 900))
    elif what == 1:
        goals[position] = replace(each, target_date=each.target_date + random.choice([1, 40, 400]) * DAY)
    elif what == 2 and each.chosen_each is not None and each.chosen_monthly is not None:
        goals[position] = replace(each, chosen_each=each.chosen_each + 1, chosen_monthly=each.chosen_monthly + 1)
    elif what == 3:  # what was put in for goals behind is no money of those before
        goals[position] = replace(each, added=each.added + random.randrange(1, 90))
    elif what == 4:
        finances = replace(finances, monthly_income=finances.monthly_income + random.randrange(1, 90))
    return replace(case, goals=tuple(goals), finances=finances)


def with_chosen_amounts(random: Random, case: PlanInput) -> PlanInput:
    """The plan, in which most goals get a chosen amount on days of their own."""
    goals = []
    for each in case.goals:
        cadence = each.cadence or Cadence(random.choice(list(Frequency)), random.randint(1, 7), case.as_of)
        amount = money(random.randint(5, 150))
        is_changed = not each.debts and random.random() < 0.8
        own = {"cadence": cadence, "chosen_each": amount, "chosen_monthly": amount} if is_changed else {}
        goals.append(replace(each, **own))  # type: ignore[arg-type]
    return replace(case, goals=tuple(goals))


@pytest.mark.parametrize("seed", [*range(80), 105, 155])
def test_are_the_same_as_in_each_plan_alone(seed: int) -> None:
    random = Random(seed)
    case = a_case(seed, rates=bool(seed % 2), own_days=bool(seed % 3), chosen=True, debts=not seed % 4)
    case = with_cycles(case, seed) if not seed % 5 else case
    case = with_chosen_amounts(random, case) if seed >= 40 else case
    needs, amounts = Needs(case.calendar), ChosenAmounts()
    for plan_input in [case, *(changed(random, case) for _ in range(6)), case]:
        alone = solve_dates(plan_input, Needs(case.calendar))
        assert [*map(told, solve_dates(plan_input, needs, amounts=amounts))] == [*map(told, alone)]
        order, position = [*range(len(case.goals))], random.randrange(len(case.goals))
        apart = at_best(plan_input, Needs(case.calendar), order, position, ChosenAmounts())
        assert told(at_best(plan_input, needs, order, position, amounts)) == told(apart)


def test_depend_on_what_was_put_in_for_goals_behind() -> None:
    """50 each Thursday of 100 that are there and 300 that came on 15 January, of which 50 were put in.

    If a goal behind has them, they came from the 300, and both days before the 15th had their money. If a goal
    that ended has them, they came from the 100, and one of these days had none.
    """
    each, behind = money("50"), goal(1000, 12, "Low", name="behind")
    thursdays = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
    chosen = goal(5000, 12, "High", cadence=thursdays, chosen_each=each, chosen_monthly=each)
    pay = Flow(money("300"), PayFrequency.MONTHLY, NEW_YEAR + 14 * DAY)
    finances = Finances(money("0"), money("0"), money("0"), incomes=(pay,))
    ended = PlanInput(
        NEW_YEAR + 19 * DAY,
        finances,
        (chosen, behind),
        anchor=NEW_YEAR,
        paid_elsewhere=each,
        carried_in=money("100"),
    )
    put_in = replace(ended, goals=(chosen, replace(behind, added=each)), paid_elsewhere=money("0"))
    needs, amounts = Needs(ended.calendar), ChosenAmounts()
    without, with_it = (solve_dates(case, needs, amounts=amounts)[0] for case in (ended, put_in))
    assert with_it.granted - without.granted == 5000
    assert told(with_it) == told(solve_dates(put_in, Needs(ended.calendar))[0])


class TestEffort:
    @staticmethod
    def steps(first: PlanInput, then: PlanInput) -> int:
        """The steps of the second plan after the first."""
        needs, amounts = Needs(CALENDAR), ChosenAmounts()
        for each in (then, first):  # so that all needs are known
            solve_dates(each, needs)
        solve_dates(first, needs, amounts=amounts)
        before = needs.effort.spent
        solve_dates(then, needs, amounts=amounts)
        return needs.effort.spent - before

    def test_is_none_for_goals_before_the_first_changed_one(self) -> None:
        goals = [goal(1200, 12, name=f"{n}", chosen_monthly=money(50)) for n in range(3)]
        plan_input = inputs(500, *goals)
        last = inputs(500, *goals[:2], replace(goals[2], chosen_monthly=money(60)))
        first = inputs(500, replace(goals[0], chosen_monthly=money(60)), *goals[1:])
        none, some, everything = (self.steps(plan_input, each) for each in (plan_input, last, first))
        assert none < some < everything
