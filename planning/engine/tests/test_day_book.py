"""A person's days, against a second count that walks every day from the money that is carried in."""

from collections import Counter, defaultdict
from collections.abc import Sized
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.cycles import cycle_end, cycle_start
from planning.engine.cadence import Cadence, Payment
from planning.engine.dates import calendar_date
from planning.engine.day_book import Day, Minimum, Names, day_book
from planning.engine.model import Debt, Finances, Plan, PlanInput
from planning.engine.money.cents import exact_money
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, OF_EVERY_KIND, card, goal, inputs, money, plan_inputs
from planning.engine.tests.lumpy import a_case, cents, days_of, minimums_alone, with_cycles
from planning.vocabulary import EntryKind, Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DAY = timedelta(days=1)
MONTHS = 24


def planned(case: PlanInput) -> Plan:
    return make_plan(case, with_alternatives=False)


def book(
    case: PlanInput, minimums: tuple[Minimum, ...] = (), since: date | None = None, until: date | None = None
) -> list[Day]:
    first, last = since or case.calendar.start, until or case.calendar.day(MONTHS) - DAY
    return list(day_book(case, planned(case), minimums, since=first, until=last, names=names_of(case, minimums)))


def names_of(case: PlanInput, minimums: tuple[Minimum, ...] = ()) -> Names:
    """Each is named by its place."""
    return Names(*(["abcdefgh"[place] for place in range(len(each))] for each in _named(case, minimums)))


def _named(case: PlanInput, minimums: tuple[Minimum, ...]) -> tuple[Sized, ...]:
    return case.finances.incomes, case.finances.planned, minimums


def with_debts(case: PlanInput) -> tuple[PlanInput, tuple[Minimum, ...]]:
    """With minimum payments of a linked card, of a loan that ends, and of nothing."""
    loan = Debt("loan", money(90), Decimal(12), money(20))
    finances = replace(case.finances, minimum_payments=money(45), debts=(loan,))
    paid = [exact_money(each) for each in minimums_alone(loan, case.calendar, MONTHS)]
    return replace(case, finances=finances), (every_month(25), Minimum("loan", [money(20), *paid]), every_month(0))


def every_month(amount: int) -> Minimum:
    return Minimum("card", [money(amount)] * 2000)


def walked(case: PlanInput, days: list[Day]) -> dict[date, int]:
    """What is left after each day with entries: cents, added up one day after the other from what is carried in.

    Payments on linked debts leave in the month before the day of payment, and what was put in on the first day.
    """
    plan, calendar, finances = planned(case), case.calendar, case.finances
    linked = {each.id for each in case.goals if each.debts}
    paid: defaultdict[date, int] = defaultdict(int)
    for made in plan.goals:
        for payment in made.payments:
            paid[payment.date] += 0 if made.goal_id in linked else cents(payment.amount)
    draws = [made.schedule for made in plan.goals if made.goal_id in linked]
    end, left, month, after = calendar.day(MONTHS), cents(case.kept), 0, {}
    told = list(plan.first_months(MONTHS))
    flows = [(flow, 1) for flow in finances.incomes] + [(flow, -1) for flow in finances.planned]
    arriving = Counter[date]()
    for flow, sign in flows:
        for day in days_of(flow, end):
            arriving[day] += sign * cents(flow.amount)
    left -= _put_in(case, plan, linked)
    day = calendar.start
    while day < end:
        if day == calendar.day(month):
            left += cents(finances.surplus) - sum(cents(each[month].amount) for each in draws if month < len(each))
            left += sum(
                cents(debt.min_payment) - minimums_alone(debt, calendar, month + 1)[-1] for debt in finances.debts
            )
            if case.has_linked_minimums:
                left += cents(finances.minimum_payments - told[month].minimum_payments)
            month += 1
        left += arriving[day] - paid[day]
        after[day] = left
        day += DAY
    return {each.date: after[each.date] for each in days}


def _put_in(case: PlanInput, plan: Plan, linked: set[str | None]) -> int:
    """What was put into savings in the present month; debts have it in their schedule."""
    given = cents(plan.cash_flow[0].given)
    still = 0
    for made in plan.goals:
        if made.goal_id in linked:
            still += cents(made.schedule[0].amount) if made.schedule else 0
        else:
            still += sum(cents(payment.amount) for payment in made.payments if payment.date < case.calendar.day(1))
    return given - still


