"""Level payments: the search for them, and those that are known already, by what they depend on."""

from bisect import bisect_left
from collections.abc import Callable, Hashable

from planning.engine.effort import Effort
from planning.engine.money.cents import divided_up


class Levels:
    """Level payments, and the steps that each took to find.

    Plans on the same calendar can share them. A plan that asks for a known one spends the same steps as if it had
    to be found. So the effort of a plan, and with it what its search finds, doesn't depend on other plans.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[int, int]] = {}

    def find(self, key: Hashable, search: Callable[[], int], effort: Effort) -> int:
        """The level payment of this key. If it isn't known, `search` finds it and counts its `effort`."""
        known = self._known.get(key)
        if known is None:
            before = effort.spent
            level = search()
            self._known[key] = level, effort.spent - before
            return level
        level, steps = known
        effort.spend(steps)
        return level


def straight_level(spare: Callable[[int], int], enough: int) -> int:
    """About the smallest payment with 0 or more cents to spare; `spare` rises almost in a straight line."""
    least = spare(0)
    return divided_up(max(0, -least) * enough, spare(enough) - least)


def smallest_level(spare: Callable[[int], int], guess: int, months: int) -> int:
    """The smallest payment with 0 or more cents to spare, searched from a guess that is often exact.

    A cent more each month leaves at least `months` cents more to spare.
    """
    step = 1
    more = spare(guess)
    if more < 0:
        low = guess
        while spare(low + step) < 0:
            low += step
            step *= 2
        return bisect_left(range(low + step), 0, lo=low + 1, key=spare)
    if more < months:
        return guess
    high = guess
    while high > 0 and spare(max(0, high - step)) >= 0:
        high = max(0, high - step)
        step *= 2
    return bisect_left(range(high), 0, lo=max(0, high - step), key=spare)
