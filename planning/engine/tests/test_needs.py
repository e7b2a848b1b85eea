"""What goals need, and the relation of their dates and months."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.dates import Calendar, instalment_count, payment_count
from planning.engine.debts.avalanche import Avalanche
from planning.engine.levels import Levels
from planning.engine.model import Debt, PlanInput
from planning.engine.needs import Needs, date_with_months, last_month, months_with
from planning.engine.plan import make_plan
from planning.engine.tests.builders import (
    CALENDAR,
    DEBTS,
    NEW_YEAR,
    OF_EVERY_KIND,
    card,
    cents,
    goal,
    money,
    plan_inputs,
)
from planning.engine.tests.lumpy import a_case
from planning.engine.trajectory import DebtPayoff

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestNeedOf:
    def test_is_the_level_payment_rounded_up(self) -> None:
        need = Needs(CALENDAR).of(goal(10000, 10, annual_rate=Decimal(6)))
        assert (need.months, need.level) == (10, 97_285)

    def test_pays_for_the_interest_lost_by_rounding(self) -> None:
        """The formula gives 32.53, with which the rounded interest of twelve months leaves a cent missing."""
        assert Needs(CALENDAR).of(goal(400, annual_rate=Decimal("4.5"))).level == 3254

    @given(cents(500_000, least=1), cents(100_000), st.integers(1, 120), st.integers(0, 100_000))
    def test_is_the_smallest_payment_that_arrives(
        self, target: Decimal, saved: Decimal, months: int, rate: int
    ) -> None:
        each = goal(str(target), months, already_there=saved, annual_rate=Decimal(rate).scaleb(-3))
        need = Needs(CALENDAR).of(each)
        assert sum(need.simulate([need.level] * months).amounts) == need.total
        assert not need.missing([need.level] * months)
        assert not need.level or need.missing([need.level - 1] * months)

    @settings(max_examples=30)
    @given(st.tuples(DEBTS, DEBTS), st.integers(1, 60))
    def test_of_debts_is_a_payment_that_clears_them_where_a_cent_less_does_not(
        self, debts: tuple[Debt, ...], months: int
    ) -> None:
        need = Needs(CALENDAR).of(goal(1, months, debts=debts))
        assert not need.missing([need.level] * months)
        assert not need.level or need.missing([need.level - 1] * months)

    def test_of_linked_debts_is_what_they_draw(self) -> None:
        need = Needs(CALENDAR).of(goal(1, 12, debts=(card(),)))
        assert isinstance(need, DebtPayoff)
        assert (need.months, need.level, need.minimums, need.owed) == (12, 34_425, 10_000, 500_000)

    def test_looks_a_hundred_years_ahead(self) -> None:
        assert Needs(CALENDAR).of(goal(target_date=date.max)).months == 1200

    def test_is_worked_out_once(self) -> None:
        needs = Needs(CALENDAR)
        assert needs.of(goal(name="a")) is needs.of(goal(name="b"))

    @settings(max_examples=50)
    @given(plan_inputs(OF_EVERY_KIND), cents(5_000, least=1))
    def test_known_from_another_plan_changes_neither_a_plan_nor_its_effort(
        self, plan_input: PlanInput, more: Decimal
    ) -> None:
        finances = plan_input.finances
        richer = replace(finances, monthly_income=finances.monthly_income + more)
        changed = replace(plan_input, finances=richer)
        assert_same_with_levels_of(plan_input, changed)

    @pytest.mark.parametrize("seed", range(12))
    def test_known_from_another_plan_on_days_changes_neither_a_plan_nor_its_effort(self, seed: int) -> None:
        assert_same_with_levels_of(*on_days(seed))

    @pytest.mark.parametrize("seed", range(12))
    def test_remembers_of_another_plan_nothing_that_changes_a_plan(self, seed: int) -> None:
        """Goals on days of their own are simulated by the same objects, which remember what offers came to."""
        plan_input, changed = on_days(seed)
        used = Needs(changed.calendar)
        for each in (plan_input, changed, plan_input, changed):
            made = make_plan(each, with_alternatives=False, needs=used)
            assert made == make_plan(each, with_alternatives=False)

    @pytest.mark.parametrize("seed", range(12))
    def test_remembers_nothing_that_changes_what_a_search_finds(self, seed: int) -> None:
        plan_input, _ = on_days(seed)
        needs = Needs(plan_input.calendar)
        first = make_plan(plan_input, needs=needs)
        assert not any(each.explanation.facts.get("alternatives_complete") is False for each in first.goals)
        assert make_plan(plan_input, needs=needs) == first


def assert_same_with_levels_of(other: PlanInput, plan_input: PlanInput) -> None:
    levels = Levels()
    make_plan(other, needs=Needs(other.calendar, levels=levels))
    shared, own = Needs(plan_input.calendar, levels=levels), Needs(plan_input.calendar)
    assert make_plan(plan_input, needs=shared) == make_plan(plan_input, needs=own)
    assert shared.effort == own.effort


def on_days(seed: int) -> tuple[PlanInput, PlanInput]:
    """A plan with interest, where money and payments have days, and the same plan with more money."""
    plan_input = a_case(seed, rates=True, own_days=True, chosen=True, debts=seed % 2 == 1)
    finances = plan_input.finances
    richer = replace(finances, monthly_income=finances.monthly_income + money(1 + 7 * seed))
    return plan_input, replace(plan_input, finances=richer)


class TestDateWithMonths:
    @given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(2, 600))
    def test_is_the_first_date_with_so_many_instalments(self, as_of: date, months: int) -> None:
        day = date_with_months(goal(), Calendar(as_of, as_of), months)
        assert instalment_count(as_of, day) == months
        assert instalment_count(as_of, date.fromordinal(day.toordinal() - 1)) == months - 1

    @given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(1, 600))
    def test_is_the_first_date_with_so_many_debt_payments(self, as_of: date, months: int) -> None:
        day = date_with_months(goal(debts=(card(),)), Calendar(as_of, as_of), months)
        assert payment_count(as_of, day) == months
        assert payment_count(as_of, date.fromordinal(day.toordinal() - 1)) == months - 1


class TestMonthsWith:
    def test_counts_the_months_a_contribution_takes(self) -> None:
        assert months_with(goal(1000), CALENDAR, 10_000, most=600) == 10
        assert months_with(goal(1000, already_there=money(1)), CALENDAR, 10_000, most=600) == 10
        assert months_with(goal(1000), CALENDAR, 0, most=600) is None
        assert months_with(goal(1000), CALENDAR, 10_000, most=9) is None

    def test_lets_interest_help(self) -> None:
        assert months_with(goal(1000, annual_rate=Decimal(60)), CALENDAR, 10_000, most=600) == 8

    @settings(max_examples=30)
    @given(st.integers(1, 100_000))
    def test_clears_debts(self, monthly: int) -> None:
        linked = goal(debts=(card(),))
        months = months_with(linked, CALENDAR, monthly, most=600)
        assert months is not None
        assert (
            not DebtPayoff(Avalanche(linked.debts, CALENDAR), months, monthly).simulate([monthly] * months).missing
        )
        if months > 1:
            assert (
                DebtPayoff(Avalanche(linked.debts, CALENDAR), months - 1, monthly)
                .simulate([monthly] * (months - 1))
                .missing
            )


class TestLastMonth:
    def test_is_600_months_ahead_while_there_are_dates(self) -> None:
        assert [last_month(day) for day in (NEW_YEAR, date(9999, 11, 5), date.max)] == [600, 1, 0]
