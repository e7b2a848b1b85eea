"""A goal whose date has come is paid from what arrives later in the month, on any day on which it is planned
again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Payment
from planning.engine.dates import calendar_date
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.engine.tests.lumpy import a_case, with_passed_dates
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)


def finances(expenses: str, payday: date) -> Finances:
    pay = Flow(money(1000), PayFrequency.MONTHLY, payday)
    return Finances(money(0), money(expenses), money(0), incomes=(pay,))


def planned(as_of: date, goal: GoalInput, income: Finances, carried: Decimal) -> GoalPlan:
    (made,) = make_plan(PlanInput(as_of, income, (goal,), anchor=NEW_YEAR, carried_in=carried)).goals
    return made


@pytest.mark.parametrize("day", [1, 10, 14])
def test_what_comes_later_in_the_month_is_paid_on_its_day(day: int) -> None:
    """100 a month are left, on each 15th; 100 of 500 were paid in January, before the date."""
    late = goal(500, target_date=date(2026, 2, 1), already_there=money(100))
    made = planned(date(2026, 2, day), late, finances("900", date(2026, 1, 15)), money(0))
    assert made.payments[:2] == (
        Payment(date(2026, 2, 15), money(100)),
        Payment(date(2026, 3, 15), money(100)),
    )
    assert made.this_month == 100
    assert made.shortfall == 300
    assert made.projected_completion_date == date(2026, 5, 15)


def test_what_was_carried_is_paid_at_once() -> None:
    """The month's expenses come before its pay, so of the 500 that are there 400 wait for that."""
    late = goal(500, target_date=date(2026, 2, 1), already_there=money(100))
    made = planned(date(2026, 7, 1), late, finances("900", date(2026, 1, 15)), money(500))
    assert made.payments == (Payment(date(2026, 7, 15), money(400)),)
    assert made.shortfall == 0


def test_who_plans_again_each_month_is_done_as_soon_as_who_does_not() -> None:
    """1 000 by 20 February, of 200 a month that come on each 25th."""
    pay, carried, there, done = finances("800", date(2026, 1, 25)), money(0), money(0), None
    for month in range(8):
        as_of = calendar_date(NEW_YEAR, month)
        late = goal(1000, target_date=date(2026, 2, 20), already_there=there)
        made = planned(as_of, late, pay, carried)
        carried += 200 - made.this_month
        there += made.this_month
        if there == 1000:
            done = made.projected_completion_date
            break
    assert done == date(2026, 5, 25)


def full_with_interest(by: date) -> GoalInput:
    return goal(
        100, priority="Low", target_date=by, annual_rate=Decimal(12), already_there=money(150), name="full"
    )


def test_a_full_goal_with_interest_takes_no_payment_of_a_late_one() -> None:
    """300 come on each 15th. In February 300 are left beside the 150 that are paid on the first."""
    late = goal(300, priority="High", target_date=date(2026, 1, 2), name="late")
    saver, full = goal(900, 6, name="saver"), full_with_interest(date(2026, 4, 1))
    pay = Flow(money(300), PayFrequency.MONTHLY, date(2026, 1, 15))
    income = Finances(money(0), money(0), money(0), incomes=(pay,))
    made = make_plan(PlanInput(NEW_YEAR, income, (late, saver, full), anchor=NEW_YEAR)).goals
    assert made[0].payments == (Payment(date(2026, 2, 15), money(300)),)
    assert [payment.date for payment in made[1].payments[:3]] == [
        date(2026, 1, 15),
        date(2026, 2, 1),
        date(2026, 3, 15),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_a_full_goal_with_interest_changes_no_other_plan(seed: int) -> None:
    case = a_case(seed, own_days=seed % 2 == 0, rates=seed % 3 == 0)
    if seed % 4 < 2:
        case = with_passed_dates(case, seed)
    last = max(each.target_date for each in case.goals)
    beside = replace(case, goals=(*case.goals, full_with_interest(last)))
    alone, *others = (make_plan(each, with_alternatives=False).goals for each in (case, beside))
    assert others == [(*alone, others[0][-1])]
