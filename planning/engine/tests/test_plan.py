"""The plan as a whole: published examples, and properties that hold for every input."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fincred.money import MAX_MONEY, ZERO
from planning.engine.dates import calendar_date
from planning.engine.model import GoalInput, GoalPlan, PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import (
    NEW_YEAR,
    OF_EVERY_KIND,
    WITH_INTEREST,
    WITHOUT_INTEREST,
    card,
    cents,
    goal,
    inputs,
    money,
    plan_inputs,
    planned,
)
from planning.vocabulary import Feasibility

pytestmark = [pytest.mark.unit, pytest.mark.planning]

LABELS = list(Feasibility)
GENTLE = settings(max_examples=50)


def amounts(made: GoalPlan) -> list[Decimal]:
    return [instalment.amount for instalment in made.schedule]


def spent(plan_input: PlanInput) -> Counter[int]:
    """The money a plan spends in each month; a debt is paid at the end of the month whose money it uses."""
    months: Counter[int] = Counter()
    for made in make_plan(plan_input, with_alternatives=False).goals:
        months.update(dict(enumerate(amounts(made))))
    return months


class TestPublishedExamples:
    def test_ten_thousand_in_a_year_sums_exactly(self) -> None:
        (made,) = planned(900, goal(10000))
        assert made.required_monthly == money("833.34")
        assert amounts(made) == [money("833.34")] * 11 + [money("833.26")]
        assert made.allocated_monthly == money("833.33")

    def test_what_is_saved_already_is_asked_no_more(self) -> None:
        (made,) = planned(900, goal(10000, already_there=money(1500)))
        assert made.required_monthly == money("708.34")

    def test_a_level_can_be_a_cent_less_once_the_first_payment_is_made(self) -> None:
        """200 / 7 is 28.571.., and 200 - 28.58 = 171.42 = 6 x 28.57; on the day of the payment it stays."""
        assert amounts(planned(100, goal(200, 7))[0]) == [money("28.58")] * 6 + [money("28.52")]
        (made,) = planned(100, goal(200, 7, added=money("28.58")))
        assert (made.required_monthly, made.this_month) == (money("28.58"), ZERO)
        (made,) = planned(100, goal(200, 6, already_there=money("28.58")))
        assert amounts(made) == [money("28.57")] * 6

    def test_a_near_date_is_met_before_an_important_far_one_needs_its_money(self) -> None:
        high, low = planned(500, goal(6000, 24, "High"), goal(1000, 2, "Low"))
        assert (high.shortfall, low.shortfall) == (ZERO, ZERO)
        assert amounts(low) == [money(500)] * 2
        assert amounts(high) == [ZERO, ZERO] + [money("272.73")] * 21 + [money("272.67")]
        assert (high.feasibility, low.feasibility) == (Feasibility.COMFORTABLE, Feasibility.TIGHT)
        assert high.explanation.text.endswith("it gets nothing for 2 months, then at most 272.73 a month.")

    def test_linked_debts_draw_what_their_minimums_do_not_pay(self) -> None:
        (made,) = planned(500, goal(5000, debts=(card(),)))
        assert made.explanation.facts["level_total"] == money("444.25")
        assert made.required_monthly == money("344.25")
        assert made.projected_completion_date == date(2027, 1, 1)
        assert made.schedule[0].date == date(2026, 2, 1)
        assert made.schedule[-1].balance == 0


class TestMakePlan:
    def test_answers_in_the_order_given(self) -> None:
        names = [
            made.name for made in planned(10, goal(name="b", priority="Low"), goal(name="a", priority="High"))
        ]
        assert names == ["b", "a"]

    def test_sums_up_the_month(self) -> None:
        summary = make_plan(inputs(500, goal(3000), goal(1200))).summary
        assert summary.estimated_monthly_surplus == 500
        assert summary.total_required_contributions == 350
        assert summary.total_allocated_contributions == 350
        assert summary.buffer_remaining == 150

    def test_has_no_buffer_without_a_surplus(self) -> None:
        summary = make_plan(inputs(-20, goal(3000))).summary
        assert (summary.estimated_monthly_surplus, summary.buffer_remaining) == (money(-20), ZERO)

    def test_without_goals_is_empty(self) -> None:
        plan = make_plan(inputs(100))
        assert (plan.goals, plan.summary.buffer_remaining) == ((), money(100))

    def test_asks_at_once_for_a_goal_whose_date_has_come(self) -> None:
        (made,) = planned(100, goal(1000, target_date=NEW_YEAR))
        assert (made.required_monthly, made.this_month, made.shortfall) == (money(1000), money(100), money(900))
        assert made.projected_completion_date == date(2026, 10, 1)
        assert list(made.pace) == [(NEW_YEAR, ZERO), (date(2026, 2, 1), money(100))]

    def test_needs_nothing_for_a_goal_that_is_there(self) -> None:
        (made,) = planned(0, goal(1000, already_there=money(1000)))
        assert (made.required_monthly, made.feasibility) == (ZERO, Feasibility.COMFORTABLE)
        assert made.projected_completion_date == NEW_YEAR

    def test_goes_on_after_the_date_with_what_is_left_in_plan_order(self) -> None:
        first, second = planned(100, goal(400, 2, "High"), goal(400, 2, "Low"))
        assert amounts(first) == [money(100)] * 4
        assert amounts(second) == [ZERO] * 4 + [money(100)] * 4
        assert second.projected_completion_date == date(2026, 8, 1)

    def test_knows_no_completion_past_600_months(self) -> None:
        (in_time,) = planned(2, goal(601, 601))
        (late,) = planned(1, goal(602))
        (just,) = planned(1, goal(601))
        assert (in_time.projected_completion_date, late.projected_completion_date) == (date(2076, 1, 1), None)
        assert just.projected_completion_date == date(2076, 1, 1)

    def test_completes_with_the_last_interest_at_the_date(self) -> None:
        (made,) = planned(500, goal(1000, annual_rate=Decimal(6)))
        assert made.projected_completion_date == date(2027, 1, 1)
        assert made.pace[-1] == (date(2027, 1, 1), money(1000))

    def test_expects_debts_to_go_down_by_the_principal(self) -> None:
        """The first payment is expected from its day on, and the last one on the goal's date."""
        (made,) = planned(500, goal(9000, 2, already_there=money(100), debts=(card(1000, 12, 100),)))
        assert made.pace[0] == (NEW_YEAR, money(100))
        assert list(made.pace[1:]) == [
            (date(2026, 2, 1), money(100)),
            (date(2026, 2, 28), money(100) + 1000 - made.schedule[0].balance),
            (date(2026, 3, 1), money(1100)),
        ]

    def test_pays_debts_a_month_from_now_when_their_date_is_nearer(self) -> None:
        (made,) = planned(5000, goal(1000, target_date=date(2026, 1, 10), debts=(card(1000, 12, 100),)))
        assert made.required_monthly == 910
        assert made.projected_completion_date == date(2026, 2, 1)

    def test_commits_a_chosen_amount_before_all_others(self) -> None:
        high, chosen = planned(100, goal(1200, 12, "High"), goal(600, 12, "Low", chosen_monthly=money(60)))
        assert amounts(chosen) == [money(60)] * 10 + [ZERO] * 2
        assert high.this_month == 40

    def test_caps_chosen_amounts_at_what_is_left(self) -> None:
        first, second = planned(
            100, goal(1200, 12, "High", chosen_monthly=money(80)), goal(1200, 12, "Low", chosen_monthly=money(80))
        )
        assert (first.this_month, second.this_month) == (money(80), money(20))

    def test_goes_on_with_a_chosen_amount_after_the_date(self) -> None:
        (made,) = planned(500, goal(600, 2, chosen_monthly=money(100)))
        assert amounts(made) == [money(100)] * 6
        assert made.projected_completion_date == date(2026, 6, 1)

    def test_savings_earn_a_month_each_from_their_date_to_the_target_date(self) -> None:
        """At 12 %, 100 earns 3.03, 2.01 and 1.00 in 3, 2 and 1 months; the start amount earns for all three."""
        (made,) = planned(500, goal("306.04", 3, annual_rate=Decimal(12)))
        assert amounts(made) == [money(100)] * 3
        (made,) = planned(500, goal("409.07", 3, annual_rate=Decimal(12), already_there=money(100)))
        assert (made.required_monthly, made.pace[-1][1]) == (money(100), money("409.07"))

    def test_pays_on_the_clamped_days_of_months_ends(self) -> None:
        (made,) = make_plan(inputs(500, goal(400, target_date=date(2026, 5, 31)), as_of=date(2026, 1, 31))).goals
        assert [str(paid.date) for paid in made.schedule] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
        ]

    def test_late_goals_wait_for_those_still_in_time(self) -> None:
        late, in_time = planned(100, goal(300, 1, "High"), goal(200, 3, "Low"))
        assert amounts(in_time) == [ZERO, money(100), money(100)]
        assert amounts(late) == [money(100), ZERO, ZERO, money(100), money(100)]
        assert late.projected_completion_date == date(2026, 5, 1)

    def test_minimum_payments_that_end_free_no_surplus(self) -> None:
        debts, saving = planned(100, goal(1, 12, "High", debts=(card(90, 0, 90),)), goal(1200, 12, "Low"))
        assert debts.required_monthly == 0
        assert amounts(saving) == [money(100)] * 12

    def test_survives_the_end_of_the_calendar(self) -> None:
        last = goal(1000, target_date=date.max, annual_rate=Decimal(5))
        made = make_plan(inputs(1, last, as_of=date.max)).goals[0]
        assert [day for day, _ in made.pace] == [date.max]
        assert made.projected_completion_date is None

    def test_plans_the_far_future_for_the_next_hundred_years(self) -> None:
        (made,) = planned(10, goal(1200, target_date=date(9000, 1, 1)))
        assert made.required_monthly == 1
        assert made.pace[-1] == (date(2126, 1, 1), money(1200))

    def test_tells_no_more_than_money_can_hold(self) -> None:
        debt = card(MAX_MONEY, 1000, 0)
        (made,) = planned(0, goal(1000, 600, debts=(debt,)))
        assert made.shortfall == made.schedule[-1].balance == MAX_MONEY


