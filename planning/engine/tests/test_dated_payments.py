"""Plans on money with dates, with interest, days of their own and chosen amounts: followed payment by payment."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.money import ZERO
from planning.engine.cadence import Cadence, Payment
from planning.engine.model import Finances, GoalInput, GoalPlan, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.payment_days import place
from planning.engine.plan import make_plan
from planning.engine.portions import DatedPortion, spread_on_days
from planning.engine.tests.builders import card, goal, money
from planning.engine.tests.lumpy import Listed, a_case, cents, with_cycles, with_passed_dates
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONTHS = 620


def interest_on(cents_there: int, rate: Decimal) -> int:
    return int((Decimal(cents_there) * rate / 1200).quantize(Decimal(1), ROUND_HALF_UP))


def month_of(case: PlanInput, day: date) -> int:
    month = 0
    while case.calendar.day(month + 1) <= day:
        month += 1
    return month


@cache
def planned(seed: int, debts: bool, cycles: bool) -> tuple[PlanInput, Plan]:
    case = a_case(seed, rates=True, own_days=True, chosen=True, debts=debts)
    case = with_cycles(case, seed) if cycles else case
    return case, make_plan(case, with_alternatives=False)


def payments_of(case: PlanInput, plan: Plan) -> list[tuple[date, bool, int]]:
    """Each payment: its day, whether it isn't for debts, and its cents."""
    return [
        (paid.date, not wanted.debts, cents(paid.amount))
        for wanted, made in zip(case.goals, plan.goals, strict=True)
        for paid in made.payments
    ]


def lacking_at_date(case: PlanInput, wanted: GoalInput, made: GoalPlan) -> int:
    """What a goal lacks at its date, if every payment is made: the month's interest is on what is there first."""
    months = max(1, sum(case.calendar.day(month) < wanted.target_date for month in range(99)))
    there = cents(wanted.already_there)
    for month in range(months):
        start, end = case.calendar.day(month), case.calendar.day(month + 1)
        paid = [(each.date, cents(each.amount)) for each in made.payments if start <= each.date < end]
        first = sum(amount for on, amount in paid if on == start)
        later = sum(amount for on, amount in paid if start < on < max(wanted.target_date, start))
        there += first + later + interest_on(there + first, wanted.annual_rate)
    return max(0, cents(wanted.target_amount) - there)


def assert_money_has_arrived(case: PlanInput, plan: Plan) -> None:
    money = Listed(case, MONTHS)
    by = money.by()
    given = 0
    for on, is_debt_free, amount in sorted(payments_of(case, plan)):
        given += amount
        month = month_of(case, on)
        # A payment on debts is the last of its month, before the next one's money and expenses.
        tomorrow = date.fromordinal(on.toordinal() + 1)
        there = money.undated(month) + money.arriving(month, tomorrow) if is_debt_free else 0
        assert given <= by[month] + there, on


def assert_brings_what_is_said(case: PlanInput, plan: Plan) -> None:
    for each, made in zip(case.goals, plan.goals, strict=True):
        if not each.debts and each.target_date > case.as_of:
            assert lacking_at_date(case, each, made) == cents(made.shortfall), each.name


CASES = [
    *((seed, False, False) for seed in (*range(150), 184, 242, 445, 618, 673, 4373)),
    *((seed, True, False) for seed in range(50)),
    *((seed, False, True) for seed in range(80)),
    *((seed, True, True) for seed in range(20)),
]


@pytest.mark.parametrize(("seed", "debts", "cycles"), CASES)
class TestPayments:
    def test_are_made_of_money_that_has_arrived(self, seed: int, debts: bool, cycles: bool) -> None:
        assert_money_has_arrived(*planned(seed, debts, cycles))

    def test_bring_what_the_plan_says(self, seed: int, debts: bool, cycles: bool) -> None:
        assert_brings_what_is_said(*planned(seed, debts, cycles))

    def test_tell_what_the_room_is_made_of(self, seed: int, debts: bool, cycles: bool) -> None:
        case, plan = planned(seed, debts, cycles)
        for each, made in zip(case.goals, plan.goals, strict=True):
            if each.chosen_monthly is None and "money_by_then" in made.explanation.facts:
                assert sum_of_room(made) == made.explanation.facts["room"], each.name


