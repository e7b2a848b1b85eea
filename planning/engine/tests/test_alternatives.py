"""Alternatives are exact: the goal is met with each of them, and not with one cent or day less."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings

from fincred.money import CENT
from planning.engine.allocation import plan_order
from planning.engine.alternatives import MAX_EFFORT, MAX_GOALS, find_alternatives
from planning.engine.cadence import Cadence
from planning.engine.dates import calendar_date, instalment_count
from planning.engine.model import Alternative, Debt, GoalInput, GoalPlan, PlanInput
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.sentences import ALTERNATIVES_CUT
from planning.engine.solver import solve, solve_dates
from planning.engine.tests.builders import (
    NEW_YEAR,
    OF_EVERY_KIND,
    WITH_INTEREST,
    WITHOUT_INTEREST,
    card,
    goal,
    inputs,
    money,
    plan_inputs,
)
from planning.vocabulary import AlternativeKind, Feasibility, Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ON_THE_20TH = Cadence(Frequency.MONTHLY, 20, NEW_YEAR)


def alternatives(surplus: str | int, *goals: GoalInput) -> tuple[Alternative, ...]:
    """The alternatives of the last goal."""
    return make_plan(inputs(surplus, *goals)).goals[-1].alternatives


def kinds(found: tuple[Alternative, ...]) -> list[str]:
    return [alternative.kind for alternative in found]


class TestAlternatives:
    def test_are_a_later_date_a_smaller_amount_and_more_money(self) -> None:
        assert alternatives(100, goal(1500, 12)) == (
            Alternative(AlternativeKind.LATER_DATE, target_date=date(2027, 3, 2)),
            Alternative(AlternativeKind.SMALLER_AMOUNT, target_amount=money(1200)),
            Alternative(AlternativeKind.MORE_MONEY, extra_monthly=money(25)),
        )

    def test_are_only_for_unrealistic_goals(self) -> None:
        assert alternatives(100, goal(1200, 12)) == ()

    def test_are_left_out_on_request(self) -> None:
        plan = make_plan(inputs(100, goal(1500, 12)), with_alternatives=False)
        assert plan.goals[0].alternatives == ()

    def test_close_the_gap_of_a_missing_surplus_first(self) -> None:
        assert (
            alternatives(-50, goal(1200, 12))
            == (
                Alternative(AlternativeKind.SMALLER_AMOUNT, target_amount=money(0)),
                Alternative(AlternativeKind.MORE_MONEY, extra_monthly=money(150)),
            )[1:]
        )

    def test_do_not_shrink_a_debt(self) -> None:
        assert kinds(alternatives(10, goal(5000, 12, debts=(card(),)))) == ["later_date", "more_money"]

    def test_do_not_go_below_what_is_saved(self) -> None:
        found = alternatives(0, goal(1200, 12, already_there=money(300)))
        assert Alternative(AlternativeKind.SMALLER_AMOUNT, target_amount=money(300)) in found

    def test_count_the_interest_of_what_was_put_in_and_is_not_asked_for(self) -> None:
        """Of 200, about 50 count as the payment of the 20th, which earns from the next month on.

        So they grow by 2 % of 150 to 203, and then to 207.06, 211.20 and 215.42. No money is left for payments.
        """
        saver = goal(1200, 4, annual_rate=Decimal(24), added=money(200), cadence=ON_THE_20TH)
        found = alternatives(0, saver)
        assert Alternative(AlternativeKind.SMALLER_AMOUNT, target_amount=money("215.42")) in found
        assert alternatives(0, replace(saver, target_amount=money("215.42"))) == ()
        assert alternatives(0, replace(saver, target_amount=money("215.43"))) != ()

    def test_count_that_interest_for_more_money_too(self) -> None:
        saver, other = (
            goal(target, months, annual_rate=Decimal(24), added=money(500), cadence=ON_THE_20TH)
            for target, months in ((1500, 2), (1000, 3))
        )
        plan = make_plan(inputs(0, saver, other))
        extra = next(each.extra_monthly for each in plan.goals[0].alternatives if each.extra_monthly)
        assert not make_plan(inputs(str(extra), saver, other)).goals[0].shortfall
        assert make_plan(inputs(str(extra - Decimal("0.01")), saver, other)).goals[0].shortfall

    def test_do_not_harm_another_goal(self) -> None:
        """With a later date the first goal would be met, but with money that the second one needs."""
        harming = goal(300, 1, "High")
        plan = make_plan(inputs(100, harming, goal(900, 10, "Low")))
        assert kinds(plan.goals[0].alternatives) == ["smaller_amount", "more_money"]

    def test_do_not_lose_the_place_in_the_queue(self) -> None:
        """In the unchanged order April works, but with that date the other goal is served first."""
        sooner = goal(400, 2, name="this")
        other = goal(400, target_date=date(2026, 3, 15), name="other")
        plan = make_plan(inputs(100, sooner, other))
        assert "later_date" not in kinds(plan.goals[0].alternatives)

    def test_of_a_goal_that_only_being_paid_later_than_evenly_makes_short(self) -> None:
        """Its money suffices by sums; what comes late earns too little interest."""
        ahead = [goal(1178, 8, "High", name="a"), goal(475, 8, "High", name="b")]
        plan_input = inputs("249.95", *ahead, goal(1164, 11, "Low", name="c", annual_rate=Decimal(12)))
        made = make_plan(plan_input).goals[-1]
        assert made.shortfall == money("25.50")
        assert kinds(made.alternatives) == ["later_date", "smaller_amount", "more_money"]
        for alternative in made.alternatives:
            assert arrives(put_back(plan_input, 2, alternative), 2)
            assert not arrives(put_back(plan_input, 2, neighbour(alternative)), 2)

    def test_go_to_the_first_goals_of_the_plan_only(self) -> None:
        plan = make_plan(inputs(1, *(goal(1000, 12, name=f"{n}") for n in range(MAX_GOALS + 5))))
        assert [bool(made.alternatives) for made in plan.goals].count(True) == MAX_GOALS
        assert all(says_that_it_is_cut(made) != bool(made.alternatives) for made in plan.goals)

    def test_are_sought_for_those_goals_only_that_are_wanted(self) -> None:
        plan_input = inputs(100, goal(3000, 12, name="A"), goal(500, 2, name="B"), goal(4000, 9, name="C"))
        of_all = make_plan(plan_input).goals
        of_one = make_plan(plan_input, with_alternatives=lambda each: each.name == "C").goals
        assert all(made.alternatives for made in of_all)
        assert [made.alternatives for made in of_one] == [(), (), of_all[2].alternatives]

    @pytest.mark.no_cover  # which would take it three times as long
    def test_end_when_they_have_taken_too_long(self) -> None:
        long = [goal(100_000, 600 - n, name=f"{n}", annual_rate=Decimal(1)) for n in range(100)]
        plan_input = inputs(10, *long)
        plan = make_plan(plan_input)
        assert 0 < [bool(made.alternatives) for made in plan.goals].count(True) < MAX_GOALS
        complete = [made.alternatives for made in plan.goals if not says_that_it_is_cut(made)]
        assert 0 < len(complete) < MAX_GOALS
        assert all(kinds(found)[-2:] == ["smaller_amount", "more_money"] for found in complete)
        assert make_plan(plan_input) == plan

    def test_take_no_more_effort_than_is_allowed(self) -> None:
        plan_input = inputs(10, *(goal(100_000, 600 - n, annual_rate=Decimal(1)) for n in range(100)))
        needs = Needs(plan_input.calendar)
        states = solve(plan_input, needs)
        before = needs.effort.spent
        assert find_alternatives(plan_input, states, needs).cut
        assert MAX_EFFORT / 2 < needs.effort.spent - before <= MAX_EFFORT

    def test_are_complete_for_fifty_debts_over_a_century(self) -> None:
        debts = tuple(Debt("debt", money(10**9 + n), Decimal(1000 - 15 * n), money(1)) for n in range(50))
        heavy = [goal(1, 1200 - n, name=f"{n}", debts=debts[10 * n : 10 * n + 10]) for n in range(5)]
        plan = make_plan(inputs(500, *heavy))
        assert {made.feasibility for made in plan.goals} == {Feasibility.UNREALISTIC}
        assert all(kinds(made.alternatives) == ["more_money"] for made in plan.goals)
        assert not any(says_that_it_is_cut(made) for made in plan.goals)

    def test_of_a_goal_whose_date_has_come_is_a_date_with_time_to_save(self) -> None:
        found = alternatives(100, goal(1000, target_date=date(2025, 12, 1)))
        assert found[0] == Alternative(AlternativeKind.LATER_DATE, target_date=date(2026, 10, 2))

    def test_of_a_chosen_amount_do_not_pretend_that_more_money_changes_it(self) -> None:
        assert kinds(alternatives(500, goal(1200, chosen_monthly=money(50)))) == ["later_date", "smaller_amount"]

    @settings(max_examples=25)
    @given(plan_inputs(WITHOUT_INTEREST))
    def test_later_dates_are_the_earliest_and_harm_no_other_goal(self, plan_input: PlanInput) -> None:
        """With the order of serving unchanged, no month between the goal's date and the found one works."""
        plan = make_plan(plan_input)
        for position, made in enumerate(plan.goals):
            for day in (each.target_date for each in made.alternatives if each.target_date):
                assert day > plan_input.goals[position].target_date
                after = make_plan(
                    put_back(plan_input, position, Alternative(AlternativeKind.LATER_DATE, target_date=day)),
                    with_alternatives=False,
                )
                for other, (old, new) in enumerate(zip(plan.goals, after.goals, strict=True)):
                    assert other == position or new.shortfall <= old.shortfall
                order = plan_order(plan_input.goals)
                for months in range(made.explanation.facts["months"] + 1, instalment_count(plan_input.as_of, day)):
                    sooner = put_back(
                        plan_input,
                        position,
                        Alternative(
                            AlternativeKind.LATER_DATE, target_date=calendar_date(plan_input.as_of, months)
                        ),
                    )
                    states = solve_dates(sooner, Needs(plan_input.calendar), order)
                    assert not next(each for each in states if each.position == position).arrives

    @settings(max_examples=25)
    @given(plan_inputs(OF_EVERY_KIND) | plan_inputs(WITH_INTEREST))
    def test_work_when_put_back_and_their_neighbours_do_not(self, plan_input: PlanInput) -> None:
        for position, made in enumerate(make_plan(plan_input).goals):
            assert not made.alternatives or made.feasibility == Feasibility.UNREALISTIC
            for alternative in made.alternatives:
                assert arrives(put_back(plan_input, position, alternative), position)
                assert not arrives(put_back(plan_input, position, neighbour(alternative)), position)


