from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.pace import Pace, expected_after, expected_by, straight_line

pytestmark = [pytest.mark.unit, pytest.mark.goals]

AMOUNTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents).scaleb(-2))

PLANNED = Pace(
    start=date(2026, 1, 1),
    start_amount=Decimal("100.00"),
    segments=((date(2026, 2, 1), Decimal("131.00")), (date(2026, 3, 1), Decimal("131.00"))),
)


class TestExpectedOn:
    @pytest.mark.parametrize(
        ("day", "amount"),
        [
            (date(2025, 12, 1), "100.00"),
            (date(2026, 1, 1), "100.00"),
            (date(2026, 1, 2), "101.00"),
            (date(2026, 1, 31), "130.00"),
            (date(2026, 2, 1), "131.00"),
            (date(2026, 2, 15), "131.00"),
            (date(2026, 3, 1), "131.00"),
            (date(9999, 12, 31), "131.00"),
        ],
    )
    def test_grows_linearly_between_points_and_rests_outside(self, day: date, amount: str) -> None:
        assert PLANNED.expected_on(day) == Decimal(amount)

    def test_is_in_whole_cents(self) -> None:
        pace = straight_line(date(2026, 1, 1), date(2026, 1, 4), Decimal("100.00"))

        assert [pace.expected_on(date(2026, 1, day)) for day in (2, 3)] == [Decimal("33.33"), Decimal("66.67")]

    def test_takes_the_later_of_two_points_on_one_day(self) -> None:
        day = date(2026, 1, 1)
        pace = Pace.through([(day, Decimal(0)), (day, Decimal(50)), (date(2026, 1, 11), Decimal(100))])

        assert pace.expected_on(day) == 50
        assert pace.expected_on(date(2026, 1, 2)) == 55

    def test_follows_a_falling_amount_too(self) -> None:
        pace = Pace.through([(date(2026, 1, 1), Decimal(100)), (date(2026, 1, 11), Decimal(0))])

        assert pace.expected_on(date(2026, 1, 2)) == 90

    @given(st.dates(), st.dates(), st.dates(), st.decimals(0, 10**12, places=2))
    def test_stays_between_nothing_and_the_target(
        self, created: date, target_date: date, day: date, target: Decimal
    ) -> None:
        assert 0 <= straight_line(created, target_date, target).expected_on(day) <= target


class TestStraightLine:
    def test_starts_with_nothing_and_ends_at_the_target(self) -> None:
        pace = straight_line(date(2026, 1, 1), date(2026, 12, 31), Decimal("500.00"))

        assert pace.expected_on(date(2026, 1, 1)) == 0
        assert pace.expected_on(date(2026, 12, 31)) == 500


class TestPace:
    def test_survives_its_json(self) -> None:
        assert Pace.from_json(PLANNED.to_json()) == PLANNED
        cleared = replace(PLANNED, cleared=Decimal("131.00"))
        assert Pace.from_json(cleared.to_json()) == cleared

    def test_keeps_cents_as_strings_in_its_json(self) -> None:
        assert PLANNED.to_json() == {
            "start": "2026-01-01",
            "start_amount": "100.00",
            "segments": [["2026-02-01", "131.00"], ["2026-03-01", "131.00"]],
        }

    def test_refuses_points_out_of_order(self) -> None:
        with pytest.raises(ValueError, match="order of their dates"):
            Pace.through([(date(2026, 2, 1), Decimal(0)), (date(2026, 1, 1), Decimal(1))])


class TestExpectedBy:
    @given(
        st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2027, 1, 1)), AMOUNTS), min_size=1, max_size=6),
        st.dates(date(2024, 12, 1), date(2027, 2, 1)),
    )
    def test_is_what_the_whole_pace_expects(self, points: list[tuple[date, Decimal]], day: date) -> None:
        pace = Pace.through(sorted(points))
        assert expected_by(pace.to_json(), day) == pace.expected_on(day)


class TestExpectedAfter:
    @pytest.mark.parametrize(("day", "amount"), [(1, 10), (9, 10), (10, 30), (25, 30)])
    def test_is_the_amount_of_the_next_point(self, day: int, amount: int) -> None:
        pace = Pace.through([(date(2026, 1, at), Decimal(there)) for at, there in ((1, 0), (10, 10), (20, 30))])
        assert expected_after(pace.to_json(), date(2026, 1, day)) == amount

    def test_of_a_single_point_is_its_amount(self) -> None:
        pace = Pace.through([(date(2026, 1, 1), Decimal(5))])
        assert expected_after(pace.to_json(), date(2026, 1, 1)) == 5
