"""A month that has begun: what was put in is counted once, and planning again changes nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fincred.money import ZERO
from planning.engine.dates import Calendar
from planning.engine.model import GoalPlan, Plan, PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, cents, goal, goals, inputs, money, plan_inputs
from planning.vocabulary import Feasibility

pytestmark = [pytest.mark.unit, pytest.mark.planning]

GENTLE = settings(max_examples=60)
RATES = st.sampled_from(["0", "0.5", "3.25", "12", "60"])
CHOICES = st.lists(st.booleans(), min_size=6, max_size=6)
TENTH = date(2026, 1, 10)
DAYS = st.sampled_from([NEW_YEAR, TENTH])


def sums(*amounts: int) -> tuple[Decimal, ...]:
    return tuple(map(money, amounts))


def told(made: GoalPlan) -> tuple[object, ...]:
    """What planning again must not change. (What a goal behind got is no longer there for it, so its room may.)"""
    amounts = [instalment.amount for instalment in made.schedule]
    arrives = made.feasibility != Feasibility.UNREALISTIC
    return made.required_monthly, made.allocated_monthly, made.shortfall, arrives, amounts


def in_time(plan_input: PlanInput, day: date) -> PlanInput:
    """Without the goals whose date has come by the day."""
    return replace(plan_input, goals=tuple(each for each in plan_input.goals if each.target_date > day))


def again(before: PlanInput, plan: Plan, day: date, paid: list[bool]) -> PlanInput:
    """The input on a later day of the month, with the first payments of some goals made on its first day."""
    changed = []
    for each, made, is_paid in zip(before.goals, plan.goals, paid, strict=False):
        added = made.this_month if is_paid else ZERO
        changed.append(replace(each, added=added, earning=each.already_there + added))
    return replace(before, as_of=day, anchor=before.as_of, goals=tuple(changed))


class TestPlanningAgain:
    @GENTLE
    @given(plan_inputs(goals(chosen=st.none() | cents(50_000))), st.integers(0, 27), CHOICES)
    def test_changes_nothing_on_any_day_of_the_month(self, before: PlanInput, days: int, paid: list[bool]) -> None:
        day = before.as_of + timedelta(days=days)
        before = in_time(before, day)
        plan = make_plan(before, with_alternatives=False)
        later = make_plan(again(before, plan, day, paid), with_alternatives=False)
        assert list(map(told, later.goals)) == list(map(told, plan.goals))
        for old, new, is_paid in zip(plan.goals, later.goals, paid, strict=False):
            assert new.paid_this_month == (old.this_month if is_paid else 0)
            assert new.this_month == (0 if is_paid else old.this_month)
        assert later.summary.buffer_remaining == plan.summary.buffer_remaining

    @GENTLE
    @given(plan_inputs(goals(rates=RATES), cents(10**8, least=10**7)), st.integers(0, 27))
    def test_changes_nothing_once_all_is_paid_even_with_interest(self, before: PlanInput, days: int) -> None:
        day = before.as_of + timedelta(days=days)
        before = in_time(before, day)
        plan = make_plan(before, with_alternatives=False)
        later = make_plan(again(before, plan, day, [True] * 6), with_alternatives=False)
        assert list(map(told, later.goals)) == list(map(told, plan.goals))

    @GENTLE
    @given(plan_inputs(goals(rates=RATES)), st.integers(0, 27), CHOICES, cents(30_000))
    def test_never_asks_for_more_than_the_month_leaves(
        self, before: PlanInput, days: int, paid: list[bool], elsewhere: Decimal
    ) -> None:
        plan = make_plan(before, with_alternatives=False)
        later = again(before, plan, before.as_of + timedelta(days=days), paid)
        later = replace(later, paid_elsewhere=elsewhere)
        summary = make_plan(later, with_alternatives=False).summary
        put_in = elsewhere + sum(each.added for each in later.goals)
        left = max(ZERO, max(ZERO, before.finances.surplus) - put_in)
        assert summary.total_allocated_contributions <= left
        assert summary.buffer_remaining == left - summary.total_allocated_contributions


class TestWhatWasPutIn:
    """850 a month; 1 700 High and 850 Low, both in two months."""

    def planned(self, added: int) -> tuple[GoalPlan, ...]:
        return make_plan(inputs(850, goal(1700, 2, "High", added=money(added)), goal(850, 2, "Low"))).goals

    def test_is_taken_off_the_months_money_and_stays_part_of_the_ask(self) -> None:
        for added in (0, 850):
            high, low = self.planned(added)
            assert (high.required_monthly, high.shortfall, low.shortfall) == sums(850, 0, 850)
            assert (high.paid_this_month, high.this_month) == sums(added, 850 - added)
            assert low.explanation.facts["taken_ahead"] == 1700

    def test_of_goals_behind_and_of_ended_ones_is_not_there_for_a_goal(self) -> None:
        low = goal(500, 2, "Low", added=money(150), name="low")
        (high, _) = make_plan(replace(inputs(500, goal(1000, 2, "High"), low), paid_elsewhere=money(50))).goals
        assert (high.shortfall, high.explanation.facts["paid_elsewhere"]) == sums(200, 200)
        assert "less 200.00 put elsewhere this month, leaves room for 800.00" in high.explanation.text

    def test_can_be_more_than_the_month_leaves(self) -> None:
        high, low = self.planned(1000)
        assert (high.this_month, high.shortfall, low.shortfall) == sums(0, 0, 700)
        assert [paid.amount for paid in high.schedule] == [1000, 700]

    def test_can_be_all_that_is_needed(self) -> None:
        high, low = self.planned(1700)
        assert (high.feasibility, low.shortfall) == (Feasibility.COMFORTABLE, money(0))
        assert high.projected_completion_date == NEW_YEAR
        text = "for 2 months, and 850.00 beyond it put in this month, leaves room for 2,550.00"
        assert text in high.explanation.text

    def test_can_be_more_than_is_needed(self) -> None:
        (made,) = make_plan(inputs(0, goal(1000, 12, added=money(990), annual_rate=Decimal(12)))).goals
        assert (made.shortfall, made.this_month) == sums(0, 0)
        assert [paid.amount for paid in made.schedule] == [990, *[0] * 11]

    def test_counts_for_a_chosen_amount_too(self) -> None:
        (made,) = make_plan(inputs(500, goal(600, 6, chosen_monthly=money(100), added=money(40)))).goals
        assert (made.paid_this_month, made.this_month, made.shortfall) == sums(40, 60, 0)
        assert [paid.amount for paid in made.schedule] == [100] * 6

    def test_shares_the_rest_anew_when_it_is_more_than_a_share(self) -> None:
        (made,) = make_plan(inputs(500, goal(1200, 12, added=money(540)))).goals
        assert [paid.amount for paid in made.schedule] == [540, *[60] * 11]


class TestInterest:
    """At 12 % a month's interest is a hundredth."""

    def planned(self, **fields: Any) -> GoalPlan:
        each = goal(annual_rate=Decimal(12), **fields)
        return make_plan(replace(inputs(100, each, as_of=TENTH), anchor=NEW_YEAR)).goals[0]

    @pytest.mark.parametrize(("earning", "first"), [(None, 10), ("1000", 10), ("950", "9.50"), ("0", 0)])
    def test_of_a_month_that_has_begun_is_on_what_was_there_when_it_began(
        self, earning: str | None, first: str | int
    ) -> None:
        began_with = None if earning is None else money(earning)
        made = self.planned(
            target=10_000, months=2, already_there=money(900), added=money(100), earning=began_with
        )
        assert made.pace[:2] == ((TENTH, 1000), (date(2026, 2, 1), 1000 + Decimal(first)))
        assert made.pace[2][1] == money((1100 + Decimal(first)) * Decimal("1.01"))

    @GENTLE
    @given(
        st.tuples(cents(500_000, least=1), cents(100_000), cents(20_000)),
        st.integers(1, 24),
        st.integers(0, 60),
        DAYS,
    )
    def test_is_paid_for_by_the_smallest_amount_in_a_month_that_has_begun(
        self, amounts: tuple[Decimal, ...], months: int, rate: int, day: date
    ) -> None:
        target, saved, later = amounts
        each = goal(str(target), months, already_there=saved + later, earning=saved, annual_rate=Decimal(rate))

        def planned(**changes: Any) -> GoalPlan:
            plan_input = replace(inputs(10_000, replace(each, **changes), as_of=day), anchor=NEW_YEAR)
            return make_plan(plan_input, with_alternatives=False).goals[0]

        level = planned().required_monthly
        assert planned(chosen_monthly=level).shortfall == 0
        assert not level or planned(chosen_monthly=level - Decimal("0.01")).shortfall > 0

    def test_can_be_all_that_is_needed(self) -> None:
        made = self.planned(target=1000, months=3, already_there=money(971))
        assert (made.required_monthly, made.projected_completion_date) == (money(0), date(2026, 4, 1))

    def test_stops_the_payments_when_it_does_the_rest(self) -> None:
        made = self.planned(target=1000, months=3, already_there=money(900), chosen_monthly=money(80))
        assert [paid.amount for paid in made.schedule] == [Decimal("71.30"), 0, 0]
        assert made.projected_completion_date == date(2026, 4, 1)