@pytest.mark.parametrize("seed", [*range(60), 105])
def test_payments_of_goals_in_time_are_as_promised_beside_overdue_ones(seed: int) -> None:
    case = with_passed_dates(a_case(seed, rates=True, own_days=True, chosen=True), seed)
    plan = make_plan(case, with_alternatives=False)
    assert_money_has_arrived(case, plan)
    assert_brings_what_is_said(case, plan)


def sum_of_room(made: GoalPlan) -> Decimal:
    facts = made.explanation.facts
    less: Decimal = sum(facts[name] for name in ("lacking", "held_back", "taken_ahead", "paid_elsewhere"))
    more: Decimal = facts["money_by_then"] + facts["carried_in"] + facts["paid_beyond"]
    return max(ZERO, more - less)


def test_a_payment_that_counts_on_no_interest_is_on_a_payday_though_the_first_day_has_the_money() -> None:
    """Late payments of another goal are known only at the end, and leave more on the first day than it counts."""
    case = a_case(4373, rates=True, own_days=True, chosen=True)
    plan = make_plan(case, with_alternatives=False)
    assert [
        lacking_at_date(case, *each) for each in zip(case.goals, plan.goals, strict=True) if not each[0].debts
    ] == [cents(made.shortfall) for each, made in zip(case.goals, plan.goals, strict=True) if not each.debts]


def test_a_goal_that_is_due_now_waits_for_no_goal_that_is_due_later_in_the_month() -> None:
    """350 are there today, and 500 arrive in time for the other one."""
    later = Flow(Decimal(500), PayFrequency.ONCE, date(2027, 7, 9))
    weekly = Cadence(Frequency.WEEKLY, 3, date(2027, 5, 31))
    overdue = goal(400, target_date=date(2027, 6, 5), cadence=weekly)
    finances = Finances(Decimal("2350.00"), Decimal("2000.00"), ZERO, incomes=(later,))
    inputs = PlanInput(date(2027, 6, 30), finances, (goal(150, target_date=date(2027, 7, 27)), overdue))
    _, made = make_plan(inputs, with_alternatives=False).goals
    assert (made.explanation.facts["room"], made.explanation.facts["taken_ahead"]) == (350, 0)
    assert sum_of_room(made) == 350


def test_a_goal_is_paid_by_its_date_before_one_that_is_due_later() -> None:
    """100 come on each 10th and 20th. The first goal takes all of two months: 200 earn 2.00 in February.

    In March the last one, due on the 15th, needs the first 100, although the other one is more important.
    """
    paydays = tuple(Flow(Decimal(100), PayFrequency.MONTHLY, date(2026, 1, day)) for day in (10, 20))
    finances = Finances(Decimal("2000.00"), Decimal("2000.00"), ZERO, incomes=paydays)
    earning = goal(402, target_date=date(2026, 3, 1), priority="High", annual_rate=Decimal(12))
    important = goal(100, target_date=date(2026, 4, 1), priority="High")
    near = goal(100, target_date=date(2026, 3, 15), priority="Low")
    case = PlanInput(date(2026, 1, 1), finances, (earning, important, near))
    made = make_plan(case, with_alternatives=False).goals
    assert [each.shortfall for each in made] == [0, 0, 0]
    assert [[paid.date for paid in each.payments][-1] for each in made[1:]] == [
        date(2026, 3, 20),
        date(2026, 3, 10),
    ]


