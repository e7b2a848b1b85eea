"""The smallest number that is enough is found in few tries."""

import pytest

from planning.engine.smallest import smallest_number

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestSmallest:
    @pytest.mark.parametrize("answer", [1, 2, 3, 17, 500, 999, 1000])
    @pytest.mark.parametrize("rise", [1, 30, 1000])
    @pytest.mark.parametrize("power", [1, 3])
    def test_is_found_in_few_steps(self, answer: int, rise: int, power: int) -> None:
        tried: list[int] = []

        def margin(number: int) -> int:
            tried.append(number)
            distance: int = (number - answer) ** power
            return distance

        found = smallest_number(margin, above=0, lacking=answer**power, rise=rise, most=1000)
        assert found == (answer, 1)
        assert len(tried) < 40

    def test_is_found_quickly_where_margins_jump_and_then_stay(self) -> None:
        tried: list[int] = []

        def margin(number: int) -> int:
            tried.append(number)
            return 0 if number >= 777_777 else number - 900_000

        found = smallest_number(margin, above=0, lacking=900_000, rise=1, most=10**9)
        assert found == (777_777, 122_224)
        assert len(tried) < 60

    @pytest.mark.parametrize("slope", [1, 7, 12])
    def test_is_found_in_few_steps_where_margins_are_straight_and_then_flat(self, slope: int) -> None:
        tried: list[int] = []

        def margin(number: int) -> int:
            tried.append(number)
            return min(0, slope * (number - 475_860))

        found = smallest_number(margin, above=467_235, lacking=9_000 * slope, rise=slope, most=10**9)
        assert found == (475_860, slope)
        assert len(tried) <= 8

    def test_is_none_when_nothing_works(self) -> None:
        assert smallest_number(lambda number: -1, above=0, lacking=1, rise=1, most=1000) is None


class TestSteps:
    @pytest.mark.parametrize("answer", [2, 3, 40_000, 99_998, 99_999])
    @pytest.mark.parametrize("jump", [0, 10**3, 10**9], ids=["a line", "a jump", "a far jump"])
    def test_are_few_wherever_margins_jump(self, answer: int, jump: int) -> None:
        tried: list[int] = []

        def margin(size: int) -> int:
            tried.append(size)
            return size - answer + (jump if size >= answer else 0)

        found = smallest_number(margin, above=0, lacking=answer, rise=1, most=100_000)
        assert found is not None
        assert found[0] == answer
        assert len(tried) < 60

        tried.clear()
        found = smallest_number(margin, above=0, lacking=1, rise=1000, most=100_000)
        assert found is not None
        assert found[0] == answer
        assert len(tried) < 100
