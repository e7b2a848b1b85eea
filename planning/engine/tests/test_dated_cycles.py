"""The cycles of recurring goals where money arrives on days: each is paid on paydays, as a goal that is alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planning.engine.cadence import Cadence
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.vocabulary import Feasibility, Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

START = date(2026, 11, 29)


def monthly(amount: int, day: date) -> Flow:
    return Flow(money(amount), PayFrequency.MONTHLY, day)


def annual(amount: int, day: date) -> Flow:
    return Flow(money(amount), PayFrequency.ANNUAL, day)


def paid_on_days(*incomes: Flow) -> Finances:
    return Finances(money(0), money(2000), money(0), incomes)


ON_THE_10TH = paid_on_days(monthly(2100, date(2026, 12, 10)))


def bill(target: int, first: date, repeat: int, cycle_of: date | None = None, **changes: Any) -> GoalInput:
    """A recurring goal; with `cycle_of` in the cycle that ends then, the one before ended on `first`."""
    kind = {"repeat_every_months": repeat, "priority": "High", "name": "bill", "target_date": cycle_of or first}
    begun: dict[str, Any] = {"starts": first, "first_date": first} if cycle_of else {}
    return goal(target, **{**kind, **begun, **changes})


def plans(finances: Finances, *goals: GoalInput, as_of: date = START, **changes: Any) -> tuple[GoalPlan, ...]:
    asked = replace(PlanInput(as_of, finances, goals, START), **changes)
    return make_plan(asked, with_alternatives=False).goals


def paid(plan: GoalPlan, until: date) -> list[tuple[date, Decimal | int]]:
    return [(payment.date, payment.amount) for payment in plan.payments if payment.date < until]


class TestPaydays:
    def test_each_cycle_of_a_month_is_paid_on_the_payday_before_its_date(self) -> None:
        """Its day of the calendar, the 29th, comes before the money."""
        [plan] = plans(ON_THE_10TH, bill(100, date(2026, 12, 15), 1))
        days = [date(2026, 12, 10), *(date(2027, month, 10) for month in range(1, 13))]
        assert paid(plan, date(2027, 12, 15)) == [(day, 100) for day in days]

    def test_no_money_of_later_cycles_is_carried_on(self) -> None:
        asked = PlanInput(START, ON_THE_10TH, (bill(100, date(2026, 12, 15), 1),))
        assert [month.carried for month in make_plan(asked).cash_flow][:12] == [0] * 12

    def test_the_next_cycle_is_planned_as_it_was_before_the_first_one_ended(self) -> None:
        [before] = plans(ON_THE_10TH, bill(100, date(2026, 12, 15), 1))
        second = bill(100, date(2026, 12, 15), 1, cycle_of=date(2027, 1, 15))
        after, once = (
            plans(ON_THE_10TH, each, as_of=date(2026, 12, 16), paid_elsewhere=money(100))[0]
            for each in (second, goal(100, target_date=date(2027, 1, 15)))
        )
        assert after.shortfall == once.shortfall == 0
        assert after.feasibility is once.feasibility is Feasibility.TIGHT
        assert after.allocated_monthly == after.required_monthly == 100
        assert after.projected_completion_date == date(2027, 1, 10)
        assert paid(after, date(2027, 12, 15)) == paid(before, date(2027, 12, 15))[1:]
        assert [point.date for point in after.schedule] == [START, date(2027, 1, 10)]
        assert [point.amount for point in after.schedule] == [0, 100]

    def test_a_bill_of_1200_a_year_asks_for_100_a_month_every_year_beside_a_long_goal(self) -> None:
        finances = paid_on_days(monthly(2600, date(2026, 12, 10)))
        yearly = bill(1200, date(2027, 11, 29), 12)
        long = goal(100_000, target_date=date(2036, 11, 29), priority="Low")
        plan, rest = plans(finances, yearly, long)
        payments = paid(plan, date(2036, 11, 29))
        assert {amount for _, amount in payments} == {100}
        assert [day for day, _ in payments] == [date(2026, 12, 10)] + [
            date(2027 + month // 12, 1 + month % 12, 10) for month in range(119)
        ]
        assert {amount for _, amount in paid(rest, date(2036, 11, 29))} == {500}

    def test_a_goal_of_its_own_with_the_numbers_of_the_second_cycle_is_paid_alike(self) -> None:
        """Where the second cycle begins with a month of the calendar, the same months share the same amount."""
        as_of = date(2027, 11, 29)
        second = bill(1200, as_of, 12, cycle_of=date(2028, 11, 29))
        alone = goal(1200, target_date=second.target_date)
        first, once = (plans(ON_THE_10TH, each, as_of=as_of)[0] for each in (second, alone))
        assert paid(first, second.target_date) == paid(once, second.target_date)
        assert first.pace == once.pace

    def test_a_cycle_that_starts_in_mid_month_shares_from_the_next_date_on(self) -> None:
        """From 15 December its dates are the 29th of twelve months, each paid on the 10th after it."""
        finances = paid_on_days(monthly(2150, date(2026, 12, 10)))
        [plan] = plans(finances, bill(1200, date(2026, 12, 15), 12))
        assert paid(plan, date(2026, 12, 15)) == [(date(2026, 12, 10), 150)]
        days = [date(2027, month, 10) for month in range(1, 13)]
        assert paid(plan, date(2027, 12, 15))[1:] == [(day, 100) for day in days]

    def test_a_month_that_has_less_than_the_share_gives_what_it_has(self) -> None:
        """350 come in four months, but only 50 in January: less than 350 / 4, so later months share the rest."""
        repair = Flow(money(50), PayFrequency.ONCE, date(2027, 1, 20))
        second = bill(400, date(2026, 12, 15), 4, cycle_of=date(2027, 4, 15))
        finances = replace(ON_THE_10TH, planned=(repair,))
        [plan] = plans(finances, second, as_of=date(2026, 12, 16), paid_elsewhere=money(100))
        assert plan.shortfall == 50
        assert paid(plan, second.target_date) == [
            (date(2027, 1, 10), 50),
            (date(2027, 2, 10), 100),
            (date(2027, 3, 10), 100),
            (date(2027, 4, 10), 100),
        ]

    def test_a_cycle_of_half_a_year_takes_what_a_bonus_brings(self) -> None:
        """Nothing is left but 700 on each 20 June and 20 December, of which a cycle takes 600, in two months."""
        bonuses = annual(700, date(2026, 12, 20)), annual(700, date(2027, 6, 20))
        finances = replace(paid_on_days(*bonuses), monthly_income=money(2000))
        half_yearly = bill(600, date(2027, 1, 10), 6)
        [before] = plans(finances, half_yearly)
        assert paid(before, date(2027, 1, 10)) == [(date(2026, 12, 20), 300), (date(2026, 12, 29), 300)]
        # 100 are left: the second cycle's first date is 29 January, and its share 600 / 6.
        assert paid(before, date(2027, 7, 10))[2:] == [
            (date(2027, 1, 29), 100),
            (date(2027, 6, 20), 250),
            (date(2027, 6, 29), 250),
        ]
        second = bill(600, date(2027, 1, 10), 6, cycle_of=date(2027, 7, 10))
        [after] = plans(finances, second, as_of=date(2027, 1, 29), carried_in=money(100))
        assert after.shortfall == 0
        assert paid(after, date(2028, 1, 10)) == paid(before, date(2028, 1, 10))[2:]

    def test_what_was_put_in_before_the_first_share_is_part_of_the_cycle(self) -> None:
        second = bill(100, date(2026, 12, 15), 1, cycle_of=date(2027, 1, 15), added=money(40))
        [plan] = plans(ON_THE_10TH, second, as_of=date(2026, 12, 16), paid_elsewhere=money(60))
        assert (plan.paid_this_month, plan.this_month, plan.shortfall) == (money(40), money(0), money(0))
        assert paid(plan, date(2027, 2, 15)) == [(date(2027, 1, 10), 60), (date(2027, 2, 10), 100)]

    def test_a_chosen_amount_is_paid_on_paydays_in_every_cycle(self) -> None:
        chosen = bill(100, date(2026, 12, 15), 1, chosen_monthly=money(60))
        [plan] = plans(ON_THE_10TH, chosen)
        assert paid(plan, date(2027, 2, 15)) == [
            (date(2026, 12, 10), 60),
            (date(2027, 1, 10), 60),
            (date(2027, 2, 10), 60),
        ]


class TestOwnDays:
    def test_a_day_of_its_own_before_its_money_is_skipped_in_every_cycle(self) -> None:
        """On the 5th there is nothing of the first month, and in later months what the month before has left."""
        fifth = bill(100, date(2026, 12, 15), 1, cadence=Cadence(Frequency.MONTHLY, 5, START))
        finances = replace(paid_on_days(monthly(100, date(2026, 12, 10))), monthly_income=money(2000))
        [plan] = plans(finances, fifth)
        assert plan.shortfall == 100
        assert paid(plan, date(2027, 3, 15)) == [(date(2027, month, 5), 100) for month in (1, 2, 3)]

    def test_days_after_the_money_are_kept_in_every_cycle(self) -> None:
        twelfth = bill(100, date(2026, 12, 15), 1, cadence=Cadence(Frequency.MONTHLY, 12, START))
        [plan] = plans(ON_THE_10TH, twelfth)
        assert plan.shortfall == 0
        days = [date(2026, 12, 12), *(date(2027, month, 12) for month in (1, 2, 3))]
        assert paid(plan, date(2027, 3, 15)) == [(day, 100) for day in days]


class TestWithoutADateOfItsOwn:
    """Months begin on 30 January, 28 February and 30 March. From 31 January to 28 February no month begins."""

    def test_a_cycle_is_paid_on_the_payday_between_its_ends(self) -> None:
        finances = paid_on_days(monthly(2200, date(2026, 1, 30)), monthly(100, date(2026, 2, 5)))
        monthly_bill = bill(150, date(2026, 1, 31), 1)
        [plan] = plans(finances, monthly_bill, as_of=date(2026, 1, 30), anchor=date(2026, 1, 30))
        assert paid(plan, date(2026, 2, 28)) == [(date(2026, 1, 30), 150), (date(2026, 2, 5), 150)]

    def test_its_payment_is_no_earlier_than_its_start(self) -> None:
        finances = paid_on_days(monthly(2300, date(2026, 1, 30)))
        monthly_bill = bill(100, date(2026, 1, 31), 1)
        [plan] = plans(finances, monthly_bill, as_of=date(2026, 1, 30), anchor=date(2026, 1, 30))
        assert paid(plan, date(2026, 2, 28)) == [(date(2026, 1, 30), 100), (date(2026, 1, 31), 100)]

    def test_with_interest_neither_where_a_payday_is_before_its_start(self) -> None:
        """Months begin on the 28th, so none does from 31 January to 28 February; 100 come on the 29th."""
        finances = paid_on_days(monthly(2000, date(2026, 1, 28)), monthly(100, date(2026, 1, 29)))
        begins, ends, planned_on = date(2026, 1, 31), date(2026, 2, 28), date(2026, 1, 28)
        second = bill(100, begins, 1, cycle_of=ends, annual_rate=Decimal(12))
        [plan] = plans(finances, second, as_of=planned_on, anchor=planned_on)
        assert [point.date for point in plan.schedule] == [begins]
        assert paid(plan, ends) == [(begins, 100)]


class TestInterest:
    def test_a_payment_that_waits_for_its_payday_earns_none_for_its_month(self) -> None:
        """12 % a year: 100 on 10 January earn 1.00 from 29 January on; with 100 on 10 February there are 201."""
        second = bill(201, date(2026, 12, 15), 2, cycle_of=date(2027, 2, 15), annual_rate=Decimal(12))
        more = replace(second, target_amount=money("201.01"))
        enough, short = (
            plans(ON_THE_10TH, each, as_of=date(2026, 12, 16), paid_elsewhere=money(100))[0]
            for each in (second, more)
        )
        assert paid(enough, second.target_date) == [(date(2027, 1, 10), 100), (date(2027, 2, 10), 100)]
        assert enough.shortfall == 0
        assert short.shortfall == money("0.01")
