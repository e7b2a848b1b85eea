"""Which goal is served first, how much each gets by its date, and in which months."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.vocabulary import Priority
from planning.engine.allocation import Claim, Grant, Portion, allocate, plan_order, spread
from planning.engine.money.cents import divided_up
from planning.engine.tests.builders import STORED, goal

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CLAIMS = st.lists(
    st.builds(Claim, st.integers(1, 12), st.integers(0, 5000), st.just(0), st.just(0), st.none()),
    min_size=1,
    max_size=6,
)
RISING = st.lists(st.integers(0, 300), min_size=12, max_size=12).map(sorted)


def portions_of(claims: list[Claim], free: list[int]) -> list[Portion]:
    grants = allocate(claims, free)
    return [
        Portion(claim.months, grant.amount, divided_up(grant.amount, claim.months))
        for claim, grant in zip(claims, grants, strict=True)
    ]


class TestPlanOrder:
    def test_goes_by_priority_flag_date_age_and_id(self) -> None:
        plain = goal()
        served = [
            replace(plain, priority=Priority.HIGH, target_date=date(2030, 1, 1)),
            replace(plain, primary=True, target_date=date(2030, 1, 1)),
            replace(plain, target_date=date(2026, 2, 1)),
            replace(plain, created_at=STORED - timedelta(days=1), id="z"),
            replace(plain, id="a"),
            replace(plain, id="b"),
            replace(plain, created_at=None, id=None, name="first"),
            replace(plain, created_at=None, id=None, name="second"),
            replace(plain, priority=Priority.LOW, primary=True),
        ]
        assert plan_order(served) == list(range(9))
        unstored_last = [*reversed(served[:6]), *served[6:]]
        assert [unstored_last[position] for position in plan_order(unstored_last)] == served


class TestAllocate:
    def test_keeps_what_earlier_goals_need_later(self) -> None:
        claims = [Claim(24, 600_000), Claim(2, 100_000), Claim(12, 900_000)]
        assert allocate(claims, [50_000] * 24) == [
            Grant(room=1_200_000, amount=600_000, binding_month=24),
            Grant(room=100_000, amount=100_000, binding_month=2),
            Grant(room=500_000, amount=500_000, binding_month=12),
        ]

    def test_binds_at_a_later_goal_that_is_served_earlier(self) -> None:
        high, low = allocate([Claim(4, 350), Claim(2, 150)], [100] * 4)
        assert (high.amount, low) == (350, Grant(room=50, amount=50, binding_month=4))

    def test_gives_nothing_where_nothing_is_free(self) -> None:
        assert allocate([Claim(1, 5)], [0]) == [Grant(0, 0, 1)]


class TestSpread:
    def test_pays_even_shares_and_the_rest_last(self) -> None:
        portion = Portion(12, 1_000_000, 83_334)
        spread([portion], [90_000] * 12)
        assert portion.paid == [83_334] * 11 + [83_326]

    def test_pays_the_earliest_date_first_when_the_shares_do_not_fit(self) -> None:
        high, low = Portion(24, 600_000, 25_000), Portion(2, 100_000, 50_000)
        spread([high, low], [50_000] * 24)
        assert low.paid == [50_000] * 2
        assert high.paid == [0, 0] + [27_273] * 21 + [27_267]

    def test_notices_when_more_gets_free(self) -> None:
        soon, late = Portion(4, 400, 100), Portion(4, 300, 75)
        spread([soon, late], [100, 100, 250, 250])
        assert (soon.paid, late.paid) == ([100] * 4, [0, 0, 150, 150])

    def test_makes_up_for_cents_in_the_last_month(self) -> None:
        portion = Portion(3, 303, 100)
        spread([portion], [200] * 3)
        assert portion.paid == [100, 100, 103]

    def test_leaves_out_what_an_uneven_last_month_has_no_room_for(self) -> None:
        first, second = Portion(2, 250, 100), Portion(2, 150, 75)
        spread([first, second], [200] * 2)
        assert (first.paid, second.paid) == ([100, 150], [75, 50])

    @given(CLAIMS, RISING)
    def test_pays_in_full_what_was_granted_and_never_more_than_is_free(
        self, claims: list[Claim], free: list[int]
    ) -> None:
        portions = portions_of(claims, free)
        granted = [portion.left for portion in portions]
        spread(portions, free)
        assert [sum(portion.paid) for portion in portions] == granted
        assert [len(portion.paid) for portion in portions] == [claim.months for claim in claims]
        for month, most in enumerate(free):
            paid = [portion.paid[month] for portion in portions if month < portion.months]
            assert min(paid, default=0) >= 0
            assert sum(paid) <= most
