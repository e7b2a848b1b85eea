"""Chosen amounts without days of their own wait for the payday: planned again on any day, nothing moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from fincred.money import ZERO
from planning.engine.cadence import Cadence, Payment
from planning.engine.model import Finances, GoalInput, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, goal, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

FEBRUARY, APRIL = date(2026, 2, 1), date(2026, 4, 1)


def planned(goals: Sequence[GoalInput], carried_in: int, *incomes: tuple[int, int]) -> tuple[PlanInput, Plan]:
    """Each of the incomes is an amount, and the day of the month on which it comes."""
    flows = (Flow(money(each), PayFrequency.MONTHLY, date(2026, 1, day)) for each, day in incomes)
    finances = Finances(ZERO, ZERO, ZERO, incomes=tuple(flows))
    inputs = PlanInput(NEW_YEAR, finances, tuple(goals), carried_in=money(carried_in))
    return inputs, make_plan(inputs, with_alternatives=False)


def chosen(amount: int, target: int, until: date, name: str = "chosen", **changes: Any) -> GoalInput:
    return goal(target, target_date=until, name=name, chosen_monthly=money(amount), priority="High", **changes)


def on(day: int, amount: int, target: int, until: date) -> GoalInput:
    """A goal with a chosen amount on this day of each month."""
    fields: dict[str, Any] = {"chosen_monthly": money(amount), "chosen_each": money(amount)}
    return goal(target, target_date=until, name="own", cadence=Cadence(Frequency.MONTHLY, day, NEW_YEAR), **fields)


def followed(inputs: PlanInput, plan: Plan, day: date) -> Plan:
    """The plan that is made on a later day, if all was paid as asked up to it (interest aside in later months)."""
    month = inputs.calendar.payments(day)
    start = inputs.calendar.day(month)
    goals = []
    for each, made in zip(inputs.goals, plan.goals, strict=True):
        before, on_start, later = (
            sum((paid.amount for paid in made.payments if since <= paid.date < until), ZERO)
            for since, until in (
                (date.min, start),
                (start, start + timedelta(days=1)),
                (start + timedelta(days=1), day + timedelta(days=1)),
            )
        )
        there = each.already_there + before
        goals.append(replace(each, already_there=there, added=on_start + later, earning=there + on_start))
    carried = dict(plan.carried).get(start, ZERO) if month else inputs.carried_in
    again = replace(inputs, as_of=day, anchor=NEW_YEAR, goals=tuple(goals), carried_in=carried)
    return make_plan(again, with_alternatives=False)


def asked(plan: Plan, after: date = date.min) -> list[tuple[Decimal, list[tuple[date, Decimal]]]]:
    """What each goal falls short of, and what it is still asked for after a day."""
    return [
        (made.shortfall, [(paid.date, paid.amount) for paid in made.payments if paid.date > after])
        for made in plan.goals
    ]


class TestBeforeThePayday:
    """500 come on each 20th, and 500 are carried in. 400 are paid a month, and 100 on each 15th.

    January leaves the 500 to a third goal, of which 400 are free: on 15 February the other 100 are needed. The 400
    of February come on the 20th.
    """

    GOALS = (
        chosen(400, 4800, date(2027, 1, 1)),
        on(15, 100, 1200, date(2027, 1, 1)),
        goal(400, target_date=FEBRUARY, priority="Low", name="near"),
    )

    def test_days_of_others_have_what_is_there(self) -> None:
        _, plan = planned(self.GOALS, 500, (500, 20))
        first, own, near = plan.goals
        assert [*first.payments[:2]] == [Payment(NEW_YEAR, money(400)), Payment(date(2026, 2, 20), money(400))]
        assert [(paid.date.day, paid.amount) for paid in own.payments] == [(15, money(100))] * 12
        assert [*near.payments] == [Payment(date(2026, 1, 20), money(400))]
        assert (own.shortfall, dict(plan.carried)[FEBRUARY]) == (money(0), money(100))

    @pytest.mark.parametrize("day", [1, 10, 15, 16, 20, 28])
    def test_and_still_have_it_when_it_is_planned_again(self, day: int) -> None:
        inputs, plan = planned(self.GOALS, 500, (500, 20))
        today = date(2026, 2, day)
        again = asked(followed(inputs, plan, today), after=today)
        assert again[:2] == asked(plan, after=today)[:2]

    def test_a_date_has_what_is_there_too(self) -> None:
        """By 10 February 100 are there for another goal, once nothing is paid on the 15th."""
        third = goal(500, target_date=date(2026, 2, 10), priority="Low")
        _, plan = planned((self.GOALS[0], third), 500, (500, 20))
        assert plan.goals[1].shortfall == 0

    def test_the_last_one_is_paid_before_its_date(self) -> None:
        """By 10 February the chosen 400 must be there, so January leaves 100 for the others."""
        first, own, _ = self.GOALS
        third = goal(500, target_date=FEBRUARY, priority="Low")
        _, plan = planned((replace(first, target_date=date(2026, 2, 10)), own, third), 500, (500, 20))
        assert [made.payments[1].date for made in plan.goals[:1]] == [FEBRUARY]
        assert plan.goals[2].shortfall == 500


class TestWithInterest:
    def test_what_was_paid_on_the_first_day_leaves_others_no_more(self) -> None:
        """75 earn interest from the first day, so of 600 the own day has 525; 600 come after it."""
        goals = (
            chosen(75, 400, date(2026, 1, 26), annual_rate=Decimal(24)),
            on(3, 600, 600, date(2026, 1, 28)),
        )
        inputs, plan = planned(goals, 600, (300, 11), (300, 13))
        assert [made.payments[0].amount for made in plan.goals] == [75, 525]
        for day in 1, 3, 11, 25:
            today = date(2026, 1, day)
            assert asked(followed(inputs, plan, today), after=date.min) == asked(plan, after=today)

    def test_a_last_payment_is_on_the_first_day_if_it_is_there_though_the_amount_is_not(self) -> None:
        """Of 400 on 20 January 200 are paid, and the last payment is kept: (200 + 88.35) x 1.02 x 1.02 = 300."""
        goals = (
            chosen(200, 300, APRIL, annual_rate=Decimal(24)),
            goal(400, target_date=FEBRUARY, priority="Low"),
        )
        inputs, plan = planned(goals, 0, (400, 20))
        last = Payment(FEBRUARY, Decimal("88.35"))
        assert [*plan.goals[0].payments] == [Payment(date(2026, 1, 20), money(200)), last]
        assert plan.goals[1].payments[0].amount == 400 - 200 - last.amount
        again = followed(inputs, plan, date(2026, 1, 25))
        assert ([*again.goals[0].payments], again.goals[0].shortfall) == ([last], money(0))


def a_case(seed: int, rates: bool) -> tuple[PlanInput, Plan]:
    """A chosen amount without own days, one on own days and two other goals, on money that never lacks."""
    random = Random(seed)
    goals = []
    for number in range(4):
        amount = money(random.randint(1, 8) * 25) if number < 2 or random.random() < 0.3 else None
        cadence = None
        if number == 1 or (number and random.random() < 0.5):
            weekly = Cadence(Frequency.WEEKLY, random.randint(1, 7), NEW_YEAR)
            cadence = random.choice([weekly, Cadence(Frequency.MONTHLY, random.randint(1, 28), NEW_YEAR)])
        goals.append(
            goal(
                random.randint(1, 12) * 100,
                target_date=NEW_YEAR + timedelta(days=random.randint(32, 150)),
                name=str(number),
                priority=random.choice(["High", "Medium", "Low"]),
                cadence=cadence,
                chosen_monthly=amount,
                chosen_each=amount if cadence else None,
                annual_rate=Decimal(random.choice([0, 24]) if rates and amount else 0),
            )
        )
    incomes = [(random.randint(2, 10) * 50, random.randint(2, 28)) for _ in range(random.randint(1, 2))]
    return planned(goals, random.choice([0, 100, 300, 600]), *incomes)


@pytest.mark.parametrize("seed", range(40))
def test_planned_again_in_the_month_nothing_moves(seed: int) -> None:
    inputs, plan = a_case(seed, rates=True)
    for day in 1, 8, 15, 22, 31:
        today = date(2026, 1, day)
        assert asked(followed(inputs, plan, today)) == asked(plan, after=today), day


@pytest.mark.parametrize("seed", range(40))
def test_planned_again_in_the_next_month_no_chosen_amount_moves(seed: int) -> None:
    inputs, plan = a_case(seed, rates=False)
    today = FEBRUARY
    again = asked(followed(inputs, plan, today), after=today)
    for each, now, before in zip(inputs.goals, again, asked(plan, after=today), strict=True):
        assert now[0] == before[0], each.name
        assert each.chosen_monthly is None or now[1] == before[1], each.name