class TestEveryPlan:
    @GENTLE
    @given(plan_inputs(WITHOUT_INTEREST))
    def test_instalments_sum_exactly_to_what_was_missing(self, plan_input: PlanInput) -> None:
        for each, made in zip(plan_input.goals, make_plan(plan_input, with_alternatives=False).goals, strict=True):
            missing = max(ZERO, each.target_amount - each.already_there)
            if made.projected_completion_date:
                assert sum(amounts(made)) == missing
            assert made.shortfall == missing - sum(amounts(made)[: made.explanation.facts["months"]])

    @GENTLE
    @given(plan_inputs(OF_EVERY_KIND))
    def test_no_month_spends_more_than_the_surplus(self, plan_input: PlanInput) -> None:
        given_in, so_far = spent(plan_input), ZERO
        if not plan_input.is_dated:
            assert max(given_in.values(), default=ZERO) <= max(ZERO, plan_input.finances.surplus)
        for month, of_month in enumerate(make_plan(plan_input, with_alternatives=False).first_months(700)):
            if abs(of_month.surplus) > 10**15:  # minimum payments that grow with such a debt without an end
                break
            so_far += of_month.surplus - given_in[month]
            assert of_month.given == given_in[month]
            assert so_far == of_month.carried
            assert so_far >= 0 or not given_in[month]

    @GENTLE
    @given(plan_inputs(OF_EVERY_KIND) | plan_inputs(WITH_INTEREST))
    def test_a_goal_arrives_exactly_when_it_is_not_called_unrealistic(self, plan_input: PlanInput) -> None:
        for made in make_plan(plan_input, with_alternatives=False).goals:
            assert (made.shortfall == 0) == (made.feasibility != Feasibility.UNREALISTIC)

    @GENTLE
    @given(plan_inputs(WITH_INTEREST))
    def test_a_goal_called_funded_arrives_when_recomputed(self, plan_input: PlanInput) -> None:
        for each, made in zip(plan_input.goals, make_plan(plan_input, with_alternatives=False).goals, strict=True):
            if made.feasibility != Feasibility.UNREALISTIC:
                assert saved_up(each, amounts(made)) >= each.target_amount

    @GENTLE
    @given(plan_inputs(OF_EVERY_KIND))
    def test_a_stranger_can_recompute_the_label(self, plan_input: PlanInput) -> None:
        for each, made in zip(plan_input.goals, make_plan(plan_input, with_alternatives=False).goals, strict=True):
            facts = made.explanation.facts
            assert made.feasibility == label(facts["need"], facts["room"])
            assert facts["taken_ahead"] == sum(ahead["takes"] for ahead in facts["goals_ahead"])
            if each.chosen_monthly is None:
                surplus = max(
                    ZERO, facts["monthly_income"] - facts["monthly_expenses"] - facts["minimum_payments"]
                )
                left = surplus * facts["binding_month"]
                if "money_by_then" in facts:
                    left = facts["money_by_then"] - facts["held_back"]
                assert facts["room"] == max(ZERO, left - facts["taken_ahead"])

    @GENTLE
    @given(plan_inputs(WITHOUT_INTEREST), cents(30_000))
    def test_more_surplus_never_lowers_a_total_or_a_label(self, plan_input: PlanInput, more: Decimal) -> None:
        richer = replace(
            plan_input,
            finances=replace(plan_input.finances, monthly_income=plan_input.finances.monthly_income + more),
        )
        before, after = (make_plan(each, with_alternatives=False).goals for each in (plan_input, richer))
        for poor, rich in zip(before, after, strict=True):
            assert rich.shortfall <= poor.shortfall
            assert LABELS.index(rich.feasibility) <= LABELS.index(poor.feasibility)

    @GENTLE
    @given(plan_inputs(WITH_INTEREST), st.integers(1, 400))
    def test_a_later_date_never_raises_the_level_payment(self, plan_input: PlanInput, months: int) -> None:
        later = replace(
            plan_input,
            goals=tuple(
                replace(each, target_date=calendar_date(each.target_date, months)) for each in plan_input.goals
            ),
        )
        before, after = (make_plan(each, with_alternatives=False).goals for each in (plan_input, later))
        for soon, late in zip(before, after, strict=True):
            assert late.required_monthly <= soon.required_monthly

    @settings(max_examples=10)
    @given(plan_inputs(OF_EVERY_KIND))
    def test_the_same_input_gives_the_same_plan(self, plan_input: PlanInput) -> None:
        assert make_plan(plan_input) == make_plan(plan_input)

    @GENTLE
    @given(plan_inputs(OF_EVERY_KIND))
    def test_the_pace_moves_forward_in_time(self, plan_input: PlanInput) -> None:
        for each, made in zip(plan_input.goals, make_plan(plan_input, with_alternatives=False).goals, strict=True):
            assert made.pace[0] == (plan_input.as_of, each.already_there)
            assert all(sooner < later for (sooner, _), (later, _) in pairwise(made.pace))

    @GENTLE
    @given(plan_inputs(OF_EVERY_KIND))
    def test_the_path_is_the_pace_and_goes_on_to_the_completion(self, plan_input: PlanInput) -> None:
        for each, made in zip(plan_input.goals, make_plan(plan_input, with_alternatives=False).goals, strict=True):
            done_on = made.projected_completion_date
            until = min(done_on or date.max, each.target_date)
            assert [point for point in made.path if point[0] < until] == [
                point for point in made.pace if point[0] < until
            ]
            assert all(sooner < later for (sooner, _), (later, _) in pairwise(made.path))
            if done_on:
                assert made.path[-1] == (done_on, max(each.target_amount, each.already_there))

    @GENTLE
    @given(plan_inputs(WITHOUT_INTEREST))
    def test_the_month_adds_up(self, plan_input: PlanInput) -> None:
        plan = make_plan(plan_input, with_alternatives=False)
        assert plan.summary.total_allocated_contributions == spent(plan_input)[0]
        assert plan.summary.buffer_remaining == max(ZERO, plan_input.finances.surplus) - spent(plan_input)[0]


def saved_up(each: GoalInput, paid: list[Decimal]) -> Decimal:
    balance = each.already_there
    for amount in paid:
        balance += amount
        balance += (balance * each.annual_rate / 1200).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    return balance


def label(need: Decimal, room: Decimal) -> Feasibility:
    if need <= room * Decimal("0.8"):
        return Feasibility.COMFORTABLE
    return Feasibility.TIGHT if need <= room else Feasibility.UNREALISTIC
