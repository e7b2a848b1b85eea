"""What is granted is what the payments are, so a goal that is funded still is once some of them were made.

Payments come on days on which the money is there, and interest is counted from these days. 12 % a year are 1 % a
month. All that a goal with interest isn't granted goes to a late goal at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from fincred.money import ZERO
from planning.engine.cadence import Cadence
from planning.engine.chosen_amounts import ChosenAmounts
from planning.engine.goal_state import GoalState
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.solver import at_best, solve
from planning.engine.tests.builders import NEW_YEAR, goal, inputs, money
from planning.engine.tests.lumpy import a_case, cents, evenly
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

FIFTEENTH = date(2026, 1, 15)
ON_THE_10TH = Cadence(Frequency.MONTHLY, 10, NEW_YEAR)
THURSDAYS = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)


def saver(target: int | str, months: int, **changes: Any) -> GoalInput:
    return goal(target, months, "High", name="saver", annual_rate=Decimal(12), **changes)


def paid(amount: int, frequency: PayFrequency, *goals: GoalInput) -> PlanInput:
    """Nothing but this income, from 15 January on."""
    income = Flow(money(amount), frequency, FIFTEENTH)
    return PlanInput(NEW_YEAR, Finances(ZERO, ZERO, ZERO, incomes=(income,)), goals)


def payments(case: PlanInput) -> list[tuple[date, int]]:
    made = make_plan(case, with_alternatives=False).goals[0]
    assert not made.shortfall
    return [(each.date, cents(each.amount)) for each in made.payments]


def first_state(case: PlanInput) -> GoalState:
    return solve(case, Needs(case.calendar))[0]


class TestPaymentsAreWhatIsGranted:
    def test_on_paydays(self) -> None:
        """A payment on the 15th earns from the next month on: 100 + 1.00 + 100 = 201."""
        case = paid(100, PayFrequency.MONTHLY, saver(201, 2))
        assert payments(case) == [(FIFTEENTH, 100_00), (date(2026, 2, 15), 100_00)]
        assert (first_state(case).claim, first_state(case).granted) == (200_00, 200_00)

    def test_on_days_of_its_own_of_which_the_first_comes_before_the_money(self) -> None:
        """10 January is skipped. Then 100 are paid three times: 102.01 + 101 + 100 = 303.01."""
        case = paid(1000, PayFrequency.ONCE, saver("303.01", 4, cadence=ON_THE_10TH))
        assert payments(case) == [(date(2026, month, 10), 100_00) for month in (2, 3, 4)]
        assert (first_state(case).claim, first_state(case).granted) == (300_00, 300_00)

    def test_in_months_that_others_leave(self) -> None:
        """500 a month, all of January's for another goal. Then 100 are paid twice: 102.01 + 101 = 203.01."""
        near = goal(500, 1, "High", name="near", primary=True)
        _, later = solve(inputs(500, near, saver("203.01", 3)), Needs(inputs(500).calendar))
        assert later.trajectory.amounts == [0, 100_00, 100_00]
        assert later.claim == later.granted == 200_00

    def test_on_the_first_day_once_the_month_before_has_left_enough(self) -> None:
        """2 000 come on 15 January: January's payment earns from February on, the others from their own months.

        2 x 1.01^4 + 1.01^3 + 1.01^2 + 1.01 = 5.14160902, and 2 000 / 5.14160902 is 388.98 and a fraction.
        """
        case = paid(2000, PayFrequency.ONCE, saver(2000, 5))
        assert [amount for _, amount in payments(case)][:4] == [388_99] * 4


def interest_on(cents_there: int, rate: Decimal) -> int:
    return int((Decimal(cents_there) * rate / 1200).quantize(Decimal(1), ROUND_HALF_UP))


def saved_by(case: PlanInput, wanted: GoalInput, made: GoalPlan, months: int) -> Decimal:
    """What is there on a date of the calendar, if all was paid as asked."""
    there = cents(wanted.already_there)
    for month in range(months):
        start, end = case.calendar.day(month), case.calendar.day(month + 1)
        in_month = [(each.date, cents(each.amount)) for each in made.payments if start <= each.date < end]
        first = sum(amount for on, amount in in_month if on == start)
        there += sum(amount for _, amount in in_month) + interest_on(there + first, wanted.annual_rate)
    return Decimal(there) / 100


