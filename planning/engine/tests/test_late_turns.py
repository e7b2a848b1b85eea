"""Late goals take turns month by month: one whose date is still to come leaves what earlier months have over."""

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Cadence
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ON_THE_25TH = Cadence(Frequency.MONTHLY, 25, NEW_YEAR)


def planned(surplus: int, once: int, day: date, *goals: GoalInput) -> tuple[GoalPlan, ...]:
    """With 200 a month kept for minimum payments, and an income that comes once."""
    income = Flow(money(once), PayFrequency.ONCE, day)
    finances = Finances(money(surplus + 2200), money(2000), money(200), (income,))
    return make_plan(PlanInput(NEW_YEAR, finances, goals), with_alternatives=False).goals


def paid(made: GoalPlan) -> list[tuple[date, int]]:
    return [(each.date, int(each.amount)) for each in made.payments]


class TestTheCarIsDueBeforeTheIncomeOfItsLastMonth:
    """100 a month and 200 on 20 June. The car has 600 of its 1 000 by 15 June; the others are due in February."""

    CAR = goal(1000, priority="High", name="car", target_date=date(2026, 6, 15))

    def test_the_income_goes_to_the_goal_that_is_late_already(self) -> None:
        """A_6 = 800 less the 600 that are paid leaves 200 for what is late in June; July has 50 + 100."""
        desk = goal(150, priority="Low", name="desk", target_date=date(2026, 2, 15))
        car, desk_made = planned(100, 200, date(2026, 6, 20), self.CAR, desk)
        assert paid(desk_made) == [(date(2026, 6, 20), 150)]
        months = [
            (date(2026, 7, 1), 150),
            (date(2026, 8, 1), 100),
            (date(2026, 9, 1), 100),
            (date(2026, 10, 1), 50),
        ]
        assert paid(car)[6:] == months
        assert (car.shortfall, car.projected_completion_date) == (money(400), date(2026, 10, 1))

    def test_a_goal_that_is_not_done_waits_for_the_car_then(self) -> None:
        """The desk has June's 200, the lamp behind it nothing. Both go on once the car is done."""
        desk = goal(250, priority="Medium", name="desk", target_date=date(2026, 2, 15))
        lamp = goal(120, priority="Low", name="lamp", target_date=date(2026, 2, 15), cadence=ON_THE_25TH)
        car, desk_made, lamp_made = planned(100, 200, date(2026, 6, 20), self.CAR, desk, lamp)
        assert paid(car)[6:] == [(date(2026, month, 1), 100) for month in (7, 8, 9, 10)]
        assert paid(desk_made) == [(date(2026, 6, 20), 200), (date(2026, 11, 1), 50)]
        assert paid(lamp_made) == [(date(2026, 11, 25), 50), (date(2026, 12, 25), 70)]

    def test_on_days_of_its_own_a_goal_takes_its_turn_too(self) -> None:
        desk = goal(250, priority="Low", name="desk", target_date=date(2026, 2, 15))
        lamp = goal(100, priority="Medium", name="lamp", target_date=date(2026, 2, 15), cadence=ON_THE_25TH)
        car, desk_made, lamp_made = planned(100, 200, date(2026, 6, 20), self.CAR, desk, lamp)
        assert paid(lamp_made) == [(date(2026, 6, 25), 100)]
        assert paid(desk_made) == [(date(2026, 6, 20), 100), (date(2026, 11, 1), 100), (date(2026, 12, 1), 50)]
        assert car.projected_completion_date == date(2026, 10, 1)


def test_what_a_late_debt_frees_early_is_for_goals_that_are_late_then() -> None:
    """The loan's 360 are paid earlier than others count on, so its last minimum isn't due: the desk has these 100.
    The house comes before it, but is late only when a year has passed."""
    made = planned(
        120,
        1,
        date(2027, 3, 20),
        goal(5000, 1, "High", name="rent", primary=True),
        goal(1, 4, "High", name="loan", debts=(card(804, 24),)),
        goal(9000, 14, "Medium", name="house"),
        goal(150, 2, "Low", name="desk"),
    )
    assert made[1].projected_completion_date == date(2026, 6, 1)
    assert paid(made[3])[0] == (date(2026, 6, 1), 100)


def test_what_a_later_month_lacks_is_kept_too_in_the_month_in_which_a_late_goal_is_done() -> None:
    """100 a month, and 340 for an insurance in the nineteenth: 1 560 may be given by then. The car's last 30 of
    1 530 come in the sixteenth, so the desk has 30 there, and then nothing until the insurance is paid."""
    insurance = Flow(money(340), PayFrequency.ONCE, date(2027, 7, 10))
    finances = Finances(money(2100), money(2000), money(0), planned=(insurance,))
    car, desk = goal(1530, 2, "Medium", name="car"), goal(400, 1, "Low", name="desk")
    _, made = make_plan(PlanInput(NEW_YEAR, finances, (car, desk)), with_alternatives=False).goals
    months = [(4, 30), (8, 100), (9, 100), (10, 100), (11, 70)]
    assert paid(made) == [(date(2027, month, 1), amount) for month, amount in months]


def test_a_goal_that_never_has_its_turn_is_reached_by_its_interest() -> None:
    """The rent takes all that there ever is. At 1 % a month 500 are 1 000 after seventy months."""
    rent = goal(900_000, 4, "High", name="rent")
    desk = goal(1000, 2, "Low", name="desk", already_there=money(500), annual_rate=Decimal(12))
    _, made = planned(100, 1, date(2026, 3, 20), rent, desk)
    assert (paid(made), made.projected_completion_date) == ([], date(2031, 11, 1))


def test_debts_that_are_never_cleared_leave_the_last_month_of_all() -> None:
    """A month of debts is paid when it ends: the 600 months end with the last payment of savings."""
    loan = goal(200_000, 2, "High", name="loan", debts=(card(200_000, 24),))
    desk, lamp = (goal(150, 1, "Low", name=name) for name in ("desk", "lamp"))
    loan_made, desk_made, lamp_made = planned(100, 1, date(2026, 3, 20), loan, desk, lamp)
    assert paid(loan_made)[-1] == (date(2076, 1, 1), 100)  # of December 2075
    assert (paid(desk_made), paid(lamp_made)) == ([(date(2076, 1, 1), 100)], [])
