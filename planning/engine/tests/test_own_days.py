"""Plans on days of their own: never more than has arrived, and all that is needed where it is there."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fincred.money import ZERO
from planning.engine.cadence import Cadence
from planning.engine.drift import WayBack, propose
from planning.engine.held_back import kept_for_later
from planning.engine.model import GoalInput, GoalPlan, PlanInput
from planning.engine.plan import make_plan
from planning.engine.portions import DatedPortion, spread_on_days
from planning.engine.tests.builders import NEW_YEAR, cents, goal, goals, inputs, money, plan_inputs
from planning.vocabulary import Feasibility, Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

GENTLE = settings(max_examples=60)
WEEKLY = st.builds(
    Cadence, st.sampled_from([Frequency.WEEKLY, Frequency.BIWEEKLY]), st.integers(1, 7), st.just(NEW_YEAR)
)
MONTHLY = st.builds(Cadence, st.just(Frequency.MONTHLY), st.integers(1, 31), st.just(NEW_YEAR))
CADENCES = st.lists(st.none() | WEEKLY | MONTHLY, min_size=6, max_size=6)
THURSDAYS = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
BIWEEKLY = Cadence(Frequency.BIWEEKLY, 4, NEW_YEAR)


def on_days(plan_input: PlanInput, cadences: list[Cadence | None]) -> PlanInput:
    """The input with goals on these days, each choosing its amount for each of them."""
    changed = [
        replace(each, cadence=cadence, chosen_each=each.chosen_monthly)
        for each, cadence in zip(plan_input.goals, cadences, strict=False)
    ]
    return replace(plan_input, goals=tuple(changed))


def planned(surplus: int, *goals: GoalInput) -> tuple[GoalPlan, ...]:
    return make_plan(inputs(surplus, *goals)).goals


def amounts(made: GoalPlan) -> list[Decimal]:
    return [payment.amount for payment in made.payments]


class TestEveryPlan:
    @GENTLE
    @given(plan_inputs(goals(rates=st.sampled_from(["0", "12"]), chosen=st.none() | cents(50_000))), CADENCES)
    def test_pays_no_more_than_has_arrived(self, plan_input: PlanInput, cadences: list[Cadence | None]) -> None:
        plan = make_plan(on_days(plan_input, cadences), with_alternatives=False)
        payments = sorted((paid.date, paid.amount) for made in plan.goals for paid in made.payments)
        surplus, spent, month = max(ZERO, plan_input.finances.surplus), ZERO, 0
        for day, amount in payments:
            while day >= plan_input.calendar.day(month + 1):
                month += 1
            spent += amount
            assert spent <= surplus * (month + 1)

    @GENTLE
    @given(plan_inputs(goals(chosen=st.none() | cents(50_000))), CADENCES)
    def test_pays_what_is_missing_by_the_date_or_says_what_lacks(
        self, plan_input: PlanInput, cadences: list[Cadence | None]
    ) -> None:
        plan = make_plan(on_days(plan_input, cadences), with_alternatives=False)
        for each, made in zip(plan_input.goals, plan.goals, strict=True):
            until = max(each.target_date, plan_input.as_of + timedelta(days=1))
            in_time = sum((paid.amount for paid in made.payments if paid.date < until), ZERO)
            assert in_time == max(ZERO, each.target_amount - each.already_there) - made.shortfall
            assert (made.shortfall == 0) == (made.feasibility != Feasibility.UNREALISTIC)
            if made.projected_completion_date and amounts(made):
                assert made.projected_completion_date == max(paid.date for paid in made.payments)

    @GENTLE
    @given(plan_inputs(goals(rates=st.sampled_from(["0", "4.5", "60"])), cents(10**8, least=10**7)), CADENCES)
    def test_is_met_by_choosing_what_it_requires_and_not_by_a_cent_less(
        self, plan_input: PlanInput, cadences: list[Cadence | None]
    ) -> None:
        dated = on_days(plan_input, cadences)
        plan = make_plan(dated, with_alternatives=False)
        for position, (each, made) in enumerate(zip(dated.goals, plan.goals, strict=True)):
            assert made.shortfall == 0
            for less in (ZERO, Decimal("0.01")):
                level = made.required_each - less
                if level < 0 or each.cadence is None:
                    continue
                others = list(dated.goals)
                others[position] = replace(each, chosen_monthly=level, chosen_each=level)
                again = make_plan(replace(dated, goals=tuple(others)), with_alternatives=False).goals[position]
                assert (again.shortfall > 0) == bool(less)


class TestExamples:
    def test_four_hundred_in_28_days_weekly(self) -> None:
        (made,) = planned(500, goal(400, target_date=date(2026, 1, 29), cadence=THURSDAYS))
        assert amounts(made) == [100] * 4
        assert (made.required_monthly, made.amount_each) == (money(400), money(100))

    def test_interest_counts_from_the_first_day_of_a_month_or_from_the_next_month(self) -> None:
        """12 % on 1 January's 100 in January, on 500 from 1 February on, as no other Thursday begins a month."""
        weekly = goal(
            10_000,
            2,
            annual_rate=Decimal(12),
            cadence=THURSDAYS,
            chosen_monthly=money(433),
            chosen_each=money(100),
        )
        (made,) = planned(900, weekly)
        pace = dict(made.pace)
        assert [pace[date(2026, month, 1)] for month in (2, 3)] == [money(501), money("906.01")]

    def test_the_pace_expects_no_payment_before_its_day_is_over(self) -> None:
        """Four Thursdays from 1 January on; the last one is expected by 29 January."""
        (made,) = planned(500, goal(400, target_date=date(2026, 1, 29), cadence=THURSDAYS))
        days = [NEW_YEAR + timedelta(days=7 * week) for week in range(5)]
        assert made.pace == tuple((day, money(100 * week)) for week, day in enumerate(days))

    def test_a_pace_of_many_years_goes_by_months_at_last(self) -> None:
        (made,) = planned(500, goal(60_000, 240, cadence=THURSDAYS))
        assert len([day for day, _ in made.pace if day >= date(2036, 1, 1)]) == 121

    def test_interest_of_a_month_that_has_begun_is_on_what_was_there_when_it_began(self) -> None:
        weekly = goal(10_000, 2, already_there=money(300), annual_rate=Decimal(12), cadence=THURSDAYS)
        plan = replace(inputs(900, replace(weekly, earning=money(100)), as_of=date(2026, 1, 10)), anchor=NEW_YEAR)
        made = make_plan(plan, with_alternatives=False).goals[0]
        assert dict(made.pace)[date(2026, 2, 1)] == 300 + made.schedule[0].amount + 1

    def test_payments_stop_when_interest_does_the_rest(self) -> None:
        weekly = goal(1000, 6, already_there=money(900), annual_rate=Decimal(24), cadence=THURSDAYS)
        (made,) = planned(900, replace(weekly, chosen_monthly=money(0), chosen_each=money(0)))
        assert (made.shortfall, len(made.payments)) == (money(0), 0)
        (made,) = planned(900, replace(weekly, chosen_monthly=money(40), chosen_each=money(40)))
        assert made.shortfall == 0
        assert sum(amounts(made)) < 40

    def test_a_day_whose_share_is_not_there_yet_is_skipped_and_the_days_left_share_it(self) -> None:
        """200 of 500 on 1 and 15 January; 100 are left, so nothing on the 29th; 600 on two days of February."""
        (made,) = planned(500, goal(1000, target_date=date(2026, 3, 1), cadence=BIWEEKLY))
        days = [date(2026, 1, 1), date(2026, 1, 15), date(2026, 2, 12), date(2026, 2, 26)]
        assert [paid.date for paid in made.payments] == days
        assert amounts(made) == [200, 200, 300, 300]
        assert (made.shortfall, made.amount_each, made.this_month) == (money(0), money(200), money(400))
        assert made.explanation.code == "FUNDED_UNEVENLY"

    def test_what_a_day_gets_counts_what_was_put_in_already(self) -> None:
        late = goal(1000, target_date=date(2026, 3, 1), cadence=BIWEEKLY, added=money(250))
        plan = replace(inputs(500, late, as_of=date(2026, 1, 20)), anchor=NEW_YEAR)
        (made,) = make_plan(plan, with_alternatives=False).goals
        assert [(paid.date, paid.amount) for paid in made.payments] == [
            (date(2026, 1, 20), money(150)), (date(2026, 2, 12), money(300)), (date(2026, 2, 26), money(300)),
        ]  # fmt: skip

    def test_what_was_put_in_beyond_the_days_is_shared_by_the_days_left(self) -> None:
        days = Cadence(Frequency.MONTHLY, 15, NEW_YEAR)
        early = goal(1000, 3, cadence=days, added=money(500))
        (made,) = planned(500, early)
        assert amounts(made) == [250, 250]
        assert (made.paid_this_month, made.this_month) == (money(500), money(0))

    def test_a_late_goal_goes_on_with_the_first_day_after_its_date(self) -> None:
        """By 28 December, on each 30th: 850 on 30 November, the other 850 on 30 December and not in January."""
        days = Cadence(Frequency.MONTHLY, 30, date(2026, 11, 26))
        november = date(2026, 11, 26)
        late = goal(1700, target_date=date(2026, 12, 28), cadence=days)
        made = make_plan(inputs(850, late, as_of=november), with_alternatives=False).goals[0]
        assert [(paid.date, paid.amount) for paid in made.payments] == [
            (date(2026, 11, 30), money(850)), (date(2026, 12, 30), money(850)),
        ]  # fmt: skip
        assert (made.shortfall, made.allocated_monthly) == (money(850), money(850))
        assert made.projected_completion_date == date(2026, 12, 30)
        assert made.path[-1] == (date(2026, 12, 30), money(1700))
        made = make_plan(inputs(1700, late, as_of=november), with_alternatives=False).goals[0]
        assert [(paid.date, paid.amount) for paid in made.payments] == [(date(2026, 11, 30), money(1700))]
        assert made.shortfall == 0

    def test_a_late_goal_waits_for_a_month_that_has_one_of_its_days(self) -> None:
        """From 31 January to 27 February there is no 30th, so that month's money is paid on 28 February."""
        end = date(2026, 12, 31)
        days = Cadence(Frequency.MONTHLY, 30, end)
        late = goal(1000, target_date=date(2027, 2, 1), cadence=days)
        made = make_plan(inputs(300, late, as_of=end), with_alternatives=False).goals[0]
        assert [(paid.date, paid.amount) for paid in made.payments] == [
            (date(2027, 1, 30), money(300)), (date(2027, 2, 28), money(600)), (date(2027, 4, 30), money(100)),
        ]  # fmt: skip

    def test_a_late_goal_earns_interest_on_what_is_there_when_a_month_begins(self) -> None:
        """12 %: 30 on 1 January earn 0.30. The 10 on the 29th, the goal's date, earn from February on."""
        late = goal(300, target_date=date(2026, 1, 29), annual_rate=Decimal(12), cadence=THURSDAYS)
        late = replace(late, chosen_monthly=money(100), chosen_each=money(30))
        (made,) = planned(130, late)
        january = money("120.30")
        assert made.shortfall == 300 - january
        path = dict(made.path)
        assert path[date(2026, 2, 1)] == january + 10
        assert path[date(2026, 3, 1)] == january + 10 + 120 + money("1.30")
        assert (made.projected_completion_date, amounts(made)[-1]) == (date(2026, 3, 12), money("18.40"))

    def test_a_late_goal_that_never_arrives_has_payments_as_long_as_there_is_money(self) -> None:
        late = goal(10_000_000, target_date=date(2026, 1, 29), cadence=THURSDAYS)
        (made,) = planned(100, late)
        assert (made.projected_completion_date, len(made.schedule)) == (None, 601)

    def test_a_day_before_the_money_is_skipped(self) -> None:
        (made,) = planned(400, goal(1200, target_date=date(2026, 3, 26), cadence=BIWEEKLY))
        assert (sum(amounts(made), ZERO), made.shortfall) == (money(1200), money(0))

    def test_without_a_day_before_the_date_it_is_due_now(self) -> None:
        days = Cadence(Frequency.MONTHLY, 20, NEW_YEAR)
        (made,) = planned(400, goal(300, target_date=date(2026, 1, 15), cadence=days))
        assert [(paid.date, paid.amount) for paid in made.payments] == [(NEW_YEAR, money(300))]

    def test_a_way_back_names_what_each_day_takes(self) -> None:
        weekly = goal(
            400, target_date=date(2026, 1, 29), cadence=THURSDAYS, chosen_monthly=money(40), chosen_each=money(10)
        )
        found = propose(
            inputs(500, weekly),
            0,
            expected=money(200),
            once_paid=money(200),
            contribution=money(40),
            each_day=money(10),
        )
        assert found is not None
        assert found.same_date is not None
        assert (found.same_date.each_day, found.same_date.shortfall) == (money(100), money(0))
        assert found.same_contribution is not None
        # The fortieth Thursday from New Year on is 1 October.
        assert found.same_contribution == WayBack(
            money(40), date(2026, 10, 2), Feasibility.COMFORTABLE, money(0), money(10)
        )


