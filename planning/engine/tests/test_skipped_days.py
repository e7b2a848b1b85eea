"""Days of a plan's own that came before their money stay skipped when it is planned again in the same month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.engine.cadence import Cadence, Payment
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
APRIL = date(2026, 4, 1)
WEEKLY = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)  # Thursdays: 1, 8, 15, 22 and 29 January
MONTHLY = Cadence(Frequency.MONTHLY, 5, NEW_YEAR)


def planned(as_of: date, put_in: int, until: date, cadence: Cadence, chosen: Decimal | None = None) -> GoalPlan:
    """Of 200 a month that arrive on each 20th, 300 are wanted."""
    pay = Flow(money(1000), PayFrequency.MONTHLY, date(2026, 1, 20))
    finances = Finances(money(0), money(800), money(0), incomes=(pay,))
    each = goal(
        300, target_date=until, cadence=cadence, added=money(put_in), chosen_monthly=chosen, chosen_each=chosen
    )
    (made,) = make_plan(PlanInput(as_of, finances, (each,), anchor=NEW_YEAR)).goals
    return made


class TestSkippedDays:
    def test_what_was_paid_as_asked_leaves_the_days_after_it_as_they_were(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY)
        assert first.payments[0].date == date(2026, 1, 22)
        paid = int(first.payments[0].amount)
        again = planned(date(2026, 1, 23), paid, APRIL, WEEKLY)
        assert again.payments == first.payments[1:]
        assert again.this_month == first.this_month - paid

    def test_one_that_was_not_paid_though_its_money_was_there_is_due_now(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY)
        again = planned(date(2026, 1, 23), 0, APRIL, WEEKLY)
        assert again.payments[0] == Payment(date(2026, 1, 23), first.payments[0].amount)
        assert again.payments[1:] == first.payments[1:]

    def test_the_last_day_in_time_stays_skipped_too(self) -> None:
        """Its goal was told from the start that 300 are short, and others were promised what arrives after it."""
        first = planned(NEW_YEAR, 0, date(2026, 2, 1), MONTHLY)
        again = planned(date(2026, 1, 23), 0, date(2026, 2, 1), MONTHLY)
        assert (again.payments, again.shortfall) == (first.payments, money(300))

    def test_what_arrived_before_a_plan_began_is_for_its_last_day_in_time(self) -> None:
        """The plan begins on 23 January, so 5 January, which has passed, is due now."""
        made = planned(date(2026, 1, 23), 0, date(2026, 2, 1), replace(MONTHLY, since=date(2026, 1, 23)))
        assert made.payments[0] == Payment(date(2026, 1, 23), money(200))

    def test_what_was_paid_of_a_chosen_amount_pays_the_day_that_asked_for_it(self) -> None:
        first = planned(NEW_YEAR, 0, APRIL, WEEKLY, money(25))
        asked = [Payment(date(2026, 1, 22), money(25)), Payment(date(2026, 1, 29), money(25))]
        assert [*first.payments[:2]] == asked
        again = planned(date(2026, 1, 23), 25, APRIL, WEEKLY, money(25))
        assert again.payments == first.payments[1:]


class TestWhatOthersWerePaid:
    """Of 200 a month 100 arrive on each 20th. 20 are paid on each Thursday, so N's 50 are paid on 20 January."""

    N = goal(300, name="N", target_date=date(2026, 7, 1))
    ON_THURSDAYS = goal(260, name="on Thursdays", priority="High", target_date=APRIL, cadence=WEEKLY)
    CHOSEN = replace(ON_THURSDAYS, chosen_monthly=money(80), chosen_each=money(20))

    @staticmethod
    def planned(as_of: date, goals: Sequence[GoalInput], put_in: Sequence[Decimal]) -> tuple[GoalPlan, ...]:
        pay = Flow(money(100), PayFrequency.MONTHLY, date(2026, 1, 20))
        finances = Finances(money(900), money(800), money(0), incomes=(pay,))
        now = tuple(replace(each, added=added) for each, added in zip(goals, put_in, strict=True))
        return make_plan(PlanInput(as_of, finances, now, anchor=NEW_YEAR)).goals

    def followed(self, day: date, *goals: GoalInput) -> None:
        """All that is due by the day is paid, and nothing else changes."""
        first = self.planned(NEW_YEAR, goals, [money(0)] * len(goals))
        put_in = [sum([each.amount for each in made.payments if each.date <= day], money(0)) for made in first]
        assert all(put_in)
        again = self.planned(day, goals, put_in)
        for made, before in zip(again, first, strict=True):
            assert [*made.payments] == [each for each in before.payments if each.date > day]

    @pytest.mark.parametrize("day", [date(2026, 1, 20), date(2026, 1, 23), date(2026, 1, 31)])
    @pytest.mark.parametrize("before", [ON_THURSDAYS, CHOSEN])
    def test_later_in_the_month_takes_no_day_before(self, before: GoalInput, day: date) -> None:
        first, other = self.planned(NEW_YEAR, (before, self.N), (money(0), money(0)))
        assert [each.date.day for each in first.payments[:5]] == [1, 8, 15, 22, 29]
        assert other.payments[0] == Payment(date(2026, 1, 20), money(50))
        self.followed(day, before, self.N)

    @pytest.mark.parametrize("day", [date(2026, 1, 20), date(2026, 1, 23), date(2026, 1, 31)])
    def test_on_the_first_day_skips_the_same_days_again(self, day: date) -> None:
        first_served = goal(140, name="first", target_date=date(2026, 3, 1))
        goals = first_served, self.ON_THURSDAYS, self.N
        first, second, _ = self.planned(NEW_YEAR, goals, [money(0)] * 3)
        assert first.payments[0] == Payment(NEW_YEAR, money(70))
        assert [each.date.day for each in second.payments[:3]] == [1, 22, 29]
        self.followed(day, *goals)

    @pytest.mark.parametrize(("before", "due"), [(ON_THURSDAYS, 0), (CHOSEN, 10)])
    def test_before_its_day_leaves_nothing_due_before_its_money(self, before: GoalInput, due: int) -> None:
        """Of 100 N was paid 50 on the first day, and two Thursdays 40: 10 are left for the third one."""
        made, _ = self.planned(date(2026, 1, 16), (before, self.N), (money(40), money(50)))
        assert sum(each.amount for each in made.payments if each.date < date(2026, 1, 20)) == due