class TestOverdueGoals:
    def test_come_after_those_that_can_be_in_time(self) -> None:
        past = goal(1000, 1, "High", target_date=TENTH)
        late, in_time = make_plan(
            replace(inputs(100, past, goal(300, 3, "Low"), as_of=TENTH), anchor=NEW_YEAR)
        ).goals
        assert (in_time.shortfall, late.shortfall, late.this_month) == sums(0, 1000, 0)

    def test_of_debts_have_no_payment_day_up_to_their_date(self) -> None:
        for day, this_month in ((date(2026, 1, 31), 0), (date(2026, 2, 1), 100)):
            debts = goal(1, 1, "High", target_date=day, debts=(card(1000, 12, 0),))
            assert make_plan(inputs(100, debts, goal(300, 3, "Low"))).goals[0].this_month == this_month


class TestCalendar:
    @given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 1500), st.integers(-400, 4000))
    def test_counts_from_the_latest_date_on_or_before_the_day(self, anchor: date, days: int, until: int) -> None:
        day = anchor + timedelta(days=days)
        calendar, target = Calendar(day, anchor), day + timedelta(days=until)
        assert calendar.start <= day < calendar.day(1)
        assert calendar.month_has_begun == (calendar.start < day)
        dates = [calendar.day(month) for month in range(200)]
        assert all(on.day == anchor.day or (on + timedelta(days=1)).day == 1 for on in dates)
        assert calendar.instalments(target) == max(1, sum(on < target for on in dates))
        assert calendar.payments(target) == sum(on <= target for on in dates[1:])


