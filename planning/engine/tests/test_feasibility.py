"""The label from need and room."""

from decimal import Decimal

import pytest

from planning.engine.feasibility import feasibility, load

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestFeasibility:
    @pytest.mark.parametrize(
        ("need", "room", "label"),
        [
            (0, 0, "Comfortable"),
            (80, 100, "Comfortable"),
            (81, 100, "Tight"),
            (100, 100, "Tight"),
            (101, 100, "Unrealistic"),
            (1, 0, "Unrealistic"),
        ],
    )
    def test_follows_from_the_load(self, need: int, room: int, label: str) -> None:
        assert feasibility(need, room) == label


class TestLoad:
    def test_never_looks_like_less_than_it_is(self) -> None:
        assert load(800_001, 1_000_000) == Decimal("0.8001")
        assert load(80, 100) == Decimal("0.8000")

    def test_is_nothing_for_nothing_and_none_without_room(self) -> None:
        assert (load(0, 0), load(1, 0)) == (Decimal(0), None)