class TestWhatIsPaidTogether:
    """Of 230 a month 100 arrive on each 20th. A's Thursdays take 20, B's Fridays 10, C gets 30 on the first day.

    On B's first three days 30 are there beside all that A gets in the month and what is still to arrive. Then C is
    paid these 30. But of A's 100 the last 40 wait for the 20th.
    """

    A = goal(260, name="A", priority="High", target_date=APRIL, cadence=WEEKLY)
    B = goal(170, name="B", target_date=date(2026, 5, 1), cadence=Cadence(Frequency.WEEKLY, 5, NEW_YEAR))
    C = goal(180, name="C", target_date=date(2026, 7, 1))
    PAY = Flow(money(100), PayFrequency.MONTHLY, date(2026, 1, 20))
    FINANCES = Finances(money(930), money(800), money(0), incomes=(PAY,))

    @pytest.mark.parametrize("day", [1, 2, 8, 9, 16, 22, 23, 31])
    @pytest.mark.parametrize("chosen", ["", "A", "B", "AB", "ABC"])
    def test_leaves_the_later_days_of_the_month_as_they_were(self, chosen: str, day: int) -> None:
        each = {"A": 20, "B": 10, "C": 30}
        goals = [
            replace(one, chosen_monthly=money(each[one.name]), chosen_each=money(each[one.name]))
            if one.name in chosen
            else one
            for one in (self.A, self.B, self.C)
        ]
        first = make_plan(PlanInput(NEW_YEAR, self.FINANCES, tuple(goals), anchor=NEW_YEAR)).goals
        assert [paid.date.day for paid in first[1].payments[:5]] == [2, 9, 16, 23, 30]
        today = date(2026, 1, day)
        put_in = [sum([paid.amount for paid in made.payments if paid.date <= today], money(0)) for made in first]
        now = tuple(replace(one, added=added) for one, added in zip(goals, put_in, strict=True))
        again = make_plan(PlanInput(today, self.FINANCES, now, anchor=NEW_YEAR)).goals
        for made, before in zip(again, first, strict=True):
            assert [*made.payments] == [paid for paid in before.payments if paid.date > today]


@pytest.mark.parametrize("chosen", [None, money(50)])
def test_what_was_paid_on_days_of_a_plans_own_moves_no_payment_of_another_goal(chosen: Decimal | None) -> None:
    """80 are there on New Year, and 80 come on each Friday. 50 are paid on every second Thursday."""
    pay = Flow(money(80), PayFrequency.WEEKLY, date(2026, 1, 2))
    finances = Finances(money(80), money(0), money(0), incomes=(pay,))
    biweekly = Cadence(Frequency.BIWEEKLY, 4, NEW_YEAR)
    own = goal(350, name="own", target_date=APRIL, cadence=biweekly, chosen_monthly=chosen, chosen_each=chosen)
    other = goal(900, name="other", target_date=date(2027, 1, 1))
    first = make_plan(PlanInput(NEW_YEAR, finances, (own, other), anchor=NEW_YEAR)).goals
    assert first[0].payments[0] == Payment(NEW_YEAR, money(50))
    assert first[1].payments[0] == Payment(date(2026, 1, 2), money(75))
    paid = replace(own, added=money(50)), other
    again = make_plan(PlanInput(NEW_YEAR, finances, paid, anchor=NEW_YEAR)).goals
    assert again[0].payments == first[0].payments[1:]
    assert again[1].payments == first[1].payments