class TestWhatWasPutInAlready:
    def test_may_be_all_that_a_goal_on_its_own_days_needs(self) -> None:
        """The rest grows by itself, so no day asks for anything."""
        growing = goal(300_000, 13, already_there=money(270_000), added=money(50), annual_rate=Decimal(1000))
        (made,) = planned(10, replace(growing, cadence=THURSDAYS))
        assert (made.feasibility, made.explanation.code) == (Feasibility.COMFORTABLE, "FUNDED")
        assert made.shortfall == 0
        assert list(made.payments) == []


class TestCarriedIn:
    """500 a month; 1 000 by 1 March, every second Thursday: January keeps 100 for February, which asks for 600."""

    FEBRUARY = date(2026, 2, 1)

    def test_is_what_later_months_ask_for_beyond_their_surplus(self) -> None:
        plan = make_plan(inputs(500, goal(1000, target_date=date(2026, 3, 1), cadence=BIWEEKLY)))
        assert plan.carried == ((NEW_YEAR, money(0)), (self.FEBRUARY, money(100)), (date(2026, 3, 1), money(0)))

    def test_is_nothing_where_each_month_pays_for_itself(self) -> None:
        assert make_plan(inputs(500, goal(1000, 4), goal(400, 12, cadence=THURSDAYS))).carried == ()

    def test_is_there_for_the_next_month(self) -> None:
        plan = make_plan(self.february(carried_in=money(100)))
        (made,) = plan.goals
        assert (amounts(made), made.shortfall, made.this_month) == ([money(300), money(300)], money(0), money(600))
        assert plan.summary.buffer_remaining == 0
        assert plan.carried == ((self.FEBRUARY, money(100)), (date(2026, 3, 1), money(0)))
        assert "with 100.00 kept from earlier months, leaves room for 600.00" in made.explanation.text
        assert make_plan(self.february()).goals[0].shortfall == 100

    def test_may_go_to_goals_without_days_of_their_own(self) -> None:
        """Their shares don't fit into the money of each month, but into that of both."""
        plan = replace(inputs(500, goal(900, 2, "High"), goal(200, 2, "Low")), carried_in=money(100))
        assert [made.shortfall for made in make_plan(plan).goals] == [0, 0]
        late = replace(inputs(500, goal(1800, 1)), carried_in=money(100))
        (made,) = make_plan(late).goals
        assert [paid.amount for paid in made.payments] == [600, 500, 500, 200]

    def test_stays_for_the_goal_that_needs_it_also_where_part_of_its_share_was_put_in(self) -> None:
        """302 of 302 by April, 30 of it put in: 72 are free in January, 70.67 pay its share, and 1.33 are kept."""
        plan = replace(
            inputs(100, goal(302, 3, "High", added=money(30)), goal(12, 12, "Low")), carried_in=money(2)
        )
        first, other = make_plan(plan).goals
        assert amounts(first) == [money("70.67"), money("100.67"), money("100.66")]
        assert first.shortfall == other.shortfall == 0
        assert next(paid.date for paid in other.payments) == date(2026, 4, 1)

    def test_is_taken_by_a_gap(self) -> None:
        plan = replace(inputs(-10, goal(50, 1)), carried_in=money(100))
        made = make_plan(plan)
        assert (made.goals[0].shortfall, made.summary.buffer_remaining) == (money(50), money(0))
        assert made.goals[0].explanation.code == "NO_SURPLUS"

    def february(self, **changes: Any) -> PlanInput:
        rest = goal(1000, target_date=date(2026, 3, 1), cadence=BIWEEKLY, already_there=money(400))
        return replace(inputs(500, rest, as_of=self.FEBRUARY), anchor=NEW_YEAR, **changes)


