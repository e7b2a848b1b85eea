"""A sequence that is computed on first read."""

import pytest

from planning.engine.on_demand import OnDemand

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestOnDemand:
    def test_is_made_once_and_only_when_read(self) -> None:
        made: list[str] = []

        def make() -> tuple[int, ...]:
            made.append("made")
            return 1, 2, 3

        numbers = OnDemand(make)
        assert made == []
        assert (len(numbers), numbers[0], numbers[1:], list(numbers)) == (3, 1, (2, 3), [1, 2, 3])
        assert made == ["made"]

    def test_read_once_is_not_kept(self) -> None:
        made = iter([(1, 2), (3, 4)])
        numbers = OnDemand(lambda: next(made))
        assert [*numbers.once()] == [1, 2]
        assert [*numbers] == [3, 4]
        assert [*numbers.once()] == [3, 4]

    def test_equals_what_has_the_same_items(self) -> None:
        numbers = OnDemand(lambda: iter([1, 2]))
        assert numbers == (1, 2)
        assert numbers == OnDemand(lambda: [1, 2])
        assert numbers != [1]
        assert numbers != 1
        assert {numbers: "found"}[OnDemand(lambda: [1, 2])] == "found"

    def test_shows_its_items(self) -> None:
        assert repr(OnDemand(lambda: "ab")) == "('a', 'b')"