def shortfalls_later(case: PlanInput, months: Sequence[int]) -> list[tuple[int, str, Decimal]]:
    """The goals of a plan that are met, and are some cents short when planned again on these dates."""
    plan, found = make_plan(case, with_alternatives=False), []
    for month in months:
        day = case.calendar.day(month)
        both = [pair for pair in zip(case.goals, plan.goals, strict=True) if pair[0].target_date > day]
        if both:
            goals = tuple(replace(each, already_there=saved_by(case, each, made, month)) for each, made in both)
            carried = dict(plan.carried).get(day, ZERO)
            again = replace(case, as_of=day, anchor=case.as_of, goals=goals, carried_in=carried)
            for (_, before), made in zip(both, make_plan(again, with_alternatives=False).goals, strict=True):
                if not before.shortfall and 0 < made.shortfall < 1:
                    found.append((month, made.name, made.shortfall))
    return found


LATE = goal(5000, 1, "Low", name="late")


class TestStillFunded:
    @pytest.mark.parametrize(
        "case",
        [
            paid(2000, PayFrequency.ONCE, saver(2000, 5), LATE),
            paid(1300, PayFrequency.ONCE, saver(1300, 7), LATE),
            paid(1100, PayFrequency.ONCE, saver(1100, 6, cadence=ON_THE_10TH), LATE),
            paid(600, PayFrequency.ONCE, saver(600, 5, cadence=THURSDAYS), LATE),
        ],
        ids=["on first days", "a cent less later", "on the 10th", "on Thursdays"],
    )
    def test_though_a_late_goal_gets_all_that_was_left(self, case: PlanInput) -> None:
        assert not shortfalls_later(case, range(1, 6))

    @pytest.mark.parametrize("seed", [*range(40), 435, 1270, 1285])
    def test_on_money_with_dates(self, seed: int) -> None:
        assert not shortfalls_later(self.a_person(seed), (1, 3, 5))

    @pytest.mark.parametrize("seed", [*range(40), 149, 183, 391, 424, 430, 541, 638, 648, 755, 781, 965, 2638])
    def test_on_the_same_money_each_month(self, seed: int) -> None:
        assert not shortfalls_later(evenly(self.a_person(seed), seed), (2, 3, 5, 8))

    def a_person(self, seed: int) -> PlanInput:
        """Planned on a date of the calendar, so that nothing was paid before."""
        case = a_case(seed, rates=True, own_days=True)
        start, goals = case.calendar.start, tuple(each for each in case.goals if not each.debts)
        return replace(case, as_of=start, anchor=start, goals=goals or (goal(500),))


class TestPaidSooner:
    """600 by 1 June, on Thursdays from 15 January on: 19 payments of 29.46, and 29.26 as the last one.

    Planned again on 1 March, 382.78 are left, which are 12 x 29.46 + 29.26, and 207.10 are there. Payments of
    29.45 would do, but twelve of them earn less interest. So all thirteen would come to 382.79.
    """

    MARCH = date(2026, 3, 1)

    def on_first_of_march(self, left: str = "382.78") -> PlanInput:
        half_paid = saver(600, 5, cadence=THURSDAYS, already_there=Decimal("207.10"))
        return PlanInput(self.MARCH, Finances(ZERO, ZERO, ZERO), (half_paid,), NEW_YEAR, carried_in=Decimal(left))

    def test_where_level_payments_come_to_a_cent_more_than_is_left(self) -> None:
        (state,) = solve(self.on_first_of_march(), Needs(self.on_first_of_march().calendar))
        assert (state.need.level, state.need.total, state.room) == (29_45, 382_79, 382_78)
        assert state.offers == [29_46] * 12 + [29_26]
        assert (state.missing, state.feasibility) == (0, "Tight")

    def test_is_undone_where_interest_makes_up_for_nothing(self) -> None:
        """At 1.2 % 100 and 100 grow to 200.30. A cent less is a cent missing, also if 64 cents earn 0.06 more."""
        small = goal("200.30", 2, annual_rate=Decimal("1.2"))
        case = PlanInput(NEW_YEAR, Finances(ZERO, ZERO, ZERO), (small,), carried_in=money("199.99"))
        (state,) = solve(case, Needs(case.calendar))
        assert (state.missing, state.offers) == (1, [100_00, 99_99])

    def test_is_no_worse_than_at_best(self) -> None:
        case = self.on_first_of_march()
        assert at_best(case, Needs(case.calendar), [0], 0, ChosenAmounts()).arrives
