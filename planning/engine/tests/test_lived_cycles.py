"""Cycles of recurring goals against goals of their own and plans made later, for random people.

Each person is drawn once with money that arrives on days and once with the same money every month.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from goals.cycles import cycle_end, cycle_number, left_over
from planning.engine.dates import Calendar
from planning.engine.model import Finances, GoalInput, GoalPlan, Plan, PlanInput
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.solver import solve
from planning.engine.tests.builders import goal, money
from planning.engine.tests.lumpy import a_case, recurring

pytestmark = [pytest.mark.unit, pytest.mark.planning]

A_FEW_CENTS = money("0.12")
"""Shares are rounded up, and divided anew by the next plan."""


def a_person(
    seed: int, *, dated: bool, rates: bool = False, own_days: bool = False, chosen: bool = False
) -> PlanInput:
    case = a_case(seed, rates=rates, own_days=own_days, chosen=chosen)
    if dated:
        return case
    left = Random(f"even {seed}").randint(10, 400)
    return replace(case, finances=Finances(money(left), money(0), money(0)), carried_in=abs(case.carried_in))


def paid_before(plan: GoalPlan, day: date) -> list[tuple[date, Decimal]]:
    return [(payment.date, payment.amount) for payment in plan.payments if payment.date < day]


def after_a_roll_over(seed: int, *, dated: bool, on_a_date: bool) -> tuple[PlanInput, PlanInput]:
    """A random person on a day just after a cycle ended, and the same person with a goal that doesn't recur.

    With `on_a_date` the next cycle begins with the present month of the calendar.
    """
    random = Random(f"roll-over {seed}")
    case = a_person(seed, dated=dated, rates=on_a_date, own_days=True, chosen=on_a_date)
    case = replace(case, goals=tuple(each for each in case.goals if not each.debts) or (goal(500),))
    place, repeat = random.randrange(len(case.goals)), random.choice([1, 2, 3, 6, 12])
    began = case.calendar.start if on_a_date else case.as_of - timedelta(days=random.randint(0, 25))
    asked = case.goals[place] if on_a_date else replace(case.goals[place], cadence=None)
    cycle = recurring(asked, repeat, began)
    once = replace(asked, target_date=cycle.target_date)
    with_cycle, with_once = (
        replace(case, goals=(*case.goals[:place], each, *case.goals[place + 1 :])) for each in (cycle, once)
    )
    return with_cycle, with_once


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("on_a_date", [False, True])
@pytest.mark.parametrize("seed", range(100))
def test_a_cycle_gets_as_much_as_a_goal_of_its_own_right_after_the_roll_over(
    seed: int, on_a_date: bool, dated: bool
) -> None:
    """The goals before it and its last month are the same, so what it may have is, too."""
    both = after_a_roll_over(seed, dated=dated, on_a_date=on_a_date)
    [place] = [place for place, each in enumerate(both[0].goals) if each.starts]
    cycle, once = (make_plan(each, with_alternatives=False).goals[place] for each in both)
    assert (cycle.shortfall, cycle.feasibility) == (once.shortfall, once.feasibility)
    assert cycle.explanation.facts["room"] == once.explanation.facts["room"]
    if on_a_date and (len(both[0].goals) == 1 or not dated):
        assert paid_before(cycle, cycle.target_date) == paid_before(once, cycle.target_date)


def with_a_bill(seed: int, *, dated: bool) -> PlanInput:
    """A random person with a recurring goal, whose months all leave something.

    Without dates a trip comes before it, for which there is enough, so that there are months with too little.
    """
    random, case = Random(f"bill {seed}"), a_person(seed, dated=dated)
    incomes = tuple(replace(flow, until=None) for flow in case.finances.incomes)
    first = case.as_of + timedelta(days=random.randint(1, 300))
    target, repeat = random.randint(50, 2000), random.choice([1, 2, 3, 6, 12])
    bill = goal(target, target_date=first, priority="High", repeat_every_months=repeat)
    finances = replace(case.finances, incomes=incomes, planned=(), monthly_expenses=money(0))
    if dated:
        return PlanInput(case.as_of, finances, (bill,))
    bill = replace(bill, target_amount=money(int(finances.surplus) * repeat * random.randint(4, 9) // 10))
    ends = case.as_of + timedelta(days=random.randint(1, 400))
    most = int(finances.surplus) * Calendar(case.as_of, case.as_of).instalments(ends)
    trip = goal(most * random.randint(5, 10) // 10, target_date=ends, priority="High", name="trip", primary=True)
    return PlanInput(case.as_of, finances, (bill, trip))


def put_in(asked: GoalInput, plan: GoalPlan, begins: date, ends: date, since: date) -> tuple[Decimal, Decimal]:
    """What was to be paid between two days, and the part of it from the day `since` on."""
    payments = [payment for payment in plan.payments if begins <= payment.date < ends]
    amounts = [payment.amount for payment in payments], [each.amount for each in payments if each.date >= since]
    return sum(amounts[0], money(0)), sum(amounts[1], money(0))


def lived_until(day: date, case: PlanInput, plan: Plan) -> PlanInput:
    """The same person on a later day, who has put in all that was to be paid before it."""
    since = replace(case, as_of=day, anchor=case.as_of).calendar.start
    goals, elsewhere = [], money(0)
    for asked, planned in zip(case.goals, plan.goals, strict=True):
        first, repeat = asked.target_date, asked.repeat_every_months
        number = cycle_number(first, repeat, day) if repeat else 0
        ends = [cycle_end(first, repeat, each) for each in range(number + 1)] if repeat else [date.max]
        there = added = money(0)
        for begins, end in zip([case.as_of, *ends], ends, strict=False):
            there, elsewhere = left_over(there, asked.target_amount), elsewhere + added
            amount, added = put_in(asked, planned, begins, min(end, day), since)
            there += amount
        begun: dict[str, Any] = {
            "target_date": ends[-1],
            "first_date": first,
            "starts": ends[-2] if number else None,
        }
        goals.append(replace(asked, **(begun if repeat else {}), already_there=there - added, added=added))
    carried = dict(plan.carried).get(since, money(0))
    return PlanInput(day, case.finances, tuple(goals), case.as_of, paid_elsewhere=elsewhere, carried_in=carried)


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_what_a_later_cycle_is_promised_is_still_promised_once_it_has_begun(seed: int, dated: bool) -> None:
    case = with_a_bill(seed, dated=dated)
    bill, plan = case.goals[0], make_plan(case, with_alternatives=False)
    states = [state for state in solve(case, Needs(case.calendar)) if not state.position]
    promised = {state.goal.target_date: money(state.missing) / 100 for state in states}
    months = [case.calendar.day(month) for month in range(1, 13)]
    begins = [cycle_end(bill.target_date, bill.repeat_every_months or 0, number) for number in range(3)]
    for day in [*months, *(day for day in begins if day < case.calendar.day(13))]:
        again = make_plan(lived_until(day, case, plan), with_alternatives=False).goals[0]
        assert again.shortfall == promised[again.target_date], day
        if not dated:
            made = paid_before(again, again.target_date)
            told = [pair for pair in paid_before(plan.goals[0], again.target_date) if pair[0] >= day]
            assert [on for on, _ in made] == [on for on, _ in told], day
            assert all(
                abs(amount - before) <= A_FEW_CENTS for (_, amount), (_, before) in zip(made, told, strict=True)
            ), day
