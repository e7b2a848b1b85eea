"""Linked debts of which more is paid off than planned: what is still asked for clears them, and no later."""

from __future__ import annotations

from decimal import Decimal

import pytest

from planning.tests.people import Person
from planning.tests.test_views_off_plan import Days, asked, calendar, paid

pytestmark = [pytest.mark.integration, pytest.mark.planning]

MINIMUM = 20
BY = "2027-03-10"


def owed_after(payments: Days, owed: Decimal, rate: int) -> Decimal:
    """What is owed at the end of months of interest, the minimum payment and one of these payments each."""
    for _, amount in payments:
        interest = (owed * rate / 1200).quantize(Decimal("0.01"))
        owed += interest - min(owed + interest, MINIMUM + amount)
    return owed


def test_what_is_taken_out_of_another_goal_makes_them_no_later(person: Person) -> None:
    """500 for a house and 180 for the loan, which a plan of today would pay late, after more for the house."""
    house = person.wants(6000, BY, "High")
    loan = person.wants(2400, BY, "Low", type="debt_payoff")
    person.owes(700, loan, balance=2400, rate=0, minimum=MINIMUM)
    assert not any(plan["shortfall"] for plan in person.plans().values())
    planned = asked(person)[loan]
    person.has(house, 500)
    person.on("2026-04-12").has(loan, 200 + 200 + 90)  # two payments with their minimums, and 90 of the next one
    assert asked(person)[loan] == [(day, Decimal(171)) for day, _ in planned[2:]]
    person.has(house, 0)
    assert asked(person)[loan] == [*planned[2:-1], paid(BY, "90")]


def test_a_payment_that_is_due_today_is_not_among_what_is_owed_after_it(person: Person) -> None:
    """Of 2 400 490 are paid off and 200 are due today; 1 710 are eight times 200 and 110, minimums included."""
    house = person.wants(6000, BY, "High")
    loan = person.wants(2400, BY, "Low", type="debt_payoff")
    person.owes(700, loan, balance=2400, rate=0, minimum=MINIMUM)
    person.plans()
    planned = asked(person)[loan]
    person.on("2026-03-12").has(loan, 200 + 290)
    person.on("2026-05-10").has(house, 0.01)
    assert asked(person)[loan] == [*planned[1:10], paid("2027-02-10", "90")]


def test_of_more_than_ten_years_they_are_asked_for_less_too(person: Person) -> None:
    """A version stores 120 of its 180 payments."""
    loan = person.wants(18000, "2041-03-10", type="debt_payoff")
    person.owes(200, loan, balance=18000, rate=0, minimum=MINIMUM)
    person.plans()
    assert asked(person)[loan][0] == paid("2026-04-10", "80")
    person.on("2026-03-12").has(loan, 100 + 1790)
    assert asked(person)[loan][0] == paid("2026-05-10", "70")
    person.on("2026-04-15")
    assert asked(person)[loan][0] == paid("2026-05-10", "70")


@pytest.mark.parametrize("rate", [0, 12])
def test_no_month_is_asked_for_more_than_planned_and_all_is_cleared(person: Person, rate: int) -> None:
    """A plan of today would begin in May, in which the first goal was to take all."""
    first = person.wants(1000, "2026-05-10", "High")
    loan = person.wants(3000, BY, "Low", type="debt_payoff")
    person.owes(500, loan, balance=3000, rate=rate, minimum=MINIMUM)
    person.plans()
    planned = asked(person)[loan]
    person.on("2026-03-12").has(first, 900)
    person.has(loan, 1000)
    left = asked(person.on("2026-04-15"))[loan]
    assert left[:-1] == planned[: len(left) - 1]
    assert left[-1][1] <= planned[len(left) - 1][1]
    april = paid("2026-05-10", "0")
    assert owed_after([april, *left], Decimal(2000), rate) == 0
    assert owed_after([april, *left[:-1]], Decimal(2000), rate) > 0


def test_a_payment_that_is_gone_again_is_asked_for_this_month_only(person: Person) -> None:
    """In later months the loan and the bicycle together ask for all that there is, as before."""
    loan = person.wants(2400, BY, "High", type="debt_payoff")
    bicycle = person.wants(6000, BY, "Low")
    person.owes(500, loan, balance=2400, rate=0, minimum=MINIMUM)
    person.plans()
    person.on("2026-03-12").has(loan, 200 + 550)
    person.plans()
    before = asked(person)
    assert before[loan][0] == paid("2026-05-10", "130")
    person.has(loan, 0)
    assert asked(person)[loan] == [paid("2026-04-10", "180"), *before[loan]]
    assert asked(person)[bicycle] == before[bicycle]
    assert min(day["carried_over"] for day in calendar(person, "2026-03-12", BY)) >= 0