def says_that_it_is_cut(made: GoalPlan) -> bool:
    explanation = made.explanation
    in_words = explanation.text.endswith(f" {ALTERNATIVES_CUT}")
    assert in_words == (explanation.facts.get("alternatives_complete") is False)
    return in_words


def neighbour(alternative: Alternative) -> Alternative:
    if alternative.target_date:
        return replace(alternative, target_date=alternative.target_date - timedelta(days=1))
    if alternative.target_amount:
        return replace(alternative, target_amount=alternative.target_amount + CENT)
    assert alternative.extra_monthly is not None
    return replace(alternative, extra_monthly=alternative.extra_monthly - CENT)


def put_back(plan_input: PlanInput, position: int, alternative: Alternative) -> PlanInput:
    finances, goals = plan_input.finances, list(plan_input.goals)
    if alternative.target_date:
        goals[position] = replace(goals[position], target_date=alternative.target_date)
    elif alternative.target_amount:
        goals[position] = replace(goals[position], target_amount=alternative.target_amount)
    elif alternative.extra_monthly is not None:
        finances = replace(finances, monthly_income=finances.monthly_income + alternative.extra_monthly)
    return replace(plan_input, finances=finances, goals=tuple(goals))


def arrives(plan_input: PlanInput, position: int) -> bool:
    return make_plan(plan_input, with_alternatives=False).goals[position].feasibility != Feasibility.UNREALISTIC
