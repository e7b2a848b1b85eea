"""What a goal gets on each day of its own, against a walk through the days that is written from the rules."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.engine.cadence import Cadence
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, inputs
from planning.tests.oracle_dates import present_month, rhythm_dates
from planning.vocabulary import Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

STARTS = [date(2026, 1, 1), date(2026, 1, 31), date(2027, 12, 15), date(2028, 2, 29)]
RHYTHMS = st.tuples(st.sampled_from(["weekly", "biweekly"]), st.integers(1, 7)) | st.tuples(
    st.just("monthly"), st.integers(1, 31)
)


def walk(start: date, by: date, rhythm: tuple[str, int], target: int, surplus: int) -> tuple[dict[date, int], int]:
    """The payments before the date in cents, and what is missing then.

    A share is what is still to be given / the days left, and stays the same until it must change. A day before its
    money gets nothing, and its share goes to the days left. All that is there on the last day can be given.
    """
    days = [*rhythm_dates(start, by, *rhythm)] or [start]
    arrived = [surplus * (present_month(start, day) + 1) for day in days]
    given = min(target, arrived[-1])
    payments: dict[date, int] = {}
    share = None
    for left, day, money in zip(range(len(days), 0, -1), days, arrived, strict=True):
        paid = sum(payments.values())
        if share is None:
            share = ceil(Fraction(given - paid, left))
        wanted = given - paid if left == 1 else min(share, given - paid)
        if wanted > money - paid:
            share = None
        elif wanted:
            payments[day] = wanted
    return payments, target - given


class TestOwnDays:
    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(STARTS), st.integers(1, 400), RHYTHMS, st.integers(1, 900_000), st.integers(1, 150_000))
    def test_are_paid_as_the_walk_says(
        self, start: date, days: int, rhythm: tuple[str, int], target: int, surplus: int
    ) -> None:
        by = start + timedelta(days=days)
        cadence = Cadence(Frequency(rhythm[0]), rhythm[1], start)
        wanted = goal(str(Decimal(target).scaleb(-2)), target_date=by, cadence=cadence)
        (made,) = make_plan(
            inputs(str(Decimal(surplus).scaleb(-2)), wanted, as_of=start), with_alternatives=False
        ).goals
        payments, missing = walk(start, by, rhythm, target, surplus)
        assert {paid.date: int(paid.amount * 100) for paid in made.payments if paid.date < by} == payments
        assert made.shortfall * 100 == missing
