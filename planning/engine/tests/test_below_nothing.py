"""How far ahead a plan leaves enough for months that lack money, and who is paid first in the present one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.engine.model import Finances, GoalInput, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, goal, money
from planning.engine.tests.lumpy import a_case, with_cycles
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

BONUS = Flow(Decimal(1200), PayFrequency.ONCE, date(2026, 1, 1))
BILL = goal(90, 1, "High", name="bill", repeat_every_months=1)


def planned(*goals: GoalInput, insurance: date) -> Plan:
    """1 200 come on New Year's Day, and an insurance of 100 has to be paid once."""
    flows = (Flow(Decimal(100), PayFrequency.ONCE, insurance, label="insurance"),)
    finances = Finances(money(0), money(0), money(0), (BONUS,), flows)
    return make_plan(PlanInput(NEW_YEAR, finances, goals), with_alternatives=False)


def test_cycles_leave_what_a_month_of_the_next_twelve_lacks() -> None:
    """Of 1 200 - 100 twelve cycles of 90 take 1 080, and 20 are left for the thirteenth."""
    months = list(planned(BILL, insurance=date(2026, 12, 10)).first_months(24))
    assert [month.carried for month in months[10:13]] == [210, 20, 0]


def test_what_a_month_after_their_dates_and_the_year_lacks_is_not_held_back_yet() -> None:
    """Thirteen cycles of 90 take 1 170, so the fifteenth month has 30 for the insurance, and lacks 70.

    It is as with a goal that doesn't recur: the months that count are those up to its date, and a year at least.
    """
    plan = planned(BILL, insurance=date(2027, 3, 10))
    assert plan.goals[0].shortfall == 0
    assert [month.carried for month in plan.first_months(16)][12:] == [30, 30, -70, -70]
    once = planned(goal(1170, 1), insurance=date(2027, 3, 10))
    assert [month.carried for month in once.first_months(16)][12:] == [30, 30, -70, -70]


@pytest.mark.parametrize("seed", range(40))
def test_no_month_of_a_year_falls_below_nothing_because_of_goals(seed: int) -> None:
    case = with_cycles(a_case(seed, chosen=True, longest=4), seed)
    without = make_plan(replace(case, goals=()), with_alternatives=False).first_months(12)
    with_goals = make_plan(case, with_alternatives=False).first_months(12)
    for month, alone in zip(with_goals, without, strict=True):
        assert month.carried >= min(Decimal(0), alone.carried), (seed, month)


@pytest.mark.parametrize("has_dates", [False, True])
def test_an_overdue_goal_may_be_paid_before_a_cycle_that_began_and_leaves_it_all_by_its_date(
    has_dates: bool,
) -> None:
    """100 a month. The cycle began in January and needs 100 by the end of February, for which that is enough."""
    pay = Flow(Decimal(100), PayFrequency.MONTHLY, NEW_YEAR)
    finances = (
        Finances(money(0), money(0), money(0), (pay,)) if has_dates else Finances(money(100), money(0), money(0))
    )
    cycle = goal(100, name="cycle", target_date=date(2026, 3, 1), starts=NEW_YEAR, first_date=NEW_YEAR)
    cycle = replace(cycle, repeat_every_months=2)
    overdue = goal(300, name="overdue", priority="High", target_date=date(2025, 12, 20))
    plan = make_plan(PlanInput(NEW_YEAR, finances, (cycle, overdue)), with_alternatives=False)
    assert [made.this_month for made in plan.goals] == [0, 100]
    assert [made.shortfall for made in plan.goals] == [0, 200]
    assert plan.goals[0].payments[0].date == date(2026, 2, 1)
    more = replace(cycle, target_amount=money(150))
    plan = make_plan(PlanInput(NEW_YEAR, finances, (more, overdue)), with_alternatives=False)
    assert [made.this_month for made in plan.goals] == [50, 50]
    assert [made.shortfall for made in plan.goals] == [0, 250]