class TestLinkedDebts:
    """5 000 at 12 %, minimum 100, in 12 months: 344.25 a month above the minimum."""

    @pytest.mark.parametrize(("added", "left"), [("0", "344.25"), ("44.25", "300"), ("344.25", "0"), ("400", "0")])
    def test_ask_the_same_whatever_was_paid_this_month(self, added: str, left: str) -> None:
        linked = goal(5000, debts=(card(),), added=money(added), principal=money(50))
        (made,) = make_plan(replace(inputs(500, linked, as_of=TENTH), anchor=NEW_YEAR)).goals
        assert (made.required_monthly, made.this_month, made.shortfall) == (money("344.25"), money(left), money(0))
        assert made.schedule[0].date == date(2026, 2, 1)
        assert made.pace[:2] == ((TENTH, money(50)), (date(2026, 2, 1), money(50)))
        assert made.schedule[-1].balance == 0

    def test_are_expected_to_be_paid_off_up_to_the_target_also_where_more_is_due_today(self) -> None:
        linked = goal(1000, debts=(card(3000),), due=money(2000), due_principal=money(2000))
        (made,) = make_plan(inputs(2000, linked)).goals
        expected = [amount for _, amount in made.pace]
        assert (expected[0], expected[1], expected[-1]) == sums(0, 1000, 1000)

    def test_can_have_got_more_than_clears_them(self) -> None:
        (made,) = make_plan(inputs(500, goal(50, 2, debts=(card(50, 0, 40),), added=money(30)))).goals
        assert (made.schedule[0].amount, made.this_month, made.shortfall) == sums(30, 0, 0)
