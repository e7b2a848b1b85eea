"""The average month that explanations tell, where money has dates."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.engine.model import Debt, Finances, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, goal, money
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

SALARY = Flow(Decimal(55000), PayFrequency.ANNUAL, date(2026, 4, 1), label="salary")
INSURANCE = Flow(Decimal(500), PayFrequency.ONCE, date(2026, 3, 1), label="insurance")
LAST_PAYMENT = Debt("loan", money(100), Decimal(0), money(200))


def told(finances: Finances) -> list[str]:
    """Income, expenses, minimum payments and surplus of the average month."""
    facts = make_plan(PlanInput(NEW_YEAR, finances, (goal(),))).goals[0].explanation.facts
    names = ("monthly_income", "monthly_expenses", "minimum_payments", "surplus")
    return [str(facts[name]) for name in names]


def test_the_income_is_a_twelfth_of_the_year_rounded_once() -> None:
    """55 000 / 12 = 4 583.333. and 54 500 / 12 = 4 541.666., so the insurance takes a cent less than 41.67."""
    finances = Finances(money(0), money(0), money(0), (SALARY,), (INSURANCE,))
    assert told(finances) == ["4583.33", "41.66", "0.00", "4541.67"]


def test_expenses_that_are_the_same_every_month_are_told_as_they_are() -> None:
    """The 100 are the only payment on the debt, 8.333 a month: 200 - 191.67 = 8.33, and 54 900 / 12 = 4 575."""
    finances = Finances(money(200), money(200), money(200), (SALARY,), debts=(LAST_PAYMENT,))
    assert told(finances) == ["4783.33", "200.00", "8.33", "4575.00"]


def test_without_planned_expenses_minimum_payments_have_the_cent_that_is_left_over() -> None:
    """55 000.02 / 12 = 4 583.335, and 54 900.02 / 12 = 4 575.0017, so the debt takes a cent more than 8.33."""
    more = replace(SALARY, amount=Decimal("55000.02"))
    finances = Finances(money(200), money(200), money(200), (more,), debts=(LAST_PAYMENT,))
    assert told(finances) == ["4783.34", "200.00", "8.34", "4575.00"]
