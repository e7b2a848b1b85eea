"""Recurring goals: cycles as claims, checked against a small count that knows no code of the engine."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.cycles import cycle_end, cycle_number, left_over
from planning.engine.cadence import Cadence
from planning.engine.codec import plan_input_from_json, plan_input_to_json
from planning.engine.cycles import MOST_LATER_CYCLES
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, goal, inputs, money, planned
from planning.vocabulary import AlternativeKind, Feasibility, Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def yearly(target: str | int = 1200, months: int = 12, priority: Any = "High", **changes: Any) -> GoalInput:
    return goal(target, months, priority, **{"repeat_every_months": 12, "name": "insurance"} | changes)


def paid(plan: GoalPlan) -> dict[date, Decimal]:
    return {payment.date: payment.amount for payment in plan.payments}


class TestDates:
    def test_cycles_end_on_the_same_day_and_a_shorter_month_does_not_move_later_ones(self) -> None:
        ends = [cycle_end(date(2026, 1, 31), 1, number) for number in range(4)]
        assert ends == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]

    @pytest.mark.parametrize(
        ("day", "number"),
        [
            (date(2025, 1, 1), 0),
            (date(2026, 1, 30), 0),
            (date(2026, 1, 31), 1),
            (date(2026, 2, 27), 1),
            (date(2026, 2, 28), 2),
            (date(2026, 3, 30), 2),
        ],
    )
    def test_on_its_last_day_a_cycle_is_over(self, day: date, number: int) -> None:
        assert cycle_number(date(2026, 1, 31), 1, day) == number

    def test_a_cycle_takes_its_target_or_what_there_is(self) -> None:
        assert left_over(money(1250), money(1000)) == money(250)
        assert left_over(money(900), money(1000)) == 0


class TestCycles:
    def test_a_bill_of_1200_a_year_asks_for_100_a_month_every_year(self) -> None:
        [plan] = planned(100, yearly())
        payments = paid(plan)
        assert plan.feasibility is Feasibility.TIGHT
        assert plan.required_monthly == plan.allocated_monthly == plan.this_month == 100
        assert set(payments.values()) == {Decimal("100.00")}
        assert list(payments) == [cycle_end(NEW_YEAR, 1, month) for month in range(12 * (1 + MOST_LATER_CYCLES))]

    def test_later_cycles_come_before_the_goals_behind(self) -> None:
        bill, bike = planned(150, yearly(), goal(1500, 24, "Low", name="bike"))
        assert (bill.shortfall, bike.shortfall) == (money(0), money(300))
        assert [(each["name"], each["takes"]) for each in bike.explanation.facts["goals_ahead"]] == [
            ("insurance", money(1200)),
            ("insurance", money(1200)),
        ]

    def test_a_goal_behind_takes_of_later_cycles_nothing_that_they_need(self) -> None:
        bike, bill = planned(100, goal(1800, 24, name="bike"), yearly(priority="Low"))
        assert bike.shortfall == 0
        assert bill.shortfall == 600

    def test_a_short_cycle_does_not_go_on_late(self) -> None:
        [plan] = planned(50, yearly())
        assert (plan.shortfall, plan.projected_completion_date) == (money(600), None)
        assert plan.schedule[-1].date == date(2026, 12, 1)
        [once] = planned(50, goal(1200, 12))
        assert once.projected_completion_date == date(2027, 12, 1)

    def test_a_chosen_amount_is_paid_in_every_cycle_and_in_none_late(self) -> None:
        bill, rest = planned(100, yearly(chosen_monthly=money(80)), goal(480, 24, "Low", name="rest"))
        assert (bill.shortfall, bill.projected_completion_date) == (money(240), None)
        assert set(paid(bill).values()) == {money(80)}
        assert (rest.shortfall, rest.allocated_monthly) == (money(0), money(20))

    def test_what_is_there_above_the_target_starts_the_next_cycle(self) -> None:
        [plan] = planned(100, yearly(already_there=money(1500)))
        payments = paid(plan)
        assert plan.this_month == 0
        assert payments[date(2027, 1, 1)] == 75
        assert payments[date(2028, 1, 1)] == 100
        assert date(2026, 1, 1) not in payments

    def test_a_cycle_whose_date_has_come_is_followed_by_the_next(self) -> None:
        bill = yearly(1200, 6, already_there=money(1000), added=money(250))
        [plan] = make_plan(inputs(110, bill, as_of=date(2026, 7, 1))).goals
        assert plan.target_date == date(2027, 7, 1)
        assert plan.this_month == 0  # the month's money was put in before, to the cycle that is over
        assert (plan.required_monthly, plan.shortfall) == (Decimal("95.84"), money(0))

    def test_shares_begin_when_the_cycle_before_ends(self) -> None:
        bill = yearly(1200, target_date=date(2027, 6, 15), starts=date(2026, 6, 15), first_date=date(2025, 6, 15))
        plan = make_plan(
            PlanInput(date(2026, 6, 20), Finances(money(2100), money(1800), money(200)), (bill,), anchor=NEW_YEAR)
        ).goals[0]
        assert plan.this_month == 0
        assert next(iter(plan.payments)).date == date(2026, 7, 1)
        assert sum(amount for day, amount in paid(plan).items() if day < bill.target_date) == 1200

    def test_what_is_put_in_before_the_first_share_is_part_of_the_cycle(self) -> None:
        began = yearly(1200, target_date=date(2027, 6, 15), starts=date(2026, 6, 15), added=money(100))
        chosen = yearly(**_fields(began), chosen_monthly=money(100), chosen_each=money(100))
        dated = inputs(100, chosen)
        dated = replace(
            dated, finances=replace(dated.finances, incomes=(Flow(money(1), PayFrequency.ANNUAL, NEW_YEAR),))
        )
        for asked in (inputs(100, began), inputs(100, chosen), dated):
            plan = make_plan(asked).goals[0]
            assert sum(amount for day, amount in paid(plan).items() if day < began.target_date) == 1100
            assert plan.this_month == 0

    def test_a_cycle_without_a_day_of_payment_is_due_when_it_begins(self) -> None:
        bill = goal(100, target_date=date(2026, 1, 31), repeat_every_months=1)
        finances = Finances(money(300), money(0), money(0))
        for flows in ((), (Flow(money(1), PayFrequency.ANNUAL, date(2026, 1, 1)),)):
            plan = make_plan(
                PlanInput(date(2026, 1, 30), Finances(finances.monthly_income, money(0), money(0), flows), (bill,))
            ).goals[0]
            assert [*paid(plan)][:4] == [
                date(2026, 1, 30),
                date(2026, 1, 31),
                date(2026, 2, 28),
                date(2026, 3, 30),
            ]

    def test_a_month_that_has_less_than_the_share_gives_what_it_has(self) -> None:
        """The trip takes 75 of 100 in the first two months; the share of the cycle that began is 240 / 3."""
        trip = goal(150, 2, "High", name="trip")
        second = goal(240, 0, "Low", target_date=date(2026, 4, 5), starts=date(2026, 1, 5), repeat_every_months=3)
        asked = inputs(100, trip, second, as_of=date(2026, 1, 10))
        _, plan = make_plan(replace(asked, anchor=NEW_YEAR)).goals
        assert plan.shortfall == 0
        payments = paid(plan)
        assert [*payments][:3] == [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
        assert [*payments.values()][:3] == [50, 95, 95]

    def test_what_has_passed_unpaid_of_a_cycle_without_a_date_of_its_own_is_due_now(self) -> None:
        """Planned on 30 January, months begin on the 30th; the cycle lasts from 31 January to 28 February."""
        begins, ends = date(2026, 1, 31), date(2026, 2, 28)
        second = goal(100, target_date=ends, starts=begins, first_date=begins, repeat_every_months=1)
        for day in (begins, date(2026, 2, 3)):
            [plan] = make_plan(replace(inputs(300, second, as_of=day), anchor=date(2026, 1, 30))).goals
            assert [each.date for each in plan.schedule] == [next(iter(paid(plan)))] == [day]
            assert plan.this_month == paid(plan)[day] == 100
            assert plan.projected_completion_date == day

    def test_the_schedule_of_a_cycle_without_a_date_of_its_own_shows_the_day_of_its_payment(self) -> None:
        """Planned on 30 January for a cycle that begins on the 31st."""
        second = goal(100, target_date=date(2026, 2, 28), starts=date(2026, 1, 31), repeat_every_months=1)
        [plan] = make_plan(inputs(300, second, as_of=date(2026, 1, 30))).goals
        assert [each.date for each in plan.schedule] == [next(iter(paid(plan)))] == [date(2026, 1, 31)]

    def test_a_plan_of_its_own_days_keeps_them_in_later_cycles(self) -> None:
        cadence = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
        bill = goal(400, repeat_every_months=1, target_date=NEW_YEAR + timedelta(days=28), cadence=cadence)
        [plan] = planned(2000, bill)
        days = [*paid(plan)]
        assert days[:6] == [NEW_YEAR + timedelta(days=7 * week) for week in range(6)]
        assert plan.this_month == 400 + paid(plan)[date(2026, 1, 29)]

    def test_no_cycle_ends_after_the_calendar(self) -> None:
        [plan] = planned(1000, goal(100, 1199, repeat_every_months=120))
        assert max(paid(plan)) < cycle_end(NEW_YEAR, 1, 1199)

    def test_a_date_that_was_moved_begins_anew(self) -> None:
        moved = yearly(months=12, first_date=date(2026, 6, 1))
        anew = yearly(months=12)
        assert paid(planned(100, moved)[0]) == paid(planned(100, anew)[0])

    def test_each_of_many_goals_gets_fewer_later_cycles(self) -> None:
        many = [yearly(12, name=f"bill {number}") for number in range(25)]
        plan = planned(1000, *many)[0]
        assert len(paid(plan)) == 12 * 3


class TestAlternatives:
    def test_a_smaller_amount_is_exact_and_counts_the_later_cycles(self) -> None:
        bill = yearly(1800)
        [plan] = planned(100, bill)
        found = {each.kind: each for each in plan.alternatives}
        assert found[AlternativeKind.SMALLER_AMOUNT].target_amount == 1200
        assert found[AlternativeKind.MORE_MONEY].extra_monthly == 50
        assert planned(150, bill)[0].shortfall == 0
        assert planned("149.99", bill)[0].shortfall > 0

    def test_a_later_date_holds_when_put_back(self) -> None:
        bill = yearly(1200, 10)
        [plan] = planned(100, bill)
        [later] = [each.target_date for each in plan.alternatives if each.kind == "later_date"]
        assert later == date(2026, 12, 2)
        moved = yearly(1200, target_date=later)
        assert planned(100, moved)[0].shortfall == 0


class TestStored:
    def test_inputs_come_back_and_goals_that_do_not_recur_are_stored_as_before(self) -> None:
        bill = yearly(first_date=date(2025, 1, 1), starts=date(2026, 1, 1))
        document = plan_input_to_json(inputs(100, bill, goal()))
        assert plan_input_from_json(document).goals == (bill, goal())
        assert not {"repeat_every_months", "first_date", "starts"} & document["goals"][1].keys()


def _fields(bill: GoalInput) -> dict[str, Any]:
    return {"target_date": bill.target_date, "starts": bill.starts, "added": bill.added}


recurring = st.builds(
    lambda target, months, repeat, priority: goal(target, months, priority, repeat_every_months=repeat),
    st.integers(1, 3000),
    st.integers(1, 30),
    st.none() | st.integers(1, 24),
    st.sampled_from(["High", "Medium", "Low"]),
)


def shortfalls(surplus: int, goals: list[GoalInput], months_of: list[int]) -> list[int]:
    """In whole units: each claim in order gets what every deadline from its own on leaves of `surplus` a month."""
    rank = {"High": 0, "Medium": 1, "Low": 2}
    order = sorted(range(len(goals)), key=lambda at: (rank[goals[at].priority], months_of[at], at))
    granted: list[tuple[int, int]] = []
    missing = [0] * len(goals)
    for at in order:
        repeat, need = goals[at].repeat_every_months, int(goals[at].target_amount)
        later = range(1, 13) if repeat else ()
        for number, deadline in enumerate([months_of[at], *(months_of[at] + k * (repeat or 0) for k in later)]):
            times = {deadline, *(due for due, _ in granted if due > deadline)}
            room = min(surplus * due - sum(got for by, got in granted if by <= due) for due in times)
            got = max(0, min(need, room))
            granted.append((deadline, got))
            if not number:
                missing[at] = need - got
    return missing


class TestAgainstACount:
    @settings(max_examples=60)
    @given(st.integers(1, 400), st.lists(recurring, min_size=1, max_size=5))
    def test_what_each_goal_lacks_is_what_the_deadlines_leave(self, surplus: int, goals: list[GoalInput]) -> None:
        months_of = [_months(each.target_date) for each in goals]
        goals = [
            goal(
                int(each.target_amount),
                months,
                each.priority,
                id=f"{at}",
                repeat_every_months=each.repeat_every_months,
            )
            for at, (each, months) in enumerate(zip(goals, months_of, strict=True))
        ]
        plan = planned(surplus, *goals, with_alternatives=False)
        assert [each.shortfall for each in plan] == shortfalls(surplus, goals, months_of)

    @settings(max_examples=60)
    @given(st.integers(1, 400), st.lists(recurring, min_size=1, max_size=4))
    def test_no_month_spends_more_than_there_is_and_no_day_of_a_cycle_is_before_it(
        self, surplus: int, goals: list[GoalInput]
    ) -> None:
        plan = planned(surplus, *goals, with_alternatives=False)
        by_day: dict[date, Decimal] = {}
        for each in plan:
            for day, amount in paid(each).items():
                by_day[day] = by_day.get(day, money(0)) + amount
        spent = money(0)
        for day in sorted(by_day):
            spent += by_day[day]
            assert spent <= surplus * (_months(day) + 1)
        for asked, each in zip(goals, plan, strict=True):
            if asked.repeat_every_months:
                assert sum(amount for day, amount in paid(each).items() if day < asked.target_date) == (
                    asked.target_amount - each.shortfall
                )


def _months(day: date) -> int:
    return (day.year - 2026) * 12 + day.month - 1
