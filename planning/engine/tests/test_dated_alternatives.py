"""What is offered for a goal that can't be met, where money has dates, is put back and works."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from planning.engine.model import Finances, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.engine.tests.lumpy import a_case, with_cycles, with_passed_dates
from planning.vocabulary import Feasibility, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CENT = Decimal("0.01")
DAY = timedelta(days=1)
LABELS = list(Feasibility)


def with_goal(case: PlanInput, position: int, **change: object) -> PlanInput:
    goals = list(case.goals)
    goals[position] = replace(goals[position], **change)  # type: ignore[arg-type]
    return replace(case, goals=tuple(goals))


def with_income(case: PlanInput, more: Decimal) -> PlanInput:
    return replace(case, finances=replace(case.finances, monthly_income=case.finances.monthly_income + more))


def is_met(case: PlanInput, position: int) -> bool:
    return not make_plan(case, with_alternatives=False).goals[position].shortfall


def harms_none(case: PlanInput, position: int, target_date: date) -> bool:
    """Whether the goal is met by this date, and no other goal does worse than with its own."""
    before = make_plan(case, with_alternatives=False).goals
    after = make_plan(with_goal(case, position, target_date=target_date), with_alternatives=False).goals
    return not after[position].shortfall and all(
        new.shortfall <= old.shortfall and LABELS.index(new.feasibility) <= LABELS.index(old.feasibility)
        for other, (old, new) in enumerate(zip(before, after, strict=True))
        if other != position
    )


def check_alternatives(case: PlanInput) -> None:
    for position, made in enumerate(make_plan(case).goals):
        assert made.alternatives == () or made.shortfall
        for each in made.alternatives:
            if each.target_date is not None:
                assert harms_none(case, position, each.target_date)
                assert not harms_none(case, position, each.target_date - DAY)
            elif each.target_amount is not None:
                assert is_met(with_goal(case, position, target_amount=each.target_amount), position)
                assert not is_met(with_goal(case, position, target_amount=each.target_amount + CENT), position)
            else:
                assert each.extra_monthly is not None
                assert is_met(with_income(case, each.extra_monthly), position)
                assert not is_met(with_income(case, each.extra_monthly - CENT), position)


@pytest.mark.parametrize("seed", range(60))
def test_alternatives_are_true_to_the_day_and_the_cent(seed: int) -> None:
    check_alternatives(a_case(seed))


@pytest.mark.parametrize("seed", range(8))
def test_they_are_with_chosen_amounts_days_of_their_own_cycles_and_dates_that_have_passed(seed: int) -> None:
    case = a_case(seed, rates=seed % 2 == 0, own_days=True, chosen=True, debts=seed % 3 == 0, longest=8)
    check_alternatives(with_cycles(case, seed))
    check_alternatives(with_passed_dates(case, seed))


def test_no_later_date_is_offered_where_no_more_money_comes() -> None:
    case = a_case(0)
    nothing = replace(case.finances, monthly_income=money(0), monthly_expenses=money(0), planned=())
    once = Flow(money(10), PayFrequency.ONCE, case.as_of)
    wanted = goal(100, 3, target_date=case.as_of + timedelta(days=90))
    poor = replace(case, finances=replace(nothing, incomes=(once,)), goals=(wanted,), carried_in=money(0))
    (made,) = make_plan(poor).goals
    assert made.shortfall == money(90)
    assert {each.kind for each in made.alternatives} == {"smaller_amount", "more_money"}


def test_an_overdue_goal_is_planned_on_the_last_day_of_a_month() -> None:
    """100 came in January. Tomorrow's date would have them for the overdue goal, and take them from the other."""
    finances = Finances(
        Decimal("2000.00"),
        Decimal("2000.00"),
        Decimal("0.00"),
        incomes=(Flow(Decimal(100), PayFrequency.ONCE, date(2026, 1, 10)),),
    )
    overdue = goal(100, target_date=date(2026, 1, 15), priority="High")
    other = goal(100, target_date=date(2026, 2, 1), priority="Low")
    made = make_plan(PlanInput(date(2026, 1, 31), finances, (overdue, other), date(2026, 1, 1))).goals
    assert [each.shortfall for each in made] == [100, 0]
    assert all(each.kind != "later_date" for each in made[0].alternatives)
