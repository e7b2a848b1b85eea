"""Plans on days of their own whose goal's date has come: they are paid on their days, as before it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from planning.engine.cadence import Cadence
from planning.engine.model import Finances, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, goal, inputs, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

THURSDAYS = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)


class TestOverdue:
    @pytest.mark.parametrize("days_ago", [0, 3])
    @pytest.mark.parametrize("cadence", [THURSDAYS, Cadence(Frequency.MONTHLY, 1, NEW_YEAR)])
    def test_a_chosen_amount_is_asked_for_once_a_day(self, days_ago: int, cadence: Cadence) -> None:
        """Today, 1 January, is one of its days too."""
        late = goal(300, target_date=NEW_YEAR - timedelta(days=days_ago), cadence=cadence)
        late = replace(late, chosen_monthly=money(100), chosen_each=money(100))
        (made,) = make_plan(inputs(500, late)).goals
        assert [paid.amount for paid in made.payments] == [100, 100, 100]
        assert made.shortfall == 200

    @pytest.mark.parametrize(
        ("by", "put_in", "asked"),
        [
            (13, 50, [(20, 50), (22, 50), (29, 50)]),  # the 8th is paid; the 15th has passed
            (13, 100, [(22, 50), (29, 50)]),
            (13, 150, [(29, 50)]),
            (13, 250, []),
        ],
    )
    def test_what_was_put_in_of_a_chosen_amount_pays_its_late_days_too(
        self, by: int, put_in: int, asked: list[tuple[int, int]]
    ) -> None:
        """50 on Thursdays from 2 January on: the 8th, 15th, 22nd and 29th. Today is the 20th."""
        late = goal(3000, target_date=date(2026, 1, by), cadence=THURSDAYS, added=money(put_in))
        late = replace(late, chosen_monthly=money(200), chosen_each=money(50))
        for incomes in ((), (Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 2)),)):
            finances = Finances(money(0 if incomes else 1000), money(0), money(0), incomes=incomes)
            plan_input = PlanInput(date(2026, 1, 20), finances, (late,), anchor=date(2026, 1, 2))
            (made,) = make_plan(plan_input, with_alternatives=False).goals
            january = [paid for paid in made.payments if paid.date < date(2026, 2, 2)]
            assert [(paid.date.day, int(paid.amount)) for paid in january] == asked
            assert made.payments[len(january)].date == date(2026, 2, 5)
            assert made.this_month == sum(amount for _, amount in asked)

    @pytest.mark.parametrize("incomes", [(), (Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 2)),)])
    @pytest.mark.parametrize(
        ("by", "day", "put_in", "asked"),
        [
            ("2026-01-13", "2026-02-02", 0, ["02-05", "02-12", "02-19", "02-26"]),
            ("2026-01-13", "2026-02-05", 50, ["02-12", "02-19", "02-26"]),
            ("2026-01-13", "2026-02-12", 50, ["02-12", "02-19", "02-26"]),
            ("2026-01-13", "2026-02-14", 50, ["02-14", "02-19", "02-26"]),  # the 12th has passed
            ("2026-01-13", "2026-03-01", 200, []),
            ("2026-01-05", "2026-01-15", 100, ["01-15", "01-22", "01-29"]),  # what was due on the 2nd, and the 8th
            ("2026-01-05", "2026-01-16", 100, ["01-16", "01-22", "01-29"]),  # the 15th has passed
        ],
    )
    def test_a_chosen_amount_stays_on_its_days(
        self, by: str, day: str, put_in: int, asked: list[str], incomes: tuple[Flow, ...]
    ) -> None:
        """50 on Thursdays, of months that begin on the 2nd, from New Year on."""
        late = goal(3000, target_date=date.fromisoformat(by), cadence=THURSDAYS, added=money(put_in))
        late = replace(late, chosen_monthly=money(200), chosen_each=money(50))
        finances = Finances(money(0 if incomes else 1000), money(0), money(0), incomes=incomes)
        plan_input = PlanInput(date.fromisoformat(day), finances, (late,), anchor=date(2026, 1, 2))
        (made,) = make_plan(plan_input, with_alternatives=False).goals
        month = [paid for paid in made.payments if paid.date < plan_input.calendar.day(1)]
        assert [(paid.date.isoformat()[5:], paid.amount) for paid in month] == [
            (each, money(50)) for each in asked
        ]
        following = [paid.date.isoweekday() for paid in made.payments[len(month) :]]
        assert set(following) == {4}

    @pytest.mark.parametrize(("day", "put_in"), [("2026-02-02", 0), ("2026-02-05", 0), ("2026-02-06", 300)])
    def test_all_of_the_month_is_for_its_first_day(self, day: str, put_in: int) -> None:
        """300 a month: as the plan said before its date."""
        late = goal(1000, target_date=date(2026, 1, 13), cadence=THURSDAYS, added=money(put_in))
        finances = Finances(money(300), money(0), money(0))
        plan_input = PlanInput(date.fromisoformat(day), finances, (late,), anchor=date(2026, 1, 2))
        (made,) = make_plan(plan_input, with_alternatives=False).goals
        days = [date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 2), date(2026, 5, 7)]
        expected = [*zip(days, map(money, [300, 300, 300, 100]), strict=True)]
        assert [(paid.date, paid.amount) for paid in made.payments] == expected[bool(put_in) :]
        assert (made.shortfall, made.projected_completion_date) == (money(700), days[-1])

    def test_a_month_without_one_of_its_days_pays_nothing(self) -> None:
        """Months begin on the 31st or the last day: February has no 30th."""
        days = Cadence(Frequency.MONTHLY, 30, NEW_YEAR)
        late = goal(300, target_date=date(2026, 1, 25), cadence=days)
        finances = Finances(money(300), money(0), money(0))
        plan_input = PlanInput(date(2026, 2, 28), finances, (late,), anchor=date(2025, 12, 31))
        (made,) = make_plan(plan_input, with_alternatives=False).goals
        assert [(paid.date, paid.amount) for paid in made.payments] == [(date(2026, 2, 28), money(300))]
        january = replace(plan_input, as_of=date(2026, 1, 31))
        (made,) = make_plan(january, with_alternatives=False).goals
        assert [(paid.date, paid.amount) for paid in made.payments] == [(date(2026, 2, 28), money(300))]
        assert (made.this_month, made.shortfall) == (money(0), money(0))

    def test_a_plan_that_begins_after_the_date_asks_for_its_first_payment_at_once(self) -> None:
        """50 on Thursdays from 20 February on: none that was before is asked for."""
        days = Cadence(Frequency.WEEKLY, 4, date(2026, 2, 20))
        late = goal(3000, target_date=date(2026, 1, 13), cadence=days)
        late = replace(late, chosen_monthly=money(200), chosen_each=money(50))
        pay = Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 18))
        finances = Finances(money(0), money(0), money(0), incomes=(pay,))
        plan_input = PlanInput(date(2026, 2, 20), finances, (late,), anchor=date(2026, 1, 2))
        (made,) = make_plan(plan_input, with_alternatives=False).goals
        asked = [(20, money(50)), (26, money(50)), (5, money(50))]
        assert [(paid.date.day, paid.amount) for paid in made.payments[:3]] == asked

    def test_what_arrives_after_the_date_is_for_the_next_of_its_days(self) -> None:
        """100 on 2 January, and 100 on the 14th, a Wednesday after the date."""
        incomes = tuple(Flow(money(100), PayFrequency.MONTHLY, date(2026, 1, day)) for day in (2, 14))
        late = goal(900, target_date=date(2026, 1, 13), cadence=THURSDAYS)
        for day, put_in, following in ((2, 0, 8), (8, 100, 15), (14, 100, 15), (15, 200, 5)):
            finances = Finances(money(0), money(0), money(0), incomes=incomes)
            now = replace(late, added=money(put_in))
            plan_input = PlanInput(date(2026, 1, day), finances, (now,), anchor=date(2026, 1, 2))
            (made,) = make_plan(plan_input, with_alternatives=False).goals
            assert (made.payments[0].date.day, made.payments[0].amount) == (following, money(100))

    def test_at_the_end_of_time_it_is_due_now(self) -> None:
        """The only day of its own that is left is the last one of the calendar."""
        days = Cadence(Frequency.MONTHLY, 31, NEW_YEAR)
        late = goal(300, target_date=date(9999, 11, 25), cadence=days)
        finances = Finances(money(300), money(0), money(0))
        plan_input = PlanInput(date(9999, 12, 15), finances, (late,), anchor=date(2026, 1, 10))
        (made,) = make_plan(plan_input, with_alternatives=False).goals
        assert [paid.amount for paid in made.payments] == [300]
