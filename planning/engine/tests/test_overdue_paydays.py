"""A goal whose date has come is paid from what arrives later in the month, on any day on which it is planned
again."""

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Payment
from planning.engine.dates import calendar_date
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
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
