"""Chosen amounts on days of their own share each day's money: against a walk through the days, by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from planning.engine.cadence import Cadence, Payment, action_dates_between
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, money
from planning.vocabulary import Feasibility, Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONTHS = 12
YEAR_END = date(2027, 1, 1)


def saver(name: str, target: int, each: int | None, cadence: Cadence | None, **changes: object) -> GoalInput:
    """A goal with a chosen amount on each of its days; without `each` its share is computed."""
    chosen = None if each is None else money(each)
    fields = {"chosen_monthly": chosen, "chosen_each": chosen, "cadence": cadence, "name": name} | changes
    return goal(target, MONTHS, **fields)


def on(day: int) -> Cadence:
    return Cadence(Frequency.MONTHLY, day, NEW_YEAR)


def salary(amount: int, day: int) -> Flow:
    return Flow(money(amount), PayFrequency.MONTHLY, date(2026, 1, day))


def planned(
    goals: Sequence[GoalInput], incomes: Sequence[Flow], carried_in: int = 0, as_of: date = NEW_YEAR
) -> list[GoalPlan]:
    finances = Finances(money(800), money(800), money(0), incomes=tuple(incomes))
    made = make_plan(PlanInput(as_of, finances, tuple(goals), anchor=NEW_YEAR, carried_in=money(carried_in)))
    return [*made.goals]


class TestTheNextGoal:
    """500 arrive on each 20th; the first goal takes 400 on each 25th, and 100 are carried in."""

    FIRST = saver("first", 4_800, 400, on(25), priority="High")

    @pytest.mark.parametrize("each", [100, None])
    def test_may_have_what_is_there_before_the_payday(self, each: int | None) -> None:
        second = saver("second", 1_200, each, on(15))
        _, made = planned([self.FIRST, second], [salary(500, 20)], carried_in=100)
        assert [(payment.date.day, payment.amount) for payment in made.payments] == [(15, money(100))] * 12
        assert (made.shortfall, made.feasibility) == (money(0), Feasibility.TIGHT)

    def test_does_not_have_what_the_first_goal_was_paid_early(self) -> None:
        """The 400 of 25 January were put in on the 5th, from the 450 there: 50 are left until the 20th."""
        first = saver("first", 4_800, 400, on(25), priority="High", added=money(400), already_there=money(0))
        _, made = planned(
            [first, saver("second", 1_200, 100, on(15))], [salary(500, 20)], 450, as_of=date(2026, 1, 5)
        )
        assert made.payments[0].date == date(2026, 1, 15)
        assert made.payments[0].amount == money(50)


class TestBehindDebts:
    """50 are carried in, and 200 arrive on each 20th; 100 of them pay off debts on the next month's first day."""

    DEBTS = goal(500, 6, "High", name="debts", debts=(card(500, 0, 0),), chosen_monthly=money(100))
    SECOND = saver("second", 600, 50, on(5))
    LAST = saver("last", 1_200, 100, on(25), priority="Low")

    def test_the_next_goal_may_have_what_is_there_before_the_payday(self) -> None:
        _, second, last = planned([self.DEBTS, self.SECOND, self.LAST], [salary(200, 20)], carried_in=50)
        assert [(payment.date.day, payment.amount) for payment in second.payments] == [(5, money(50))] * 12
        assert (second.shortfall, {payment.amount for payment in last.payments[:4]}) == (money(0), {money(50)})

    def test_no_payment_moves_once_another_was_made(self) -> None:
        goals, today = [self.DEBTS, self.SECOND, self.LAST], date(2026, 1, 25)
        first = planned(goals, [salary(200, 20)], carried_in=50)
        paid = [replace(self.SECOND, added=money(50)), replace(self.LAST, added=money(50))]
        again = planned([self.DEBTS, *paid], [salary(200, 20)], carried_in=50, as_of=today)
        for made, before in zip(again, first, strict=True):
            assert [*made.payments] == [payment for payment in before.payments if payment.date > today]

    def test_facts_tell_of_a_last_day_before_the_payday_what_is_there(self) -> None:
        second = replace(self.SECOND, target_date=date(2026, 4, 1), target_amount=money(150))
        facts = planned([self.DEBTS, second], [salary(200, 20)], carried_in=50)[1].explanation.facts
        there = facts["money_by_then"] + facts["carried_in"] - facts["taken_ahead"] - facts["held_back"]
        assert there == facts["room"] == 250


