from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.streaks import Streaks, monday_of, streaks

pytestmark = [pytest.mark.unit, pytest.mark.tracking]

MONDAY = date(2026, 3, 9)
SUNDAY = date(2026, 3, 15)


def weeks_ago(*weeks: int) -> list[date]:
    return [MONDAY - timedelta(weeks=week) for week in weeks]


class TestMondayOf:
    @pytest.mark.parametrize("days", range(7))
    def test_is_the_same_from_monday_to_sunday(self, days: int) -> None:
        assert monday_of(MONDAY + timedelta(days=days)) == MONDAY

    def test_crosses_the_year(self) -> None:
        assert monday_of(date(2026, 1, 1)) == date(2025, 12, 29)

    def test_knows_the_first_and_the_last_day_there_is(self) -> None:
        assert monday_of(date.min) == date.min
        assert monday_of(date.max) == date(9999, 12, 27)


class TestStreaks:
    def test_are_zero_without_check_ins(self) -> None:
        assert streaks([], MONDAY) == Streaks(current=0, longest=0)

    @pytest.mark.parametrize("today", [MONDAY, SUNDAY])
    def test_survive_a_week_that_is_not_over(self, today: date) -> None:
        assert streaks(weeks_ago(1, 2, 3), today) == Streaks(current=3, longest=3)

    def test_count_the_present_week_as_soon_as_it_has_a_check_in(self) -> None:
        assert streaks(weeks_ago(0, 1, 2), MONDAY) == Streaks(current=3, longest=3)

    def test_are_broken_by_a_whole_week_without_one(self) -> None:
        assert streaks(weeks_ago(2, 3), MONDAY) == Streaks(current=0, longest=2)

    def test_keep_the_longest_of_the_past(self) -> None:
        assert streaks(weeks_ago(0, 5, 6, 7, 12), MONDAY) == Streaks(current=1, longest=3)

    def test_count_a_week_ahead_of_today(self) -> None:
        assert streaks(weeks_ago(-1, 0), SUNDAY) == Streaks(current=2, longest=2)

    @given(st.sets(st.integers(0, 60)))
    def test_agree_with_counting_by_hand(self, weeks: set[int]) -> None:
        present = "".join("x" if week in weeks else " " for week in range(61))
        runs = [len(run) for run in present.split()]
        latest = len(present[1:].split(" ")[0]) + (0 in weeks) if 0 in weeks or 1 in weeks else 0

        assert streaks(weeks_ago(*weeks), MONDAY) == Streaks(latest, max(runs, default=0))
