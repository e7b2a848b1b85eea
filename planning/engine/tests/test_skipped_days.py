"""Days of a plan's own that came before their money stay skipped when it is planned again in the same month."""

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Cadence, Payment
from planning.engine.model import Finances, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
APRIL = date(2026, 4, 1)
WEEKLY = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)  # Thursdays: 1, 8, 15, 22 and 29 January
MONTHLY = Cadence(Frequency.MONTHLY, 5, NEW_YEAR)


def planned(as_of: date, put_in: int, until: date, cadence: Cadence, chosen: Decimal | None = None) -> GoalPlan:
    """Of 200 a month that arrive on each 20th, 300 are wanted."""
    pay = Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 20))
    finances = Finances(money(0), money(800), money(0), incomes=(pay,))
    each = goal(
        300, target_date=until, cadence=cadence, added=money(put_in), chosen_monthly=chosen, chosen_each=chosen
    )
    (made,) = make_plan(PlanInput(as_of, finances, (each,), anchor=NEW_YEAR)).goals
    return made


class TestSkippedDays:
    def test_what_was_paid_as_asked_leaves_the_days_after_it_as_they_were(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY)
        assert first.payments[0].date == date(2026, 1, 22)
        paid = int(first.payments[0].amount)
        again = planned(date(2026, 1, 23), paid, APRIL, WEEKLY)
        assert again.payments == first.payments[1:]
        assert again.this_month == first.this_month - paid

    def test_one_that_was_not_paid_though_its_money_was_there_is_due_now(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY)
        again = planned(date(2026, 1, 23), 0, APRIL, WEEKLY)
        assert again.payments[0] == Payment(date(2026, 1, 23), first.payments[0].amount)
        assert again.payments[1:] == first.payments[1:]

    def test_the_last_day_in_time_is_due_now_if_it_has_passed(self) -> None:
        """Nothing else can reach the goal by its date, and the money is there."""
        made = planned(date(2026, 1, 23), 0, date(2026, 2, 1), MONTHLY)
        assert made.payments[0] == Payment(date(2026, 1, 23), money(200))

    def test_what_was_paid_of_a_chosen_amount_pays_the_day_that_asked_for_it(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY, money(25))
        asked = [Payment(date(2026, 1, 22), money(25)), Payment(date(2026, 1, 29), money(25))]
        assert [*first.payments[:2]] == asked
        again = planned(date(2026, 1, 23), 25, APRIL, WEEKLY, money(25))
        assert again.payments == first.payments[1:]