def test_a_payment_that_comes_before_the_payday_does_not_wait_for_it() -> None:
    """Of 200, which 50 and 25 were put in from, 125 are left until 500 come on the 14th.

    The near goal needs 100 of them on the 9th, so the other goal's 50 of the 12th aren't there.
    """
    near = saver("near", 150, None, on(9), target_date=date(2026, 1, 13), added=money(50))
    other = saver("other", 400, None, on(12), priority="Low", target_date=date(2026, 2, 11))
    chosen = saver("chosen", 500, 50, on(15), target_date=date(2026, 4, 25), added=money(25))
    made = planned([near, other, chosen], [salary(500, 14)], 200, as_of=date(2026, 1, 7))
    assert [next(iter(each.payments)) for each in made] == [
        Payment(date(2026, 1, 9), money(100)),
        Payment(date(2026, 2, 12), money(400)),
        Payment(date(2026, 1, 15), money(25)),
    ]


def walk(goals: Sequence[GoalInput], incomes: Sequence[Flow], carried_in: int) -> list[list[Payment]]:
    """What each goal is paid in the year: on each day its amount, or all that then stays there for what follows.

    Goals that aren't met by then go on in January. So what is needed for that is kept, too.
    """
    arriving = [
        (date(2026, month, flow.next_date.day), flow.amount)
        for flow in incomes
        for month in range(1, 13)
        if flow.next_date
    ] + [(flow.next_date.replace(year=2027), flow.amount) for flow in incomes if flow.next_date]
    taken: list[Payment] = []
    told = []
    for each in goals:
        assert each.cadence
        left, mine = each.target_amount, []
        for day in action_dates_between(each.cadence, NEW_YEAR, date(2027, 2, 1)):
            amount = min(each.chosen_each or left, left, carried_in + _least_from(day, arriving, taken))
            if amount > 0:
                left -= amount
                taken.append(Payment(day, amount))
                mine.append(Payment(day, amount))
        told.append([paid for paid in mine if paid.date < YEAR_END])
    return told


def _least_from(day: date, arriving: Sequence[tuple[date, Decimal]], taken: Sequence[Payment]) -> Decimal:
    """The least that comes together by the end of any day from this one on."""
    changes = sorted([*arriving, *((paid.date, -paid.amount) for paid in taken)])
    ends = {day, *(on_day for on_day, _ in changes if on_day > day)}
    return min(sum((amount for on_day, amount in changes if on_day <= end), Decimal(0)) for end in ends)


@pytest.mark.parametrize("seed", range(40))
def test_goals_get_what_the_walk_says(seed: int) -> None:
    random = Random(seed)
    incomes = [salary(random.randint(1, 20) * 50, random.randint(1, 28)) for _ in range(random.randint(1, 3))]
    goals = [
        saver(
            str(number),
            random.randint(1, 60) * 100,
            random.randint(1, 12) * 25,
            random.choice([on(random.randint(1, 28)), Cadence(Frequency.WEEKLY, random.randint(1, 7), NEW_YEAR)]),
            priority=priority,
        )
        for number, priority in enumerate(("High", "Medium", "Low"))
    ]
    carried_in = random.choice([0, 50, 100, 650])
    made = planned(goals, incomes, carried_in)
    paid = [[each for each in one.payments if each.date < YEAR_END] for one in made]
    assert paid == walk(goals, incomes, carried_in)