class TestSpreadOnDays:
    @GENTLE
    @given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=4), st.data())
    def test_pays_in_full_what_can_be_paid_by_each_date(
        self, counts: list[list[int]], data: st.DataObject
    ) -> None:
        free = data.draw(st.lists(st.integers(0, 100), min_size=8, max_size=8))
        portions: list[DatedPortion] = []
        for days in sorted(counts, key=len):
            days[-1] = 1
            room = sum(free[: len(days)]) - sum(portion.left for portion in portions)
            left = data.draw(st.integers(0, max(0, room)))
            portions.append(DatedPortion(days, left, -(-left // sum(days))))
        granted = [portion.left for portion in portions]
        spread_on_days(portions, free)
        assert [sum(portion.paid) for portion in portions] == granted
        for month in range(1, 9):
            days = [sum(portion.counts[:month]) for portion in portions]
            paid = [sum(portion.paid[:until]) for portion, until in zip(portions, days, strict=True)]
            assert sum(paid) <= sum(free[:month])

    @given(st.lists(st.integers(-50, 100), min_size=1, max_size=12))
    def test_keeps_what_later_months_lack(self, free: list[int]) -> None:
        kept = kept_for_later(free)
        assert all(amount >= 0 for amount in kept[1:])
        for month in range(1, len(free) + 1):
            assert sum(kept[:month]) == min(sum(free[:later]) for later in range(month, len(free) + 1))