class TestPlace:
    PAYDAYS = ((date(2026, 1, 10), 100), (date(2026, 1, 20), 100))

    def placed(self, *amounts: int) -> list[int]:
        """The days on which these are paid with 100 on the first, 100 on the 10th and 100 on the 20th."""
        return [day.day for day in place(date(2026, 1, 1), 100, self.PAYDAYS, (), amounts)]

    def test_pays_in_order_on_the_first_day_with_enough_money(self) -> None:
        assert self.placed(60, 60, 60) == [1, 10, 10]
        assert self.placed(100, 1) == [1, 10]

    def test_counts_what_comes_on_the_first_day_and_what_is_paid_on_days_of_their_own(self) -> None:
        """100 come on the 1st and 100 on the 11th, of which 80 are paid on the 15th; 30 come on the 21st."""
        arrivals = [(date(2026, 1, day), amount) for day, amount in ((1, 100), (11, 100), (21, 30), (31, 1))]
        fixed = [(date(2026, 1, 15), 80)]
        for amount, day in ((100, 1), (101, 11), (120, 11), (121, 21), (150, 21), (151, 31)):
            assert place(date(2026, 1, 1), 0, arrivals, fixed, [amount]) == [date(2026, 1, day)]

    def test_a_smaller_payment_takes_what_an_earlier_one_could_not_use(self) -> None:
        assert self.placed(150, 40) == [10, 1]

    @given(st.lists(st.integers(1, 150), max_size=6), st.integers(1, 150))
    def test_no_payment_makes_one_before_it_later(self, amounts: list[int], more: int) -> None:
        assert self.placed(*amounts, more)[:-1] == self.placed(*amounts)


def test_a_month_without_a_day_is_none_that_was_missed() -> None:
    """Its share stays as it was, also if the month has no money left."""
    near, far = DatedPortion([1, 1], 50, 50), DatedPortion([1, 0, 1], 99, 50)
    spread_on_days([near, far], [100, 0, 100])
    assert (near.paid, far.paid) == ([50, 0], [50, 49])
    late, missing = DatedPortion([1, 1], 100, 50), DatedPortion([1, 1, 1, 1], 40, 10)
    spread_on_days([late, missing], [55, 45, 100, 0])
    assert (late.paid, missing.paid) == ([50, 50], [0, 0, 20, 20])


def test_what_was_put_in_before_its_money_came_is_not_taken_off_late_payments_too() -> None:
    """1 000 come on the 20th, and 400 were put in before: 600 are left of January, on the 28th."""
    finances = Finances(
        money(0), money(0), money(0), incomes=(Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 20)),)
    )
    late = goal(
        3000,
        target_date=date(2025, 12, 30),
        added=money(400),
        cadence=Cadence(Frequency.MONTHLY, 28, date(2026, 1, 1)),
    )
    made = make_plan(PlanInput(date(2026, 1, 5), finances, (late,), date(2026, 1, 1))).goals[0]
    assert made.this_month == 600
    assert [*made.payments] == [
        Payment(date(2026, 1, 28), money(600)),
        Payment(date(2026, 2, 28), money(1000)),
        Payment(date(2026, 3, 28), money(1000)),
    ]


def test_what_comes_after_a_date_is_there_for_others_beside_debts_too() -> None:
    """100 come today and 100 on the 15th. 50 are paid for the 10th, so 150 are left for the end of the month."""
    paydays = tuple(Flow(Decimal(100), PayFrequency.MONTHLY, date(2026, 1, day)) for day in (1, 15))
    finances = Finances(Decimal("2010.00"), Decimal("2000.00"), money(10), incomes=paydays)
    near = goal(50, target_date=date(2026, 1, 10), priority="High")
    other = goal(140, target_date=date(2026, 2, 1))
    debts = goal(100, target_date=date(2026, 6, 1), priority="Low", debts=(card(100, 0, 10),))
    made = make_plan(PlanInput(date(2026, 1, 1), finances, (near, other, debts)), with_alternatives=False).goals
    assert [each.shortfall for each in made] == [0, 0, 0]
    assert [paid.date for paid in made[1].payments] == [date(2026, 1, 15)]
