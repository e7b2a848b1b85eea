from __future__ import annotations

from decimal import Decimal

import pytest

from tracking.milestones import milestone_text, reached

pytestmark = [pytest.mark.unit, pytest.mark.tracking]


class TestReached:
    @pytest.mark.parametrize(
        ("amount", "percents"),
        [
            ("0.00", ()),
            ("25.00", ()),
            ("25.01", (25,)),
            ("50.01", (25, 50)),
            ("75.01", (25, 50, 75)),
            ("100.00", (25, 50, 75)),
            ("100.01", (25, 50, 75, 100)),
            ("5000.00", (25, 50, 75, 100)),
        ],
    )
    def test_is_exact_to_the_cent(self, amount: str, percents: tuple[int, ...]) -> None:
        assert reached(Decimal(amount), Decimal("100.01")) == percents


class TestMilestoneText:
    @pytest.mark.parametrize(
        ("percent", "text"),
        [
            (25, 'A quarter: 25 % of "Bike".'),
            (50, 'Halfway: 50 % of "Bike".'),
            (75, 'Three quarters: 75 % of "Bike".'),
            (100, 'Done: all of "Bike".'),
        ],
    )
    def test_names_the_goal(self, percent: int, text: str) -> None:
        assert milestone_text(percent, "Bike") == text
