"""What a later month lacks is held back until a debt is paid, though what it frees then makes up for it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planning.engine.model import Finances, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, money
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def planned(by: date, *, owed: int = 300, **of_loan: Any) -> tuple[GoalPlan, ...]:
    """A card with 300 at 0 %, minimum 50, is paid off in two months: 2 x 100 beside the minimums.

    600 are there in the first month, 100 in each after it, and in the fourth one 700 are needed. So 200 may be
    given before that, and 100 more once the card's minimum isn't due in the third and the fourth month.
    """
    expenses = (Flow(money(700), PayFrequency.ONCE, date(2026, 4, 10), None, "car"),)
    finances = Finances(money(2150), money(2000), money(50), (), expenses)
    loan = goal(1, 2, "High", name="loan", debts=(card(owed, 0, 50),), **of_loan)
    house = goal(5000, 1, "Low", name="house", target_date=by)
    inputs = PlanInput(NEW_YEAR, finances, (loan, house), NEW_YEAR, carried_in=money(500))
    return make_plan(inputs, with_alternatives=False).goals


def paid(made: GoalPlan, first: int) -> list[tuple[date, Decimal]]:
    return [(each.date, each.amount) for each, _ in zip(made.payments, range(first), strict=False)]


class TestAGoalBehindADebt:
    @pytest.mark.parametrize("by", [date(2025, 12, 20), date(2026, 1, 2), date(2026, 2, 2), date(2026, 3, 2)])
    def test_gets_what_the_minimum_frees_once_the_debt_is_paid(self, by: date) -> None:
        """Whether its date is passed, before that of the debt, or after it: 100 on 1 March."""
        loan, house = planned(by)
        assert paid(loan, 2) == [(date(2026, 2, 1), money(100)), (date(2026, 3, 1), money(100))]
        assert paid(house, 2) == [(date(2026, 3, 1), money(100)), (date(2026, 5, 1), money(150))]

    def test_is_told_what_is_kept(self) -> None:
        _, house = planned(date(2026, 1, 2))
        facts = house.explanation.facts
        assert (facts["money_by_then"], facts["carried_in"], facts["room"]) == (money(200), money(500), money(0))
        [part] = facts["held_back_parts"]
        assert (part["month"], part["amount"]) == (date(2026, 4, 1), money(500))

    def test_gets_nothing_of_it_either_if_the_amount_for_the_debt_is_chosen(self) -> None:
        loan, house = planned(date(2026, 1, 2), chosen_monthly=money(100))
        assert paid(loan, 2) == [(date(2026, 2, 1), money(100)), (date(2026, 3, 1), money(100))]
        assert paid(house, 1) == [(date(2026, 3, 1), money(100))]

    def test_gets_all_of_it_at_once_if_the_debt_is_paid_already(self) -> None:
        """Four minimums more are there by the fourth month: 200 and 200."""
        loan, house = planned(date(2026, 1, 2), owed=0)
        assert (paid(loan, 1), paid(house, 1)) == ([], [(date(2026, 1, 1), money(400))])

    def test_waits_for_expenses_if_the_debt_is_paid_already_and_has_a_chosen_amount(self) -> None:
        """1 400 are needed by August. With the card's minimum 150 are there each month: 1 500 by October."""
        expenses = tuple(
            Flow(money(700), PayFrequency.ONCE, date(2026, month, 10), None, "car") for month in (7, 8)
        )
        finances = Finances(money(2150), money(2000), money(50), (), expenses)
        loan = goal(1, 1, "High", name="loan", debts=(card(0, 0, 50),), chosen_monthly=money(100))
        inputs = PlanInput(NEW_YEAR, finances, (loan, goal(5000, 2, "Low", name="house")), NEW_YEAR)
        _, house = make_plan(inputs, with_alternatives=False).goals
        assert paid(house, 2) == [(date(2026, 10, 1), money(100)), (date(2026, 11, 1), money(150))]


class TestTwoGoalsBehindADebt:
    def test_the_later_one_takes_nothing_that_the_earlier_one_needs(self) -> None:
        """The card's minimum, free from March on, is held for July: the trip gets its 200 before that.

        300 are there at first and 100 more each month, 600 are needed in July.
        """
        expenses = (Flow(money(600), PayFrequency.ONCE, date(2026, 7, 10), None, "car"),)
        finances = Finances(money(2150), money(2000), money(50), (), expenses)
        loan = goal(1, 2, "High", name="loan", debts=(card(300, 0, 50),))
        trip, house = goal(200, 2, "Medium", name="trip"), goal(500, 3, "Low", name="house")
        inputs = PlanInput(NEW_YEAR, finances, (loan, trip, house), NEW_YEAR, carried_in=money(300))
        _, trip_plan, house_plan = make_plan(inputs, with_alternatives=False).goals
        assert trip_plan.feasibility == "Comfortable"
        assert paid(trip_plan, 3) == [(date(2026, 1, 1), money(100)), (date(2026, 2, 1), money(100))]
        assert paid(house_plan, 2) == [(date(2026, 1, 1), money(50)), (date(2026, 3, 1), money(200))]