class TestCarriedOver:
    @pytest.mark.parametrize("seed", range(40))
    def test_is_what_a_walk_over_every_day_leaves(self, seed: int) -> None:
        case, minimums = with_debts(a_case(seed, rates=seed % 2 == 1, own_days=seed % 3 == 0))
        days = book(case, minimums)
        assert {day.date: cents(day.carried_over) for day in days} == walked(case, days)

    @pytest.mark.parametrize("seed", range(40))
    def test_ends_each_month_at_what_the_cash_flow_carries(self, seed: int) -> None:
        case = a_case(seed, rates=seed % 2 == 1, own_days=seed % 3 == 0, chosen=seed % 5 == 0)
        plan, calendar = planned(case), case.calendar
        last = {calendar.payments(day.date): day.carried_over for day in book(case)}
        months = list(plan.first_months(MONTHS))
        assert last == {month: months[month].carried for month in last}
        assert list(plan.cash_flow) == months[: len(plan.cash_flow)]

    @given(plan_inputs(OF_EVERY_KIND), st.decimals(0, 500, places=2))
    @settings(max_examples=30)
    def test_is_the_same_where_no_money_has_dates(self, case: PlanInput, paid_elsewhere: Decimal) -> None:
        goals = tuple(replace(each, id=str(number)) for number, each in enumerate(case.goals))
        case = replace(case, goals=goals, paid_elsewhere=paid_elsewhere)
        days = book(case, (every_month(200),))
        assert {day.date: cents(day.carried_over) for day in days} == walked(case, days)

    def test_is_known_after_the_months_of_the_cash_flow(self) -> None:
        """80 years of 100 a month, less 1 000 for the goal."""
        case = inputs(100, goal(1000, months=10))
        [day] = book(case, (every_month(200),), since=date(2106, 1, 1), until=date(2106, 1, 1))
        assert day.carried_over == money(100 * (80 * 12 + 1) - 1000)


class TestPayments:
    @pytest.mark.parametrize("seed", range(24))
    def test_are_those_of_the_plan(self, seed: int) -> None:
        case = a_case(seed, rates=seed % 2 == 1, own_days=seed % 3 == 0)
        days, end = book(case), case.calendar.day(MONTHS)
        for made in planned(case).goals:
            told = [(each.date, each.amount) for each in made.payments if each.date < end]
            mine = [
                (day.date, entry.amount)
                for day in days
                for entry in day.entries
                if (entry.kind, entry.goal_id) == (EntryKind.GOAL_PAYMENT, made.goal_id)
            ]
            assert mine == told

    def test_on_linked_debts_leave_the_month_before(self) -> None:
        """444.25 a month clear 5 000 in a year; its minimum is 100, and 500 are left beside that."""
        debts = goal(5000, debts=(card(),), type="debt_payoff")
        case = replace(inputs(500, debts), finances=Finances(money(2600), money(2000), money(100)))
        days = book(case, (every_month(100),), until=date(2026, 2, 28))
        assert [(day.date, day.carried_over) for day in days] == [(date(2026, 2, 1), money("311.50"))]
        told = [(entry.kind, entry.amount) for entry in days[0].entries]
        assert told == [(EntryKind.MINIMUM_PAYMENT, money(100)), (EntryKind.GOAL_PAYMENT, money("344.25"))]


class TestPaidOtherwise:
    """Than the plan of today pays: what an earlier plan asks for."""

    def test_what_savings_are_not_paid_is_carried_over(self) -> None:
        """100 a month, of which the plan pays all for ten months; only 30 are asked for, in February."""
        case = inputs(100, goal(1000, months=10))
        asked = [[Payment(date(2026, 2, 1), money(30))]]
        days = otherwise(case, asked, until=date(2026, 11, 30))
        assert [(day.date, day.carried_over) for day in days] == [
            (date(2026, 2, 1), money(170)),
            (date(2026, 11, 1), money(1070)),
        ]

    def test_payments_on_linked_debts_are_of_the_month_before(self) -> None:
        """500 are left beside the minimum. In January 344.25 would be kept for them, now it is 44.25."""
        debts = goal(5000, debts=(card(),), type="debt_payoff")
        case = replace(inputs(500, debts), finances=Finances(money(2600), money(2000), money(100)))
        as_planned = [*planned(case).goals[0].payments]
        asked = [[Payment(date(2026, 2, 1), money("44.25")), *as_planned[1:]]]
        [day] = otherwise(case, asked, until=date(2026, 2, 28))
        assert (day.entries[0].amount, day.carried_over) == (money("44.25"), money("611.50"))


