"""The solver in cents: raised claims, chosen amounts, and solving up to the dates only."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from planning.engine import claims
from planning.engine.allocation import plan_order
from planning.engine.chosen_amounts import ChosenAmounts
from planning.engine.goal_state import GoalState
from planning.engine.model import Debt, PlanInput
from planning.engine.needs import Needs
from planning.engine.solver import at_best, solve, solve_dates
from planning.engine.tests.builders import (
    CALENDAR,
    OF_EVERY_KIND,
    WITH_INTEREST,
    WITHOUT_INTEREST,
    card,
    goal,
    inputs,
    money,
    plan_inputs,
)
from planning.engine.tests.lumpy import a_case

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def solved(surplus: str | int, *goals: object) -> list[GoalState]:
    return solve(inputs(surplus, *goals), Needs(CALENDAR))  # type: ignore[arg-type]


def at_the_date(state: GoalState) -> tuple[int, ...]:
    """What `solve_dates` promises of a state."""
    return state.position, state.cycle, state.missing, state.needed, state.room


class TestSolve:
    def test_asks_for_more_when_waiting_costs_interest(self) -> None:
        far, near = solved(
            500, goal(6000, 24, "High", annual_rate=Decimal(12)), goal(1000, 2, "Low", annual_rate=Decimal(12))
        )
        assert (near.arrives, near.need.level) == (True, 49_259)
        assert far.trajectory.amounts == [741, 742, *[24_200] * 21, 24_191]
        assert (far.arrives, far.need.total, far.claim) == (True, 528_574, 533_874)

    @pytest.mark.parametrize("rate", ["5", "951"])
    def test_takes_bounded_effort_for_fifty_debts_over_a_century(self, rate: str) -> None:
        """The costliest of all plans are such: 60 000 months of debts, each simulated dozens of times."""
        debts = tuple(Debt("debt", money(10**7 + n), Decimal(rate), money(n)) for n in range(50))
        heavy = [goal(1, 1200 - n, name=f"{n}", debts=debts[10 * n : 10 * n + 10]) for n in range(5)]
        needs = Needs(CALENDAR)
        states = solve(inputs(10**8, *heavy), needs)
        assert all(state.need.level > 0 for state in states)
        assert needs.effort.spent < 2_000_000

    def test_counts_the_months_of_debts_that_free_their_minimums_also_without_dates(self) -> None:
        """What is free is added up for each month, up to the last date."""

        def steps(months: int) -> int:
            plan_input = inputs(500, goal(1, 12, "High", debts=(card(rate="0"),)), goal(10**6, months, "Low"))
            needs = Needs(CALENDAR)
            solve_dates(plan_input, needs)
            before = needs.effort.spent
            solve_dates(plan_input, needs)
            return needs.effort.spent - before

        assert steps(1200) - steps(600) > 300

    def test_ends_with_claims_beyond_any_room_when_raising_them_takes_long(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claims, "_LAST_SCALED_ATTEMPT", -1)
        monkeypatch.setattr(claims, "_MOST_LOWERED", 0)
        rate = Decimal(12)
        far, near = solved(500, goal(6000, 24, "High", annual_rate=rate), goal(1000, 2, "Low", annual_rate=rate))
        assert (far.arrives, far.claim, near.arrives) == (True, 600_000, True)

    def test_pays_late_goals_in_plan_order_also_one_whose_date_has_passed(self) -> None:
        """500 a month: the goal in time has two months, then the more important one that is overdue goes first."""
        in_time, overdue = solved(
            500, goal(1000, target_date=date(2025, 12, 1), priority="High"), goal(1200, 2, "Low", name="in time")
        )
        assert overdue.trajectory.amounts == [0, 0, 50_000, 50_000]
        assert in_time.trajectory.amounts == [50_000, 50_000, 0, 0, 20_000]

    def test_says_no_when_the_cents_of_rounded_interest_are_not_there(self) -> None:
        (state,) = solved("2.13", goal(13, 6, annual_rate=Decimal(6)))
        assert (state.missing, state.needed, state.room) == (1, 1279, 1278)
        (state,) = solved("2.14", goal(13, 6, annual_rate=Decimal(6)))
        assert state.arrives

    def test_shares_exactly_when_the_cents_of_rounded_interest_would_come_too_late(self) -> None:
        first, second = solved(
            "4.13", goal(13, 6, "High", annual_rate=Decimal(6)), goal(12, 6, "Low", name="without")
        )
        assert first.arrives
        assert not second.arrives

    def test_judges_a_chosen_amount_that_suffices_by_the_surplus(self) -> None:
        (state,) = solved(500, goal(1200, chosen_monthly=money(100)))
        assert (state.room, state.feasibility) == (600_000, "Comfortable")

    def test_judges_a_chosen_amount_that_does_not_by_what_it_comes_to(self) -> None:
        (state,) = solved(500, goal(1200, chosen_monthly=money(99)))
        assert (state.needed, state.room, state.feasibility) == (120_000, 118_800, "Unrealistic")

    def test_needs_what_is_missing_as_well_when_a_chosen_amount_comes_too_late(self) -> None:
        """The second gets 10 while the first is paid: enough in all, but too late to earn the interest."""
        first = goal(100, 1, "High", name="first", chosen_monthly=money(100))
        second = goal(923, 12, "Low", annual_rate=Decimal(12), chosen_monthly=money(78))
        _, late = solved(110, first, second)
        assert (late.claim, late.room, late.missing) == (86_467, 86_800, 51)
        assert late.needed == 86_851
        assert late.feasibility == "Unrealistic"


class TestSolveDates:
    @settings(max_examples=60)
    @given(plan_inputs(WITHOUT_INTEREST) | plan_inputs(OF_EVERY_KIND))
    def test_agrees_with_the_whole_plan(self, plan_input: PlanInput) -> None:
        whole, dates = (each(plan_input, Needs(plan_input.calendar)) for each in (solve, solve_dates))
        assert [*map(at_the_date, dates)] == [*map(at_the_date, whole)]

    @pytest.mark.parametrize("seed", range(60))
    @pytest.mark.parametrize("kind", [{}, {"rates": True}, {"own_days": True, "debts": True}])
    def test_agrees_with_the_whole_plan_where_money_has_dates(self, kind: dict[str, bool], seed: int) -> None:
        case = a_case(seed, chosen=True, longest=4, **kind)
        whole, dates = (each(case, Needs(case.calendar)) for each in (solve, solve_dates))
        assert [*map(at_the_date, dates)] == [*map(at_the_date, whole)]

    def test_sees_what_chosen_amounts_take_after_their_dates_from_months_that_lack_something(self) -> None:
        """Of January's 2 cents one is chosen, the other kept: from September on nothing is left for the chosen."""
        growing = replace(card("3.64", 60, "0.10"), min_payment_percent=Decimal("2.5"), min_payment_floor=money(0))
        goals = (
            goal("0.01", 0, "High", name="short"),
            goal("0.01", 0, "High", name="chosen", debts=(card("0.12", 0, 0),), chosen_monthly=money("0.01")),
            goal("0.01", 0, "High", name="debt", debts=(growing,)),
        )
        case = inputs("0.02", *goals)
        whole, dates = (each(case, Needs(case.calendar)) for each in (solve, solve_dates))
        assert [*map(at_the_date, dates)] == [*map(at_the_date, whole)]

    def test_serves_in_the_order_given(self) -> None:
        plan_input = inputs(100, goal(1200, 12, "High"), goal(1200, 12, "Low"))
        states = solve_dates(plan_input, Needs(CALENDAR), order=[1, 0])
        assert [(state.position, state.arrives) for state in states] == [(1, True), (0, False)]


class TestAtBest:
    @settings(max_examples=60)
    @given(plan_inputs(WITH_INTEREST) | plan_inputs(OF_EVERY_KIND))
    def test_meets_each_goal_that_is_met(self, plan_input: PlanInput) -> None:
        needs, order = Needs(plan_input.calendar), plan_order(plan_input.goals)
        for state in solve_dates(plan_input, needs):
            best = at_best(plan_input, needs, order, state.position, ChosenAmounts())
            assert best.room >= state.room
            assert best.arrives or not state.arrives

    @settings(max_examples=60)
    @given(plan_inputs(WITHOUT_INTEREST))
    def test_is_exact_without_interest(self, plan_input: PlanInput) -> None:
        needs, order = Needs(plan_input.calendar), plan_order(plan_input.goals)
        for state in solve_dates(plan_input, needs):
            best = at_best(plan_input, needs, order, state.position, ChosenAmounts())
            assert (best.room, best.needed) == (state.room, state.needed)
