"""Charts as SVG: what is drawn, and what is said of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fincred.back_office.charts import bars, lines, share

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DAY, NEXT_DAY = date(2026, 3, 10), date(2026, 3, 11)


def attributes(svg: str, name: str) -> list[float]:
    return [float(value) for value in re.findall(rf' {name}="([\d.]+)"', svg)]


class TestBars:
    def test_are_as_high_as_their_share_of_the_highest(self) -> None:
        svg = bars([4, 0, None, 2], title="Sign-ins")
        assert attributes(svg, "height") == [84, 42]
        assert "<title>Sign-ins</title>" in svg

    def test_of_nothing_are_a_line(self) -> None:
        assert "<rect" not in bars([], title="None")


class TestLines:
    def test_are_nothing_without_days(self) -> None:
        assert lines([], [], target=Decimal(100), title="Trip") == ""

    @pytest.mark.parametrize(("made", "expected"), [(2, 0), (0, 2), (2, 2)])
    def test_are_those_that_there_are(self, made: int, expected: int) -> None:
        points = [(DAY, Decimal(50)), (NEXT_DAY, Decimal(100))]
        svg = lines(points[:made], [points[:expected]], target=Decimal(200), title="Trip")
        assert ("bo-made" in svg, "bo-expected" in svg) == (bool(made), bool(expected))
        assert attributes(svg, "cy") == [64.5, 45][:made]

    def test_of_two_plans_do_not_run_into_each_other(self) -> None:
        low, high = Decimal(0), Decimal(100)
        svg = lines([], [[(DAY, low), (NEXT_DAY, low)], [(NEXT_DAY, high)]], target=high, title="Trip")
        assert re.findall('class="bo-expected" d="([^"]+)"', svg) == ["M6.0 84.0L306.0 84.0", "M314.0 6.0h-8"]

    @pytest.mark.parametrize(
        ("days", "path"),
        [
            ((0, 50, 99, 100), "M6.0 84.0L160.0 45.0L306.0 8.0"),
            ((99, 100), "M310.9 6.8L310.9 6.8"),
            ((0, 50), "M6.0 84.0L160.0 45.0"),
        ],
    )
    def test_of_a_plan_of_today_have_no_older_figure_beside_them(self, days: tuple[int, ...], path: str) -> None:
        older = [(DAY + timedelta(days=number), Decimal(number)) for number in days]
        today = [(DAY + timedelta(days=100), Decimal(0))]
        svg = lines([(DAY, Decimal(0))], [older, today], target=Decimal(100), title="Trip")
        assert re.findall('class="bo-expected" d="([^"]+)"', svg) == [path, "M314.0 84.0h-8"]

    def test_of_one_day_have_a_dot_in_the_middle_of_a_level_line(self) -> None:
        svg = lines([(DAY, Decimal(50))], [[(DAY, Decimal(100))]], target=Decimal(100), title="Trip")
        assert attributes(svg, "cx") == [160]
        assert 'class="bo-expected" d="M6.0 6.0L314.0 6.0"' in svg

    def test_say_each_amount(self) -> None:
        svg = lines([(DAY, Decimal("1234.50"))], [], target=Decimal(0), title="<Trip>")
        assert "<title>10 Mar 2026: 1,234.50</title>" in svg
        assert 'aria-label="&lt;Trip&gt;"' in svg


class TestShare:
    @pytest.mark.parametrize(("part", "whole", "width"), [(1, 4, 25), (5, 4, 100), (-1, 4, 0), (0, 0, 100)])
    def test_is_as_wide_as_the_part(self, part: int, whole: int, width: int) -> None:
        svg = share(Decimal(part), Decimal(whole), title="Saved")
        assert attributes(svg, "width") == [100, width]
        assert ("bo-over" in svg) is (part > whole)