def otherwise(case: PlanInput, asked: list[list[Payment]], *, until: date) -> list[Day]:
    names = names_of(case)
    return [*day_book(case, planned(case), (), since=case.calendar.start, until=until, names=names, asked=asked)]


class TestDays:
    def test_have_what_arrives_and_is_paid_in_their_order(self) -> None:
        pay = Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 15), label="Job")
        nameless = Flow(money(10), PayFrequency.ONCE, date(2026, 1, 15))
        nothing = Flow(money(0), PayFrequency.MONTHLY, date(2026, 1, 15))
        rent = Flow(money(300), PayFrequency.MONTHLY, date(2026, 1, 15), label="Roof")
        finances = Finances(money(0), money(200), money(0), (pay, nameless, nothing), (rent,))
        wanted = goal(400, target_date=date(2026, 1, 16))
        case = PlanInput(NEW_YEAR, finances, (wanted,), NEW_YEAR)
        days = book(case, until=date(2026, 1, 31))
        assert [(day.date, day.carried_over) for day in days] == [
            (date(2026, 1, 15), money(110)),
            (date(2026, 1, 16), money(110)),
        ]
        kinds = [(entry.kind, entry.label, entry.amount) for day in days for entry in day.entries]
        assert kinds == [
            (EntryKind.INCOME, "Job", money(1000)),
            (EntryKind.INCOME, "Income", money(10)),
            (EntryKind.PLANNED_EXPENSE, "Roof", money(300)),
            (EntryKind.GOAL_PAYMENT, "goal", money(400)),
            (EntryKind.GOAL_DATE, "goal", money(400)),
        ]

    def test_before_the_present_month_are_not_told(self) -> None:
        pay = Flow(money(1000), PayFrequency.WEEKLY, date(2020, 1, 1))
        case = PlanInput(date(2026, 3, 20), Finances(money(0), money(0), money(0), (pay,)), (), NEW_YEAR)
        assert book(case, since=date(2025, 1, 1), until=date(2026, 2, 28)) == []
        [first, *_] = book(case, since=date(2025, 1, 1), until=date(2026, 3, 31))
        assert first.date == date(2026, 3, 4)

    def test_between_two_days_are_as_among_all(self) -> None:
        case, minimums = with_debts(a_case(7, rates=True, own_days=True))
        since, until = case.calendar.day(3) + 5 * DAY, case.calendar.day(9) + 11 * DAY
        among_all = [day for day in book(case, minimums) if since <= day.date <= until]
        assert book(case, minimums, since=since, until=until) == among_all != []

    def test_have_no_minimum_payment_where_the_calendar_begins(self) -> None:
        case, minimums = with_debts(inputs(100))
        days = [day.date for day in book(case, minimums, until=date(2026, 3, 31))]
        assert days == [date(2026, 2, 1), date(2026, 3, 1)]
        later = replace(case, as_of=date(2026, 3, 1), anchor=NEW_YEAR)
        assert [day.date for day in book(later, minimums, until=date(2026, 3, 31))] == [date(2026, 3, 1)]

    def test_of_goals_are_known_without_a_plan_for_them(self) -> None:
        case = inputs(100, goal(1000, months=10))
        plan, until = planned(replace(case, goals=())), date(2027, 1, 1)
        days = list(day_book(case, plan, (), since=NEW_YEAR, until=until, names=names_of(case)))
        [day] = days
        assert [(entry.kind, entry.goal_id) for entry in day.entries] == [(EntryKind.GOAL_DATE, "goal")]
        assert (day.date, day.carried_over) == (date(2026, 11, 1), money(1100))


