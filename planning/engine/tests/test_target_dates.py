"""The dates by which a goal can be met, against each day tried out."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from planning.engine.cadence import Cadence
from planning.engine.model import PlanInput
from planning.engine.plan import make_plan
from planning.engine.target_dates import date_with
from planning.engine.tests.builders import CALENDAR, NEW_YEAR, card, goal, inputs, money
from planning.engine.tests.later_dates import planned_with, works
from planning.vocabulary import Feasibility, Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

THURSDAYS = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
THIRTIETH = Cadence(Frequency.MONTHLY, 30, NEW_YEAR)
DAY = timedelta(days=1)


def later_date(plan_input: PlanInput, position: int) -> date | None:
    found = make_plan(plan_input).goals[position].alternatives
    return next((each.target_date for each in found if each.kind == "later_date"), None)


def a_case(seed: int) -> PlanInput:
    random = Random(seed)
    cadences = [None, THURSDAYS, THIRTIETH, Cadence(Frequency.BIWEEKLY, random.randint(1, 7), NEW_YEAR)]
    wanted = [
        goal(
            random.randint(50, 600),
            target_date=NEW_YEAR + timedelta(days=random.randint(-9, 90)),
            priority=random.choice(["High", "Low"]),
            cadence=random.choice(cadences),
            annual_rate=Decimal(random.choice(["0", "0", "9"])),
            name=f"{number}",
        )
        for number in range(3)
    ]
    return inputs(random.randint(150, 400), *wanted)


class TestLaterDate:
    def test_is_the_day_after_the_payment_that_does_it(self) -> None:
        """850 a month; 1 700 on each 30th: 30 January, and 28 February, for February has no 30th."""
        late = goal(1700, target_date=date(2026, 2, 28), cadence=THIRTIETH)
        assert later_date(inputs(850, late), 0) == date(2026, 3, 1)

    def test_is_one_that_harms_no_other_goal(self) -> None:
        """100 a month. The first Thursdays on which its 300 are there take what the other needs by its date."""
        plan_input = inputs(100, goal(300, 1, "High", cadence=THURSDAYS), goal(900, 10, "Low", name="other"))
        day = later_date(plan_input, 0)
        assert day == date(2026, 12, 4)
        assert not planned_with(plan_input, 0, day - 7 * DAY)[0].shortfall
        assert planned_with(plan_input, 0, day - 7 * DAY)[1].shortfall

    def test_is_one_at_which_its_place_in_the_queue_is_known(self) -> None:
        """In the unchanged order an earlier one works, but with that date the other goal is served first."""
        other = goal(400, target_date=date(2026, 3, 15), name="other")
        plan_input = inputs(100, goal(400, 2, cadence=THURSDAYS), other)
        day = later_date(plan_input, 0)
        assert day is not None
        assert (works(plan_input, 0, day), works(plan_input, 0, day - DAY)) == (True, False)

    def test_is_earlier_where_a_debt_is_cleared_before_it(self) -> None:
        """In the unchanged order, before the loan's goal, 2 500 take until December 2027.

        With a date after the loan's, the goal is served after it, and gets its minimum payments sooner.
        """
        own = goal(2500, target_date=date(2026, 3, 16), cadence=Cadence(Frequency.MONTHLY, 15, NEW_YEAR))
        loan = goal(1000, 10, type="debt_payoff", name="loan", debts=(card(1000, 24, 60),))
        plan_input, day = inputs(100, own, loan), date(2027, 11, 16)
        assert later_date(plan_input, 0) == day
        assert (works(plan_input, 0, day), works(plan_input, 0, day - DAY)) == (True, False)

    def test_on_the_calendar_is_earlier_too_where_a_debt_is_cleared_before_it(self) -> None:
        late = goal(2500, target_date=date(2026, 3, 16))
        loan = goal(1000, 10, type="debt_payoff", name="loan", debts=(card(1000, 24, 60),))
        plan_input, day = inputs(100, late, loan), date(2027, 11, 2)
        assert later_date(plan_input, 0) == day
        assert (works(plan_input, 0, day), works(plan_input, 0, day - DAY)) == (True, False)

    def test_is_left_out_where_one_day_less_takes_the_money_of_another_goal(self) -> None:
        """In January the loan takes 40 beside its minimum, which the other goal needs. By March it takes none."""
        overdue = goal(100, target_date=date(2026, 1, 8), type="debt_payoff", debts=(card(100, 0, 60),))
        plan_input = inputs(200, overdue, goal(200, 1, "Low", name="other"))
        march = date(2026, 3, 1)
        assert (works(plan_input, 0, march), works(plan_input, 0, march - DAY)) == (True, False)
        assert not planned_with(plan_input, 0, march - DAY)[0].shortfall
        assert later_date(plan_input, 0) is None

    def test_is_left_out_where_no_date_works(self) -> None:
        assert later_date(inputs(0, goal(300, 1, cadence=THURSDAYS)), 0) is None

    @pytest.mark.parametrize("seed", range(8))
    def test_is_the_first_day_that_works(self, seed: int) -> None:
        plan_input = a_case(seed)
        made = make_plan(plan_input).goals
        for position, each in enumerate(plan_input.goals):
            if made[position].feasibility == Feasibility.UNREALISTIC:
                first = day = max(each.target_date, plan_input.as_of) + DAY
                while not works(plan_input, position, day):
                    day += DAY
                assert later_date(plan_input, position) == day, (first, day)


class TestDateWithAnAmount:
    @pytest.mark.parametrize("rate", ["0", "12"])
    @pytest.mark.parametrize("cadence", [THURSDAYS, THIRTIETH])
    def test_is_the_first_by_which_it_suffices_on_each_of_its_days(self, cadence: Cadence, rate: str) -> None:
        saved = goal(500, cadence=cadence, annual_rate=Decimal(rate))

        def missing(day: date) -> Decimal:
            chosen = replace(saved, target_date=day, chosen_monthly=money(70), chosen_each=money(70))
            return make_plan(inputs(10_000, chosen), with_alternatives=False).goals[0].shortfall

        day = date_with(saved, CALENDAR, 7000)
        assert day is not None
        assert (missing(day) > 0, missing(day - DAY) > 0) == (False, True)

    def test_is_none_if_that_takes_too_long(self) -> None:
        assert date_with(goal(500, cadence=THURSDAYS), CALENDAR, 0) is None
        assert date_with(goal(500), CALENDAR, 0) is None
