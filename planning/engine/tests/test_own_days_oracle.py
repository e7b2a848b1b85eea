"""What goals get on each day, against a walk through the days that is written from the rules alone."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planning.engine.cadence import Cadence
from planning.engine.model import GoalInput, GoalPlan, PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, inputs
from planning.tests.oracle_walk import Bank, Wish, World, at_date, walk
from planning.vocabulary import Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

PRIORITIES = ("High", "Medium", "Low")
STARTS = [date(2026, 1, 1), date(2026, 1, 31), date(2027, 12, 15), date(2028, 2, 29)]
WEEKLY = st.tuples(st.sampled_from(["weekly", "biweekly"]), st.integers(1, 7))
RHYTHMS = WEEKLY | st.tuples(st.just("monthly"), st.integers(1, 31))


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@st.composite
def worlds(draw: st.DrawFn, *, rates: tuple[str, ...], chosen: st.SearchStrategy[int | None]) -> World:
    """Up to four goals, planned on a day of the month that began on `start`."""
    start = draw(st.sampled_from(STARTS))
    as_of = start + timedelta(days=draw(st.sampled_from([0, 0, 0, 9, 25])))
    wish = st.builds(
        Wish,
        target=st.integers(1, 600_000),
        by=st.integers(1, 400).map(lambda days: as_of + timedelta(days=days)),
        rank=st.integers(0, 2),
        rhythm=st.none() | RHYTHMS,
        rate=st.sampled_from(rates).map(Fraction),
        there=st.sampled_from([0, 0, 12_345]),
        chosen=chosen,
    )
    wishes = draw(st.lists(wish, min_size=1, max_size=4))
    return World(start, as_of, draw(st.integers(0, 150_000)), wishes)


def goal_of(world: World, number: int) -> GoalInput:
    wish = world.wishes[number]
    cadence = Cadence(Frequency(wish.rhythm[0]), wish.rhythm[1], world.start) if wish.rhythm else None
    chosen = None if wish.chosen is None else euros(wish.chosen)
    return goal(
        str(euros(wish.target)),
        priority=PRIORITIES[wish.rank],
        name=str(number),
        target_date=wish.by,
        annual_rate=Decimal(wish.rate.numerator) / wish.rate.denominator,
        already_there=euros(wish.there),
        cadence=cadence,
        chosen_monthly=chosen,
        chosen_each=chosen,
    )


def planned(world: World) -> tuple[GoalPlan, ...]:
    goals = tuple(goal_of(world, number) for number in range(len(world.wishes)))
    finances = inputs(str(euros(world.surplus))).finances
    plan_input = PlanInput(world.as_of, finances, goals, anchor=world.start)
    return make_plan(plan_input, with_alternatives=False).goals


def paid_by_date(made: GoalPlan) -> list[tuple[date, int]]:
    return [(payment.date, int(payment.amount * 100)) for payment in made.payments]


def due(world: World, payments: list[tuple[date, int]], *, before: date) -> dict[date, int]:
    """The payments before a date; those of days that have passed are due on the day of planning."""
    on: dict[date, int] = {}
    for day, amount in payments:
        if day < before and amount:
            on[max(day, world.as_of)] = on.get(max(day, world.as_of), 0) + amount
    return on


def require_true(world: World, plans: tuple[GoalPlan, ...]) -> None:
    """What is paid leads to what is told, and no months are asked for more than they leave."""
    months: dict[int, int] = {}
    for wish, made in zip(world.wishes, plans, strict=True):
        payments = paid_by_date(made)
        missing = wish.target - at_date(world, wish, payments)
        assert int(made.shortfall * 100) == max(0, missing), (wish, made)
        assert min(instalment.amount for instalment in made.schedule) >= 0, (wish, [*made.schedule])
        bank = Bank(world, wish)
        for day, amount in payments:
            months[world.month(day)] = months.get(world.month(day), 0) + amount
            bank.pay(day, amount)
        if made.projected_completion_date is not None:
            bank.live(until=made.projected_completion_date)
            assert bank.done_on == made.projected_completion_date, (wish, made)
    so_far = 0
    for month in sorted(months):
        so_far += months[month]
        assert so_far <= world.surplus * (month + 1), months


def require_as_walked(world: World, plans: tuple[GoalPlan, ...]) -> None:
    walked = walk(world)
    if walked is None or not any(wish.rhythm and wish.chosen is None for wish in world.wishes):
        return
    for each, made in zip(walked, plans, strict=True):
        asked = due(world, paid_by_date(made), before=each.wish.by)
        assert asked == due(world, each.payments, before=each.wish.by), (each, made)
        if each.wish.chosen is None:
            assert int(made.required_each * 100) == each.each, (each, made)


# A month with three days of the chosen amount needs what the months before it leave, so the second goal gets none.
KEPT_FOR_A_CHOSEN_AMOUNT = World(
    start=STARTS[1],
    as_of=STARTS[1],
    surplus=41_000,
    wishes=[
        Wish(600_000, date(2027, 3, 1), rhythm=("biweekly", 5), chosen=20_000),
        Wish(1_000, date(2026, 2, 20), rhythm=("weekly", 1)),
    ],
)
# The fourth month has five days of the chosen amount: the second goal is then paid from what earlier months leave.
# The third one is late, and that money isn't there for it.
KEPT_FOR_A_SHARE = World(
    start=STARTS[1],
    as_of=STARTS[1],
    surplus=90_000,
    wishes=[
        Wish(600_000, date(2027, 3, 1), rhythm=("weekly", 5), chosen=16_100),
        Wish(400_000, date(2026, 6, 10), rank=1),
        Wish(100_000, date(2026, 2, 20), rank=2),
    ],
)


class TestOwnDays:
    @settings(max_examples=60)
    @given(worlds(rates=("0",), chosen=st.none()))
    def test_are_paid_as_the_walk_says(self, world: World) -> None:
        plans = planned(world)
        require_true(world, plans)
        require_as_walked(world, plans)

    @settings(max_examples=60)
    @example(KEPT_FOR_A_CHOSEN_AMOUNT)
    @example(KEPT_FOR_A_SHARE)
    @given(worlds(rates=("0", "0", "3.5", "12", "60"), chosen=st.none() | st.integers(100, 60_000)))
    def test_are_paid_as_the_walk_says_with_interest_and_chosen_amounts(self, world: World) -> None:
        plans = planned(world)
        require_true(world, plans)
        require_as_walked(world, plans)