class TestNames:
    def names(self, case: PlanInput, kind: EntryKind) -> list[str]:
        return [entry.name for day in book(case) for entry in day.entries if entry.kind is kind]

    @pytest.mark.parametrize("seed", range(24))
    def test_tell_every_entry_of_a_kind_from_the_others(self, seed: int) -> None:
        case, minimums = with_debts(a_case(seed, rates=True, own_days=seed % 2 == 0))
        names = Counter((entry.kind, entry.name) for day in book(case, minimums) for entry in day.entries)
        assert set(names.values()) <= {1}

    @pytest.mark.parametrize("seed", range(24))
    def test_tell_the_payments_of_one_cycle_from_those_of_the_next(self, seed: int) -> None:
        case = with_cycles(a_case(seed, own_days=seed % 2 == 0), seed)
        names = Counter(self.names(case, EntryKind.GOAL_PAYMENT))
        assert set(names.values()) <= {1}

    def test_of_two_payments_in_one_month_differ(self) -> None:
        """Months begin on the 30th; no month does in the cycle from 31 January to 28 February."""
        days = {date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 28)}
        assert set(self.paid_on(date(2026, 1, 30), ends_on=date(2026, 1, 31), begun=False)) > days
        for cadence in (None, Cadence(Frequency.MONTHLY, 29, NEW_YEAR)):
            names = self.paid_on(date(2026, 1, 30), ends_on=date(2026, 1, 31), begun=False, cadence=cadence)
            assert len(set(names.values())) == len(names)

    @pytest.mark.parametrize("day_of_month", [None, 28, 29, 30, 31])
    @pytest.mark.parametrize("first_day", [28, 29, 30, 31])
    def test_of_payments_stay_when_a_cycle_begins(self, first_day: int, day_of_month: int | None) -> None:
        """The present cycle ends on 31 January, on 28 February and on 31 March; names are of the same days."""
        first, anchor = date(2026, 1, 31), date(2026, 1, first_day)
        cadence = Cadence(Frequency.MONTHLY, day_of_month, NEW_YEAR) if day_of_month else None
        told = self.paid_on(anchor, ends_on=first, begun=False, cadence=cadence)
        for number in range(3):
            begins = cycle_end(first, 1, number)
            for later in range(20):
                ends = cycle_end(first, 1, number + 1)
                again = self.paid_on(
                    begins + later * DAY, ends_on=ends, begun=True, cadence=cadence, anchor=anchor, first=first
                )
                names = [(day, name) for day, name in again.items() if day > begins + later * DAY]
                assert names == [(day, told[day]) for day, _ in names] != []

    def paid_on(self, as_of: date, *, ends_on: date, begun: bool, **changes: Any) -> dict[date, str]:
        """The names of the payments of a cycle of a month and of later ones, by their days."""
        first, anchor = changes.pop("first", ends_on), changes.pop("anchor", as_of)
        began = cycle_start(first, 1, ends_on) if begun else None
        bill = goal(100, target_date=ends_on, repeat_every_months=1, first_date=first, starts=began, **changes)
        case = replace(inputs(300, bill, as_of=as_of), anchor=anchor)
        days = book(case, (every_month(200),), until=date(2026, 12, 31))
        return {day.date: each.name for day in days for each in day.entries if each.kind is EntryKind.GOAL_PAYMENT}

    def test_stay_when_amounts_change(self) -> None:
        case = a_case(11)
        flows = tuple(replace(flow, amount=flow.amount + 1) for flow in case.finances.incomes)
        richer = replace(case, finances=replace(case.finances, incomes=flows))
        assert self.names(case, EntryKind.INCOME) == self.names(richer, EntryKind.INCOME) != []

    def test_stay_when_a_payment_moves_within_its_month(self) -> None:
        """Without the money carried in, the payment waits for the payday."""
        pay = Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 20))
        finances = Finances(money(0), money(0), money(0), (pay,))
        poor = PlanInput(NEW_YEAR, finances, (goal(900, months=1),), NEW_YEAR)
        rich = replace(poor, carried_in=money(900))
        days = [next(day.date for day in book(case) if day.entries[-1].goal_id) for case in (poor, rich)]
        assert days == [date(2026, 1, 20), NEW_YEAR]
        assert self.names(poor, EntryKind.GOAL_PAYMENT) == self.names(rich, EntryKind.GOAL_PAYMENT)

    def test_of_entries_with_the_same_label_differ(self) -> None:
        pay = Flow(money(1000), PayFrequency.MONTHLY, calendar_date(NEW_YEAR, 1), label="Job")
        case = PlanInput(NEW_YEAR, Finances(money(0), money(0), money(0), (pay, pay)), (), NEW_YEAR)
        names = self.names(case, EntryKind.INCOME)
        assert len(set(names)) == len(names) == 2 * (MONTHS - 1)
